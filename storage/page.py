"""What the page counts: alerts by level, by signal and hour. Each costs what it counts in a
stretch of time, not what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.finding import Wanted, facet_conditions, word_conditions
from storage.rows import Row, fetch, from_text, to_text

_END = "9999"


def by_level(db: Connection, wanted: Wanted) -> dict[str, int]:
    """How many alerts have each level, of those that are wanted."""
    conditions, facets = facet_conditions(wanted, "a.id")
    words, hits = word_conditions(db, wanted)
    named: Row = {
        "since": to_text(wanted.since),
        "until": to_text(wanted.until) if wanted.until else _END,
        "for_operators": wanted.for_operators,
    }
    named |= facets | hits
    has = "".join(f" AND {each}" for each in conditions + words)
    rows = fetch(
        db,
        f"""
        SELECT a.level, count(*) AS alerts FROM alerts a
        WHERE a.updated_at >= :since AND a.updated_at < :until
            AND (:for_operators OR a.audience = 'everyone'){has}
        GROUP BY a.level""",  # noqa: S608 our own words
        named,
    )
    return {row["level"]: row["alerts"] for row in rows}


@dataclass(frozen=True, slots=True)
class SignalAlertsMade:
    """How many alerts with a signal were made in ten minutes, which begin then."""

    signal: str
    at: datetime
    alerts: int


def made_by_signal(
    db: Connection, since: datetime, *, for_operators: bool = False
) -> list[SignalAlertsMade]:
    """Alerts made since then, by their signals and when; one with two signals counts at both."""
    rows = fetch(
        db,
        """
        SELECT s.signal, substr(a.created_at, 1, 15) AS at, count(*) AS alerts
        FROM alerts a CROSS JOIN alert_signals s ON s.alert_id = a.id
        WHERE a.updated_at >= :since AND a.created_at >= :since
            AND (:for_operators OR a.audience = 'everyone')
        GROUP BY s.signal, substr(a.created_at, 1, 15)""",
        {"since": to_text(since), "for_operators": for_operators},
    )
    return [
        SignalAlertsMade(row["signal"], from_text(f"{row['at']}0:00+00:00"), row["alerts"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a story, as a page shows it."""

    entry_id: int
    feed_id: str
    family: str
    title: str
    link: str | None
    language: str | None
    published_at: datetime | None
    attached_at: datetime


def entries_of(db: Connection, story_id: int, limit: int) -> list[ListedEntry]:
    """The story's latest entries, oldest first."""
    rows = fetch(
        db,
        """
        SELECT s.entry_id, e.feed_id, s.family, e.title, e.link, e.language, e.published_at,
            s.attached_at
        FROM story_entries s CROSS JOIN entries e ON e.id = s.entry_id
        WHERE s.story_id = :id ORDER BY s.attached_at DESC, s.entry_id DESC LIMIT :limit""",
        {"id": story_id, "limit": limit},
    )
    return [
        ListedEntry(
            **row
            | {
                "published_at": from_text(row["published_at"]) if row["published_at"] else None,
                "attached_at": from_text(row["attached_at"]),
            }
        )
        for row in reversed(rows)
    ]


def entries_by_feed(db: Connection, since: datetime) -> dict[str, int]:
    """How many new entries each feed had since then."""
    # Grouped by an expression: by the column itself SQLite would walk through all of its index.
    rows = fetch(
        db,
        """
        SELECT min(e.feed_id) AS feed_id, count(*) AS entries FROM entries e
        WHERE e.first_seen_at >= :since GROUP BY e.feed_id || ''""",
        {"since": to_text(since)},
    )
    return {row["feed_id"]: row["entries"] for row in rows}
