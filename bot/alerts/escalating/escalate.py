"""Levels that a report does not have by its words alone, inside the transaction.

Each report is noted by place; then the escalations that it may complete are looked at, with what
was told of the same place (or story) within their windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.alerts.decide import NewReport, Raised, Reason, rank
from bot.alerts.escalating.raising import corroborated, escalated
from bot.alerts.said.facts import labels
from bot.alerts.story.remembered import RememberedStories
from storage import escalations
from storage.connection import Connection
from storage.escalations import Holding
from storage.news import place_reports
from storage.news.facts import StoredPlace
from storage.news.place_reports import PlaceReport, Scope
from storage.so_far import SoFar

if TYPE_CHECKING:
    from rules import Gazetteer, RuleSet
    from rules.escalations.escalation import Escalation, Found, Report

STABLE = "stable"


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """An entry that reports its story: by whom, when, and where it happens."""

    story_id: int
    entry_id: int
    family: str
    at: datetime
    places: tuple[StoredPlace, ...]


@dataclass(slots=True)
class Raising:
    """What the levels of an entry's reports become, by its signals."""

    db: Connection
    rules: RuleSet
    gazetteer: Callable[[], Gazetteer]
    remembered: RememberedStories
    now: datetime

    def raised(
        self,
        entry: StoryEntry,
        known: SoFar,
        reports: Sequence[NewReport],
        news: Sequence[NewReport],
    ) -> Mapping[str, Raised]:
        """Note the entry's reports, one a signal, and say which of the news have a higher level.

        Only rules for everyone count. `news` are the reports that are no history.
        """
        found: dict[str, Raised] = {}
        public = [each for each in reports if each.status == STABLE]
        for each in public:
            families = known.families(each.signal, each.direction)
            others = families - {entry.family}
            sources = 1
            if others:
                sources = self.remembered.sources(self.db, entry.story_id, families, self.now)
            copy = bool(others) and sources <= self._sources(entry, others)
            place_reports.add(self.db, _rows(entry, each, copy=copy))
            rule = self.rules.signals[each.signal]
            whole = next((x for d, x in rule.levels.items() if d == each.direction), rule.level)
            lifted = corroborated(each.level, whole, sources)
            if lifted is not None and each in news:
                found[each.signal] = lifted
        eligible = [each for each in public if each in news]
        for escalation in self.rules.escalations:
            self._escalate(escalation, entry, eligible, found)
        return found

    def _sources(self, entry: StoryEntry, families: frozenset[str]) -> int:
        return self.remembered.sources(self.db, entry.story_id, families, self.now)

    def _escalate(
        self,
        escalation: Escalation,
        entry: StoryEntry,
        reports: Sequence[NewReport],
        found: dict[str, Raised],
    ) -> None:
        mine = [
            each
            for each in reports
            if escalation.raises(each.signal) and each.direction == escalation.direction
        ]
        for key, place in keys(escalation.at, entry) if mine else ():
            held = [(each, self._holds(escalation, entry, each, key)) for each in mine]
            holding = [(each, what) for each, what in held if what is not None]
            if not holding or not self._begins(escalation, entry, key):
                continue
            names = self._names(key, place)
            titles = {name: signal.title for name, signal in self.rules.signals.items()}
            for each, what in holding:
                before = found.get(each.signal)
                level = each.level
                # What was corroborated is said plainly. Two escalations are not two steps.
                if before is not None and before.reason is Reason.CORROBORATED:
                    level = before.level
                known = level if before is None else before.level
                raised = escalated(escalation, what, level, names, titles)
                if raised is not None and rank(raised.level) > rank(known):
                    found[each.signal] = replace(raised, found=each.level)

    def _holds(
        self, escalation: Escalation, entry: StoryEntry, report: NewReport, key: str | int
    ) -> Found | None:
        from rules.escalations.escalation import Report
        from rules.escalations.holds import holds

        others = place_reports.around(
            *(self.db, escalation.at, key, escalation.signals, escalation.direction),
            entry.at - escalation.before,
            entry.at + escalation.after,
        )
        mine = Report(entry.at, report.signal, report.direction, entry.family, entry.story_id)
        known = [each for row in others for each in reports_in(row)]
        own = next((r for r in others if _is_of(r, entry, report)), None)
        if own is not None and own.copy:
            mine = Report(*(mine.at, mine.signal, mine.direction, mine.family, mine.story), True)
        watched = place_reports.kept_since(self.db) if escalation.needs_history else None
        return holds(escalation, mine, known, watched)

    def _begins(self, escalation: Escalation, entry: StoryEntry, key: str | int) -> bool:
        """Note that it holds there; whether that is new."""
        from rules.escalations.escalation import Standing
        from rules.escalations.holds import begins

        known = escalations.get(self.db, escalation.id, str(key))
        standing = None if known is None else Standing(known.since, known.held_at)
        new = known is None or begins(escalation, standing, entry.at)
        held = entry.at if known is None else max(known.held_at, entry.at)
        story = entry.story_id if known is None or new else known.story_id
        since = entry.at if known is None or new else known.since
        escalations.put(self.db, Holding(escalation.id, str(key), story, since, held))
        return new

    def _names(self, key: str | int, place: StoredPlace | None) -> Mapping[str, str]:
        """What to call where it holds: the division, not the town that completed it."""
        gazetteer = self.gazetteer()
        known = gazetteer.places.get(str(key))
        if known is not None:
            return labels(gazetteer, known)
        return place.names if place is not None else {}


def keys(scope: Scope, entry: StoryEntry) -> Iterator[tuple[str | int, StoredPlace | None]]:
    """What an entry is looked at by, each once: its story, or its places of that size. An entry
    of which the place is not known matches nothing by place."""
    if scope == "story":
        yield entry.story_id, None
        return
    found: dict[str, StoredPlace] = {}
    for place in entry.places:
        found.setdefault(_of_size(scope, place), place)
    yield from found.items()


@lru_cache(maxsize=10_000)
def reports_in(row: PlaceReport) -> tuple[Report, ...]:
    """A row as the reports that it stands for: when the family first told it, and last."""
    from rules.escalations.escalation import Report

    return tuple(
        Report(
            *(at, row.signal, row.direction, row.family, row.story_id, row.copy),
            again=at != row.first_at,
        )
        for at in dict.fromkeys((row.first_at, row.last_at))
    )


def _of_size(scope: Scope, place: StoredPlace) -> str:
    if scope == "place":
        return place.place_id
    if scope == "country":
        return place.country
    # Darfur, the Gaza Strip: no division, and more than nothing.
    return place.adm1 or (place.place_id if place.kind == "region" else place.country)


def _rows(entry: StoryEntry, report: NewReport, *, copy: bool) -> list[PlaceReport]:
    def row(place: str, division: str, country: str) -> PlaceReport:
        return PlaceReport(
            story_id=entry.story_id,
            signal=report.signal,
            direction=report.direction,
            family=entry.family,
            place=place,
            division=division,
            country=country,
            copy=copy,
            first_at=entry.at,
            last_at=entry.at,
        )

    if not entry.places:
        return [row("", "", "")]
    return [row(each.place_id, _of_size("division", each), each.country) for each in entry.places]


def _is_of(row: PlaceReport, entry: StoryEntry, report: NewReport) -> bool:
    return (
        row.story_id == entry.story_id
        and row.family == entry.family
        and row.signal == report.signal
    )
