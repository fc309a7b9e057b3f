"""Writing down what was decided about deliveries. Every function runs in one write transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.alerts.routing.wanting import seen_in
from bot.delivery.deciding.retry import (
    Again,
    AwaitCatchUp,
    Done,
    GiveUp,
    Halt,
    HoldChat,
    LeaveTopic,
    MoveChat,
    PauseChat,
    Step,
)
from bot.delivery.later.catchup import ChatPlan, Folded, FoldReason, line_level
from bot.messages.catchup import Group, LineItem, catchup_text
from bot.notices.receivers import ChatEvent, ChatNotice
from bot.notices.to_operators import notify_operators
from storage import alerts
from storage.connection import Connection
from storage.readers import chats, supergroups
from storage.readers.chats import Chat
from storage.sending import acknowledgements, folding, holding, outbox, sends
from storage.sending.outbox import Delivery, Mark, NewDelivery


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, when it ended, and what to do next.

    `counts` is true when the chat may have had a message.
    """

    delivery: Delivery
    step: Step
    at: datetime
    counts: bool


_GROUPS: dict[FoldReason, Group] = {
    FoldReason.TOO_OLD: "too_old",
    FoldReason.STORM: "storm",
    FoldReason.UNKNOWN: "unknown",
    FoldReason.MUTED: "muted",
    FoldReason.MUTED_PART: "muted_part",
    FoldReason.QUIET: "quiet",
}


_LOST: dict[str, ChatEvent] = {"catchup": "catchup_lost", "digest": "digest_lost"}


def record_attempt(db: Connection, attempt: Attempt) -> None:
    """Write down what came of an attempt, and queue what operators must hear of it."""
    delivery, step, at = attempt.delivery, attempt.step, attempt.at
    stored = outbox.get(db, delivery.id)
    if stored is None:
        return  # merged away when its chat moved: the row that was kept counts
    chat_id = stored.chat_id
    if attempt.counts:
        sends.record_sent(db, chat_id, at)
    attempts = delivery.attempts + 1
    match step:
        case Done(message_id):
            outbox.mark_sent(db, delivery.id, message_id, at)
            _ask(db, stored, message_id, at)
        case Again(not_before, possible_repeat, reason, unknowns, notify):
            later = Mark("pending", reason, at, attempts, not_before, possible_repeat, unknowns)
            outbox.mark(db, delivery.id, later)
            if notify:
                name = _name(db, delivery)
                _notify(db, "unconfirmed", chat_id, reason, at, message=name, everywhere=True)
        case AwaitCatchUp(reason):
            outbox.mark(db, delivery.id, Mark("unknown", reason, at, attempts))
        case HoldChat(until, reason, notify):
            chats.set_blocked_until(db, chat_id, until)
            outbox.mark(db, delivery.id, Mark("pending", reason, at, delivery.attempts))
            if notify:
                _notify(db, "held", chat_id, reason, at)
        case PauseChat(reason):
            _pause(db, delivery, chat_id, reason, at)
        case LeaveTopic(reason):
            outbox.mark(db, delivery.id, Mark("pending", reason, at, delivery.attempts))
            if stored.thread_id is not None:  # another message may have left it before
                chats.forget_topic(db, chat_id, stored.thread_id)
                _notify(db, "topic_gone", chat_id, reason, at)
        case MoveChat(new_chat_id, reason):
            supergroups.migrate(db, chat_id, new_chat_id)
            if outbox.get(db, delivery.id) is not None:
                again = Mark("pending", reason, at, delivery.attempts)
                outbox.mark(db, delivery.id, again)
        case GiveUp(reason):
            outbox.mark(db, delivery.id, Mark("failed", reason, at, attempts))
            # A notice about notices could go round for ever: the log has it.
            if delivery.kind != "notice":
                event = _LOST.get(delivery.kind, "rejected")
                _notify(db, event, chat_id, reason, at, message=_name(db, delivery))
        case Halt(_, reason):
            outbox.mark(db, delivery.id, Mark("pending", reason, at, delivery.attempts))
        case _:
            assert_never(step)


def record_catchup(db: Connection, chat: Chat, found: ChatPlan, at: datetime) -> None:
    """Fold and replace what was decided for a chat."""
    for old in found.superseded:
        outbox.mark(db, old.delivery.id, Mark("expired", old.reason, at, old.delivery.attempts))
    by_topic: dict[int | None, list[Folded]] = {}
    for item in found.fold:
        by_topic.setdefault(item.delivery.thread_id, []).append(item)
    for thread_id, folded in by_topic.items():
        line = NewDelivery(
            alert_id=None,
            chat_id=chat.id,
            thread_id=thread_id,
            kind="catchup",
            version=0,
            level=line_level(folded),
            not_before=at,
            text=catchup_text(_items(db, folded, chat, thread_id), chat.language),
        )
        folding.fold(db, {item.delivery.id: item.reason for item in folded}, line, at)


def give_up_held(db: Connection, created_before: datetime, at: datetime) -> list[ChatNotice]:
    """Expire what was held this long for chats that stay unreachable, and notify operators.

    Returns a notice for each such chat; of one chat operators get one a month.
    """
    notices = []
    for chat_id, count in holding.expire_held(db, created_before, at).items():
        chat = chats.get(db, chat_id)
        reason = (chat and chat.paused_reason) or "Telegram refuses this chat"
        notices.append(_notify(db, "given_up", chat_id, reason, at, message=str(count)))
    return notices


def _ask(db: Connection, sent: Delivery, message_id: int | None, at: datetime) -> None:
    """A critical alert waits from now on for somebody in the chat, where the chat wants that."""
    chat = chats.get(db, sent.chat_id)
    if sent.alert_id is None or sent.level != "critical":
        return
    if chat is not None and chat.escalate_after is not None:
        acknowledgements.ask(db, sent.alert_id, chat.id, sent.version, message_id, at)


def _items(
    db: Connection, folded: Sequence[Folded], chat: Chat, thread_id: int | None
) -> list[LineItem]:
    ids = {item.delivery.alert_id for item in folded if item.delivery.alert_id is not None}
    known = {alert.id: seen_in(chat, thread_id, alert) for alert in alerts.by_ids(db, ids).values()}
    return [
        LineItem(
            *(alert.short_id, alert.title, item.delivery.level, _GROUPS[item.reason]),
            *(alert.gravest.signal, alert.gravest.direction, alert.feed_name, alert.link),
        )
        for item in folded
        if item.delivery.alert_id is not None
        and (alert := known.get(item.delivery.alert_id)) is not None
    ]


def _pause(db: Connection, delivery: Delivery, chat_id: int, reason: str, at: datetime) -> None:
    outbox.mark(db, delivery.id, Mark("paused", reason, at, delivery.attempts))
    chat = chats.get(db, chat_id)
    if chat is None or chat.state == "paused":
        return  # operators know
    chats.pause(db, chat_id, reason, at)
    _notify(db, "paused", chat_id, reason, at)


def _notify(
    db: Connection,
    event: ChatEvent,
    chat_id: int,
    reason: str,
    at: datetime,
    *,
    message: str = "",
    everywhere: bool = False,
) -> ChatNotice:
    chat = chats.get(db, chat_id)
    notice = ChatNotice(event, chat_id, chat.title if chat else "", reason, message)
    notify_operators(db, notice, at, except_chat=chat_id, everywhere=everywhere)
    return notice


def _name(db: Connection, delivery: Delivery) -> str:
    """What people call a message: its alert's short id, or its own kind and number."""
    alert = None if delivery.alert_id is None else alerts.get(db, delivery.alert_id)
    return f"{delivery.kind} {delivery.id}" if alert is None else alert.short_id
