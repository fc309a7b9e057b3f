"""What is detected does not depend on the process that reads."""

from __future__ import annotations

from types import SimpleNamespace

from rules.matching.clauses import _candidates
from rules.matching.terms import Span

NAMES = tuple(f"term-{number:02}" for number in range(30))


def test_of_terms_that_hold_the_same_words_one_is_named_by_its_name() -> None:
    """The order of a set differs from process to process, and with it which term the evidence
    named: states of places are read from these names."""
    spans = {Span(2, 3), Span(2, 4), Span(5, 5)}
    reading = SimpleNamespace(of=lambda name: spans)
    found = _candidates(SimpleNamespace(terms=NAMES[::-1]), reading)  # type: ignore[arg-type]
    wanted = [(span, name) for span in (Span(2, 4), Span(2, 3), Span(5, 5)) for name in NAMES]
    assert found == wanted
