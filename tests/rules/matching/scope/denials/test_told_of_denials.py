"""A denial above what posts are said to claim, and a no that stands a word from its verb."""

from __future__ import annotations

import pytest

from rules.matching.ruleset import RuleSet


def direction(rules: RuleSet, signal: str, title: str, text: str = "") -> str | None:
    return next((d.direction for d in rules.detect(title, text, "en") if d.signal == signal), None)


@pytest.mark.parametrize(
    ("title", "text", "said"),
    [
        (
            "Central Hospital remains open, director says",
            "Messages claiming the clinic had shut came from a forged page.",
            "denied",
        ),
        (
            "Central Hospital remains open, director says",
            "Nurses told us the clinic had shut on Monday.",
            "worsening",
        ),
        ("MSF: no hospital in Darfur has run out of medicines", "", "denied"),
        ("MSF: a hospital in Darfur has run out of medicines", "", "worsening"),
    ],
)
def test_what_is_only_claimed_below_a_denial_is_not_stated(
    shipped: RuleSet, title: str, text: str, said: str
) -> None:
    signal = "medicine-shortage" if "medicines" in title else "health-system-collapse"
    assert direction(shipped, signal, title, text) == said
