"""Forgetting what is old, and nothing that is still owed to anyone or still in its feed.

A few rows at a time, and fewer where these took long (a slow disk, a large file): who writes
meanwhile, polls and dispatch, waits for one step and not for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storage.connection import Connection
from storage.rows import Row, change, fetch, fetch_one, from_text, numbers, to_text

AT_ONCE = 25
"""Alerts, entries or stories of one step, at most. An entry takes its words, keys and detections
along."""
PLAIN = 20
"""So many rows that nothing hangs on go in the time of one of these."""
LONG, SHORT = 0.05, 0.0125
"""Seconds: after a step that took longer the next has half as many rows, after one that took less
twice as many. No step should hold the writer for 0.1."""

LIVED = timedelta(days=3)
"""So long a clock must have shown its time before anything is forgotten by it."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows of each went."""

    entries: int = 0
    alerts: int = 0
    stories: int = 0
    deliveries: int = 0
    sends: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(
            self.entries + other.entries,
            self.alerts + other.alerts,
            self.stories + other.stories,
            self.deliveries + other.deliveries,
            self.sends + other.sends,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """Where forgetting goes on: a kind of row (a name of `_KINDS`), and behind which of them; how
    many of them."""

    kind: str = "alerts"
    at: str = ""
    id: int = 0
    at_once: int = AT_ONCE

    @property
    def plain_rows(self) -> int:
        """Rows of a table that nothing hangs on."""
        return PLAIN * self.at_once


FIRST = Step()


def days_were_lived(db: Connection, now: datetime) -> bool:
    """Whether entries came in the week that ended some days before `now`, or none came before that.

    By a clock that was set a year ahead all that is stored is too old at once. Such a clock shows
    days in which nothing came, as a long pause does: nothing is forgotten until it has shown its
    time for LIVED, in which somebody will have set it right.
    """
    row = fetch_one(
        db,
        """
        SELECT first_seen_at AS at FROM entries WHERE first_seen_at < :before
        ORDER BY first_seen_at DESC LIMIT 1""",
        {"before": to_text(now - LIVED)},
    )
    return row is None or from_text(row["at"]) > now - LIVED - timedelta(days=7)


def purge(db: Connection, older_than: datetime) -> Purged:
    """All steps of `purge_some`, in one transaction."""
    purged = Purged()
    step: Step | None = FIRST
    while step is not None:
        more, step = purge_some(db, older_than, step)
        purged += more
    return purged


def purge_some(
    db: Connection,
    older_than: datetime,
    step: Step,
    timer: Callable[[], float] = time.perf_counter,
) -> tuple[Purged, Step | None]:
    """One step, in a write transaction of its own; and the next one, None when all is done.
    ``timer`` counts seconds.

    The order matters: alerts (with their rows and decisions), then entries no alert's story needs,
    then empty stories. Kept whatever their age: alerts with an undelivered row and all that belongs
    to them, and entries of the latest document of their feed, which would otherwise come back as
    new.
    """
    kinds = list(_KINDS)
    begun = timer()
    purged, following = _KINDS[step.kind](db, to_text(older_than), step)
    at_once = _paced(step.at_once, timer() - begun)
    if following is None:
        later = kinds[kinds.index(step.kind) + 1 :]
        following = Step(later[0]) if later else None
    return purged, following and replace(following, at_once=at_once)


def _paced(at_once: int, seconds: float) -> int:
    if seconds > LONG:
        return max(1, at_once // 2)
    return min(AT_ONCE, at_once * 2) if seconds < SHORT else at_once


Kind = Callable[[Connection, str, Step], tuple[Purged, Step | None]]


def _alerts(db: Connection, before: str, step: Step) -> tuple[Purged, Step | None]:
    # A folded row is owed as long as the catch-up that stands for it.
    rows = _page(
        db,
        """
        SELECT id, updated_at AS at, NOT EXISTS (SELECT 1 FROM outbox o
                LEFT JOIN outbox c ON c.id = o.folded_into
            WHERE o.alert_id = alerts.id
                AND (o.state IN ('pending', 'sending', 'unknown', 'paused')
                    OR c.state IN ('pending', 'sending', 'unknown', 'paused'))) AS over
        FROM alerts WHERE updated_at < :before AND (updated_at, id) > (:at, :id)
        ORDER BY updated_at, id LIMIT :limit""",
        before,
        step,
    )
    gone = 0
    for row in rows:
        if not row["over"]:
            continue
        # An alert for thousands of chats: its rows go first, those of a step.
        deleted = change(
            db,
            """
            DELETE FROM outbox
            WHERE id IN (SELECT id FROM outbox WHERE alert_id = :id LIMIT :most)""",
            {"id": row["id"], "most": step.plain_rows},
        )
        if deleted == step.plain_rows:
            return Purged(alerts=gone), _before(rows, row, step)
        gone += change(db, "DELETE FROM alerts WHERE id = :id", {"id": row["id"]})
    return Purged(alerts=gone), _behind(rows, step, step.at_once)


def _entries(db: Connection, before: str, step: Step) -> tuple[Purged, Step | None]:
    rows = _page(
        db,
        """
        SELECT id, last_seen_at AS at, last_seen_at < (SELECT max(other.last_seen_at)
                FROM entries other WHERE other.feed_id = entries.feed_id)
            AND NOT EXISTS (SELECT 1 FROM story_entries s JOIN alerts a ON a.story_id = s.story_id
                WHERE s.entry_id = entries.id)
            AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.entry_id = entries.id) AS over
        FROM entries WHERE last_seen_at < :before AND (last_seen_at, id) > (:at, :id)
        ORDER BY last_seen_at, id LIMIT :limit""",
        before,
        step,
    )
    return Purged(entries=_delete(db, "entries", rows)), _behind(rows, step, step.at_once)


def _stories(db: Connection, before: str, step: Step) -> tuple[Purged, Step | None]:
    rows = _page(
        db,
        """
        SELECT id, last_entry_at AS at,
            NOT EXISTS (SELECT 1 FROM story_entries s WHERE s.story_id = stories.id)
            AND NOT EXISTS (SELECT 1 FROM alerts a WHERE a.story_id = stories.id) AS over
        FROM stories WHERE last_entry_at < :before AND (last_entry_at, id) > (:at, :id)
        ORDER BY last_entry_at, id LIMIT :limit""",
        before,
        step,
    )
    return Purged(stories=_delete(db, "stories", rows)), _behind(rows, step, step.at_once)


def _deliveries(db: Connection, before: str, step: Step) -> tuple[Purged, Step | None]:
    """Notices, lines and digests that are settled."""
    rows = fetch(
        db,
        """
        SELECT id, '' AS at, created_at < :before AS old,
            updated_at < :before AND state IN ('sent', 'failed', 'expired')
            AND NOT EXISTS (SELECT 1 FROM outbox f WHERE f.folded_into = outbox.id) AS over
        FROM outbox INDEXED BY outbox_without_alert WHERE alert_id IS NULL AND id > :id
        ORDER BY id LIMIT :limit""",
        {"before": before, "id": step.id, "limit": step.plain_rows},
    )
    gone = _delete(db, "outbox", rows)
    # Ids grow with time: behind rows that are all young nothing old is left.
    more = _behind(rows, step, step.plain_rows) if any(row["old"] for row in rows) else None
    return Purged(deliveries=gone), more


def _plain(table: str, column: str) -> Kind:
    """Rows on which nothing hangs, by their time."""

    def forget(db: Connection, before: str, step: Step) -> tuple[Purged, Step | None]:
        rows = change(
            db,
            f"""
            DELETE FROM {table} WHERE {column} IN (SELECT {column} FROM {table}
                WHERE {column} < :before ORDER BY {column} LIMIT :limit)""",  # noqa: S608
            {"before": before, "limit": step.plain_rows},
        )
        sends = rows if table == "sends" else 0
        return Purged(sends=sends), step if rows >= step.plain_rows else None

    return forget


_KINDS: dict[str, Kind] = {
    "alerts": _alerts,
    "entries": _entries,
    "stories": _stories,
    "deliveries": _deliveries,
    **{
        table: _plain(table, column)
        for table, column in (
            ("mutes", "until"),
            ("place_reports", "last_at"),
            ("escalations", "held_at"),
            ("place_states", "at"),
            ("questions", "at"),
            ("second_channel", "updated_at"),
            ("sends", "at"),
        )
    },
}


def _page(db: Connection, sql: str, before: str, step: Step) -> list[Row]:
    return fetch(db, sql, {"before": before, "at": step.at, "id": step.id, "limit": step.at_once})


def _delete(db: Connection, table: str, rows: list[Row]) -> int:
    ids = numbers([row["id"] for row in rows if row["over"]])
    return change(
        db,
        f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(:ids))",  # noqa: S608
        {"ids": ids},
    )


def _behind(rows: list[Row], step: Step, limit: int) -> Step | None:
    """Behind the last of these, if there may be more."""
    return Step(step.kind, rows[-1]["at"], rows[-1]["id"]) if len(rows) == limit else None


def _before(rows: list[Row], row: Row, step: Step) -> Step:
    """At this row once more: its own rows are not all gone."""
    number = rows.index(row)
    return Step(step.kind, rows[number - 1]["at"], rows[number - 1]["id"]) if number else step
