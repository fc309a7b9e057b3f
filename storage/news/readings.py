"""Which rules read which entries, and those that should be read again."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from storage.connection import Connection
from storage.news.entries import Entry, entry_of
from storage.rows import fetch, fetch_one, from_text, numbers, run, to_text


class Rereading(NamedTuple):
    """A stored entry, and the signals that its reading lacked: None when no rules read it."""

    entry: Entry
    signals: frozenset[str] | None


class Found(NamedTuple):
    """A stored entry, and the signals that are stored of its present text."""

    entry: Entry
    signals: frozenset[str]


class RulesUsed(NamedTuple):
    """Rules that were in force from `since` on; the same ones may have been before."""

    hash: str
    signals: frozenset[str]
    since: datetime


# Behind every time that is stored.
_LATER = "9999"
# Entries that are still news: by the newest of their own dates, else by when they were read.
_NEWS = """
    coalesce(nullif(max(coalesce(published_at, ''), coalesce(updated_at, '')), ''),
        coalesce(read_at, first_seen_at)) >= :since"""


def note_rules(db: Connection, rules_hash: str, signals: Collection[str], now: datetime) -> None:
    """Note that these rules are in force, unless they are the last that were noted."""
    run(
        db,
        """
        INSERT INTO rule_sets (hash, signals_json, since)
        SELECT :hash, :signals_json, :since WHERE :hash <> coalesce(
            (SELECT hash FROM rule_sets ORDER BY id DESC LIMIT 1), '')""",
        {
            "hash": rules_hash,
            "signals_json": json.dumps(sorted(signals)),
            "since": to_text(now),
        },
    )


def rules_used(db: Connection) -> list[RulesUsed]:
    """All rules that were ever in force, oldest first."""
    rows = fetch(db, "SELECT hash, signals_json, since FROM rule_sets ORDER BY id")
    return [
        RulesUsed(row["hash"], frozenset(json.loads(row["signals_json"])), from_text(row["since"]))
        for row in rows
    ]


def stored_since(db: Connection, since: datetime) -> int:
    """How many entries were first seen since then."""
    row = fetch_one(
        db,
        "SELECT count(*) AS entries FROM entries WHERE first_seen_at >= :since",
        {"since": to_text(since)},
    )
    return int(row["entries"]) if row else 0


def found_before(db: Connection, since: datetime, before: Entry | None, limit: int) -> list[Found]:
    """Entries first seen since then, newest first, that come behind `before` in this order: a page
    at a time whatever is stored, and what is stored meanwhile is in none."""
    at, number = (to_text(before.first_seen_at), before.id) if before else (_LATER, 0)
    rows = fetch(
        db,
        """
        SELECT * FROM entries
        WHERE first_seen_at >= :since AND (first_seen_at, id) < (:at, :number)
        ORDER BY first_seen_at DESC, id DESC LIMIT :limit""",
        {"since": to_text(since), "at": at, "number": number, "limit": limit},
    )
    found = [entry_of(row) for row in rows]
    signals: dict[int | None, set[str]] = {entry.id: set() for entry in found}
    detected = fetch(
        db,
        """
        SELECT d.entry_id, d.signal FROM json_each(:ids) each
        CROSS JOIN detections d ON d.entry_id = each.value""",
        {"ids": numbers([entry.id or 0 for entry in found])},
    )
    for row in detected:
        signals[row["entry_id"]].add(row["signal"])
    return [Found(entry, frozenset(signals[entry.id])) for entry in found]


def unread(db: Connection, since: datetime, after: int, limit: int) -> list[Entry]:
    """Entries dated since then that no rules could read, with ids above `after`, by id."""
    rows = fetch(
        db,
        f"""
        SELECT * FROM entries WHERE rules_hash IS NULL AND id > :after AND {_NEWS}
        ORDER BY id LIMIT :limit""",  # noqa: S608 our own words
        {"after": after, "since": to_text(since), "limit": limit},
    )
    return [entry_of(row) for row in rows]


def read_by(
    db: Connection, rules_hash: str, read_from: datetime, since: datetime, after: int, limit: int
) -> list[Entry]:
    """Entries dated since then that these rules read at `read_from` or later, by id."""
    rows = fetch(
        db,
        f"""
        SELECT * FROM entries
        WHERE rules_hash = :hash AND id > :after AND read_at >= :from AND {_NEWS}
        ORDER BY id LIMIT :limit""",  # noqa: S608 our own words
        {
            "hash": rules_hash,
            "from": to_text(read_from),
            "after": after,
            "since": to_text(since),
            "limit": limit,
        },
    )
    return [entry_of(row) for row in rows]
