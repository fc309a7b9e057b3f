"""Whether a word of harm tells of no new harm: known dead, killing as such, words of a martyr.

Pure: roles by position in, yes or no out.
"""

from __future__ import annotations

from rules.loading.choices import Victims
from rules.matching.finding.reading import Span
from rules.matching.harm.roles import (
    CASUALTY,
    CAUSING,
    IF_COUNTED,
    INNOCENT,
    VERB,
    Roles,
    is_definite,
)

NOT_NEW_REACH = 5
"""Words before the dead and wounded in which "to hand over", "to honour" makes them old news."""
_HAVING = frozenset(("a", "ont", "y"))
"""«il y a des morts»: as the verbs of causing."""
_DEFINITE_BEFORE = frozenset(("the", "les", "des", "aux", "their", "our", "leurs", "ses"))


def is_second_of_a_pair(roles: Roles, name: str, span: Span) -> bool:
    """«بين قتيل وجريح»: the second has no victims of its own."""
    at = span.first
    if name != CASUALTY or at < 2 or not roles.tokens[at].surface.startswith("و"):
        return False
    pair = at - 1 in roles.kind and roles.kind[at - 1][0] == CASUALTY
    return pair and roles.tokens[at - 2].surface == "بين"


def is_known(roles: Roles, name: str, span: Span) -> bool:
    """«الجرحى», «الشهيد فلان», "the wounded": known already, unless they are counted."""
    if name not in (CASUALTY, IF_COUNTED):
        return False
    before = range(span.first - NOT_NEW_REACH, span.first)
    if not roles.not_new.isdisjoint(before) and not roles.counted_person(span):
        return True
    first = roles.tokens[span.first]
    if first.script == "ar":
        definite = is_definite(first.surface)
    else:
        definite = span.first > 0 and roles.tokens[span.first - 1].norm in _DEFINITE_BEFORE
        definite = definite and not _some(roles, span.first - 1)
    return definite and not roles.counted_person(span)


def _some(roles: Roles, at: int) -> bool:
    """«a fait des morts et des blessés»: a French «des» is no «de les» where a sentence begins
    with it, or behind a verb of causing and counting."""
    if roles.tokens[at].norm != "des":
        return False
    if at == 0 or roles.tokens[at].breaks or roles.tokens[at - 1].norm in _HAVING:
        return True
    if any(span.last == at - 1 for span in roles.reading.of(CAUSING)):
        return True
    joined = at > 2 and roles.tokens[at - 1].norm in ("et", "ou")
    return joined and roles.tokens[at - 3].norm == "des" and _some(roles, at - 3)


def is_quoted(roles: Roles, harm: Span, victim: Span) -> bool:
    """«استشهد الكاتب بقول ...»: a known person, and behind him what he cites."""
    after = victim.last + 1
    if harm.first not in roles.martyred or after >= len(roles.tokens):
        return False
    if victim.first < harm.first or not is_definite(roles.tokens[victim.first].surface):
        return False
    by_arms = after in roles.causes or after in roles.stops or after in roles.places
    return roles.tokens[after].surface.startswith("ب") and not by_arms


def is_general(roles: Roles, name: str, harm: Span, victim: Span | None, who: Victims) -> bool:
    """«قتل الأبرياء», «يقتلون الأطفال»: all of a kind, at no time."""
    if victim is None or who not in ("civilians", "people"):
        return False
    if victim.first not in roles.in_general or victim.first < harm.first:
        return False
    if any(span.first == victim.first for span in roles.reading.of(INNOCENT)):
        return True
    if {victim.first - 1, victim.first - 2} & roles.counts:
        return False
    if name != CASUALTY and harm.first in roles.doing:
        # «قتلى» is no killing as such: they are dead.
        return True
    # The imperfect by its first letter.
    verb = roles.tokens[harm.first].norm.lstrip("وفس")
    return name == VERB and verb[:1] in ("ي", "ت") and harm.first not in roles.natural
