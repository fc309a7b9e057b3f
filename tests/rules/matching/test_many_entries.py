"""Many entries at once: what is found in each is what is found in it alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest

from rules import RuleSet
from rules.matching.entry import opened
from rules.matching.gate import Gate
from tests.rules.matching.test_work import NEWS, ORDINARY


def test_many_entries_are_detected_as_one_by_one(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rules.matching.match.TOGETHER", 7)
    examples = [each for tests in shipped.tests for each in tests.tests.fires[:3]]
    fires = [e if isinstance(e, str) else e.text or e.vary or "" for e in examples]
    silent = [ORDINARY, "", "ح.ص.ا.ر المدينة", "مدرسةجديدة\u200b حصار"]
    entries = [("" if n % 7 else NEWS, text, None) for n, text in enumerate(fires + silent)]
    found = list(shipped.detect_each(entries))
    assert found == [shipped.detect(*each) for each in entries]
    assert len({len(each) for each in found}) > 2
    assert list(shipped.detect_each(())) == []


def test_a_step_to_the_gate_is_taken_with_many_entries_before_the_next(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one step needs is near the processor then; by turns each step sends for it again."""
    taken: list[str] = []

    def noted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def note(*given: Any) -> Any:
            taken.append(name)
            return real(*given)

        return note

    monkeypatch.setattr("rules.matching.match.opened", noted("opened", opened))
    for name in ("signs_of", "may_fire", "in_readings"):
        monkeypatch.setattr(Gate, name, noted(name, getattr(Gate, name)))
    list(shipped.detect_each([("", ORDINARY, "ar"), ("", NEWS, "ar")]))
    steps = [name for name, _ in groupby(taken)]
    assert steps == ["opened", "signs_of", "may_fire", "in_readings"]
