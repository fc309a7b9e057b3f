"""What is detected does not depend on the process that reads."""

from __future__ import annotations

from types import SimpleNamespace

from rules.matching.reading import Reading, Span

NAMES = tuple(f"term-{number:02}" for number in range(30))


def test_of_terms_that_hold_the_same_words_one_is_named_by_its_name() -> None:
    """The order of a set differs from process to process, and with it which term the evidence
    named: states of places are read from these names."""
    spans = {Span(2, 3), Span(2, 4), Span(5, 5)}
    matcher = SimpleNamespace(look_for=lambda name, reading: spans)
    reading = Reading(*(None, (), None, matcher, 0, ""))  # type: ignore[arg-type]
    found = reading.any_of(NAMES[::-1])
    wanted = [(span, name) for span in (Span(2, 4), Span(2, 3), Span(5, 5)) for name in NAMES]
    assert found == wanted
