"""What a story told until now, as it is asked for before another of its entries is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from storage import decisions
from storage.alerts.alert import Alert
from storage.alerts.reading import described, of_story
from storage.connection import Connection
from storage.news import facts, stories
from storage.news.facts import Statement, StoredFigure
from storage.news.stories import Reported
from storage.rows import fetch_each


@dataclass(frozen=True, slots=True)
class SoFar:
    """`alerts`: oldest first; `reports`: who reports which signals; `statements`: what is counted,
    in the order in which it came. `notified`: by an alert's id and a signal, every direction and
    level that it had in a version of the alert."""

    alerts: tuple[Alert, ...]
    reports: tuple[Reported, ...]
    statements: tuple[Statement, ...]
    notified: Mapping[tuple[int, str], frozenset[tuple[str, str | None]]]

    def families(self, signal: str, direction: str, but: int | None = None) -> frozenset[str]:
        """Publisher families that report this signal of the story, in this direction; `but` leaves
        an entry out."""
        return frozenset(
            [
                family
                for entry_id, family, reported, towards in self.reports
                if reported == signal and towards == direction and entry_id != but
            ]
        )


def so_far(db: Connection, story_id: int) -> SoFar:
    alerts, signals, places, reports, stated, levels = fetch_each(
        db,
        *of_story(story_id),
        stories.reported(story_id),
        facts.stated(story_id),
        decisions.levels_so_far(story_id),
    )
    by_signal: dict[tuple[int, str], set[tuple[str, str | None]]] = {}
    for row in levels:
        of = by_signal.setdefault((row["alert_id"], row["signal"]), set())
        of.add((row["direction"], row["level"]))
    return SoFar(
        tuple(described(alerts, signals, places)),
        tuple(Reported(**row) for row in reports),
        tuple(facts.statements_of(stated)),
        {of: frozenset(directions) for of, directions in by_signal.items()},
    )


def just_begun(
    entry_id: int,
    family: str,
    feed_id: str,
    at: datetime,
    said: Iterable[tuple[str, str]],
    figures: Iterable[StoredFigure],
) -> SoFar:
    """`so_far` of a story that this entry began in this transaction, `at` then: nothing is read.
    `said` are its signals with their directions."""
    counted = tuple(
        # As the database gives them back.
        replace(each, value=float(each.value), max=None if each.max is None else float(each.max))
        for each in figures
    )
    return SoFar(
        (),
        tuple(Reported(entry_id, family, signal, direction) for signal, direction in said),
        (Statement(entry_id, family, feed_id, at, counted),) if counted else (),
        {},
    )
