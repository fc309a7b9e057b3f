"""Whether a killing is only threatened, planned or attempted.

Pure: roles by position in, yes or no out.
"""

from __future__ import annotations

from rules.matching.finding.reading import Span
from rules.matching.harm.roles import NOUN, Roles

MEANT_REACH = 4
"""Words before a deed in which a threat, a plan or an attempt makes it one that was not done."""

_LEADING_TO = frozenset(("علي", "الي"))


def only_meant(roles: Roles, name: str, harm: Span) -> bool:
    """«هدد بقتل رهائن», «محاولة اغتيال صحفي»; not «توعد بعد مقتل ...», where it is done."""
    first = harm.first
    if not roles.meant or first not in roles.deeds:
        return False
    led_to = first > 0 and roles.tokens[first - 1].norm in _LEADING_TO
    if name != NOUN and not led_to:
        return False
    for at in range(first - 1, max(-1, first - 1 - MEANT_REACH), -1):
        if at in roles.meant:
            return True
        if at in roles.kind and at not in roles.deeds:
            return False
        if roles.tokens[at].breaks or (at in roles.stops and not (led_to and at == first - 1)):
            return False
    return False
