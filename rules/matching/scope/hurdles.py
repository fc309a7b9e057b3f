"""What stands in the way of relief, and whether it is lifted.

«ترفع الحظر عن دخول المساعدات»: a ban that is lifted keeps nothing out. Pure: readings in,
governors out.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.matching.finding.reading import Reading, Span
from rules.matching.scope.governors import STATE_NOUNS, STATE_TERMS, Governor
from rules.matching.scope.negation import NEGATED_GOVERNOR, any_negation, any_within

HURDLE = "$scope-hurdle"
LICENCE = "$scope-licence"
TERMS = (HURDLE, LICENCE)
HURDLE_WITHIN = 3
"""Words behind "lifts", "scraps" in which the hurdle is named."""
HURDLE_BEHIND = 2
"""Words between "lifts", "an end to" and the ban itself."""


def lifts_one(reading: Reading, governor: Governor, evidence: Sequence[Span]) -> bool:
    """«تلغي شرط التصاريح عن شحنات الإغاثة»: what is cancelled stands in the way of the aid."""
    if governor.state not in ("ended", "cancelled", "eased", "stopped"):
        return False
    if governor.negation is not None:
        return False
    after = [e.first for e in evidence if e.first > governor.span.last]
    if not after:
        return False
    near = min(after[0], governor.span.last + 1 + HURDLE_WITHIN)
    return any_within(reading.of(HURDLE), governor.span.last + 1, near - 1)


def is_over_one(reading: Reading, no: Span) -> bool:
    """ "No limits on aid entering", «لا قيود على دخول المساعدات»: there is none of the hurdle; what
    it would keep out comes in."""
    at = no.last + 1
    return any_within(reading.of(HURDLE), at, at) and not any_within(reading.of(LICENCE), at, at)


def standing(reading: Reading, governors: Sequence[Governor]) -> list[Governor]:
    """The governors without a ban that is lifted: «ترفع الحظر عن دخول المساعدات».

    A ban that was not lifted stands, and the no is not the ban's: "has not lifted the ban".
    """
    found = []
    for governor in governors:
        lift = _lift_of(reading, governor.span) if governor.state == "obstructed" else None
        if lift is None:
            found.append(governor)
        elif (no := any_negation(reading, lift, NEGATED_GOVERNOR)) is not None:
            own = governor.negation
            found.append(governor._replace(negation=None if own == no else own))
    return found


def _lift_of(reading: Reading, hurdle: Span) -> Span | None:
    """The word before a ban that lifts it, with nothing but small words between."""
    tokens = reading.sentence.tokens
    for state in ("ended", "eased", "cancelled"):
        for name in (STATE_TERMS[state], STATE_NOUNS[state]):
            for span in reading.of(name):
                between = hurdle.first - span.last - 1
                if 0 <= between <= HURDLE_BEHIND and not any(
                    token.breaks for token in tokens[span.last + 1 : hurdle.first + 1]
                ):
                    return span
    return None
