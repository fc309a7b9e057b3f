"""Bad news that is told by its name alone is pushed where its sentence says more of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import RuleSet
from tests.rules.few import load_few

TRUCE = """id: truce
title: {en: Truce}
description: A truce that is asked for, kept or broken.
sector: none
terms:
  truce: {en: [truce]}
  asked: {en: [calls for]}
  talks: {en: [talks]}
when:
  - name: truce
    any: [truce]
    negated: any
  - name: truce-talks
    near: [truce, talks]
pushed_with: [asked]
scope:
  means: {negated: worsening}
examples:
  fires: [A truce in Tari]
  silent: [a quiet day]
"""
ROAD = """id: road
title: {en: Roads shut}
description: Roads that are shut.
sector: none
terms:
  road: {en: [road]}
  shut: {en: [shut]}
when:
  - name: road-shut
    near: [road, shut]
examples:
  fires: [The road is shut]
  silent: [a quiet day]
"""


def load(folder: Path, truce: str) -> RuleSet:
    (folder / "signals").mkdir()
    for name, text in (("truce", truce), ("road", ROAD)):
        (folder / "signals" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_few(folder, None)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return load(tmp_path_factory.mktemp("named"), TRUCE)


def level(rules: RuleSet, title: str, text: str = "") -> str:
    return {d.signal: str(d.level) for d in rules.detect(title, text, "en")}["truce"]


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        ("Tari between war and truce", "", "watch"),
        ("What is a truce?", "A truce is a rest in a war.", "watch"),
        ("Bishop calls for a truce in Tari", "", "alert"),
        # Either of two sentences may say it.
        ("What is a truce?", "The bishop calls for a truce.", "alert"),
        # Another sentence says nothing of the truce.
        ("A truce in Tari", "The bishop calls for rain.", "watch"),
        # Several words together state something, and so does a no.
        ("Truce talks in Tari", "", "alert"),
        ("No truce in Tari, says general", "", "alert"),
        # It is not as loud as a title beside another one's news either.
        ("The road is shut", "Tari lives between war and truce.", "watch"),
        ("The road is shut", "The bishop calls for a truce.", "alert"),
    ],
)
def test_what_is_only_named_waits_for_the_digest(
    rules: RuleSet, title: str, text: str, said: str
) -> None:
    assert level(rules, title, text) == said


def test_a_rule_that_asks_for_nothing_pushes_what_a_title_names(tmp_path: Path) -> None:
    plain = TRUCE.replace("pushed_with: [asked]\n", "").replace("  asked: {en: [calls for]}\n", "")
    assert level(load(tmp_path, plain), "Tari between war and truce") == "alert"


def test_relief_keeps_its_level(tmp_path: Path) -> None:
    loud = TRUCE.replace("sector:", "level: {worsening: alert, improving: alert}\nsector:")
    loud = loud.replace("    negated: any\n", "    negated: any\n    direction: improving\n")
    assert level(load(tmp_path, loud), "Tari between war and truce") == "alert"
