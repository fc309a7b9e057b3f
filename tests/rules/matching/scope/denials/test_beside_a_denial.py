"""What stands beside a denial and is not denied, and denials that are denied themselves."""

from __future__ import annotations

import pytest

from rules.matching.ruleset import RuleSet


def direction(rules: RuleSet, signal: str, title: str, text: str = "") -> str | None:
    found = rules.detect(title, text, None)
    return next((d.direction for d in found if d.signal == signal), None)


@pytest.mark.parametrize(
    ("signal", "title", "said"),
    [
        ("food-insecurity", "Relief workers reject Juba's denial of famine in Unity", "worsening"),
        ("food-insecurity", "Juba's denial of famine in Unity", "denied"),
        ("food-insecurity", "ONG et Églises réfutent le démenti sur la famine à Bor", "worsening"),
        ("food-insecurity", "Démenti du gouvernement sur la famine à Bor", "denied"),
        ("food-insecurity", "أطباء يفندون نفي الحكومة للمجاعة في الدلنج", "worsening"),
        ("food-insecurity", "نفي حكومي للمجاعة في الدلنج", "denied"),
    ],
)
def test_who_denies_a_denial_says_that_it_is_so(
    shipped: RuleSet, signal: str, title: str, said: str
) -> None:
    assert direction(shipped, signal, title) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Governor denies quitting and warns of famine in Bor", "worsening"),
        ("Governor denies quitting, warns of famine in Bor", "worsening"),
        ("Governor denies reports that warn of famine in Bor", "denied"),
        ("Le gouverneur dément partir et met en garde contre la famine à Bor", "worsening"),
        ("المحافظ ينفي استقالته ويحذر من المجاعة في الدلنج", "worsening"),
        ("المحافظ ينفي تقارير تحذر من المجاعة في الدلنج", "denied"),
    ],
)
def test_what_is_said_beside_a_denial_is_not_denied(
    shipped: RuleSet, title: str, said: str
) -> None:
    assert direction(shipped, "food-insecurity", title) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("No restrictions on food entering Gaza, army says", None),
        ("لا قيود على دخول الغذاء إلى غزة", None),
        ("No permits for food entering Gaza, traders say", "worsening"),
        ("No food entering Gaza, traders say", "worsening"),
    ],
)
def test_where_nothing_keeps_out_something_comes_in(
    shipped: RuleSet, title: str, said: str | None
) -> None:
    found = direction(shipped, "aid-access", title)

    assert found == said if said else found != "worsening"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("مفوض الإغاثة: ما من قافلة مساعدات أوقفناها في كادقلي", "denied"),
        ("مفوض الإغاثة: قافلة مساعدات أوقفناها في كادقلي", "worsening"),
    ],
)
def test_whoever_none_of_did_it_did_it_not(shipped: RuleSet, title: str, said: str) -> None:
    assert direction(shipped, "aid-access", title) == said


def test_a_word_that_a_signal_reads_in_its_own_way_says_nothing_else(shipped: RuleSet) -> None:
    # «écarter» is also what is done with a danger, and that would be relief.
    assert direction(shipped, "disease-outbreak", "L'OMS écarte la polio à Gedaref") == "denied"


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("Road into Bor open", "Talk of a siege of Bor is baseless, a colonel said.", "denied"),
        ("Road into Bor open", "The siege of Bor had lasted a year, a colonel said.", "improving"),
        (
            "Convoy of relief reaches besieged Bor",
            "The Red Cross denied that the siege had held up the trucks of relief.",
            "improving",
        ),
    ],
)
def test_how_it_stands_is_held_against_what_is_denied_below(
    shipped: RuleSet, title: str, text: str, said: str
) -> None:
    signal = "aid-access" if "relief" in title else "siege"
    assert direction(shipped, signal, title, text) == said
