"""The gate at start and reload: files, then the tests in them; and how a direction is settled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.rules_in_force import Kept, RulesInForce, Swapped
from rules import RuleSet, RulesInvalid

RULE = """id: well-water
title: جفاف الآبار
description: جفاف الآبار.
sector: WASH
terms:
  well: {ar: [بئر/آبار]}
  dry: {ar: [جفاف, ~جفّ]}
when:
  - {name: dry-well, near: [well, dry]}
examples:
  fires: [جفت آبار القرية]
  silent: [%s]
"""
FAILS = RULE % "جفاف الآبار في القرية"
PASSES = RULE % "حفر بئر جديدة"


@pytest.fixture
def folder(tmp_path: Path, few_shipped: None) -> Path:
    (tmp_path / "signals").mkdir()
    return tmp_path


def put(folder: Path, text: str) -> None:
    (folder / "signals" / "well-water.yaml").write_text(text, encoding="utf-8")


async def test_a_service_does_not_start_on_rules_whose_tests_fail(folder: Path) -> None:
    put(folder, FAILS)
    with pytest.raises(RulesInvalid, match="the test «جفاف الآبار في القرية» fails"):
        await RulesInForce.start(folder, None)


async def test_a_reload_runs_the_tests_and_keeps_the_old_rules_when_one_fails(
    folder: Path,
) -> None:
    put(folder, PASSES)
    rules = await RulesInForce.start(folder, None)
    before = rules()

    put(folder, FAILS)
    kept = await rules.reload()
    assert isinstance(kept, Kept)
    assert "fails" in kept.problems[0]
    assert rules() is before

    put(folder, PASSES + "# a word more\n")
    assert isinstance(await rules.reload(), Swapped)


TURNS = """terms:
  siege: {ar: [حصار]}
  lifted: {ar: [رفع]}
  bad: {ar: [قحط]}
  good: {ar: [مطر]}
  again: {ar: [غيث]}
when:
  - {any: [siege]}
  - {any: [bad]}
  - {any: [good], direction: improving}
  - {any: [again], direction: denied}
direction:
  improving: [lifted]
"""


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("رفع حصار المدينة", "improving"),
        ("حصار المدينة مستمر ولم يتم رفعه", "worsening"),
        ("حصار المدينة مستمر بلا رفع", "worsening"),
    ],
)
def test_a_negated_relief_word_relieves_nothing(
    small_rules: Callable[..., RuleSet], text: str, direction: str
) -> None:
    assert small_rules(TURNS).detect("", text, "ar")[0].direction == direction


@pytest.mark.parametrize(
    ("title", "text", "direction"),
    [
        ("", "قحط ومطر", "worsening"),
        ("", "مطر وقحط", "worsening"),
        ("", "غيث ومطر", "denied"),
        ("مطر", "قحط", "improving"),
        ("قحط", "مطر وغيث", "worsening"),
    ],
)
def test_in_a_tie_the_worse_is_told_and_the_title_counts_double(
    small_rules: Callable[..., RuleSet], title: str, text: str, direction: str
) -> None:
    assert small_rules(TURNS).detect(title, text, "ar")[0].direction == direction
