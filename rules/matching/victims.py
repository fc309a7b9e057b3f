"""Who is harmed in an entry: the harms of its sentences, read one after the other.

A harm word says that somebody was killed, wounded or lost; who it was decides whether relief
workers want to know (`rules.matching.harm_victims`). Some of it another sentence tells: what the
entry is about, and who the victims named before were.

Pure: readings in, readings with harms out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from rules.loading.schema import Cause, Victims
from rules.matching.harm_roles import CAUSES, HARMS, PLACE
from rules.matching.harm_victims import Harm, harms, term_of
from rules.matching.terms import Reading

OPENING_SENTENCES = 2
"""Sentences of the text that tell, with the title, what an entry is about."""


def asked(of: Sequence[Victims], by: Sequence[Cause]) -> tuple[str, ...]:
    """The names of the harms that a clause asks for; nothing given means any."""
    return tuple(
        term_of(who, cause) for who in of or get_args(Victims) for cause in by or get_args(Cause)
    )


def with_harms(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The sentences of an entry, with the harms found in them as spans that clauses can ask for."""
    if not any(reading.of(name) for reading in readings for name in HARMS):
        return tuple(readings)
    done = []
    for reading, found in zip(readings, harms_of_entry(readings), strict=True):
        spans = dict(reading.spans)
        for harm in found:
            spans[harm.term] = (*spans.get(harm.term, ()), harm.span)
        done.append(replace(reading, spans=spans) if found else reading)
    return tuple(done)


def harms_of_entry(readings: Sequence[Reading]) -> tuple[tuple[Harm, ...], ...]:
    """The harms of each sentence, read in order.

    A fighter victim silences bare counts behind it: «مقتل خمسة جنود ... وإصابة عشرة» are soldiers.
    A cause that the sentence leaves out is an accident, a crime or a sickness where title and
    opening tell of nothing else. Killing in general is news of a place in crisis, and elsewhere an
    opinion.
    """
    fighters_before = False
    opening = _opening(readings)
    about = _everyday(opening)
    in_crisis = any(reading.of(PLACE) for reading in opening)
    entry = []
    for reading in readings:
        judged = []
        for found in harms(reading):
            harm = found
            if harm.general and not in_crisis:
                continue
            if harm.cause == "unsaid" and about is not None:
                harm = replace(harm, cause=about, why=f"{harm.why}; the opening tells of {about}")
            if harm.who == "uncounted" and fighters_before:
                harm = replace(harm, who="fighters", why=f"{harm.why}; fighters were named before")
            fighters_before = harm.who == "fighters" or (
                fighters_before and harm.who == "uncounted"
            )
            judged.append(harm)
        entry.append(tuple(judged))
    return tuple(entry)


def _opening(readings: Sequence[Reading]) -> list[Reading]:
    """The title and the first sentences of the text."""
    opening = [r for r in readings if r.sentence.field == "title"]
    return opening + [r for r in readings if r.sentence.field == "text"][:OPENING_SENTENCES]


def _everyday(opening: Sequence[Reading]) -> Cause | None:
    """The accident, crime or sickness that title and opening tell of, and of no war or disaster."""
    seen: Cause | None = None
    for name, cause in CAUSES:
        if any(r.of(name) for r in opening):
            if cause in ("conflict", "disaster"):
                return None
            seen = seen or cause
    return seen
