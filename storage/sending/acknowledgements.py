"""Critical alerts that ask to be acknowledged: what was asked where, who took it, what went on.

One row for an alert in a chat: it is asked once, whatever versions follow, and passed on at most
once. Which rows are due follows from the chat's own setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.connection import Connection
from storage.rows import Row, change, fetch, fetch_one, from_text, from_text_or_none, to_text


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An alert in a chat. `at` and `by_name` are set once somebody took it, `escalated_at` once
    it was passed on."""

    alert_id: int
    chat_id: int
    version: int
    asked_at: datetime
    message_id: int | None
    by_id: int | None
    by_name: str | None
    at: datetime | None
    escalated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Open:
    """What nobody has acknowledged, with its chat's setting: after how long, and to whom (None:
    the second channel)."""

    alert_id: int
    chat_id: int
    asked_at: datetime
    after: timedelta
    to: int | None


def ask(
    db: Connection, alert_id: int, chat_id: int, version: int, message_id: int | None, at: datetime
) -> bool:
    """Wait for somebody in the chat; False when it was asked there before."""
    added = change(
        db,
        """
        INSERT INTO acknowledgements (alert_id, chat_id, version, asked_at, message_id)
        VALUES (:alert, :chat, :version, :at, :message)
        ON CONFLICT (alert_id, chat_id) DO NOTHING""",
        {
            "alert": alert_id,
            "chat": chat_id,
            "version": version,
            "at": to_text(at),
            "message": message_id,
        },
    )
    return added > 0


def acknowledge(
    db: Connection, alert_id: int, chat_id: int, by_id: int, by_name: str, at: datetime
) -> bool:
    """Somebody took it; False when somebody had. Once it was asked."""
    touched = change(
        db,
        """
        UPDATE acknowledgements SET by_id = :id, by_name = :name, at = :at
        WHERE alert_id = :alert AND chat_id = :chat AND at IS NULL""",
        {"id": by_id, "name": by_name, "at": to_text(at), "alert": alert_id, "chat": chat_id},
    )
    return touched > 0


def hand_over(db: Connection, alert_id: int, chat_id: int, at: datetime) -> bool:
    """Note that it is passed on; False when it was, or when somebody took it."""
    touched = change(
        db,
        """
        UPDATE acknowledgements SET escalated_at = :at
        WHERE alert_id = :alert AND chat_id = :chat AND at IS NULL AND escalated_at IS NULL""",
        {"at": to_text(at), "alert": alert_id, "chat": chat_id},
    )
    return touched > 0


def get(db: Connection, alert_id: int, chat_id: int) -> Acknowledgement | None:
    row = fetch_one(
        db,
        "SELECT * FROM acknowledgements WHERE alert_id = :alert AND chat_id = :chat",
        {"alert": alert_id, "chat": chat_id},
    )
    return None if row is None else _acknowledgement(row)


def still_open(db: Connection) -> list[Open]:
    """What waits in chats that pass alerts on, longest first."""
    rows = fetch(
        db,
        """
        SELECT a.alert_id, a.chat_id, a.asked_at, c.escalate_after, c.escalate_to
        FROM acknowledgements a JOIN chats c ON c.id = a.chat_id
        WHERE a.at IS NULL AND a.escalated_at IS NULL AND c.escalate_after IS NOT NULL
        ORDER BY a.asked_at, a.alert_id, a.chat_id""",
    )
    return [
        Open(
            row["alert_id"],
            row["chat_id"],
            from_text(row["asked_at"]),
            timedelta(minutes=row["escalate_after"]),
            row["escalate_to"],
        )
        for row in rows
    ]


def _acknowledgement(row: Row) -> Acknowledgement:
    return Acknowledgement(
        **row
        | {
            "asked_at": from_text(row["asked_at"]),
            "at": from_text_or_none(row["at"]),
            "escalated_at": from_text_or_none(row["escalated_at"]),
        }
    )
