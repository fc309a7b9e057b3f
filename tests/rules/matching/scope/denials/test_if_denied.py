"""Words too loose to tell of a trouble, which beside a denial are enough (``if_denied``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import RuleSet, detect
from tests.rules.few import load_few

WARD = """id: ward
title: {en: Ward}
description: A ward that gives no care.
sector: none
terms:
  ward: {en: [ward]}
  gone: {en: [closed, closure]}
  nurse: {en: [nurse, ward]}
  strike: {en: [strike]}
when:
  - name: ward-closed
    near: [ward, gone]
  - name: said-not-so
    near: [nurse, strike]
    in: title
    if_denied: true
examples:
  fires: [The ward closed]
  silent: [a quiet day]
"""
MARKET = """id: market
title: {en: Market}
description: A market that is struck.
sector: none
terms:
  market: {en: [market]}
  struck: {en: [strike]}
when:
  - name: said-not-so
    near: [market, struck]
    in: title
    if_denied: true
examples:
  fires: ["Denied: strike on the market"]
  silent: [a quiet day]
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder: Path = tmp_path_factory.mktemp("denied")
    (folder / "signals").mkdir()
    for name, text in (("ward", WARD), ("market", MARKET)):
        (folder / "signals" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_few(folder, None)


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Nurses are on strike", {}),
        ("Nurses deny that they are on strike", {"ward": "denied"}),
        ("Nurses did not strike", {"ward": "denied"}),
        # over whom it befell only
        ("No nurse was spared by the long strike", {}),
        ("Nurses do not deny that they are on strike", {}),
        # what is told in so many words has a say, and the loose ones have none
        ("Ward closed, nurses deny a strike", {"ward": "worsening"}),
        ("Nurses deny closure of the ward over the strike on the market", {"ward": "denied"}),
        # one denial denies one thing: whose words stand nearest together
        ("Army denies strike on market near the nurses", {"market": "denied"}),
    ],
)
def test_loose_words(rules: RuleSet, title: str, found: dict[str, str]) -> None:
    assert {d.signal: d.direction for d in detect(rules, title, "", "en")} == found


def test_they_tell_nothing_below_the_title(rules: RuleSet) -> None:
    assert not detect(rules, "Denial", "Nurses deny that they are on strike.", "en")
