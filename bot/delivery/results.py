"""Writing down what was decided about deliveries. Every function runs in one write transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.delivery.catchup import Folded, FoldReason, Sorted, line_level
from bot.delivery.retry import (
    Again,
    AwaitCatchUp,
    Done,
    GiveUp,
    Halt,
    HoldChat,
    MoveChat,
    PauseChat,
    Step,
)
from bot.messages.wording import LineItem, Notice, line_text, notice_text
from storage import alerts, chats, outbox
from storage.chats import Chat
from storage.database import Connection
from storage.outbox import Delivery, NewDelivery


@dataclass(frozen=True, slots=True)
class Mark:
    """What came of one attempt at `at`. `counts` is true when the chat may have had a message."""

    delivery: Delivery
    step: Step
    at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A notice for operators: `reached` is false when none of their chats can be sent to."""

    notice: Notice
    chat: str
    reason: str
    what: str
    reached: bool


def write_mark(db: Connection, mark: Mark) -> Told | None:
    """Write down what came of an attempt; says what operators had to be told of it."""
    delivery, step, at = mark.delivery, mark.step, mark.at
    stored = outbox.get(db, delivery.id)
    if stored is None:
        return None  # merged away when its chat moved: the row that was kept tells it
    chat_id = stored.chat_id
    if mark.counts:
        chats.record_sent(db, chat_id, at)
    attempts = delivery.attempts + 1
    match step:
        case Done(message_id):
            outbox.mark_sent(db, delivery.id, message_id, at)
        case Again(not_before, possible_repeat, reason):
            outbox.mark(
                db, delivery.id, "pending", reason, not_before, at, attempts, possible_repeat
            )
        case AwaitCatchUp(reason):
            outbox.mark(db, delivery.id, "unknown", reason, None, at, attempts)
        case HoldChat(until, reason, tell):
            chats.set_blocked_until(db, chat_id, until)
            outbox.mark(db, delivery.id, "pending", reason, None, at, delivery.attempts)
            if tell:
                return _tell(db, Notice.CHAT_HELD, chat_id, reason, _name(db, delivery), at)
        case PauseChat(reason):
            return _pause(db, delivery, chat_id, reason, at)
        case MoveChat(new_chat_id, reason):
            chats.migrate(db, chat_id, new_chat_id)
            if outbox.get(db, delivery.id) is not None:
                outbox.mark(db, delivery.id, "pending", reason, at, at, delivery.attempts)
        case GiveUp(reason):
            outbox.mark(db, delivery.id, "failed", reason, None, at, attempts)
            if delivery.kind == "notice":
                return None  # a notice about notices could go round for ever: the log has it
            notice = Notice.LOST_LINE if delivery.kind == "catchup" else Notice.REJECTED
            return _tell(db, notice, chat_id, reason, _name(db, delivery), at)
        case Halt(_, reason):
            outbox.mark(db, delivery.id, "pending", reason, None, at, delivery.attempts)
        case _:
            assert_never(step)
    return None


def write_sorted(db: Connection, chat: Chat, found: Sorted, at: datetime) -> None:
    """Fold and replace what was decided for a chat."""
    for old in found.superseded:
        outbox.mark(db, old.delivery.id, "expired", old.reason, None, at, old.delivery.attempts)
    if found.fold:
        line = NewDelivery(
            alert_id=None,
            chat_id=chat.id,
            kind="catchup",
            version=0,
            level=line_level(found.fold),
            not_before=at,
            text=line_text(_items(db, found.fold), chat.language),
        )
        catchup_id = outbox.fold(db, [item.delivery.id for item in found.fold], line, at)
        for item in found.fold:
            reason = f"in catch-up {catchup_id}: {item.reason}"
            outbox.mark(db, item.delivery.id, "expired", reason, None, at, item.delivery.attempts)


def give_up_held(db: Connection, created_before: datetime, at: datetime) -> list[Told]:
    """Expire what was held this long for chats that stay unreachable, and tell operators.

    Of one chat they hear once a month, not each day that one more message grows too old.
    """
    told = []
    for chat_id, count in outbox.expire_held(db, created_before, at).items():
        chat = chats.get(db, chat_id)
        reason = (chat and chat.paused_reason) or "Telegram refuses this chat"
        key = f"given-up:{chat_id}:{at:%Y-%m}"
        word = _tell(db, Notice.GIVEN_UP, chat_id, reason, str(count), at, key)
        told.append(replace(word, what=f"messages given up: {count}"))
    return told


def _items(db: Connection, folded: Sequence[Folded]) -> list[LineItem]:
    found: list[LineItem] = []
    for item in folded:
        alert = None
        if item.delivery.alert_id is not None:
            alert = alerts.get(db, item.delivery.alert_id)
        if alert is not None:
            found.append(LineItem(alert.short_id, alert.title, item.delivery.level, item.reason))
    found.sort(key=lambda item: item.reason is not FoldReason.UNKNOWN)
    return found


def _pause(
    db: Connection, delivery: Delivery, chat_id: int, reason: str, at: datetime
) -> Told | None:
    outbox.mark(db, delivery.id, "paused", reason, None, at, delivery.attempts)
    chat = chats.get(db, chat_id)
    if chat is None or chat.state == "paused":
        return None  # told already
    chats.pause(db, chat_id, reason, at)
    return _tell(db, Notice.CHAT_PAUSED, chat_id, reason, _name(db, delivery), at)


def _tell(
    db: Connection,
    notice: Notice,
    chat_id: int,
    reason: str,
    what: str,
    at: datetime,
    key: str = "",
) -> Told:
    """Queue a notice for each operator's chat but the one that the trouble is with.

    With a `key` it is queued once.
    """
    chat = chats.get(db, chat_id)
    name = f"{chat.title} ({chat_id})" if chat is not None and chat.title else str(chat_id)
    readers = [
        operator
        for operator in chats.operators(db)
        if operator.state == "active" and operator.id != chat_id
    ]
    outbox.enqueue(
        db,
        [
            NewDelivery(
                alert_id=None,
                chat_id=reader.id,
                kind="notice",
                version=0,
                level="alert",
                not_before=at,
                text=notice_text(notice, reader.language, chat=name, reason=reason, what=what),
                key=key,
            )
            for reader in readers
        ],
        at,
    )
    return Told(notice, name, reason, what, reached=bool(readers))


def _name(db: Connection, delivery: Delivery) -> str:
    """What people call a message: its alert's short id, or its own kind and number."""
    alert = None if delivery.alert_id is None else alerts.get(db, delivery.alert_id)
    return f"{delivery.kind} {delivery.id}" if alert is None else alert.short_id
