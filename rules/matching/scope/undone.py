"""Relief that the same sentence undoes.

"Power came back, then Kharkiv went dark again", "reopened on Monday and was shut again": what
follows is the news. "Families who had returned have fled once more": what is told of those whom
the relief describes is the news.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.matching.finding.reading import Reading, Span
from rules.matching.scope.effect import TROUBLE
from rules.matching.scope.statement import is_background

FLED = "$undone-flight"
ONCE_MORE = "$undone-again"
TERMS = (FLED, ONCE_MORE)

BEHIND_THEN = 6
"""Words between "then" and the trouble that follows the relief."""
BESIDE = 4
"""Words between a trouble and the "again" that says that it had been over."""
_THEN = frozenset(("then", "puis", "ensuite", "ثم", "before", "avant", "قبل"))
_WHO = frozenset(("who", "that", "which", "qui", "التي", "الذي", "الذين", "ممن", "اللواتي"))


def undoes(reading: Reading, evidence: Sequence[Span]) -> bool:
    """Whether what stands behind a relief undoes it."""
    first, last = min(e.last for e in evidence), max(e.last for e in evidence)
    tokens = reading.sentence.tokens
    # The trouble behind a "then" may be what the clause took for the one that is over.
    then = [at for at in range(first + 1, len(tokens)) if tokens[at].norm in _THEN]
    again = [s for s in reading.of(ONCE_MORE) if s.first > last]
    whose = _is_of_those_who(reading, evidence)
    if not (then or again or whose):
        return False
    for name in (TROUBLE, FLED):
        for trouble in reading.of(name):
            if is_background(reading, trouble):
                continue
            if any(0 < trouble.first - at <= BEHIND_THEN for at in then):
                return True
            if trouble.first <= last:
                continue
            if whose or any(_gap(trouble, mark) <= BESIDE for mark in again):
                return True
    return False


def _is_of_those_who(reading: Reading, evidence: Sequence[Span]) -> bool:
    """«العائلات التي عادت», "families who went back": it says who they are."""
    tokens = reading.sentence.tokens
    return any(e.first and tokens[e.first - 1].norm in _WHO for e in evidence)


def _gap(a: Span, b: Span) -> int:
    return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)
