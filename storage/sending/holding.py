"""Rows that do not go out: held while their chat cannot be reached, or failed. They are tried
again or given up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from storage.connection import Connection
from storage.rows import change, fetch, to_text
from storage.sending.deliveries import Delivery, delivery_of


def unsent(db: Connection, limit: int) -> list[Delivery]:
    """What operators may want to try again: rows that failed, the newest first."""
    rows = fetch(
        db,
        """
        SELECT * FROM outbox WHERE state = 'failed' ORDER BY id DESC LIMIT :limit""",
        {"limit": limit},
    )
    return [delivery_of(row) for row in rows]


def held(db: Connection, limit: int) -> list[Delivery]:
    """Rows that wait for chats that cannot be reached."""
    rows = fetch(db, "SELECT * FROM outbox WHERE state = 'paused' LIMIT :limit", {"limit": limit})
    return [delivery_of(row) for row in rows]


def try_again(db: Connection, delivery_id: int, now: datetime) -> bool:
    """Make a row due that failed or is held; False when it is neither by now."""
    return bool(
        change(
            db,
            """
            UPDATE outbox SET state = 'pending', not_before = :now, updated_at = :now, attempts = 0
            WHERE id = :id AND state IN ('failed', 'paused')
                AND (SELECT state FROM chats WHERE id = chat_id) = 'active'""",
            {"id": delivery_id, "now": to_text(now)},
        )
    )


def drop(db: Connection, delivery_id: int, reason: str, now: datetime) -> bool:
    """Give a row up that is not sent; False for one that is on its way, sent or given up."""
    return bool(
        change(
            db,
            """
            UPDATE outbox SET state = 'expired', error = :reason, updated_at = :now
            WHERE id = :id AND state IN ('pending', 'failed', 'paused', 'unknown')""",
            {"id": delivery_id, "reason": reason, "now": to_text(now)},
        )
    )


def pause_chat(db: Connection, chat_id: int, now: datetime) -> int:
    """Hold the chat's pending rows; returns how many."""
    return change(
        db,
        """
        UPDATE outbox SET state = 'paused', updated_at = :now
        WHERE chat_id = :id AND state = 'pending' AND queue IN (0, 1, 2)""",
        {"id": chat_id, "now": to_text(now)},
    )


def resume_chat(db: Connection, chat_id: int, now: datetime) -> int:
    """Make the chat's held rows pending again; returns how many."""
    return change(
        db,
        """
        UPDATE outbox SET state = 'pending', updated_at = :now
        WHERE chat_id = :id AND state = 'paused'""",
        {"id": chat_id, "now": to_text(now)},
    )


def expire_held(db: Connection, created_before: datetime, at: datetime) -> dict[int, int]:
    """Give up rows held for chats that stayed unreachable this long; how many, by chat.

    Rows of unknown outcome too: such a chat gets no catch-up that could stand for them.
    """
    rows = fetch(
        db,
        """
        UPDATE outbox SET state = 'expired', error = 'the chat stayed paused', updated_at = :at
        WHERE created_at < :before AND id IN (
            SELECT id FROM outbox WHERE state = 'paused'
            UNION ALL SELECT u.id FROM chats c CROSS JOIN outbox u ON u.chat_id = c.id
                WHERE c.state = 'paused' AND u.state = 'unknown')
        RETURNING chat_id""",
        {"before": to_text(created_before), "at": to_text(at)},
    )
    return dict(Counter(row["chat_id"] for row in rows))
