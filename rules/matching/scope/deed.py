"""A deed of relief: somebody mends the pump, hands out tents, opens a ward, clears a road.

Which deed is relief to what is the signal's business (a clause with ``deed: true``, the deed
first). What such sentences share is that it has been done: it is not asked for, planned or
promised, no no stands over it, it is not too little, and no trouble follows that undoes it. What
the thing had suffered before, "the clinic that shells had closed", undoes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.matching.finding.reading import Reading, Span
from rules.matching.scope.effect import HOLLOW, SORRY, TROUBLE
from rules.matching.scope.negation import any_negation
from rules.matching.scope.statement import (
    AIM,
    INFINITIVES,
    is_awaited,
    is_background,
    is_of_the_past,
)

NOUNS = "-of"
"""How the name of a list of Arabic verbal nouns ends: «إصلاح المضخة» tells of it in a headline."""
NEGATED_DEED = 3
"""Words between a no and the deed that was not done."""
OF_THE_THING = 2
"""Words behind a deed and its thing in which what the thing had suffered stands."""
_WILL = ("سي", "ست", "سن", "وسي", "وست", "لي", "لت", "ولي", "ولت")
_FUTURE = ("ra", "ront", "rait", "raient", "rons")
_JOINS = frozenset(
    ("and", "but", "then", "before", "only", "et", "mais", "puis", "avant", "ثم", "لكن", "ولكن")
)


def is_done(reading: Reading, found: Sequence[tuple[Span, str]]) -> bool:
    """Whether the deed that what is found begins with has been done, and nothing undoes it."""
    evidence = [span for span, _ in found]
    deed, name = found[0]
    if name.endswith(NOUNS) and deed.first and not reading.sentence.tokens[deed.first].breaks:
        return False
    if _is_to_be_done(reading, deed) or is_of_the_past(reading, deed):
        return False
    if any(any_negation(reading, span, NEGATED_DEED) is not None for span in evidence):
        return False
    if any(
        not _told(word, evidence) and not is_background(reading, word)
        for word in reading.of(HOLLOW)
    ):
        return False
    first, last = min(e.first for e in evidence), max(e.last for e in evidence)
    return not any(
        _undoes(reading, word, first, last)
        for name in (TROUBLE, SORRY)
        for word in reading.of(name)
        if not _told(word, evidence)
    )


def _is_to_be_done(reading: Reading, deed: Span) -> bool:
    """ "To mend the road", «pour rouvrir», «رُمِّم» but not «سيُرمَّم», «ليرمم»."""
    token = reading.sentence.tokens[deed.first]
    if token.script == "ar":
        will = token.norm.startswith(_WILL) and len(token.norm) > 4
        return will or is_awaited(reading, deed.first) or _is_aimed_at(reading, deed)
    if reading.language == "fr" and token.norm.endswith(_FUTURE) and len(token.norm) > 5:
        return True
    if any(s.overlaps(deed) for s in reading.of(INFINITIVES)):
        return True
    return is_awaited(reading, deed.first) or _is_aimed_at(reading, deed)


def _is_aimed_at(reading: Reading, deed: Span) -> bool:
    return any(aim.last + 1 == deed.first for aim in reading.of(AIM))


def _told(word: Span, evidence: Sequence[Span]) -> bool:
    return any(word.overlaps(each) for each in evidence)


def _undoes(reading: Reading, word: Span, first: int, last: int) -> bool:
    """ "Reopened and was shelled again" undoes it, "reopened the shelled ward" does not."""
    if is_background(reading, word):
        return False
    if word.first < first:
        return not reading.sentence.tokens[first].breaks
    if word.first <= last:
        return False
    between = reading.sentence.tokens[last + 1 : word.first + 1]
    if any(t.norm in _JOINS or t.breaks for t in between):
        return True
    return len(between) > OF_THE_THING
