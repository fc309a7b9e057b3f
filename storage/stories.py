"""Stories: which entries report the same happening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database as Connection

from storage.rows import fetch, fetch_one, insert, to_text


@dataclass(frozen=True, slots=True)
class StoryTitle:
    """One report of a story, for a new entry to be compared with."""

    story_id: int
    title: str
    family: str
    link: str | None


def candidates(db: Connection, since: datetime) -> list[StoryTitle]:
    """Every report attached since then, oldest first."""
    rows = fetch(
        db,
        """
        SELECT s.story_id, e.title, s.family, e.link
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
        WHERE s.attached_at >= :since ORDER BY s.attached_at, s.entry_id""",
        {"since": to_text(since)},
    )
    return [StoryTitle(**row) for row in rows]


def create(db: Connection, title: str, at: datetime) -> int:
    """A new story, still without entries; returns its id."""
    moment = to_text(at)
    return insert(
        db, "stories", {"title": title, "first_entry_at": moment, "last_entry_at": moment}
    )


def attach(db: Connection, story_id: int, entry_id: int, family: str, at: datetime) -> None:
    """Make the entry one of the story's reports. An entry belongs to one story only."""
    insert(
        db,
        "story_entries",
        {"entry_id": entry_id, "story_id": story_id, "family": family, "attached_at": to_text(at)},
    )
    db.execute(
        "UPDATE stories SET last_entry_at = max(last_entry_at, :at) WHERE id = :id",
        {"id": story_id, "at": to_text(at)},
    )


def detach(db: Connection, entry_id: int) -> None:
    """Take the entry out of its story, if it has one."""
    db.execute("DELETE FROM story_entries WHERE entry_id = :id", {"id": entry_id})


def of_entry(db: Connection, entry_id: int) -> int | None:
    """The id of the story the entry belongs to, if any."""
    row = fetch_one(db, "SELECT story_id FROM story_entries WHERE entry_id = :id", {"id": entry_id})
    return None if row is None else int(row["story_id"])


def families(
    db: Connection, story_id: int, signal: str, direction: str, but: int | None = None
) -> frozenset[str]:
    """Publisher families that report this signal of the story, in this direction.

    `but` leaves one entry out.
    """
    rows = fetch(
        db,
        """
        SELECT DISTINCT s.family FROM story_entries s JOIN detections d USING (entry_id)
        WHERE s.story_id = :id AND d.signal = :signal AND d.direction = :direction
            AND (:but IS NULL OR s.entry_id <> :but)""",
        {"id": story_id, "signal": signal, "direction": direction, "but": but},
    )
    return frozenset(row["family"] for row in rows)
