"""Cards that say less than is known by now: which chat's card of which alert is to be edited.

A row for an alert in a topic of a chat, so that only what is newest is ever owed. It is no message:
it counts nowhere as one, and it is lost or done twice without harm. A row whose `due_at` is empty
owes nothing, and remembers how often that card was edited.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.connection import Connection
from storage.rows import (
    Row,
    change,
    fetch,
    fetch_one,
    from_text,
    from_text_or_none,
    many,
    numbers,
    to_text,
)
from storage.sending.deliveries import Recipient


@dataclass(frozen=True, slots=True)
class CardEdit:
    """An alert's card in a topic of a chat. `changes` counts what became known since it was made,
    `edits` how often it was edited, `attempts` those that failed in a row."""

    id: int
    alert_id: int
    chat_id: int
    thread_id: int | None
    changes: int
    changed_at: datetime
    due_at: datetime | None
    attempts: int
    edits: int

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.chat_id, self.thread_id)


def ask(
    db: Connection,
    alert_id: int,
    recipients: Collection[Recipient],
    at: datetime,
    settle: timedelta,
) -> None:
    """The alert's card that these have is to be edited, `settle` after the first such change and
    no earlier than that card may be edited again."""
    db.execute(
        """
        INSERT INTO card_edits (alert_id, chat_id, thread_id, changed_at, due_at)
        SELECT :alert, CAST(json_extract(value, '$[0]') AS BIGINT),
            CAST(json_extract(value, '$[1]') AS BIGINT), :at, :due
        FROM json_each(:recipients) WHERE true
        ON CONFLICT (alert_id, chat_id, ifnull(thread_id, 0)) DO UPDATE SET
            changes = card_edits.changes + 1, changed_at = :at, attempts = 0,
            due_at = max(min(coalesce(card_edits.due_at, :due), :due),
                coalesce(card_edits.free_at, ''))""",
        {
            "alert": alert_id,
            "recipients": many(recipients),
            "at": to_text(at),
            "due": to_text(at + settle),
        },
    )


def get(db: Connection, alert_id: int, recipient: Recipient) -> CardEdit | None:
    row = fetch_one(
        db,
        """
        SELECT * FROM card_edits
        WHERE alert_id = :alert AND chat_id = :chat AND thread_id IS :thread""",
        {"alert": alert_id, "chat": recipient.chat_id, "thread": recipient.thread_id},
    )
    return None if row is None else _card_edit(row)


WALKED = 400
"""Edits that are looked through for those that may go; where they are too few, all chats are."""


def ready(db: Connection, now: datetime, limit: int, busy: Collection[int] = ()) -> list[CardEdit]:
    """The next edit of each chat, longest due first: at most `limit`, none of `busy` chats, and
    none where a message is to go out."""
    walked = fetch(
        db,
        """
        SELECT chat_id FROM card_edits WHERE due_at <= :now
        ORDER BY due_at LIMIT :most""",
        {"now": to_text(now), "most": WALKED},
    )
    found = _ready(db, now, busy, {row["chat_id"] for row in walked})
    if len(found) < limit and len(walked) == WALKED:
        found = _ready(db, now, busy, None)
    return found[:limit]


def _ready(
    db: Connection, now: datetime, busy: Collection[int], chat_ids: Collection[int] | None
) -> list[CardEdit]:
    chosen = "chats" if chat_ids is None else "(SELECT value AS id FROM json_each(:ids))"
    rows = fetch(
        db,
        f"""
        SELECT e.* FROM {chosen} c CROSS JOIN card_edits e
        WHERE c.id NOT IN (SELECT each.value FROM json_each(:busy) each) AND e.chat_id = c.id
            AND e.id = (SELECT w.id FROM card_edits w
                WHERE w.chat_id = c.id AND w.due_at <= :now ORDER BY w.due_at LIMIT 1)
            AND NOT EXISTS (SELECT 1 FROM (VALUES (0), (1), (2)) p CROSS JOIN outbox o
                WHERE o.chat_id = c.id AND o.state = 'pending' AND o.queue = p.column1
                    AND o.not_before <= :now)""",  # noqa: S608 our own words
        {"now": to_text(now), "busy": numbers(busy), "ids": numbers(chat_ids or ())},
    )
    return sorted((_card_edit(row) for row in rows), key=lambda each: (each.due_at, each.chat_id))


def done(db: Connection, edit: CardEdit, free_at: datetime) -> None:
    """The card says what was known at `edit`; it may be edited again from `free_at` on. What
    changed meanwhile is owed then."""
    db.execute(
        """
        UPDATE card_edits SET edits = edits + 1, attempts = 0, free_at = :free,
            due_at = CASE WHEN changes = :changes THEN NULL ELSE max(due_at, :free) END
        WHERE id = :id""",
        {"id": edit.id, "changes": edit.changes, "free": to_text(free_at)},
    )


def postpone(db: Connection, edit: CardEdit, until: datetime, attempts: int) -> None:
    """Try again then, having failed so often."""
    db.execute(
        """
        UPDATE card_edits SET due_at = :until, attempts = :attempts
        WHERE id = :id AND due_at IS NOT NULL""",
        {"id": edit.id, "until": to_text(until), "attempts": attempts},
    )


def hold_chat(db: Connection, chat_id: int, until: datetime) -> None:
    """No card of the chat is edited before then."""
    db.execute(
        "UPDATE card_edits SET due_at = :until WHERE chat_id = :chat AND due_at < :until",
        {"chat": chat_id, "until": to_text(until)},
    )


def drop(db: Connection, edit: CardEdit) -> None:
    """Leave the card as it is, until something changes again."""
    db.execute(
        """
        UPDATE card_edits SET due_at = NULL, attempts = 0
        WHERE id = :id AND changes = :changes""",
        {"id": edit.id, "changes": edit.changes},
    )


def replaced(db: Connection, cards: Collection[tuple[int, Recipient]]) -> None:
    """New messages tell all that is known of alerts (by id): there is no other card to edit."""
    db.execute(
        """
        UPDATE card_edits SET due_at = NULL, free_at = NULL, attempts = 0, edits = 0
        WHERE id IN (SELECT e.id FROM json_each(:cards) each CROSS JOIN card_edits e
            WHERE e.alert_id = CAST(json_extract(each.value, '$[0]') AS BIGINT)
                AND e.chat_id = CAST(json_extract(each.value, '$[1][0]') AS BIGINT)
                AND e.thread_id IS CAST(json_extract(each.value, '$[1][1]') AS BIGINT))""",
        {"cards": many(cards)},
    )


def forget_chat(db: Connection, chat_id: int) -> int:
    """The chat's messages cannot be edited any more; how many rows went."""
    return change(db, "DELETE FROM card_edits WHERE chat_id = :chat", {"chat": chat_id})


def forget_topic(db: Connection, chat_id: int, thread_id: int) -> int:
    """The same of one topic."""
    return change(
        db,
        "DELETE FROM card_edits WHERE chat_id = :chat AND thread_id = :thread",
        {"chat": chat_id, "thread": thread_id},
    )


def _card_edit(row: Row) -> CardEdit:
    return CardEdit(
        **{name: row[name] for name in CardEdit.__slots__}
        | {
            "changed_at": from_text(row["changed_at"]),
            "due_at": from_text_or_none(row["due_at"]),
        }
    )
