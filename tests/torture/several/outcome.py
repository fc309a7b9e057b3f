"""What came of the news, to be compared between several processes and one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from storage import alerts
from storage.connection import Connection
from storage.rows import fetch


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the news, without ids, times and who was first.

    `detections`: feed, title, signal, level. `stories`: feeds and titles of each. `alerts`: title,
    level and signals. `told`: chat and the number of an entry.
    """

    entries: Counter[tuple[str, str]]
    detections: Counter[tuple[str, str, str, str]]
    stories: Counter[frozenset[tuple[str, str]]]
    alerts: Counter[tuple[str, str, tuple[str, ...]]]
    told: Counter[tuple[int, int]]

    def differences(self, other: Outcome) -> dict[str, object]:
        """What one of both has and the other has not, by name."""
        found: dict[str, object] = {}
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if mine != theirs:
                found[each.name] = (mine - theirs, theirs - mine)
        return found


def entries_of(db: Connection) -> Counter[tuple[str, str]]:
    rows = fetch(db, "SELECT feed_id, title FROM entries WHERE seeded = 0")
    return Counter((row["feed_id"], row["title"]) for row in rows)


def detections_of(db: Connection) -> Counter[tuple[str, str, str, str]]:
    rows = fetch(
        db,
        """
        SELECT e.feed_id, e.title, d.signal, d.level
        FROM detections d JOIN entries e ON e.id = d.entry_id""",
    )
    return Counter((row["feed_id"], row["title"], row["signal"], row["level"]) for row in rows)


def stories_of(db: Connection) -> Counter[frozenset[tuple[str, str]]]:
    told: dict[int, set[tuple[str, str]]] = {}
    for row in fetch(
        db,
        """
        SELECT s.story_id, e.feed_id, e.title
        FROM story_entries s JOIN entries e ON e.id = s.entry_id""",
    ):
        told.setdefault(row["story_id"], set()).add((row["feed_id"], row["title"]))
    return Counter(map(frozenset, told.values()))


def alerts_of(db: Connection) -> Counter[tuple[str, str, tuple[str, ...]]]:
    since = datetime.now(UTC) - timedelta(days=1)
    return Counter(
        (each.title, each.level, tuple(s.signal for s in each.signals))
        for each in alerts.recent(db, None, since, 10**6)
    )
