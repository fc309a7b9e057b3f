"""Whether people who are only counted are soldiers, by what was attacked.

Pure: roles by position in, what tells it out.
"""

from __future__ import annotations

from rules.loading.choices import Victims
from rules.matching.finding.reading import Span
from rules.matching.harm.roles import Roles

SITE_REACH = 10
"""Words behind the dead in which the barracks that was attacked may stand."""
AIMED_REACH = 6
"""Words before a harm in which the soldiers may stand whom an attack was aimed at."""

_ANYONE = frozenset(("شخص", "اشخاص", "شخصا", "people", "persons", "personnes"))
_ONTO = frozenset(("علي", "on", "at", "against", "into", "contre", "sur"))


def soldiers_by_place(roles: Roles, harm: Span, victim: Span, who: Victims) -> str:
    """What tells that a number, «آخرون» or "six people" are soldiers; empty where nothing does."""
    anyone = victim.first == victim.last and roles.tokens[victim.first].norm in _ANYONE
    if who != "uncounted" and not (who == "people" and anyone):
        return ""
    if _at_a_military_site(roles, max(harm.last, victim.last)):
        return "at a military site"
    if who == "uncounted" and _follows_fighters_aimed_at(roles, harm):
        return "of the fighters aimed at"
    return ""


def _at_a_military_site(roles: Roles, last: int) -> bool:
    """«مقتل ستة أشخاص في هجوم على قاعدة بحرية»"""
    tokens = roles.tokens
    return any(
        at - 1 > last and {tokens[at - 1].norm, tokens[at - 2].norm} & _ONTO
        for at in range(last + 1, last + 1 + SITE_REACH)
        if at in roles.sites
    )


def _follows_fighters_aimed_at(roles: Roles, harm: Span) -> bool:
    """«استهداف تجمع لجنود الاحتلال وقتل ستة»: the number is of those soldiers."""
    if not roles.tokens[harm.first].surface.startswith("و"):
        return False
    for at in range(harm.first - 1, max(-1, harm.first - 1 - AIMED_REACH), -1):
        person = roles.persons.get(at)
        if person is not None:
            aimed_at = roles.tokens[at].surface.startswith(("ل", "ب"))
            return person.who == "fighters" and aimed_at
    return False
