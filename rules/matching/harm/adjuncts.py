"""Whom an instrument, a place or a time parts from what befell them.

«مقتل بمسيّرة ثلاثة مدنيين», "Shot dead at a checkpoint: a boy of 14", «un raid tue dans leur
sommeil une mère et ses enfants»: the adjunct stands right behind the harm, and whoever is new
behind it is the victim.

Pure: roles by position in, a person out.
"""

from __future__ import annotations

from rules.matching.finding.reading import Span
from rules.matching.harm.roles import NOUN, VERB, Person, Roles, is_definite

ADJUNCT_REACH = 14
"""Words behind the harm in which somebody may stand whom an adjunct parts from it."""
TIME_REACH = 2
"""Words of a time that may stand before the adjunct: «استشهد فجر اليوم في غارة»."""
INTRODUCED_WITHIN = 3
"""Words between a comma, an article or a number and the person."""
_ONE = frozenset(("a", "an", "one", "un", "une", "des"))
_DOES = frozenset(("kill", "kills", "tue", "tuent", "wound", "wounds", "blesse", "blessent"))


def person_past_an_adjunct(roles: Roles, name: str, span: Span) -> Person | None:
    """The first counted or new person behind an adjunct that stands right behind the harm."""
    tokens = roles.tokens
    if name not in (VERB, NOUN) or span.last + 1 >= len(tokens):
        return None
    arabic = tokens[span.first].script == "ar"
    begins = span.first == 0 or tokens[span.first].breaks
    starts = range(span.last + 1, span.last + 2 + (TIME_REACH if arabic else 0))
    adjunct = next((at for at in starts if at in roles.stops), None)
    if adjunct is None:
        return None
    does = tokens[span.first].surface.lower() in _DOES
    if not (begins or does or (arabic and tokens[span.first].surface.startswith("و"))):
        return None
    for at in range(adjunct + 1, min(len(tokens), span.last + 1 + ADJUNCT_REACH)):
        if at in roles.kind and at not in roles.persons:
            return None
        person = roles.persons.get(at)
        if person is None:
            continue
        if arabic:
            if person.counted or _is_new(roles, at, adjunct):
                return person
        elif _is_introduced(roles, at, adjunct, across=not does):
            return person
    return None


def _is_new(roles: Roles, at: int, adjunct: int) -> bool:
    """«على سوق الخضار بائع»: an indefinite noun that is no part of what stands before it."""
    surface = roles.tokens[at].surface
    if is_definite(surface) or surface.startswith("و") or roles.tokens[at].breaks:
        return False
    if roles.persons[at].who == "fighters":
        return False
    before = roles.tokens[at - 1].surface
    return is_definite(before) or (at - 2 > adjunct and at - 2 in roles.stops)


def _is_introduced(roles: Roles, at: int, adjunct: int, *, across: bool) -> bool:
    """Whether an article or a number introduces a person; ``across`` asks for a comma before."""
    for place in range(at, max(adjunct, at - INTRODUCED_WITHIN - 1), -1):
        token = roles.tokens[place]
        if token.norm in _ONE or place in roles.counts:
            return token.breaks if across else True
        if token.breaks:
            return False
    return False
