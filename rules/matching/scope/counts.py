"""Whether a word for less ("fewer", «أقل», "moins de") says that a trouble is less.

"Fewer cholera cases" are relief, "fewer doctors" are none: the list of what is counted of a
trouble decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rules.language.numbers.digits import digits_value
from rules.language.text import Token
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
FROM_TO = 6
"""Words between two numbers of which one is what the other was: "to 12 a week from 800"."""
_FROM = frozenset(("from", "de", "contre", "من", "مقابل"))
_TO = frozenset(("to", "a", "الي"))


def are_of_a_trouble(reading: Reading, fewer: Span) -> bool:
    """Whether it is a toll that is less, and nothing beside it more ("deaths fall, cases rise").

    Two numbers tell which way it went, «passés de 800 à 12», whatever the verb.
    """
    tolls = reading.of(TOLL)
    if not tolls or reading.of(MORE):
        return False
    went = _went(reading.sentence.tokens)
    return went <= 0 and any(_counts(reading, fewer, t, told=went < 0) for t in tolls)


def _went(tokens: Sequence[Token]) -> int:
    """Which way a count went by its two numbers: below nought is down, nought is not known."""
    numbers = [at for at, token in enumerate(tokens) if token.script == "number" and at]
    for first, second in pairwise(numbers):
        if second - first - 1 > FROM_TO:
            continue
        was, now = (digits_value(tokens[at].norm, scaled=False) for at in (first, second))
        if was is None or now is None:
            continue
        leads, follows = tokens[first - 1].norm, tokens[second - 1].norm
        if follows in _FROM:
            was, now = now, was
        elif leads not in _FROM or follows not in _TO:
            continue
        return (now > was) - (now < was)
    return 0


def _counts(reading: Reading, fewer: Span, toll: Span, *, told: bool) -> bool:
    """``told``: two numbers say that it is less; a place may stand between it and what it is of."""
    left, right = (fewer, toll) if fewer.first < toll.first else (toll, fewer)
    between = right.first - left.last - 1
    if not 0 <= between <= (TOLL_BEHIND if left is fewer else TOLL_BEFORE) + FROM_TO * told:
        return False
    if any_within(reading.of(_BORDER), left.last + 1, right.first - 1):
        return False
    return not any(t.breaks for t in reading.sentence.tokens[left.last + 1 : right.first + 1])
