"""Whose digest is due when, and up to what the one before told.

What a digest tells is counted in decisions, not in time: their ids grow as they are committed, so
that what an entry brought while a digest was being made is in the next one, whatever the times say.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import (
    Row,
    change,
    fetch,
    fetch_one,
    from_text,
    from_text_or_none,
    numbers,
    to_text,
    to_text_or_none,
)
from storage.sending.deliveries import Recipient

STREAMS = ("hourly", "daily", "weekly")


@dataclass(frozen=True, slots=True)
class DigestTurn:
    """When a chat gets the next digest of a stream ('hourly', 'daily', 'weekly'); None: to be
    planned. `told_to` is the last decision that the one before told, `told_at` when that was."""

    chat_id: int
    stream: str
    next_at: datetime | None
    told_to: int
    told_at: datetime


def get(db: Connection, chat_id: int, stream: str) -> DigestTurn | None:
    row = fetch_one(
        db,
        "SELECT * FROM digest_turns WHERE chat_id = :id AND stream = :stream",
        {"id": chat_id, "stream": stream},
    )
    return None if row is None else _turn(row)


def begin(db: Connection, chat_id: int, stream: str, now: datetime) -> None:
    """The chat gets digests of the stream, of what becomes known from now on; when, is to be
    planned. For one that gets them already, only that."""
    db.execute(
        """
        INSERT INTO digest_turns (chat_id, stream, told_to, told_at)
        VALUES (:id, :stream, coalesce((SELECT max(id) FROM decisions), 0), :now)
        ON CONFLICT (chat_id, stream) DO UPDATE SET next_at = NULL""",
        {"id": chat_id, "stream": stream, "now": to_text(now)},
    )


def end(db: Connection, chat_id: int, stream: str) -> None:
    """The chat gets no digests of the stream any more."""
    db.execute(
        "DELETE FROM digest_turns WHERE chat_id = :id AND stream = :stream",
        {"id": chat_id, "stream": stream},
    )


def plan_anew(db: Connection, chat_id: int) -> None:
    """The chat's clock is another: what is not due yet is due at another time."""
    db.execute("UPDATE digest_turns SET next_at = NULL WHERE chat_id = :id", {"id": chat_id})


def plan_all_anew(db: Connection, now: datetime) -> None:
    """The clock of the machine was moved, or the settings' zone may be another: plan again what is
    not due by now."""
    db.execute("UPDATE digest_turns SET next_at = NULL WHERE next_at > :now", {"now": to_text(now)})


def hasten(db: Connection, chat_id: int, stream: str, now: datetime) -> bool:
    """Make the chat's next digest due now; False for a chat that gets none."""
    touched = change(
        db,
        "UPDATE digest_turns SET next_at = :now WHERE chat_id = :id AND stream = :stream",
        {"id": chat_id, "stream": stream, "now": to_text(now)},
    )
    return touched > 0


def without(db: Connection, limit: int) -> list[int]:
    """Chats that are to get the daily digest, unless they said otherwise, and are not planned; at
    most so many."""
    rows = fetch(
        db,
        """
        SELECT c.id FROM chats c
        WHERE NOT EXISTS (SELECT 1 FROM digest_turns t
                WHERE t.chat_id = c.id AND t.stream = 'daily')
            AND NOT EXISTS (SELECT 1 FROM chat_clocks k
                WHERE k.chat_id = c.id AND k.digest_at IS NULL)
        LIMIT :limit""",
        {"limit": limit},
    )
    return [row["id"] for row in rows]


def without_hourly(db: Connection, limit: int) -> list[int]:
    """Chats with a subscription that asks for hourly digests, and none planned; at most so many."""
    rows = fetch(
        db,
        """
        SELECT DISTINCT s.chat_id FROM subscriptions s
        WHERE s.delivery = 'hourly' AND s.paused = 0 AND NOT EXISTS (SELECT 1 FROM digest_turns t
            WHERE t.chat_id = s.chat_id AND t.stream = 'hourly')
        LIMIT :limit""",
        {"limit": limit},
    )
    return [row["chat_id"] for row in rows]


def unplanned(db: Connection, limit: int) -> list[DigestTurn]:
    """Those that are to be planned; at most so many."""
    rows = fetch(
        db, "SELECT * FROM digest_turns WHERE next_at IS NULL LIMIT :limit", {"limit": limit}
    )
    return [_turn(row) for row in rows]


def due(db: Connection, now: datetime, limit: int) -> list[DigestTurn]:
    """Digests whose time has come, the longest waiting first: of chats that can be sent to and are
    not held back by a mute or by quiet hours. An hourly one goes before a daily one of the same
    time, which then does not repeat it."""
    rows = fetch(
        db,
        """
        SELECT t.* FROM digest_turns t CROSS JOIN chats c ON c.id = t.chat_id
        WHERE t.next_at <= :now AND c.state = 'active'
            AND max(coalesce(c.muted_until, ''), coalesce(c.quiet_until, '')) <= :now
        ORDER BY t.next_at, t.stream DESC LIMIT :limit""",
        {"now": to_text(now), "limit": limit},
    )
    return [_turn(row) for row in rows]


def plan(db: Connection, turn: DigestTurn, next_at: datetime) -> None:
    """The next one is due then."""
    db.execute(
        "UPDATE digest_turns SET next_at = :at WHERE chat_id = :id AND stream = :stream",
        {"id": turn.chat_id, "stream": turn.stream, "at": to_text(next_at)},
    )


def sent(
    db: Connection, turn: DigestTurn, told_to: int, told_at: datetime, next_at: datetime | None
) -> None:
    """A digest tells all up to that decision; the next one is due then."""
    db.execute(
        """
        UPDATE digest_turns SET told_to = :told_to, told_at = :told_at, next_at = :next_at
        WHERE chat_id = :id AND stream = :stream""",
        {
            "id": turn.chat_id,
            "stream": turn.stream,
            "told_to": told_to,
            "told_at": to_text(told_at),
            "next_at": to_text_or_none(next_at),
        },
    )


def newest_decision(db: Connection) -> int:
    """The id of the decision that was made last; 0 before there is one."""
    row = fetch_one(db, "SELECT max(id) AS id FROM decisions")
    return int(row["id"] or 0) if row else 0


def alerts_since(db: Connection, after: int, until: int) -> list[int]:
    """The alerts that decisions after the one, and up to the other, made or gave a new version."""
    rows = fetch(
        db,
        """
        SELECT DISTINCT alert_id FROM decisions
        WHERE id > :after AND id <= :until AND alert_id IS NOT NULL AND version IS NOT NULL""",
        {"after": after, "until": until},
    )
    return [row["alert_id"] for row in rows]


def pushed(db: Connection, to: Recipient, alert_ids: Collection[int]) -> frozenset[int]:
    """Those of the alerts that went to the topic as a message, or in one that gathered several, or
    are on their way; not those that failed or came too late."""
    rows = fetch(
        db,
        """
        SELECT DISTINCT o.alert_id FROM json_each(:ids) each
        CROSS JOIN outbox o ON o.alert_id = each.value AND o.chat_id = :chat
            AND o.thread_id IS :thread
        WHERE o.state NOT IN ('failed', 'expired') OR o.folded_into IS NOT NULL""",
        {"ids": numbers(alert_ids), "chat": to.chat_id, "thread": to.thread_id},
    )
    return frozenset(row["alert_id"] for row in rows)


def texts_since(db: Connection, to: Recipient, since: datetime) -> list[str]:
    """The digests that were made for the topic since then, as the outbox keeps them."""
    rows = fetch(
        db,
        """
        SELECT text FROM outbox
        WHERE kind = 'digest' AND chat_id = :chat AND thread_id IS :thread
            AND created_at > :since""",
        {"chat": to.chat_id, "thread": to.thread_id, "since": to_text(since)},
    )
    return [row["text"] for row in rows]


def sent_since(
    db: Connection, chat_id: int, since: datetime, limit: int
) -> list[tuple[datetime, str]]:
    """The first digests that went to the chat since then: when, and as the outbox keeps them."""
    rows = fetch(
        db,
        """
        SELECT updated_at, text FROM outbox
        WHERE kind = 'digest' AND chat_id = :chat AND created_at >= :since AND state = 'sent'
        ORDER BY created_at LIMIT :limit""",
        {"chat": chat_id, "since": to_text(since), "limit": limit},
    )
    return [(from_text(row["updated_at"]), row["text"]) for row in rows]


def of_stream(db: Connection, stream: str) -> frozenset[int]:
    """The chats that get digests of the stream."""
    rows = fetch(db, "SELECT chat_id FROM digest_turns WHERE stream = :stream", {"stream": stream})
    return frozenset(row["chat_id"] for row in rows)


def _turn(row: Row) -> DigestTurn:
    return DigestTurn(
        **row | {"next_at": from_text_or_none(row["next_at"]), "told_at": from_text(row["told_at"])}
    )
