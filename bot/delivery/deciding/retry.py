"""What to do with an Outcome: each row of the error table as a pure decision.

At least once, and honest about it: what may have arrived is repeated with a mark until there is a
definite answer (`critical`, and the lines that stand for others) or folded into the chat's next
catch-up line (the rest).
"""

from __future__ import annotations

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

if TYPE_CHECKING:
    from storage.sending.outbox import Delivery


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits between attempts; each doubles the one before until the ceiling."""

    first_wait: timedelta = timedelta(seconds=5)
    # Whoever is behind it in the chat waits as long, so it is short.
    ceiling: timedelta = timedelta(seconds=30)
    # What is critical and may have been lost is repeated after these waits, then after the last
    # of them again and again: at most five times in any hour.
    repeat_waits: tuple[timedelta, ...] = (
        timedelta(seconds=1),
        timedelta(seconds=15),
        timedelta(minutes=2),
        timedelta(minutes=15),
        timedelta(minutes=45),
        timedelta(minutes=15),
    )
    # After so many attempts without an answer operators hear of it, by the second channel too.
    told_after: int = 5
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
    """Send it once more at `not_before`.

    `unknowns` counts the attempts that may have arrived; what has none keeps its place before
    all that is younger. `notify`: operators must hear that nobody knows whether it arrived.
    """

    not_before: datetime
    possible_repeat: bool
    reason: str
    unknowns: int = 0
    notify: bool = False


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
class LeaveTopic:
    """The topic is gone or closed: the general one takes its place, and it is sent there."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """This message cannot be sent; operators are notified."""

    reason: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing can be sent to anyone; the second channel says so."""

    conflict: bool
    reason: str


Step = Done | Again | AwaitCatchUp | HoldChat | PauseChat | LeaveTopic | MoveChat | GiveUp | Halt


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
        case NeverSent(after, error):
            wait = back_off(delivery.attempts + 1, policy)
            if after is not None:
                wait = max(wait, timedelta(seconds=after))
            reason = f"did not go out: {error}"
            return Again(now + wait, delivery.possible_repeat, reason, delivery.unknowns)
        case RateLimited(seconds):
            wait = timedelta(seconds=seconds)
            reason = f"too many messages: Telegram asks to wait {seconds:g} s"
            until = now + wait + policy.rate_limit_margin
            return HoldChat(until, reason, notify=wait >= policy.long_hold)
        case ChatGone(reason):
            return PauseChat(reason or "Telegram refuses this chat")
        case TopicGone(reason):
            if delivery.thread_id is None:
                return PauseChat(reason)
            return LeaveTopic(reason)
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


def repeat_wait(unknowns: int, policy: RetryPolicy) -> timedelta:
    """The wait after this many attempts (1 or more) that may have arrived."""
    return policy.repeat_waits[min(unknowns, len(policy.repeat_waits)) - 1]


def _after_unknown(error: str, delivery: Delivery, policy: RetryPolicy, now: datetime) -> Step:
    reason = f"outcome unknown: {error}"
    unknowns = delivery.unknowns + 1
    again = Again(now + repeat_wait(unknowns, policy), True, reason, unknowns)
    if delivery.kind in ("catchup", "digest"):
        # It stands for alerts that are in no other message: repeat it, ever more slowly.
        if now - delivery.created_at > policy.line_age:
            return GiveUp(f"{reason}; repeated since {delivery.created_at:%Y-%m-%d %H:%M} UTC")
        return again
    if delivery.kind == "notice":
        return GiveUp(f"{reason}, twice") if delivery.possible_repeat else again
    if delivery.level == "critical":
        return replace(again, notify=unknowns == policy.told_after)
    return AwaitCatchUp(reason)
