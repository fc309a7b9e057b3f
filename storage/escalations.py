"""Where escalations hold: since when, and when they last did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import Row, fetch, fetch_one, from_text, run, to_text


@dataclass(frozen=True, slots=True)
class Holding:
    """An escalation holds at a place (or in a story): `place` is that id. `story_id` is the story
    with which it began."""

    escalation: str
    place: str
    story_id: int
    since: datetime
    held_at: datetime


def put(db: Connection, holding: Holding) -> None:
    """In place of what was known of it there."""
    run(
        db,
        """
        INSERT INTO escalations (escalation, place, story_id, since, held_at)
        VALUES (:escalation, :place, :story_id, :since, :held_at)
        ON CONFLICT (escalation, place) DO UPDATE SET story_id = excluded.story_id,
            since = excluded.since, held_at = excluded.held_at""",
        {
            "escalation": holding.escalation,
            "place": holding.place,
            "story_id": holding.story_id,
            "since": to_text(holding.since),
            "held_at": to_text(holding.held_at),
        },
    )


def get(db: Connection, escalation: str, place: str) -> Holding | None:
    row = fetch_one(
        db,
        "SELECT * FROM escalations WHERE escalation = :escalation AND place = :place",
        {"escalation": escalation, "place": place},
    )
    return None if row is None else _holding(row)


def held_since(db: Connection, escalation: str, moment: datetime) -> list[Holding]:
    """Where it held since then."""
    rows = fetch(
        db,
        "SELECT * FROM escalations WHERE escalation = :escalation AND held_at >= :since",
        {"escalation": escalation, "since": to_text(moment)},
    )
    return [_holding(row) for row in rows]


def _holding(row: Row) -> Holding:
    return Holding(
        row["escalation"],
        row["place"],
        row["story_id"],
        from_text(row["since"]),
        from_text(row["held_at"]),
    )
