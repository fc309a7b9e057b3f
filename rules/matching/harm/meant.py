"""Whether a killing is only threatened, planned, attempted or held possible.

Pure: roles by position in, yes or no out.
"""

from __future__ import annotations

from rules.loading.choices import Victims
from rules.matching.finding.reading import Span
from rules.matching.harm.roles import NOUN, VERB, Roles

MEANT_REACH = 4
"""Words before a deed in which a threat, a plan or an attempt makes it one that was not done."""

_MAY = frozenset(("could", "might", "would", "pourrait", "pourraient"))
_BETWEEN = frozenset("be also still soon etre aussi encore bientot".split())
"""What may stand between these and a verb; behind a "have" it was done, as far as is known."""
_BRINGING = frozenset("cause claim faire causer provoquer entrainer coute couter".split())
_TO_COUNTS = frozenset("jusqu a au de plus moins entre et up to more than at least over".split())

_DYING = frozenset("die kill killed perish starve mourir tuer tue tues tuee tuees perir".split())

_LEADING_TO = frozenset(("علي", "الي"))


def is_not_done(roles: Roles, name: str, harm: Span, who: Victims) -> bool:
    """Whether it has not come to the harm, as far as its sentence says.

    A threat to those who treat is an attack on care by itself.
    """
    if _only_possible(roles, name, harm):
        return True
    return who != "health-workers" and _only_meant(roles, name, harm)


def _only_meant(roles: Roles, name: str, harm: Span) -> bool:
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


def _only_possible(roles: Roles, name: str, harm: Span) -> bool:
    """ "Thousands could die", «le séisme pourrait faire 1600 morts»: it has not come to that.

    Not "may have been killed", "could be buried", which is feared of what has happened.
    """
    tokens = roles.tokens
    at = harm.first - 1
    if name == VERB and tokens[harm.first].norm in _DYING:
        while at >= 0 and tokens[at].norm in _BETWEEN:
            at -= 1
    else:
        while at >= 0 and (at in roles.counts or tokens[at].norm in _TO_COUNTS):
            at -= 1
        if at < 0 or tokens[at].norm not in _BRINGING:
            return False
        at -= 1
    return at >= 0 and tokens[at].norm in _MAY
