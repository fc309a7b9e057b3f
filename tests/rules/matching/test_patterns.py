"""Patterns of terms: which are looked for in a text at all."""

from __future__ import annotations

from typing import Any

import pytest

from rules import RuleSet
from rules.matching.finding import patterns
from rules.matching.finding.patterns import asks_for_latin


@pytest.mark.parametrize(
    "pattern",
    [
        "(?i)(explosions?|blasts?)( and (a )?(fire|blaze))? (at|in)",
        "a{0,3}b",
        "(a|b)+1",
        r"\w+x",
        "(?i:a)1",
        r"\(a",
        "[(]a",
        "où",
        "((a|b)c?)?d|e",
        "ab*?",
    ],
)
def test_a_pattern_asks_for_latin_letters(pattern: str) -> None:
    assert asks_for_latin(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "a?", "a*?", "a{0,2}", "(a|1)", "(a|b)*", "(ab)?1", "a|", "(?i)1", "é"),
        *("[a-z]+", "(?P<ab>1)", r"\pL", r"\p{Arabic}", r"\x{61}", "(?i)covid|sars|[0-9]"),
        "عام (19|20)[0-9]{2}",
    ],
)
def test_a_pattern_may_match_without_them_or_nobody_is_sure(pattern: str) -> None:
    assert not asks_for_latin(pattern)


def test_patterns_that_ask_for_latin_are_looked_for_only_beside_latin_letters(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = shipped.terms.patterns
    asked = []

    class Counted:
        def __init__(self, number: int, made: Any) -> None:
            self.number, self.made = number, made

        def Match(self, text: bytes) -> Any:
            asked.append(self.number)
            return self.made.Match(text)

    for kind in ("_sets", "_latin"):
        sets = [(Counted(len(bits), made), bits) for made, bits in getattr(looked_for, kind)]
        monkeypatch.setattr(looked_for, kind, sets)
    looked_for.in_text("قتل 12 شخصا في حلب عام 2016، 40% منهم أطفال")
    arabic, asked[:] = sum(asked), []
    looked_for.in_text("قتل 12 شخصا في حلب، وفق OCHA")
    assert arabic < 0.6 * sum(asked)


@pytest.mark.parametrize("text", ["covid", "COVID", "forced to flee", "ſoldierſ aſ covid", "Kovid"])
def test_nothing_is_missed(shipped: RuleSet, text: str) -> None:
    """ſ is an s and the sign for kelvin a k where case is ignored."""
    one = patterns.search_set(["s|k|o"])
    assert one.Match(text.encode())
    made = patterns.Patterns({}, shipped.terms.signs, ("s|k|o", "[0-9]"))
    assert made.in_text(text) == (0, 1)
    assert made.in_text("في ١٢") == (0, 0)
    assert patterns.Patterns({}, shipped.terms.signs, ("s", "k")).in_text("ſ\u212a") == (0, 3)
