"""What an entry says once, below its title: beside what else it tells it is news or a remark."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import RuleSet
from rules.trying.explain import explain
from rules.trying.measuring.evaluation import detected
from tests.rules.few import load_few

WELL = """id: well
title: {en: Wells run dry}
description: Wells that people drink from run dry.
sector: none
terms:
  well: {en: [well]}
  dry: {en: [dry]}
  drink: {en: [thirst]}
  place: {en: [Tari]}
when:
  - name: dry-well
    near: [well, dry]
  - name: thirst
    any: [drink]
needs_if_alone: [place]
examples:
  fires: [The well is dry]
  silent: [a quiet day]
"""
ROAD = """id: road
title: {en: Roads shut}
description: Roads that are shut.
sector: none
terms:
  road: {en: [road]}
  shut: {en: [shut]}
  open: {en: [reopened]}
when:
  - name: road-shut
    near: [road, shut]
  - name: road-open
    near: [road, open]
    direction: improving
examples:
  fires: [The road is shut]
  silent: [a quiet day]
"""
REST = "The council met on Monday and heard what members had to say of taxes and of the school. "
"""Ninety characters that tell of nothing."""
DRY = "One said that the well is dry. "


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder: Path = tmp_path_factory.mktemp("beside")
    (folder / "signals").mkdir()
    for name, text in (("well", WELL), ("road", ROAD)):
        (folder / "signals" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_few(folder, None)


def levels(rules: RuleSet, title: str, text: str) -> dict[str, str]:
    found = {d.signal: str(d.level) for d in rules.detect(title, text, "en")}
    # The three ways to ask answer alike.
    assert {d.signal: d.level for d in explain(rules, title, text, "en").detections} == found
    (batch,) = detected(rules, [(title, text, "en")])
    assert {n: d.level for n, d in (batch or {}).items()} == found
    return found


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("Council meets", REST + DRY + REST, False),
        ("Council meets in Tari", REST + DRY + REST, True),
        ("Council meets", REST * 2 + "One said that in Tari the well is dry.", True),
        # Another sentence tells of another place.
        ("Council meets", "In Tari it was hot. " + DRY + REST * 2, False),
        ("The well is dry", REST * 3, True),
        ("Council meets", REST + DRY + REST + "They spoke of thirst.", True),
        ("Council meets", DRY, True),
        ("", REST + DRY + REST, True),
    ],
)
def test_a_long_text_that_says_it_once_names_where_there_or_in_its_title(
    rules: RuleSet, title: str, text: str, told: bool
) -> None:
    assert ("well" in levels(rules, title, text)) == told


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        ("Council meets in Tari", REST * 4 + DRY, False),
        ("Council meets in Tari", REST * 2 + DRY + REST * 2, True),
        ("Council meets in Tari", REST * 4 + DRY + "The road is shut.", True),
        ("Council meets in Tari", REST * 4 + DRY + "They spoke of thirst.", True),
        ("The well of Tari is dry", REST * 4 + DRY, True),
        ("", "It was hot in Tari. " + REST * 4 + DRY, True),
    ],
)
def test_what_is_said_once_far_down_counts_beside_other_news(
    rules: RuleSet, title: str, text: str, told: bool
) -> None:
    assert ("well" in levels(rules, title, text)) == told


def test_a_rule_that_asks_for_nothing_hears_every_remark(rules: RuleSet) -> None:
    assert levels(rules, "Council meets", REST * 4 + "The road is shut.") == {"road": "watch"}


@pytest.mark.parametrize(
    ("title", "text", "level"),
    [
        ("The road to Tari is shut", DRY, "alert"),
        ("Council meets in Tari", DRY, "watch"),
        ("Council meets in Tari", DRY + "The road is shut.", "watch"),
        ("The road to Tari is shut", "The council met. " + DRY, "watch"),
        ("The road to Tari is reopened", DRY, "watch"),
    ],
)
def test_the_first_sentence_below_a_title_with_other_news_is_as_loud_as_a_title(
    rules: RuleSet, title: str, text: str, level: str
) -> None:
    assert levels(rules, title, text)["well"] == level


def test_who_is_often_named_in_passing_stays_quiet_there(tmp_path: Path) -> None:
    (tmp_path / "signals").mkdir()
    quiet = WELL.replace("needs_if_alone", "named_in_passing: true\nneeds_if_alone")
    for name, text in (("well", quiet), ("road", ROAD)):
        (tmp_path / "signals" / f"{name}.yaml").write_text(text, encoding="utf-8")
    rules = load_few(tmp_path, None)
    assert levels(rules, "The road to Tari is shut", DRY)["well"] == "watch"
    assert levels(rules, "The road to Tari is shut, the well is dry", "")["well"] == "alert"


def test_an_explanation_says_why_a_remark_is_none(rules: RuleSet) -> None:
    def why(title: str, text: str) -> str:
        told = next(s for s in explain(rules, title, text, "en").signals if s.signal == "well")
        assert told.silence is not None
        return told.silence.text("en")

    assert "has one of place" in why("Council meets", REST + DRY + REST)
    assert "far down" in why("Council meets in Tari", REST * 4 + DRY)


LONG = {
    "ar": (
        "ناقش المجلس البلدي ميزانية العام وافتتاح مكتبة جديدة وترميم الملعب القديم، ثم استمع إلى "
        "كلمات الأعضاء عن الضرائب والمواصلات والمدارس وموعد المهرجان السنوي. {} وانتهى الاجتماع "
        "بعد ثلاث ساعات بالاتفاق على موعد آخر.",
        "وقال أحدهم إن المستشفى بلا أدوية.",
        "اجتماع المجلس البلدي",
        "اجتماع المجلس البلدي في غزة",
    ),
    "en": (
        "The council spoke of its budget, of a new library, of repairs at the old stadium and of "
        "the date of the yearly fair, and heard its members on taxes. {} It closed after three "
        "hours and will meet again in May.",
        "One said that insulin is scarce.",
        "The town council meets",
        "The town council of Gaza meets",
    ),
    "fr": (
        "Le conseil a parlé du budget, d'une nouvelle bibliothèque, de travaux au vieux stade et "
        "de la date de la kermesse, puis a entendu ses membres sur les impôts. {} Il s'est séparé "
        "après trois heures.",
        "L'un d'eux a parlé d'une pénurie d'insuline.",
        "Le conseil municipal se réunit",
        "Le conseil municipal de Gaza se réunit",
    ),
}


@pytest.mark.parametrize("language", LONG)
def test_shipped_rules_are_silent_on_remarks(shipped: RuleSet, language: str) -> None:
    text, remark, anywhere, in_need = LONG[language]

    def told(title: str, said: str) -> set[str]:
        return {d.signal for d in shipped.detect(title, said, language)}

    assert "medicine-shortage" in told(in_need, text.format(remark))
    assert not told(anywhere, text.format(remark))
    # A text of one sentence has no room for where it is.
    assert "medicine-shortage" in told(anywhere, remark)
    assert all(rule.needs_if_alone for rule in shipped.rules.values())
