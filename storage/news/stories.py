"""Stories: which entries report the same happening."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from storage.connection import Connection
from storage.rows import (
    Query,
    fetch,
    fetch_one,
    from_text,
    from_text_or_none,
    insert,
    insert_all,
    numbers,
    run,
    to_text,
)


@dataclass(frozen=True, slots=True)
class StoryTitle:
    """One report of a story, for a new entry to be compared with."""

    story_id: int
    title: str
    family: str
    link: str | None


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """A report of a story: by which rule it joined (None: before that was kept) and what it shares
    with the others."""

    entry_id: int
    title: str
    family: str
    at: datetime
    rule: str | None
    because: Mapping[str, Any]


class Reported(NamedTuple):
    """A signal that an entry of a story reports, and the publisher family of that entry."""

    entry_id: int
    family: str
    signal: str
    direction: str


@dataclass(frozen=True, slots=True)
class StoryReport:
    """One entry of a story, with what a new entry is compared by. `text`: its beginning."""

    story_id: int
    entry_id: int
    title: str
    text: str
    language: str | None
    family: str
    link: str | None
    at: datetime
    signals: frozenset[str]


TEXT_COMPARED = 600


@dataclass(frozen=True, slots=True)
class Attached:
    """Which story an entry was made a report of, and when."""

    story_id: int
    at: datetime


_REPORTS = """
    SELECT s.story_id, s.entry_id, e.title, substr(e.summary, 1, :length) AS text, e.language,
        s.family, e.link, s.attached_at, e.published_at,
        (SELECT json_group_array(d.signal) FROM detections d WHERE d.entry_id = e.id) AS signals
    FROM story_entries s JOIN entries e ON e.id = s.entry_id"""


def reports(db: Connection, since: datetime) -> list[StoryReport]:
    """Every report attached since then, oldest first."""
    sql = f"{_REPORTS} WHERE s.attached_at >= :since ORDER BY s.attached_at, s.entry_id"
    return _reports(db, sql, {"since": to_text(since)})


def reports_after(db: Connection, entry_id: int) -> list[StoryReport]:
    """Every report that is a newer entry than this one, oldest first."""
    sql = f"{_REPORTS} WHERE s.entry_id > :id ORDER BY s.entry_id"
    return _reports(db, sql, {"id": entry_id})


def _reports(db: Connection, sql: str, values: Mapping[str, Any]) -> list[StoryReport]:
    return [
        StoryReport(
            *(row["story_id"], row["entry_id"], row["title"], row["text"], row["language"]),
            *(row["family"], row["link"]),
            reported_at(from_text_or_none(row["published_at"]), from_text(row["attached_at"])),
            frozenset(json.loads(row["signals"])),
        )
        for row in fetch(db, sql, {**values, "length": TEXT_COMPARED})
    ]


def reported_at(published: datetime | None, seen: datetime) -> datetime:
    """When an entry told its story: as it says, but not after it was seen."""
    return seen if published is None else min(published, seen)


def changes(db: Connection, entry_id: int | None = None) -> tuple[int, Attached | None]:
    """Counts whatever became of stories, a number for each report that was attached, detached or
    moved; and what the entry is attached to now."""
    row = fetch_one(
        db,
        """
        SELECT c.number, s.story_id, s.attached_at
        FROM story_changes c LEFT JOIN story_entries s ON s.entry_id = :id WHERE c.id = 1""",
        {"id": entry_id},
    )
    if row is None:
        return 0, None
    if row["story_id"] is None:
        return int(row["number"]), None
    return int(row["number"]), Attached(int(row["story_id"]), from_text(row["attached_at"]))


def newest_report(db: Connection) -> int:
    """The newest entry that is a report of a story; 0 where there is none."""
    row = fetch_one(db, "SELECT coalesce(max(entry_id), 0) AS id FROM story_entries")
    return 0 if row is None else int(row["id"])


def _changed(db: Connection) -> None:
    run(db, "UPDATE story_changes SET number = number + 1 WHERE id = 1")


def create(db: Connection, title: str, at: datetime) -> int:
    """A new story, still without entries; returns its id."""
    moment = to_text(at)
    return insert(
        db, "stories", {"title": title, "first_entry_at": moment, "last_entry_at": moment}
    )


def attach(
    db: Connection,
    story_id: int,
    entry_id: int,
    family: str,
    at: datetime,
    *,
    rule: str | None = None,
    because: Mapping[str, object] | None = None,
    first: bool = False,
) -> None:
    """Make the entry one of the story's reports. An entry belongs to one story only.

    `rule` and `because`: why it is one, and what it shares with the others. `first`: the story was
    created for it, at that time.
    """
    row = {
        "entry_id": entry_id,
        "story_id": story_id,
        "family": family,
        "attached_at": to_text(at),
        "rule": rule,
        "because_json": None if because is None else json.dumps(because, ensure_ascii=False),
    }
    insert_all(db, "story_entries", [row])
    _changed(db)
    if not first:
        run(
            db,
            "UPDATE stories SET last_entry_at = max(last_entry_at, :at) WHERE id = :id",
            {"id": story_id, "at": to_text(at)},
        )


def detach(db: Connection, entry_id: int) -> None:
    """Take the entry out of its story, if it has one."""
    db.execute("DELETE FROM story_entries WHERE entry_id = :id", {"id": entry_id})
    _changed(db)


def split(db: Connection, entry_ids: Collection[int], at: datetime) -> int:
    """Put entries of one story into a new one, which it returns; what was told stays told.

    Raises ValueError when they are not of one story, or are all that it has.
    """
    rows = fetch(
        db,
        """
        SELECT s.story_id, s.entry_id, e.title,
            (SELECT count(*) FROM story_entries o WHERE o.story_id = s.story_id) AS size
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
        WHERE s.entry_id IN (SELECT value FROM json_each(:ids)) ORDER BY s.entry_id""",
        {"ids": numbers(entry_ids)},
    )
    found = {row["story_id"] for row in rows}
    if len(rows) != len(set(entry_ids)) or len(found) != 1:
        raise ValueError("these entries are not of one story")
    if rows[0]["size"] == len(rows):
        raise ValueError("these are all the entries that the story has")
    story_id = create(db, rows[0]["title"], at)
    _move(db, "split", found.pop(), story_id, [row["entry_id"] for row in rows], at)
    return story_id


def merge(db: Connection, story_id: int, into: int, at: datetime) -> int:
    """Put the entries of a story into another one; returns how many. What was told stays told.

    Raises ValueError for a story that has none, or for one and the same.
    """
    rows = fetch(
        db,
        "SELECT entry_id FROM story_entries WHERE story_id = :id ORDER BY entry_id",
        {"id": story_id},
    )
    known = fetch_one(db, "SELECT 1 FROM story_entries WHERE story_id = :id", {"id": into})
    if not rows or known is None or story_id == into:
        raise ValueError("there are no two stories with these numbers")
    _move(db, "merge", story_id, into, [row["entry_id"] for row in rows], at)
    return len(rows)


def entries_of(db: Connection, story_id: int) -> list[StoryEntry]:
    """The story's reports, oldest first, each with why it is one."""
    rows = fetch(
        db,
        """
        SELECT s.entry_id, e.title, s.family, s.attached_at, s.rule, s.because_json
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
        WHERE s.story_id = :id ORDER BY s.attached_at, s.entry_id""",
        {"id": story_id},
    )
    return [
        StoryEntry(
            *(row["entry_id"], row["title"], row["family"], from_text(row["attached_at"])),
            row["rule"],
            json.loads(row["because_json"] or "{}"),
        )
        for row in rows
    ]


def texts(db: Connection, story_id: int, limit: int) -> list[tuple[str, str, str | None]]:
    """Title, text and language of the story's newest entries."""
    rows = fetch(
        db,
        """
        SELECT e.title, e.summary, e.language
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
        WHERE s.story_id = :id ORDER BY s.entry_id DESC LIMIT :limit""",
        {"id": story_id, "limit": limit},
    )
    return [(row["title"], row["summary"], row["language"]) for row in rows]


def _move(
    db: Connection, kind: str, old: int, new: int, entry_ids: Sequence[int], at: datetime
) -> None:
    values = {"old": old, "new": new, "ids": numbers(entry_ids), "at": to_text(at)}
    db.execute(
        """
        UPDATE story_entries SET story_id = :new
        WHERE story_id = :old AND entry_id IN (SELECT value FROM json_each(:ids))""",
        values,
    )
    db.execute("UPDATE stories SET last_entry_at = max(last_entry_at, :at) WHERE id = :new", values)
    insert(
        db,
        "story_edits",
        {
            "kind": kind,
            "from_story": old,
            "to_story": new,
            "entries_json": json.dumps(list(entry_ids)),
            "at": to_text(at),
        },
    )
    _changed(db)


def of_entry(db: Connection, entry_id: int) -> int | None:
    """The id of the story the entry belongs to, if any."""
    row = fetch_one(db, "SELECT story_id FROM story_entries WHERE entry_id = :id", {"id": entry_id})
    return None if row is None else int(row["story_id"])


def reported(story_id: int) -> Query:
    """Who reports which signals of the story, in which direction: rows of `Reported`."""
    return (
        """
        SELECT s.entry_id, s.family, d.signal, d.direction
        FROM story_entries s JOIN detections d USING (entry_id) WHERE s.story_id = :id""",
        {"id": story_id},
    )
