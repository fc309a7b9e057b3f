"""What the last document of a held feed listed, for the poll that decides."""

from __future__ import annotations

from storage.connection import Connection
from storage.rows import fetch_one


def save(db: Connection, feed_id: str, entries_json: str) -> None:
    """Keep a held document's entries, in place of those that were held before."""
    db.execute(
        """
        INSERT INTO held_entries VALUES (:id, :entries)
        ON CONFLICT (feed_id) DO UPDATE SET entries_json = excluded.entries_json""",
        {"id": feed_id, "entries": entries_json},
    )


def get(db: Connection, feed_id: str) -> str | None:
    row = fetch_one(
        db, "SELECT entries_json FROM held_entries WHERE feed_id = :id", {"id": feed_id}
    )
    return None if row is None else str(row["entries_json"])


def clear(db: Connection, feed_id: str) -> None:
    db.execute("DELETE FROM held_entries WHERE feed_id = :id", {"id": feed_id})
