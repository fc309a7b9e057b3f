"""Entries as first seen and as updated, the keys that recognise them, and their detections."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import dialects
from storage.connection import Connection
from storage.rows import (
    Row,
    change,
    fetch,
    fetch_one,
    fields_of,
    from_text,
    from_text_or_none,
    insert_all,
    many,
    numbers,
    run,
    to_text,
    to_text_or_none,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed; `summary` is plain text. `id` is None until it is stored.

    `event_json`: what the feed says of place and time of an event beside the text, as JSON.
    `updates` counts how often its text changed, `last_seen_at` is when the feed last listed it,
    `rules_hash` names the rules that read its present text (None: they could not), at `read_at`:
    storage keeps these and takes none from the caller.
    """

    id: int | None
    feed_id: str
    guid: str | None
    link: str | None
    title: str
    summary: str
    content_hash: str
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    updated_at: datetime | None
    seeded: bool
    updates: int = 0
    last_seen_at: datetime | None = None
    rules_hash: str | None = None
    read_at: datetime | None = None
    event_json: str | None = None


@dataclass(frozen=True, slots=True)
class StoredDetection:
    """One rule that fired on an entry, with what it saw."""

    signal: str
    direction: str
    score: int
    threshold: int
    level: str
    evidence_json: str
    explanation: str
    rules_hash: str
    created_at: datetime


def known(db: Connection, feed_id: str, keys: Collection[str]) -> dict[str, Entry]:
    """The feed's stored entries by those of `keys` that are taken."""
    rows = fetch(
        db,
        """
        SELECT e.*, json_group_array(k.key) AS keys
        FROM entry_keys k JOIN entries e ON e.id = k.entry_id
        WHERE k.feed_id = :feed_id AND k.key IN (SELECT value FROM json_each(:keys))
        GROUP BY e.id""",
        {"feed_id": feed_id, "keys": many(keys)},
    )
    found: dict[str, Entry] = {}
    for row in rows:
        found |= dict.fromkeys(json.loads(row["keys"]), entry_of(row))
    return found


def add(db: Connection, entry: Entry, keys: Collection[str]) -> int:
    """Store a new entry under its identity keys; a key in use moves to it. Returns its id."""
    return add_all(db, [(entry, keys)])[0]


def add_all(db: Connection, new: Sequence[tuple[Entry, Collection[str]]]) -> list[int]:
    """Store new entries, each under its keys, in few statements; a key in use moves to the last
    that has it. Returns their ids, ascending."""
    ids = dialects.next_ids(db, "entries", len(new)) if new else []
    rows = []
    for entry_id, (entry, _) in zip(ids, new, strict=True):
        values = _values(entry)
        values["id"] = entry_id
        values["last_seen_at"] = values["first_seen_at"]
        values["rules_hash"] = entry.rules_hash
        # Most are read when they are first seen, and a time takes as long as all else of a row.
        at_once = entry.read_at is entry.first_seen_at
        values["read_at"] = values["first_seen_at"] if at_once else to_text_or_none(entry.read_at)
        rows.append(values)
    insert_all(db, "entries", rows)
    named = {
        (entry.feed_id, key): entry_id
        for entry_id, (entry, keys) in zip(ids, new, strict=True)
        for key in keys
    }
    insert_all(
        db,
        "entry_keys",
        [{"feed_id": feed, "key": key, "entry_id": owner} for (feed, key), owner in named.items()],
        "ON CONFLICT (feed_id, key) DO UPDATE SET entry_id = excluded.entry_id",
    )
    return ids


def update(
    db: Connection,
    entry_id: int,
    entry: Entry,
    keys: Collection[str],
    seen_at: datetime | None = None,
) -> None:
    """Replace an entry's text by a newer one; when it was first seen and seeded stay.

    `seen_at` is when the update was seen (otherwise: `entry.updated_at`, if there is one).
    """
    seen = seen_at or entry.updated_at
    touched = change(
        db,
        """
        UPDATE entries SET guid = :guid, link = :link, title = :title, summary = :summary,
            content_hash = :content_hash, language = :language,
            event_json = :event_json, published_at = coalesce(:published_at, published_at),
            updated_at = :updated_at,
            last_seen_at = max(last_seen_at, coalesce(:seen_at, last_seen_at)),
            updates = updates + 1
        WHERE id = :id""",
        _values(entry) | {"id": entry_id, "seen_at": to_text_or_none(seen)},
    )
    if not touched:
        raise KeyError(f"no entry {entry_id}")
    add_keys(db, entry_id, keys)


def touch(db: Connection, entry_ids: Collection[int], now: datetime) -> None:
    """Note that these entries are still in their feed."""
    run(
        db,
        "UPDATE entries SET last_seen_at = :now WHERE id IN (SELECT value FROM json_each(:ids))",
        {"now": to_text(now), "ids": numbers(entry_ids)},
    )


def add_keys(db: Connection, entry_id: int, keys: Collection[str]) -> None:
    """Recognise the entry by these keys from now on; a key of another entry moves to it."""
    run(
        db,
        """
        INSERT INTO entry_keys (feed_id, key, entry_id)
        SELECT e.feed_id, k.value, e.id FROM entries e, json_each(:keys) k WHERE e.id = :id
        ON CONFLICT (feed_id, key) DO UPDATE SET entry_id = excluded.entry_id""",
        {"id": entry_id, "keys": many(keys)},
    )


def note_reading(db: Connection, entry_id: int, rules_hash: str | None, at: datetime) -> None:
    """Note which rules read the entry's present text; None when they could not."""
    run(
        db,
        "UPDATE entries SET rules_hash = :hash, read_at = :at WHERE id = :id",
        {"id": entry_id, "hash": rules_hash, "at": to_text(at)},
    )


def get(db: Connection, entry_id: int) -> Entry | None:
    row = fetch_one(db, "SELECT * FROM entries WHERE id = :id", {"id": entry_id})
    return None if row is None else entry_of(row)


def by_link(db: Connection, link: str) -> Entry | None:
    """The newest entry with this address. Reads them all: for who asks at a terminal."""
    row = fetch_one(
        db, "SELECT * FROM entries WHERE link = :link ORDER BY id DESC LIMIT 1", {"link": link}
    )
    return None if row is None else entry_of(row)


def recent(db: Connection, since: datetime, limit: int) -> list[Entry]:
    """Entries first seen since then, newest first."""
    rows = fetch(
        db,
        """
        SELECT * FROM entries WHERE first_seen_at >= :since
        ORDER BY first_seen_at DESC, id DESC LIMIT :limit""",
        {"since": to_text(since), "limit": limit},
    )
    return [entry_of(row) for row in rows]


def add_detections(db: Connection, entry_id: int, *found: StoredDetection) -> None:
    """Store what was detected in the entry."""
    rows = [
        fields_of(each) | {"entry_id": entry_id, "created_at": to_text(each.created_at)}
        for each in found
    ]
    insert_all(db, "detections", rows)


def detections_of(db: Connection, entry_id: int) -> list[StoredDetection]:
    """What was detected in the entry's present text."""
    rows = fetch(
        db,
        """
        SELECT signal, direction, score, threshold, level, evidence_json, explanation,
            rules_hash, created_at
        FROM detections WHERE entry_id = :id ORDER BY id""",
        {"id": entry_id},
    )
    return [StoredDetection(**row | {"created_at": from_text(row["created_at"])}) for row in rows]


def clear_detections(db: Connection, entry_id: int) -> None:
    """Forget what was detected in a text that an update replaced (alerts keep their copy)."""
    run(db, "DELETE FROM detections WHERE entry_id = :id", {"id": entry_id})


def _values(entry: Entry) -> Row:
    values = fields_of(entry) | {
        "published_at": to_text_or_none(entry.published_at),
        "first_seen_at": to_text(entry.first_seen_at),
        "updated_at": to_text_or_none(entry.updated_at),
        "seeded": int(entry.seeded),
    }
    for kept_here in ("id", "updates", "last_seen_at", "rules_hash", "read_at"):
        del values[kept_here]
    return values


def entry_of(row: Row) -> Entry:
    """A row of the entries table as an Entry."""
    values = {name: row[name] for name in Entry.__slots__}
    return Entry(
        **values
        | {
            "published_at": from_text_or_none(row["published_at"]),
            "first_seen_at": from_text(row["first_seen_at"]),
            "updated_at": from_text_or_none(row["updated_at"]),
            "seeded": bool(row["seeded"]),
            "last_seen_at": from_text(row["last_seen_at"]),
            "read_at": from_text_or_none(row["read_at"]),
        }
    )
