"""What is known of a place: the states it is in, those of what lies in it and around it, and what
happened there last. Looking a place up is pure; `read_status` reads and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.alerts.said.facts import labels
from bot.alerts.said.states import Standing, standing
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.news import states
from storage.news.states import StateReport

if TYPE_CHECKING:
    from rules import Gazetteer, Place, StateKind

REACH = timedelta(days=90)
HAPPENED = timedelta(days=30)
MOST_ALERTS = 5
MOST_OTHERS = 4
MOST_PROPOSED = 3
# Letters of 100 that must agree before another name is proposed.
LIKE, LIKE_SHORT, SHORT = 72, 80, 5

Names = Mapping[str, str]
"""What to call a place, by language: "Nyala, Sudan"."""


@dataclass(frozen=True, slots=True)
class Known:
    """A place that was asked for. `ids`: it and those of its name within or around it (a town, its
    district, its governorate); `others` bear the name elsewhere."""

    place: Place
    names: Names
    ids: frozenset[str]
    around: frozenset[str]
    others: tuple[Names, ...]


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A name that no place bears; `nearest` are names that are like it."""

    nearest: tuple[Names, ...]


def look_up(gazetteer: Gazetteer, name: str) -> Known | NotKnown:
    """The place that a person means. Takes time where the name is not known."""
    found = gazetteer.named(name) or _mentioned(gazetteer, name)
    if not found:
        return NotKnown(_nearest(gazetteer, name))
    return _known(gazetteer, found[0], found)


def known_place(gazetteer: Gazetteer, place: Place) -> Known:
    """The same for a place by itself, with those of its name within or around it."""
    return _known(gazetteer, place, gazetteer.named(place.name("ar")))


def _known(gazetteer: Gazetteer, first: Place, found: Sequence[Place]) -> Known:
    same = [p for p in found if p.id == first.id or _nested(gazetteer, p, first)] or [first]
    widest = min(same, key=lambda p: len(tuple(gazetteer.around(p))))
    ids = frozenset(p.id for p in same)
    return Known(
        widest,
        labels(gazetteer, widest),
        ids,
        frozenset(p.id for p in gazetteer.around(widest)) - ids,
        tuple(labels(gazetteer, p) for p in found if p.id not in ids)[:MOST_OTHERS],
    )


def _nested(gazetteer: Gazetteer, one: Place, other: Place) -> bool:
    # A country is not its capital, though one name is both.
    if "country" in (one.kind, other.kind):
        return False
    return gazetteer.inside(one, other) or gazetteer.inside(other, one)


def _mentioned(gazetteer: Gazetteer, name: str) -> tuple[Place, ...]:
    """«مدينة حلب», "the town of Nyala": a name with a word before it."""
    from rules.matching.places.where import mentions

    meant = mentions(gazetteer, name)
    return (meant[0].place, *meant[0].others) if len(meant) == 1 else ()


def _nearest(gazetteer: Gazetteer, name: str) -> tuple[Names, ...]:
    from rules.matching.places.gazetteer import key_of, rank
    from rules.matching.places.spellings import is_near, needed, spellings_of

    asked = key_of(name)
    places: dict[str, tuple[float, Place]] = {}
    for key, score in spellings_of(gazetteer).like(asked, 16, LIKE, fuzz.WRatio):
        place = gazetteer.of_key(key)[0]
        # A part of a name is enough where several words were written, and for a place that is near.
        alike = score if " " in asked else fuzz.ratio(asked, key)
        usual = LIKE_SHORT if len(asked) <= SHORT else LIKE
        if alike >= (usual if is_near(place, gazetteer) else needed(place, gazetteer)):
            # Two letters more or less weigh as much as a hundred times the people.
            places.setdefault(place.id, (alike + 6 * rank(place), place))
    ordered = sorted(places.values(), key=lambda each: -each[0])
    return tuple(labels(gazetteer, place) for _, place in ordered)[:MOST_PROPOSED]


@dataclass(frozen=True, slots=True)
class PlaceState:
    """A state of a place. `of_its_kind`: the place is itself the crossing or hospital."""

    kind: StateKind
    names: Names
    of_its_kind: bool
    standing: Standing

    @property
    def bad(self) -> bool:
        return self.kind.values[self.standing.value].bad

    def title(self, language: str) -> str:
        titles = self.kind.title if self.of_its_kind else self.kind.title_of_several
        return titles[language]

    def value(self, language: str) -> str:
        value = self.kind.values[self.standing.value]
        return (value.title if self.of_its_kind else value.title_of_several)[language]


@dataclass(frozen=True, slots=True)
class PlaceStatus:
    """What is known of a place. `inside`: of places in it, what stands now, bad news first;
    `around`: of places that it lies in, what is so of their parts too."""

    known: Known
    here: tuple[PlaceState, ...]
    inside: tuple[PlaceState, ...]
    around: tuple[PlaceState, ...]
    alerts: tuple[Alert, ...]


def read_status(
    db: Connection,
    known: Known,
    kinds: Mapping[str, StateKind],
    now: datetime,
    *,
    for_operators: bool = False,
) -> PlaceStatus:
    """What is known of the place; alerts of rules on test only `for_operators`."""
    reports = states.reports(db, known.place.country, known.ids, known.around, now - REACH)
    happened = alerts.recent(
        *(db, None, now - HAPPENED, MOST_ALERTS),
        for_operators=for_operators,
        places=known.ids,
    )
    return status_of(known, reports, kinds, happened, now)


def status_of(
    known: Known,
    reports: Sequence[StateReport],
    kinds: Mapping[str, StateKind],
    happened: Sequence[Alert],
    now: datetime,
) -> PlaceStatus:
    """What stands after these reports. Pure."""
    of_one: dict[tuple[str, str], list[StateReport]] = {}
    for report in reports:
        place = report.place.place_id
        bearer = known.place.id if place in known.ids else place
        of_one.setdefault((bearer, report.state), []).append(report)
    here, inside, around = [], [], []
    order = list(kinds)
    for (bearer, state), said in of_one.items():
        kind = kinds.get(state)
        stands = standing(said, kind, now) if kind is not None else None
        if kind is None or stands is None:
            continue
        names = known.names if bearer == known.place.id else said[-1].place.names
        own = said[-1].place.kind == kind.of
        found = PlaceState(kind, names, own, stands)
        if bearer == known.place.id:
            here.append(found)
        elif stands.expired:
            continue
        elif bearer not in known.around:
            inside.append(found)
        elif kind.covers_parts:
            around.append(found)
    here.sort(key=lambda each: (each.standing.expired, order.index(each.kind.id)))
    for listed in (inside, around):
        listed.sort(key=lambda each: (not each.bad, -each.standing.last.at.timestamp()))
    return PlaceStatus(known, tuple(here), tuple(inside), tuple(around), tuple(happened))
