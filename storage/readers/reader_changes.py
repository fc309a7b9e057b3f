"""Which chats changed, for who remembers all of them: triggers number each change of what routing
or planning asks."""

from __future__ import annotations

from storage.connection import Connection
from storage.rows import fetch, fetch_one

FORGOTTEN = 0
"""Stands among the chats that changed for those whose ids nobody keeps."""


def forget_changes(db: Connection, chat_id: int) -> None:
    """That a chat went is noted without its id: who remembers chats reads all of them again."""
    number = last_change(db) + 1
    db.execute("DELETE FROM reader_changes WHERE chat_id = :id", {"id": chat_id})
    db.execute(
        """
        INSERT INTO reader_changes VALUES (:forgotten, :number)
        ON CONFLICT (chat_id) DO UPDATE SET number = excluded.number""",
        {"forgotten": FORGOTTEN, "number": number},
    )


def changed_since(db: Connection, number: int) -> tuple[int, list[int]]:
    """The chats of which anything that routing asks for changed after that number, and the number
    of the last change; `FORGOTTEN` among them says that any may be gone."""
    rows = fetch(
        db,
        "SELECT chat_id, number FROM reader_changes WHERE number > :number ORDER BY number",
        {"number": number},
    )
    return (rows[-1]["number"] if rows else number), [row["chat_id"] for row in rows]


def last_change(db: Connection) -> int:
    """The number of the last change of what routing or planning asks of chats."""
    row = fetch_one(db, "SELECT max(number) AS number FROM reader_changes")
    return int(row["number"] or 0) if row else 0
