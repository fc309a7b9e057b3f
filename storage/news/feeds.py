"""What is known of each feed between polls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.connection import Connection
from storage.file.errors import StorageError
from storage.rows import (
    Row,
    fetch,
    fetch_one,
    fields_of,
    from_text,
    from_text_or_none,
    many,
    run,
    to_text,
    to_text_or_none,
)

# A clock that is kept by NTP steps less than this.
CLOCK_STEP = timedelta(minutes=1)
# A feed that failed so often in a row no longer stands for another that leads to the same address.
FAILS_FOR_LONG = 3


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a feed. `usual_gap_seconds` is the usual time between its new entries,
    `failure` the kind of the last failure (`bot.feeds.fetch.outcome.FailureKind`). `truncated`:
    its last document was too large, and only a part was read. `moved_to`: where its address leads
    for good, in a form to compare. `definition` is the feed as the
    catalogue has it, in JSON. `polls` counts them: who commits one says which it read."""

    id: str
    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    next_check_at: datetime
    last_checked_at: datetime | None
    last_success_at: datetime | None
    last_new_entry_at: datetime | None
    failures: int
    error: str | None
    hint: str | None
    seeded: bool
    held: bool
    told_broken: bool
    usual_gap_seconds: float | None
    polls: int
    active: bool
    failure: str | None = None
    truncated: bool = False
    definition: str | None = None
    ttl_seconds: float | None = None
    update_period_seconds: float | None = None
    moved_to: str | None = None


class PolledMeanwhile(StorageError):
    """The feed is not as it was when its state was read: another process polled it since, or it
    has another address. Nothing was stored."""


def sync(
    db: Connection,
    feeds: Sequence[tuple[str, str]],
    now: datetime,
    definitions: Mapping[str, str] | None = None,
) -> None:
    """Make the table follow the catalogue's (id, url) pairs; `definitions` by id.

    New feeds are due at once. Feeds that are gone become inactive but keep their memory. A
    changed URL forgets what belonged to the old one: validators, body hash, failures.
    """
    for feed_id, url in feeds:
        db.execute(
            """
            DELETE FROM held_entries
            WHERE feed_id = (SELECT id FROM feeds WHERE id = :id AND url <> :url)""",
            {"id": feed_id, "url": url},
        )
        db.execute(
            """
            INSERT INTO feeds (id, url, next_check_at) VALUES (:id, :url, :now)
            ON CONFLICT (id) DO UPDATE SET active = 1""",
            {"id": feed_id, "url": url, "now": to_text(now)},
        )
        db.execute(
            """
            UPDATE feeds SET url = :url, etag = NULL, last_modified = NULL, body_hash = NULL,
                failures = 0, failure = NULL, error = NULL, hint = NULL, held = 0,
                ttl_seconds = NULL, update_period_seconds = NULL, moved_to = NULL,
                next_check_at = :now
            WHERE id = :id AND url <> :url""",
            {"id": feed_id, "url": url, "now": to_text(now)},
        )
        if definitions is not None:
            db.execute(
                """
                UPDATE feeds SET definition = :definition
                WHERE id = :id AND coalesce(definition, '') <> :definition""",
                {"id": feed_id, "definition": definitions[feed_id]},
            )
    db.execute(
        "UPDATE feeds SET active = 0 WHERE id NOT IN (SELECT value FROM json_each(:ids))",
        {"ids": many([feed_id for feed_id, _ in feeds])},
    )


def due(db: Connection, now: datetime, limit: int) -> list[FeedState]:
    """Active feeds whose time has come, the longest waiting first.

    A feed that was checked in the future is due as well: the clock was ahead then, and what it
    planned may be years away.
    """
    rows = fetch(
        db,
        """
        SELECT * FROM feeds
        WHERE active = 1 AND (next_check_at <= :now OR last_checked_at > :ahead)
        ORDER BY next_check_at, id LIMIT :limit""",
        {"now": to_text(now), "ahead": to_text(now + CLOCK_STEP), "limit": limit},
    )
    return [_state(row) for row in rows]


def all_states(db: Connection) -> list[FeedState]:
    """Every feed ever listed, inactive ones too, by id."""
    return [_state(row) for row in fetch(db, "SELECT * FROM feeds ORDER BY id")]


def get(db: Connection, feed_id: str) -> FeedState | None:
    row = fetch_one(db, "SELECT * FROM feeds WHERE id = :id", {"id": feed_id})
    return None if row is None else _state(row)


def claim(db: Connection, feed_id: str, next_check_at: datetime) -> None:
    """Set the next check before the fetch, so that a crash cannot make a feed polled in a loop."""
    db.execute(
        "UPDATE feeds SET next_check_at = :at WHERE id = :id",
        {"id": feed_id, "at": to_text(next_check_at)},
    )


def require_unpolled(db: Connection, read: FeedState) -> None:
    """The fence of a poll's commit: nobody may have stored another since `read` was read.

    A process that stalled and wakes would store the same entries again, and plan by what is old.
    Raises PolledMeanwhile.
    """
    row = fetch_one(db, "SELECT polls, url FROM feeds WHERE id = :id", {"id": read.id})
    if row is None or (row["polls"], row["url"]) != (read.polls, read.url):
        raise PolledMeanwhile(f"{read.id}: another process polled it meanwhile")


def read_there_by(db: Connection, address: str, read: FeedState) -> str | None:
    """Which other feed of the list has moved to that address for good and is read there; None when
    `read` is to be: nobody else was there before it, or whoever was fails for some time."""
    row = fetch_one(
        db,
        """
        SELECT min(id) AS id FROM feeds
        WHERE active = 1 AND moved_to = :address AND id <> :id AND failures < :failures
            AND (:there = 0 OR id < :id)""",
        {
            "address": address,
            "id": read.id,
            "failures": FAILS_FOR_LONG,
            # Both were read there once: of them it is the first.
            "there": int(read.moved_to == address),
        },
    )
    return row["id"] if row else None


def save(db: Connection, state: FeedState) -> None:
    """Write what a poll found: all but id, URL, definition, and whether the catalogue lists it.

    A feed that is not there is none's to write: `require_unpolled` is asked before.
    """
    values = fields_of(state) | {
        "next_check_at": to_text(state.next_check_at),
        "last_checked_at": to_text_or_none(state.last_checked_at),
        "last_success_at": to_text_or_none(state.last_success_at),
        "last_new_entry_at": to_text_or_none(state.last_new_entry_at),
    }
    run(
        db,
        """
        UPDATE feeds SET etag = :etag, last_modified = :last_modified, body_hash = :body_hash,
            next_check_at = :next_check_at, last_checked_at = :last_checked_at,
            last_success_at = :last_success_at, last_new_entry_at = :last_new_entry_at,
            failures = :failures, failure = :failure, error = :error, hint = :hint,
            seeded = :seeded, held = :held, told_broken = :told_broken,
            truncated = :truncated,
            usual_gap_seconds = :usual_gap_seconds, polls = :polls,
            ttl_seconds = :ttl_seconds, update_period_seconds = :update_period_seconds,
            moved_to = :moved_to
        WHERE id = :id""",
        values,
    )


def _state(row: Row) -> FeedState:
    return FeedState(
        **row
        | {
            "next_check_at": from_text(row["next_check_at"]),
            "last_checked_at": from_text_or_none(row["last_checked_at"]),
            "last_success_at": from_text_or_none(row["last_success_at"]),
            "last_new_entry_at": from_text_or_none(row["last_new_entry_at"]),
            "seeded": bool(row["seeded"]),
            "held": bool(row["held"]),
            "told_broken": bool(row["told_broken"]),
            "truncated": bool(row["truncated"]),
            "active": bool(row["active"]),
        }
    )
