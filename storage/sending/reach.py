"""Who was told of an alert, and by which message."""

from __future__ import annotations

from collections.abc import Collection

from storage.connection import Connection
from storage.rows import fetch, fetch_one, many
from storage.sending import lots
from storage.sending.deliveries import STATES, Recipient


def recipients(db: Connection, alert_id: int) -> frozenset[Recipient]:
    """Who any version of the alert was queued for or sent to."""
    return _recipients(db, alert_id, STATES) | _in_lots(db, alert_id)


def reached(db: Connection, alert_id: int) -> frozenset[Recipient]:
    """Who was told of the alert, or will be: not those whose rows failed or expired."""
    of_rows = _recipients(db, alert_id, ("pending", "sending", "unknown", "sent"))
    return of_rows | _in_lots(db, alert_id)


def had_by(db: Connection, alert_id: int) -> frozenset[Recipient]:
    """Who has a message of the alert, or one on its way."""
    return _recipients(db, alert_id, ("sending", "sent"))


def _recipients(db: Connection, alert_id: int, states: Collection[str]) -> frozenset[Recipient]:
    rows = fetch(
        db,
        """
        SELECT DISTINCT chat_id, thread_id FROM outbox
        WHERE alert_id = :id AND state IN (SELECT value FROM json_each(:states) each)""",
        {"id": alert_id, "states": many(states)},
    )
    return frozenset(Recipient(row["chat_id"], row["thread_id"]) for row in rows)


def _in_lots(db: Connection, alert_id: int) -> frozenset[Recipient]:
    return frozenset(map(Recipient, lots.chats(db, alert_id)))


def first_message(db: Connection, alert_id: int, recipient: Recipient) -> int | None:
    """The message that first told them of the alert, None when there is none yet."""
    row = fetch_one(
        db,
        """
        SELECT message_id FROM outbox
        WHERE alert_id = :alert AND chat_id = :chat AND thread_id IS :thread
            AND message_id IS NOT NULL
        ORDER BY version, kind LIMIT 1""",
        {"alert": alert_id, "chat": recipient.chat_id, "thread": recipient.thread_id},
    )
    return None if row is None else int(row["message_id"])


def forget_messages(db: Connection, chat_id: int) -> None:
    """The chat's message ids are worth nothing any more: they may be another message's."""
    db.execute("UPDATE outbox SET message_id = NULL WHERE chat_id = :id", {"id": chat_id})
