"""Which of Telegram's updates were handled and not confirmed yet, and when it last answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from storage.connection import Connection
from storage.rows import fetch, fetch_one, from_text, numbers, to_text


def handled(db: Connection, update_ids: Collection[int]) -> set[int]:
    """Those of the updates that were handled already."""
    rows = fetch(
        db,
        """
        SELECT update_id FROM handled_updates
        WHERE update_id IN (SELECT value FROM json_each(:ids))""",
        {"ids": numbers(update_ids)},
    )
    return {row["update_id"] for row in rows}


def mark(db: Connection, update_id: int) -> None:
    """Note that an update was handled: should it come again, it is only confirmed."""
    db.execute("INSERT INTO handled_updates VALUES (:id) ON CONFLICT DO NOTHING", {"id": update_id})


def confirmed(db: Connection, before: int) -> None:
    """Forget the updates below this id: Telegram will not give them again."""
    db.execute("DELETE FROM handled_updates WHERE update_id < :before", {"before": before})


def answered_at(db: Connection, bot_id: int) -> datetime | None:
    """When Telegram last answered us, and nobody else, with this bot's updates."""
    row = fetch_one(
        db, "SELECT answered_at FROM telegram_polling WHERE bot_id = :id", {"id": bot_id}
    )
    return None if row is None else from_text(row["answered_at"])


def note_answer(db: Connection, bot_id: int, at: datetime) -> None:
    db.execute(
        """
        INSERT INTO telegram_polling VALUES (:id, :at)
        ON CONFLICT (bot_id) DO UPDATE SET answered_at = excluded.answered_at""",
        {"id": bot_id, "at": to_text(at)},
    )
