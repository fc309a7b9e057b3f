"""What goes to operators by the second channel, and what went: notices and critical alerts.

A notice is queued (pending) and then sent. Of an alert only what was sent is kept, one row a
version: which alerts still have to go follows from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.alerts import Alert, alerts_of
from storage.connection import Connection
from storage.rows import change, fetch, fetch_one, from_text_or_none, to_text


@dataclass(frozen=True, slots=True)
class QueuedNotice:
    """A notice that waits for the second channel, as plain text."""

    id: int
    title: str
    body: str


def enqueue(db: Connection, key: str, title: str, body: str, at: datetime) -> bool:
    """Queue a notice; False when one with this key is there already ("" is no key)."""
    added = change(
        db,
        """
        INSERT INTO second_channel (key, title, body, state, created_at, updated_at)
        VALUES (:key, :title, :body, 'pending', :at, :at)
        ON CONFLICT (key) WHERE key <> '' DO NOTHING""",
        {"key": key, "title": title, "body": body, "at": to_text(at)},
    )
    return added > 0


def pending(db: Connection, since: datetime) -> list[QueuedNotice]:
    """Notices queued since then that were not sent, oldest first."""
    rows = fetch(
        db,
        """
        SELECT id, title, body FROM second_channel
        WHERE state = 'pending' AND created_at >= :since ORDER BY id""",
        {"since": to_text(since)},
    )
    return [QueuedNotice(**row) for row in rows]


def mark_sent(db: Connection, notice_id: int, at: datetime) -> None:
    """The second channel took the notice."""
    touched = change(
        db,
        "UPDATE second_channel SET state = 'sent', updated_at = :at WHERE id = :id",
        {"id": notice_id, "at": to_text(at)},
    )
    if not touched:
        raise KeyError(f"no notice {notice_id}")


def critical_alerts(db: Connection, since: datetime) -> list[Alert]:
    """Critical alerts for everyone whose version, of that time or later, was not sent; by id."""
    rows = fetch(
        db,
        """
        SELECT * FROM alerts a
        WHERE level = 'critical' AND audience = 'everyone' AND updated_at >= :since
            AND NOT EXISTS (SELECT 1 FROM second_channel s
                WHERE s.alert_id = a.id AND s.version = a.version)
        ORDER BY updated_at""",
        {"since": to_text(since)},
    )
    return sorted(alerts_of(db, rows), key=lambda each: each.id)


def record_alert(db: Connection, alert: Alert, at: datetime) -> None:
    """The second channel took this version of the alert."""
    db.execute(
        """
        INSERT INTO second_channel (alert_id, version, state, created_at, updated_at)
        VALUES (:alert_id, :version, 'sent', :at, :at)
        ON CONFLICT (alert_id, version) WHERE alert_id IS NOT NULL DO NOTHING""",
        {"alert_id": alert.id, "version": alert.version, "at": to_text(at)},
    )


def alert_sent_at(db: Connection, alert_id: int) -> datetime | None:
    """When the second channel last took a version of the alert; None if it never did."""
    row = fetch_one(
        db,
        "SELECT max(updated_at) AS at FROM second_channel WHERE alert_id = :id AND state = 'sent'",
        {"id": alert_id},
    )
    return None if row is None else from_text_or_none(row["at"])
