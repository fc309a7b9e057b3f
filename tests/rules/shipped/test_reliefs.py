"""Reliefs and denials as agencies tell them, with near misses, in three languages.

``reliefs.yaml`` was written before anybody looked at the answers. Its first list was then read and
mended by kind; the second was run once afterwards, so its share is what new sentences may hope for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import yaml

from rules import RuleSet

Part = Literal["first", "second", "third", "fourth"]
PATH = Path(__file__).with_name("reliefs.yaml")
LANGUAGES = ("ar", "en", "fr")
NOT_GOOD = "not good"

# How many of each list come out right; they only rise.
FOUND: dict[tuple[Part, str], float] = {
    ("first", "ar"): 0.98,
    ("first", "en"): 0.93,
    ("first", "fr"): 0.96,
    ("second", "ar"): 0.82,
    ("second", "en"): 0.91,
    ("second", "fr"): 0.80,
    ("third", "ar"): 0.75,
    ("third", "en"): 0.92,
    ("third", "fr"): 0.84,
    ("fourth", "ar"): 0.97,
    ("fourth", "en"): 0.97,
    ("fourth", "fr"): 0.97,
}
CALLED_GOOD_IS_GOOD = {"first": 0.97, "second": 0.91, "third": 0.97, "fourth": 0.97}


@dataclass(frozen=True, slots=True)
class Telling:
    part: str
    language: str
    signal: str
    wanted: str
    text: str

    def answer(self, rules: RuleSet) -> str:
        title, _, text = self.text.partition(" || ")
        found = {d.signal: d.direction for d in rules.detect(title, text, self.language)}
        return found.get(self.signal, "nothing")

    def is_right(self, answer: str) -> bool:
        if self.wanted == NOT_GOOD:
            return answer in ("nothing", "worsening")
        return answer == self.wanted


def tellings() -> Iterator[Telling]:
    for part, languages in yaml.safe_load(PATH.read_text(encoding="utf-8")).items():
        for language, items in languages.items():
            for item in items:
                ((said, text),) = item.items()
                signal, _, wanted = said.partition(" ")
                yield Telling(part, language, signal, wanted, text)


ALL = tuple(tellings())


@pytest.fixture(scope="module")
def answers(shipped: RuleSet) -> dict[Telling, str]:
    return {telling: telling.answer(shipped) for telling in ALL}


def test_every_sentence_is_of_a_signal_and_stands_once(shipped: RuleSet) -> None:
    assert {t.signal for t in ALL} == set(shipped.signals)
    assert {t.wanted for t in ALL} == {
        "improving",
        "denied",
        "worsening",
        "nothing",
        NOT_GOOD,
    }
    assert len({t.text for t in ALL}) == len(ALL)


@pytest.mark.parametrize(("part", "language"), sorted(FOUND))
def test_reliefs_and_denials_are_told_from_near_misses(
    answers: dict[Telling, str], part: Part, language: str
) -> None:
    mine = [t for t in ALL if (t.part, t.language) == (part, language)]
    right = sum(t.is_right(answers[t]) for t in mine)
    assert right / len(mine) >= FOUND[part, language]


@pytest.mark.parametrize("part", sorted(CALLED_GOOD_IS_GOOD))
def test_what_is_called_relief_is_relief(answers: dict[Telling, str], part: str) -> None:
    called = [t for t in ALL if t.part == part and answers[t] in ("improving", "denied")]
    right = sum(answers[t] == t.wanted for t in called)
    assert right / len(called) >= CALLED_GOOD_IS_GOOD[part]


def test_near_misses_of_a_relief_are_no_relief(shipped: RuleSet) -> None:
    for signal, language, text in (
        ("ceasefire", "ar", "الهدنة في الحديدة تنهار في يومها الثالث"),
        ("ceasefire", "en", "Ceasefire in doubt as calm is shattered by shelling"),
        ("ceasefire", "fr", "Trêve au Soudan : le calme rompu par des tirs"),
        ("aid-access", "ar", "عادت القافلة الأممية أدراجها دون أن تدخل البلدة المحاصرة"),
        ("aid-access", "en", "When will food aid reach the besieged town?"),
        ("evacuation", "ar", "المحافظ يتراجع عن إلغاء أوامر الإخلاء في القرى"),
        ("civilian-harm", "fr", "L'armée nie toute responsabilité, douze civils tués dans un raid"),
    ):
        found = {d.signal: d.direction for d in shipped.detect(text, "", language)}
        assert found.get(signal, "nothing") in ("worsening", "nothing"), text


def test_relief_that_falls_short_is_promised_or_undone_is_none(shipped: RuleSet) -> None:
    for signal, language, text in (
        ("water-fuel-power-shortage", "ar", "المياه تعود إلى حلب ثلاث ساعات فقط"),
        ("water-fuel-power-shortage", "en", "Water back in Aleppo for three hours a day"),
        ("water-fuel-power-shortage", "fr", "Alep : l'eau revient trois heures par jour"),
        ("aid-access", "ar", "وصول خمس شاحنات مساعدات إلى دارفور لا تكفي سكان حي واحد"),
        ("aid-access", "fr", "L'aide arrive au Darfour, mais au compte-gouttes"),
        ("ceasefire", "fr", "La trêve au Soudan ne tient qu'à un fil"),
        ("siege", "ar", "القائد يتوعد: سنكسر حصار تعز"),
        ("disease-outbreak", "en", "Measles fades in Khartoum, spreads in Kassala"),
    ):
        found = {d.signal: d.direction for d in shipped.detect(text, "", language)}
        assert found.get(signal, "nothing") in ("worsening", "nothing"), text
    for signal, language, text in (
        ("water-fuel-power-shortage", "en", "Only now is water back in Aleppo after the shelling"),
        ("aid-access", "ar", "ستصل قافلة مساعدات إلى الفاشر غدا"),
        ("siege", "ar", "الجيش يكسر حصار تعز"),
    ):
        found = {d.signal: d.direction for d in shipped.detect(text, "", language)}
        assert found.get(signal) == "improving", text


def test_a_denial_far_down_is_one_sides_word(shipped: RuleSet) -> None:
    title = "EN DIRECT - Gaza : l'UE demande une pause"
    text = "Deux nourrissons sont morts, selon une ONG. L'armée dément avoir ciblé l'hôpital."
    found = {d.signal: d.direction for d in shipped.detect(title, text, "fr")}
    assert "denied" not in found.values()


def test_a_plain_no_below_a_title_that_only_sets_the_scene_denies_nothing(shipped: RuleSet) -> None:
    for language, title, text in (
        ("ar", "انفجار قرب مقر السفارة في بغداد", "قالت الوزارة إنه لم تقع إصابات بين العاملين."),
        ("en", "Blast heard near the embassy in Baghdad", "No one was hurt, the ministry said."),
        ("fr", "Explosion près de l'ambassade à Bagdad", "Aucun employé n'a été blessé."),
    ):
        assert not shipped.detect(title, text, language), title
