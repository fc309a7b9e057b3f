"""What programs of others are owed of alerts, and what came of it.

A message for each alert and receiver. One that was not tried yet tells the alert as it stands when
it is: what becomes known meanwhile makes no second one. pending -> sent | failed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import change, fetch, fetch_one, from_text, from_text_or_none, many, run, to_text


@dataclass(frozen=True, slots=True)
class Message:
    """A message that waits. `uid` is its id for the receiver, the same in each attempt; `attempts`
    failed so far; `first`: the receiver was told nothing of the alert yet."""

    id: int
    uid: str
    alert_id: int
    body: str | None
    attempts: int
    first: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How a receiver does: messages that wait, since when the oldest does; since when it takes
    none, and why; how many were given up in the time that was asked for."""

    receiver_id: int
    waiting: int
    oldest: datetime | None
    failing_since: datetime | None
    error: str
    given_up: int


def set_receivers(db: Connection, keys: Sequence[str], lowest: str) -> None:
    """These are the receivers from now on. What another was owed stays, and waits for its
    return."""
    db.execute("UPDATE webhook_receivers SET active = 0 WHERE active = 1")
    for key in keys:
        db.execute(
            """
            INSERT INTO webhook_receivers (key, lowest, active) VALUES (:key, :lowest, 1)
            ON CONFLICT (key) DO UPDATE SET lowest = :lowest, active = 1""",
            {"key": key, "lowest": lowest},
        )


def receiver_id(db: Connection, key: str) -> int:
    """Raises KeyError for one that was not set."""
    row = fetch_one(db, "SELECT id FROM webhook_receivers WHERE key = :key", {"key": key})
    if row is None:
        raise KeyError("no such receiver")
    return int(row["id"])


def owe(db: Connection, alert_id: int, reached: Sequence[str], at: datetime) -> None:
    """A version of the alert was made: tell those that asked for one of the levels `reached`, and
    those that were told of it before."""
    run(
        db,
        """
        INSERT INTO webhook_messages
            (receiver_id, alert_id, uid, state, not_before, created_at, updated_at)
        SELECT hook.id, :alert, :uid, 'pending', :at, :at, :at FROM webhook_receivers hook
        WHERE hook.active = 1 AND (hook.lowest IN (SELECT value FROM json_each(:reached))
            OR EXISTS (SELECT 1 FROM webhook_messages told
                WHERE told.alert_id = :alert AND told.receiver_id = hook.id))
        ON CONFLICT (receiver_id, alert_id) WHERE state = 'pending' AND body IS NULL
        DO UPDATE SET not_before = min(webhook_messages.not_before, excluded.not_before)""",
        {"alert": alert_id, "uid": _uid(), "reached": many(reached), "at": to_text(at)},
    )


def owe_growth(db: Connection, alert_id: int, at: datetime, due: datetime) -> None:
    """More is known of the alert, and no version was made: tell those that were told of it, when
    it is `due`."""
    run(
        db,
        """
        INSERT INTO webhook_messages
            (receiver_id, alert_id, uid, state, not_before, created_at, updated_at)
        SELECT hook.id, :alert, :uid, 'pending', :due, :at, :at FROM webhook_receivers hook
        WHERE hook.active = 1 AND EXISTS (SELECT 1 FROM webhook_messages told
            WHERE told.alert_id = :alert AND told.receiver_id = hook.id)
        ON CONFLICT (receiver_id, alert_id) WHERE state = 'pending' AND body IS NULL
        DO NOTHING""",
        {"alert": alert_id, "uid": _uid(), "at": to_text(at), "due": to_text(due)},
    )


def next_due(db: Connection, receiver: int, now: datetime) -> Message | None:
    """The first message that may go, in the order in which they were made."""
    row = fetch_one(
        db,
        """
        SELECT w.id, w.uid, w.alert_id, w.body, w.attempts, w.created_at,
            NOT EXISTS (SELECT 1 FROM webhook_messages told
                WHERE told.alert_id = w.alert_id AND told.receiver_id = w.receiver_id
                    AND told.state = 'sent') AS first
        FROM webhook_messages w
        WHERE w.receiver_id = :receiver AND w.state = 'pending' AND w.not_before <= :now
        ORDER BY w.id LIMIT 1""",
        {"receiver": receiver, "now": to_text(now)},
    )
    if row is None:
        return None
    times = {"created_at": from_text(row["created_at"])}
    return Message(**row | times | {"first": bool(row["first"])})


def begin(db: Connection, message_id: int, body: str, at: datetime) -> None:
    """From now on this is what the message says."""
    db.execute(
        """
        UPDATE webhook_messages SET body = :body, updated_at = :at
        WHERE id = :id AND state = 'pending' AND body IS NULL""",
        {"id": message_id, "body": body, "at": to_text(at)},
    )


def mark_sent(db: Connection, message_id: int, receiver: int, at: datetime) -> None:
    """The receiver took it, and so it works."""
    db.execute(
        """
        UPDATE webhook_messages SET state = 'sent', body = NULL, error = NULL, updated_at = :at,
            attempts = attempts + 1
        WHERE id = :id""",
        {"id": message_id, "at": to_text(at)},
    )
    db.execute(
        """
        UPDATE webhook_receivers SET failing_since = NULL, error = NULL
        WHERE id = :id AND failing_since IS NOT NULL""",
        {"id": receiver},
    )


def postpone(
    db: Connection, message_id: int, not_before: datetime, error: str, at: datetime
) -> None:
    """It was not taken: it may go again at `not_before`."""
    db.execute(
        """
        UPDATE webhook_messages SET not_before = :not_before, error = :error, updated_at = :at,
            attempts = attempts + 1
        WHERE id = :id AND state = 'pending'""",
        {"id": message_id, "not_before": to_text(not_before), "error": error, "at": to_text(at)},
    )


def note_failing(db: Connection, receiver: int, error: str, at: datetime) -> datetime:
    """The receiver takes nothing now; returns since when it does so."""
    row = fetch_one(
        db,
        """
        UPDATE webhook_receivers SET failing_since = coalesce(failing_since, :at), error = :error
        WHERE id = :id RETURNING failing_since""",
        {"id": receiver, "error": error, "at": to_text(at)},
    )
    return at if row is None else from_text(row["failing_since"])


def drop(db: Connection, message_id: int) -> None:
    """Nothing is to be said of it any more."""
    db.execute("DELETE FROM webhook_messages WHERE id = :id", {"id": message_id})


def give_up(db: Connection, receiver: int, made_before: datetime, at: datetime) -> int:
    """What was made before that time and still waits is sent no more; how many."""
    return change(
        db,
        """
        UPDATE webhook_messages SET state = 'failed', body = NULL, updated_at = :at
        WHERE receiver_id = :receiver AND state = 'pending' AND created_at < :before""",
        {"receiver": receiver, "before": to_text(made_before), "at": to_text(at)},
    )


def backlog(db: Connection, key: str, given_up_since: datetime) -> Backlog | None:
    """How the receiver with this key does; None for one that was never set."""
    row = fetch_one(
        db,
        """
        SELECT hook.id AS receiver_id, hook.failing_since, hook.error,
            (SELECT count(*) FROM webhook_messages w
                WHERE w.receiver_id = hook.id AND w.state = 'pending') AS waiting,
            (SELECT min(w.created_at) FROM webhook_messages w
                WHERE w.receiver_id = hook.id AND w.state = 'pending') AS oldest,
            (SELECT count(*) FROM webhook_messages w
                WHERE w.receiver_id = hook.id AND w.state = 'failed' AND w.updated_at >= :since)
                AS given_up
        FROM webhook_receivers hook WHERE hook.key = :key""",
        {"key": key, "since": to_text(given_up_since)},
    )
    if row is None:
        return None
    times = {name: from_text_or_none(row[name]) for name in ("oldest", "failing_since")}
    return Backlog(**row | times | {"error": row["error"] or ""})


def of_alert(db: Connection, alert_id: int) -> list[tuple[str, str]]:
    """Each message of the alert: its id for the receiver, and its state."""
    rows = fetch(
        db,
        "SELECT uid, state FROM webhook_messages WHERE alert_id = :id ORDER BY id",
        {"id": alert_id},
    )
    return [(row["uid"], row["state"]) for row in rows]


def _uid() -> str:
    return f"msg_{uuid.uuid4().hex}"
