"""Detections → what is so of a place: besieged, closed, out of service. Pure.

A state says no more than a detection does: its signal, its direction, the clauses and terms of its
evidence. What counts is declared in ``rules/states.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from rules.loading.choices import Direction
from rules.matching.detection import Detection, Evidence
from rules.matching.places.gazetteer import PlaceKind

BEGINNING = 300
"""Code points of the text in which, or in the title, an entry says what it tells. What stands
further down is mostly what went before: the siege, the hospital that was closed last year."""


@dataclass(frozen=True, slots=True)
class StateValue:
    """What may be so, by its title; `bad` is what people are warned of."""

    title: Mapping[str, str]
    title_of_several: Mapping[str, str]
    bad: bool


@dataclass(frozen=True, slots=True)
class StateSource:
    """Which detections say a value, or deny it. Empty `clauses` and `terms`: all of them; with
    both, one piece of evidence must be of both."""

    signal: str
    direction: Direction
    clauses: frozenset[str]
    terms: frozenset[str]
    value: str
    denies: bool

    def fits(self, detection: Detection) -> bool:
        if (detection.signal, detection.direction) != (self.signal, self.direction):
            return False
        return any(self.is_said_by(each) for each in detection.evidence)

    def is_said_by(self, evidence: Evidence) -> bool:
        """Whether these words say it: in one of the clauses, and with one of the terms."""
        of_clause = not self.clauses or evidence.clause in self.clauses
        return of_clause and (not self.terms or evidence.term in self.terms)


@dataclass(frozen=True, slots=True)
class StateKind:
    """A state that a place can be in. `of`: the kind of place that bears it where one is named;
    `title_of_several`: what it is called of any other place. `whole_countries`: it can be so of a
    country. `covers_parts`: what is so of a place is so of what lies in it."""

    id: str
    title: Mapping[str, str]
    title_of_several: Mapping[str, str]
    expires_after: timedelta
    of: PlaceKind | None
    whole_countries: bool
    covers_parts: bool
    values: Mapping[str, StateValue]
    sources: tuple[StateSource, ...]


@dataclass(frozen=True, slots=True)
class StateSaid:
    """A state that an entry tells, on what evidence; `denied`: it says that it is not so."""

    kind: StateKind
    signal: str
    value: str
    denied: bool
    score: int
    evidence: tuple[Evidence, ...]


def states_said(
    kinds: Iterable[StateKind], detections: Iterable[Detection]
) -> tuple[StateSaid, ...]:
    """What an entry's detections say of states, the best supported of each kind first.

    Of one detection and one kind the source that is declared first counts.
    """
    listed = tuple(detections)
    found = []
    for kind in kinds:
        for each in listed:
            source = next((s for s in kind.sources if s.fits(each)), None)
            evidence = () if source is None else _evidence(source, each)
            if source is not None and evidence:
                found.append(
                    StateSaid(kind, each.signal, source.value, source.denies, each.score, evidence)
                )
    return tuple(sorted(found, key=lambda said: (said.kind.id, -said.score, said.value)))


def _evidence(source: StateSource, detection: Detection) -> tuple[Evidence, ...]:
    """The words at the entry's beginning that say it: where it is so stands beside these."""
    mine = (e for e in detection.evidence if source.is_said_by(e))
    return tuple(e for e in mine if e.field == "title" or e.start < BEGINNING)
