"""Whether a word for less ("fewer", «أقل», "moins de") says that a trouble is less.

"Fewer cholera cases" are relief, "fewer doctors" are none: the list of what is counted of a
trouble decides.
"""

from __future__ import annotations

from rules.matching.finding.reading import Reading, Span
from rules.matching.scope.negation import any_within

FEWER = "$scope-fewer"
MORE = "$scope-more"
TOLL = "$scope-toll"
_BORDER = "$scope-border"
TERMS = (FEWER, MORE, TOLL)

TOLL_BEHIND = 2
TOLL_BEFORE = 4
"""Words between "fewer" and the cases behind it, "down" and the cases before it."""


def are_of_a_trouble(reading: Reading, fewer: Span) -> bool:
    """Whether it is a toll that is less, and nothing beside it more ("deaths fall, cases rise")."""
    return not reading.of(MORE) and any(_counts(reading, fewer, t) for t in reading.of(TOLL))


def _counts(reading: Reading, fewer: Span, toll: Span) -> bool:
    left, right = (fewer, toll) if fewer.first < toll.first else (toll, fewer)
    between = right.first - left.last - 1
    if not 0 <= between <= (TOLL_BEHIND if left is fewer else TOLL_BEFORE):
        return False
    if any_within(reading.of(_BORDER), left.last + 1, right.first - 1):
        return False
    return not any(t.breaks for t in reading.sentence.tokens[left.last + 1 : right.first + 1])
