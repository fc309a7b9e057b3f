"""Fighters told by the name of their body, in English and French; and who only stands beside it."""

from __future__ import annotations

import pytest

from rules import RuleSet
from rules.trying.explain import explain


def who(rules: RuleSet, text: str, lang: str) -> set[str]:
    return {victim.who for victim in explain(rules, "", text, lang).victims}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Army says 40 RSF killed in Babanusa", "en"),
        ("Turkish drones kill nine YPG and wreck a truck", "en"),
        ("Eleven ELN members killed in bombing near the border", "en"),
        ("Raid kills two members of the so-called Islamic State", "en"),
        ("PKK says four of its members died in air strikes", "en"),
        ("Al-Shabaab loses 60 men in battle", "en"),
        ("Masked men killed in army raid", "en"),
        ("Vingt membres du JNIM tués dans une frappe", "fr"),
        ("Cinq éléments de l'armée tués dans une embuscade", "fr"),
        ("Le PKK pleure trois de ses membres tués dans une frappe", "fr"),
    ],
)
def test_the_name_of_a_body_makes_fighters_of_its_men(
    shipped: RuleSet, text: str, lang: str
) -> None:
    assert who(shipped, text, lang) == {"fighters"}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Strike kills 12, army says", "en"),
        ("Three Hamas hostages killed in strike", "en"),
        ("Hezbollah rocket kills two in the town", "en"),
        ("RSF shelling kills nine villagers", "en"),
        ("Crew members killed as RSF shell the port", "en"),
        ("Village loses 60 men in RSF raid", "en"),
        ("Frappe : douze tués, selon l'armée", "fr"),
        ("Des hommes du village tués par les FSR", "fr"),
    ],
)
def test_who_stands_beside_a_body_is_not_of_it(shipped: RuleSet, text: str, lang: str) -> None:
    assert "fighters" not in who(shipped, text, lang)
    assert who(shipped, text, lang)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Strike on car kills Hezbollah member and his two daughters", "en"),
        ("Un membre du Hezbollah et son épouse tués dans une frappe", "fr"),
    ],
)
def test_whose_family_dies_with_him_is_no_fighter_alone(
    shipped: RuleSet, text: str, lang: str
) -> None:
    assert who(shipped, text, lang) == {"people"}


def test_fewer_than_half_make_no_fighters_of_the_others(shipped: RuleSet) -> None:
    for text, kind in (
        ("Ten people, including two militants, killed in raid", "people"),
        ("Ten people, including eight militants, killed in raid", "fighters"),
        ("Raid leaves ten people dead, including two militants", "people"),
        ("Raid leaves ten people dead, including six militants", "fighters"),
    ):
        assert who(shipped, text, "en") == {kind}, text


def test_a_number_in_a_name_counts_nobody(shipped: RuleSet) -> None:
    assert "uncounted" not in who(shipped, "Le M23 tué à petit feu par les frappes", "fr")
    assert who(shipped, "Les F-16 blessent en frappant", "fr") == set()
    assert who(shipped, "Strikes by 16 jets: 23 killed", "en") == {"uncounted"}
