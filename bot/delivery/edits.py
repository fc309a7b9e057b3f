"""Whether a card is edited now, and what follows from what came of it. Pure.

An edit sounds for nobody and is harmless when it is lost or done twice. So it never becomes a
message, never delays one, and is given up soon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from bot.delivery.deciding.outcome import (
    ChatGone,
    Conflict,
    Migrated,
    NeverSent,
    Outcome,
    RateLimited,
    Rejected,
    Sent,
    TopicGone,
    Unauthorised,
    Unknown,
)
from bot.delivery.deciding.pacing import SendLimits, chat_free_at, overall_free

if TYPE_CHECKING:
    from storage.readers.chats import Chat
    from storage.sending.card_edits import CardEdit
    from storage.sending.outbox import Delivery


@dataclass(frozen=True, slots=True)
class EditPolicy:
    """How often cards are edited, and how much room that leaves to messages.

    One card: at most once in `gap`, which doubles with each edit until `longest_gap`; a new
    message of the alert begins anew. At most eight times in the first hour, then four.
    """

    gap: timedelta = timedelta(minutes=1)
    longest_gap: timedelta = timedelta(minutes=15)
    # An edit that failed is tried again after `first_wait`, twice that ..., so often in all.
    tries: int = 4
    first_wait: timedelta = timedelta(seconds=30)
    rate_limit_margin: timedelta = timedelta(seconds=1)
    # Nobody looks for news in a card that could not be edited for so long.
    expiry: timedelta = timedelta(hours=48)
    # Edits under way at once, edits in a second, and how much of the second messages must leave.
    at_once: int = 4
    a_second: int = 4
    spare: float = 0.5
    # In a group, messages and edits of the last minute together: Telegram counts both.
    group_sends: int = 5
    # How often the outbox is asked for edits.
    look: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Go:
    """Edit this message of the chat: the newest that tells it the alert."""

    message: Delivery


@dataclass(frozen=True, slots=True)
class Done:
    """The card says what is known; it may be edited again from `free_at` on."""

    free_at: datetime

    @property
    def reason(self) -> str:
        return "edited"


@dataclass(frozen=True, slots=True)
class Later:
    """Not before `until`. `attempts`: how often it has failed. `whole_chat`: nor any other card of
    the chat."""

    until: datetime
    reason: str
    attempts: int = 0
    whole_chat: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Leave the card as it is until something else becomes known."""

    reason: str


def next_edit(
    edit: CardEdit,
    chat: Chat,
    rows: Sequence[Delivery],
    policy: EditPolicy,
    now: datetime,
    *,
    may_see: bool,
) -> Go | Later | Drop:
    """What becomes of an edit that is due.

    `rows` are the deliveries of the alert to that topic. `may_see`: it could be told of the alert
    as it stands.
    """
    if chat.state == "paused":
        return Drop("the chat is paused")
    if not may_see:
        return Drop("the chat may not see the alert as it stands")
    if now - edit.changed_at > policy.expiry:
        return Drop("it could not be edited for too long")
    if chat.held_until is not None and chat.is_held(now):
        return Later(chat.held_until, "the chat is muted, or in quiet hours", edit.attempts)
    if chat.blocked_until is not None and chat.blocked_until > now:
        return Later(chat.blocked_until, "Telegram holds the chat back", edit.attempts)
    if any(row.state in ("pending", "sending") for row in rows):
        return Later(now + policy.first_wait, "a new message tells it", edit.attempts)
    told = [row for row in rows if row.state == "sent" and row.message_id is not None]
    if not told:
        return Drop("the chat has no message of the alert")
    return Go(max(told, key=lambda row: (row.version, row.id)))


def after_edit(
    outcome: Outcome, edit: CardEdit, policy: EditPolicy, now: datetime
) -> Done | Later | Drop:
    """What follows from what came of it; `edit.attempts` does not count this one."""
    match outcome:
        case Sent():
            return Done(now + gap_after(edit.edits, policy))
        case RateLimited(seconds):
            until = now + timedelta(seconds=seconds) + policy.rate_limit_margin
            reason = f"too many messages: Telegram asks to wait {seconds:g} s"
            return Later(until, reason, edit.attempts, whole_chat=True)
        case Unknown(error) | NeverSent(_, error) | Unauthorised(error) | Conflict(error):
            attempts = edit.attempts + 1
            if attempts >= policy.tries:
                return Drop(f"failed {attempts} times: {error}")
            return Later(now + policy.first_wait * (1 << edit.attempts), error, attempts)
        case ChatGone(reason) | TopicGone(reason):
            return Drop(reason or "Telegram refuses this chat")
        case Migrated():
            return Drop("the group became a supergroup, which does not have the message")
        case Rejected(error):
            return Drop(f"refused by Telegram: {error}")
        case _:
            assert_never(outcome)


def gap_after(edits: int, policy: EditPolicy) -> timedelta:
    """How long a card that was edited so often before is left alone after one more edit."""
    return min(policy.longest_gap, policy.gap * (1 << min(edits, 20)))


def room(
    messages: Sequence[datetime],
    edits: Sequence[datetime],
    limits: SendLimits,
    policy: EditPolicy,
    now: datetime,
) -> int:
    """How many edits may begin now, given when messages and edits began; both ascending."""
    if overall_free(messages, limits, now) < limits.overall_sends * policy.spare:
        return 0
    return overall_free(edits, replace(limits, overall_sends=policy.a_second), now)


def chat_has_room(
    kind: str,
    messages: Sequence[datetime],
    edits: Sequence[datetime],
    limits: SendLimits,
    policy: EditPolicy,
    now: datetime,
) -> bool:
    """Whether a chat with these past messages and edits bears another edit now."""
    most = min(limits.group_sends, policy.group_sends)
    both = sorted((*messages, *edits))
    return chat_free_at(kind, both, replace(limits, group_sends=most), now) <= now
