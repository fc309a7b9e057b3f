"""What to do with an Outcome: each row of the error table as a pure decision.

At least once, and honest about it: what may have arrived is repeated with a mark (`critical`, and
the lines that stand for others) or folded into the chat's next catch-up line (the rest).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from bot.delivery.outcome import (
    ChatGone,
    Conflict,
    Migrated,
    Outcome,
    RateLimited,
    Rejected,
    Retry,
    Sent,
    Unauthorised,
    Unknown,
)

if TYPE_CHECKING:
    from storage.outbox import Delivery


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits between attempts; each doubles the one before until the ceiling."""

    first_wait: timedelta = timedelta(seconds=5)
    ceiling: timedelta = timedelta(minutes=2)
    # A critical alert that may have been lost is said again soon.
    repeat_wait: timedelta = timedelta(seconds=2)
    # Telegram's own clock and ours disagree: do not come back on the very second.
    rate_limit_margin: timedelta = timedelta(seconds=1)
    # Operators hear of a chat that is held for this long.
    long_hold: timedelta = timedelta(minutes=15)
    # A catch-up line is repeated until it is this old, then given up, and operators are notified.
    line_age: timedelta = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Done:
    """The chat has it."""

    message_id: int

    @property
    def reason(self) -> str:
        return f"sent, message {self.message_id}"


@dataclass(frozen=True, slots=True)
class Again:
    """Send it once more at `not_before`; nothing younger goes to the chat before."""

    not_before: datetime
    possible_repeat: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AwaitCatchUp:
    """It may have arrived: say so in the chat's next catch-up line."""

    reason: str


@dataclass(frozen=True, slots=True)
class HoldChat:
    """Nothing goes to this chat until `until`; the other chats do not notice.

    `notify`: it is for so long that operators should know why the chat is silent.
    """

    until: datetime
    reason: str
    notify: bool = False


@dataclass(frozen=True, slots=True)
class PauseChat:
    """Nothing can go to this chat until it lets the bot in again; its settings are kept."""

    reason: str


@dataclass(frozen=True, slots=True)
class MoveChat:
    """The chat has another id now: move all that is its own, then send again at once."""

    new_chat_id: int
    reason: str = "the group became a supergroup"


@dataclass(frozen=True, slots=True)
class GiveUp:
    """This message cannot be sent; operators are notified."""

    reason: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing can be sent to anyone; the second channel says so."""

    conflict: bool
    reason: str


Step = Done | Again | AwaitCatchUp | HoldChat | PauseChat | MoveChat | GiveUp | Halt


def back_off(attempts: int, policy: RetryPolicy) -> timedelta:
    """The wait after this many failed attempts (1 or more)."""
    doublings = min(max(0, attempts - 1), 30)  # 2^30 waits are past any ceiling
    return min(policy.ceiling, policy.first_wait * (1 << doublings))


def next_step(outcome: Outcome, delivery: Delivery, policy: RetryPolicy, now: datetime) -> Step:
    """What becomes of `delivery`, whose `attempts` does not count this one yet."""
    match outcome:
        case Sent(message_id):
            return Done(message_id)
        case Unknown(error):
            return _after_unknown(error, delivery, policy, now)
        case Retry(after, error):
            wait = back_off(delivery.attempts + 1, policy)
            if after is not None:
                wait = max(wait, timedelta(seconds=after))
            return Again(now + wait, delivery.possible_repeat, f"did not go out: {error}")
        case RateLimited(seconds):
            wait = timedelta(seconds=seconds)
            reason = f"too many messages: Telegram asks to wait {seconds:g} s"
            until = now + wait + policy.rate_limit_margin
            return HoldChat(until, reason, notify=wait >= policy.long_hold)
        case ChatGone(reason):
            return PauseChat(reason or "Telegram refuses this chat")
        case Migrated(new_chat_id):
            if new_chat_id == delivery.chat_id:
                return GiveUp("Telegram says that the chat moved to the id it has")
            return MoveChat(new_chat_id)
        case Rejected(error):
            return GiveUp(f"refused by Telegram: {error}")
        case Unauthorised(error):
            return Halt(conflict=False, reason=f"the bot token is refused: {error}")
        case Conflict(error):
            return Halt(conflict=True, reason=error)
        case _:
            assert_never(outcome)


def _after_unknown(error: str, delivery: Delivery, policy: RetryPolicy, now: datetime) -> Step:
    reason = f"outcome unknown: {error}"
    if delivery.kind == "catchup":
        # It stands for alerts that are in no other message: repeat it, ever more slowly.
        if now - delivery.created_at > policy.line_age:
            return GiveUp(f"{reason}; repeated since {delivery.created_at:%Y-%m-%d %H:%M} UTC")
        return Again(now + back_off(delivery.attempts + 1, policy), True, reason)
    if delivery.level == "critical" or delivery.kind == "notice":
        if not delivery.possible_repeat:
            return Again(now + policy.repeat_wait, True, reason)
        if delivery.kind == "notice":
            return GiveUp(f"{reason}, twice")
    return AwaitCatchUp(reason)
