"""When messages went to each chat, for pacing that survives restarts."""

from __future__ import annotations

from datetime import datetime

from storage.connection import Connection
from storage.rows import fetch, from_text, to_text


def record_sent(db: Connection, chat_id: int, at: datetime) -> None:
    """Note a message sent, for pacing that survives restarts."""
    db.execute(
        "INSERT INTO sends (chat_id, at) VALUES (:id, :at)", {"id": chat_id, "at": to_text(at)}
    )


def sends_since(db: Connection, since: datetime) -> dict[int, list[datetime]]:
    """When messages went to each chat since then, oldest first."""
    found: dict[int, list[datetime]] = {}
    for row in fetch(
        db,
        "SELECT chat_id, at FROM sends WHERE at >= :since ORDER BY at, id",
        {"since": to_text(since)},
    ):
        found.setdefault(row["chat_id"], []).append(from_text(row["at"]))
    return found
