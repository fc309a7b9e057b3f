"""What a harm was caused by: the nearest cause of its sentence, or what the harm's own word says.

Pure: roles by position in, a cause out.
"""

from __future__ import annotations

from rules.loading.choices import Cause, Victims
from rules.matching.finding.reading import Span
from rules.matching.harm.harm import Weapon
from rules.matching.harm.roles import WEAPON, Roles, is_definite

CAUSE_REACH = 14
"""Words between a harm or its victim and what caused it."""
LONGEST_PHRASE = 12
"""Words that a phrase of a term may have."""
NEAR_CAUSE = 8
"""Words within which a weapon or a disaster counts whatever accident is told beside it."""


def nearest_cause(roles: Roles, harm: Span, victim: Span) -> tuple[Cause, Weapon | None]:
    """The nearest cause; war or a disaster that is near outweighs all others, a shot or a blast
    none: "shot dead in a robbery", "an explosion of cooking gas". And the weapon, where it is all
    that tells of war."""
    best: tuple[int, Cause, Weapon | None] | None = None
    start = min(harm.first, victim.first) - CAUSE_REACH - LONGEST_PHRASE
    end = max(harm.last, victim.last) + CAUSE_REACH + 2
    for at in range(max(0, start), min(end, len(roles.tokens))):
        for span, name, cause in roles.causes.get(at, ()):
            if (span.overlaps(harm) and cause != "disaster") or span.overlaps(victim):
                continue
            distance = min(between(span, harm), between(span, victim))
            if distance > CAUSE_REACH:
                continue
            if name in ("$cause-conflict", "$cause-disaster") and distance <= NEAR_CAUSE:
                distance -= CAUSE_REACH
            elif name == WEAPON:
                distance += CAUSE_REACH
            if best is None or distance < best[0]:
                kind: Weapon = "blast" if span.first in roles.blasts else "shot"
                best = (distance, cause, kind if name == WEAPON else None)
    return (best[1], best[2]) if best else ("unsaid", None)


def cause_by_the_word(
    roles: Roles, harm: Span, victim: Span | None, who: Victims
) -> tuple[Cause, str]:
    """The cause that the harm's word implies where none is named, and why.

    «استشهاد شاب» is an act of war; «توفي الشاعر» is nobody's, unless it came of wounds.
    """
    first = victim.first if victim is not None else harm.first
    counted = first in roles.counts or bool({first - 1, first - 2} & roles.counts)
    if harm.first in roles.martyred:
        # «استشهد الكاتب بقول ...», «كان يستشهد به» are quotations.
        known = not counted and is_definite(roles.tokens[first].surface)
        if known or roles.tokens[harm.first].norm.lstrip("وفس")[:1] in ("ي", "ت"):
            return "unsaid", ""
        return "conflict", "; a martyr's death"
    one = roles.tokens[first].script == "ar" or not _is_plural(roles.tokens[first].norm)
    if harm.first in roles.natural and who == "people" and one and not counted:
        wounds = range(harm.first, harm.first + CAUSE_REACH)
        if first not in roles.held and roles.of_wounds.isdisjoint(wounds):
            return "illness", "; a death of its own"
    return "unsaid", ""


def _is_plural(word: str) -> bool:
    """Of English and French persons, by the ending."""
    return word.endswith(("s", "x")) or word in ("people", "men", "women", "children")


def between(a: Span, b: Span) -> int:
    """Words that stand between two spans."""
    return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)
