"""Which of a chat's waiting deliveries goes next, and which fold into one catch-up line.

Nothing vanishes: what is too old, what a storm brought too much of and what may have been lost is
named in a catch-up line, and each such delivery ends in a state with its reason.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.alerts.decide import rank

if TYPE_CHECKING:
    from storage.sending.outbox import Delivery


class FoldReason(StrEnum):
    """Why a delivery is not a message of its own."""

    TOO_OLD = "too old to be sent as news"
    STORM = "too many alerts in a short time"
    UNKNOWN = "its outcome is unknown"
    MUTED = "held back while the chat was muted"
    MUTED_PART = "held back while its story, signal or place was muted"
    QUIET = "held back in the chat's quiet hours"


_HELD = (FoldReason.MUTED, FoldReason.MUTED_PART, FoldReason.QUIET)


@dataclass(frozen=True, slots=True)
class FoldPolicy:
    """When an alert is no longer news, and how many of them a reader bears."""

    expiry: timedelta = timedelta(hours=12)
    expiry_critical: timedelta = timedelta(hours=48)
    storm_sends: int = 10
    storm_sends_critical: int = 30
    storm_window: timedelta = timedelta(minutes=10)
    # A line waits this long for others to join it, ...
    settle: timedelta = timedelta(seconds=60)
    # ... follows the one before after this long at the earliest, ...
    line_gap: timedelta = timedelta(minutes=10)
    line_gap_critical: timedelta = timedelta(minutes=2)
    # ... and names at most so many alerts: all their ids fit into one message.
    line_alerts: int = 200


@dataclass(frozen=True, slots=True)
class Folded:
    """A delivery that a catch-up line stands for."""

    delivery: Delivery
    reason: FoldReason


@dataclass(frozen=True, slots=True)
class Superseded:
    """A delivery whose alert has a later version waiting in the same topic."""

    delivery: Delivery
    by: Delivery

    @property
    def reason(self) -> str:
        return superseded_by(self.by)


@dataclass(frozen=True, slots=True)
class ChatPlan:
    """What becomes of a chat's waiting deliveries now.

    `head` is the next to be sent; `fold` makes a catch-up line at once, in each topic that has
    some of it; `wake_at` is when a
    later look may find more to do (None: nothing is held back).
    """

    head: Delivery | None
    fold: tuple[Folded, ...] = ()
    superseded: tuple[Superseded, ...] = ()
    wake_at: datetime | None = None


def plan_chat(
    due: Sequence[Delivery],
    unknown: Sequence[Delivery],
    sends: Sequence[datetime],
    last_line_at: datetime | None,
    policy: FoldPolicy,
    now: datetime,
    *,
    crowded: bool = False,
    muted_until: datetime | None = None,
    quiet_until: datetime | None = None,
) -> ChatPlan:
    """What becomes of a chat's deliveries: `due` (pending) and `unknown` (outcome unknown).

    Both are in the order they were made, and may be the first few of more: `crowded` says that
    these would fill a line. `sends` are the chat's past messages, ascending; `last_line_at` is
    when its last catch-up line was made, `muted_until` when its last mute ended and `quiet_until`
    when its last quiet hours did. Critical alerts go first, and are named first in a line. What was
    tried already goes before what was not: it neither folds nor is overtaken but by critical ones,
    unless it is too old or was held back.
    """
    due, unknown, superseded = _latest_versions(due, unknown)
    due = sorted(due, key=lambda delivery: (delivery.level != "critical", not delivery.attempts))
    keep: list[Delivery] = []
    fold = [Folded(delivery, FoldReason.UNKNOWN) for delivery in unknown]
    recent = len(sends) - bisect_left(sends, now - policy.storm_window)
    room = policy.storm_sends - recent
    room_critical = policy.storm_sends_critical - recent
    for delivery in due:
        if delivery.kind not in ("alert", "update"):
            keep.append(delivery)
        elif delivery.mute_id is not None and not delivery.attempts:
            fold.append(Folded(delivery, FoldReason.MUTED_PART))
        elif _was_held(delivery, muted_until):
            fold.append(Folded(delivery, FoldReason.MUTED))
        elif _was_held(delivery, quiet_until):
            fold.append(Folded(delivery, FoldReason.QUIET))
        elif now - delivery.created_at > _expiry(delivery, policy):
            fold.append(Folded(delivery, FoldReason.TOO_OLD))
        elif delivery.attempts or (room_critical if delivery.level == "critical" else room) > 0:
            keep.append(delivery)
            room -= 1
            room_critical -= 1
        else:
            fold.append(Folded(delivery, FoldReason.STORM))
    head = keep[0] if keep else None
    if not fold:
        return ChatPlan(head, (), superseded)
    fold.sort(key=lambda item: item.delivery.level != "critical")
    line_at = _line_at(fold, last_line_at, policy, crowded=crowded)
    if line_at > now:
        return ChatPlan(head, (), superseded, line_at)
    return ChatPlan(head, tuple(fold[: policy.line_alerts]), superseded)


def superseded_by(later: Delivery) -> str:
    """Why an earlier version of the alert is not sent."""
    return f"version {later.version} of the same alert goes in its place"


def line_level(folded: Sequence[Folded]) -> str:
    """The level of a catch-up line: the highest of those it stands for."""
    return max((item.delivery.level for item in folded), key=rank)


def _was_held(delivery: Delivery, until: datetime | None) -> bool:
    """Whether a mute or quiet hours that are over kept it from being sent."""
    if until is None or delivery.level == "critical":
        return False
    return delivery.created_at < until


def _expiry(delivery: Delivery, policy: FoldPolicy) -> timedelta:
    return policy.expiry_critical if delivery.level == "critical" else policy.expiry


def _line_at(
    fold: Sequence[Folded], last_line_at: datetime | None, policy: FoldPolicy, *, crowded: bool
) -> datetime:
    """When a line for these may be made: settled, and a gap after the one before.

    `fold` has critical ones first: they wait for a shorter gap.
    """
    settled = min(
        item.delivery.created_at
        if item.reason is FoldReason.TOO_OLD or item.reason in _HELD
        else item.delivery.updated_at + policy.settle
        for item in fold
    )
    # What is critical waited too long already, be it for a clock that was wrong; and whoever asked
    # for quiet until now is told now.
    late = any(
        item.reason in _HELD
        or (item.reason is FoldReason.TOO_OLD and item.delivery.level == "critical")
        for item in fold
    )
    if late or crowded or len(fold) >= policy.line_alerts or last_line_at is None:
        return settled
    critical = fold[0].delivery.level == "critical"
    return max(settled, last_line_at + (policy.line_gap_critical if critical else policy.line_gap))


def _latest_versions(
    due: Sequence[Delivery], unknown: Sequence[Delivery]
) -> tuple[list[Delivery], list[Delivery], tuple[Superseded, ...]]:
    # A card shows its alert as it is now: two versions waiting would be one message twice.
    latest: dict[tuple[int, int | None], Delivery] = {}
    for delivery in due:
        if delivery.alert_id is not None:
            card = (delivery.alert_id, delivery.thread_id)
            newest = latest.get(card)
            if newest is None or delivery.version >= newest.version:
                latest[card] = delivery
    superseded: list[Superseded] = []

    def without_superseded(deliveries: Sequence[Delivery]) -> list[Delivery]:
        keep: list[Delivery] = []
        for delivery in deliveries:
            by = None
            if delivery.alert_id is not None:
                by = latest.get((delivery.alert_id, delivery.thread_id))
            if by is None or by is delivery:
                keep.append(delivery)
            else:
                superseded.append(Superseded(delivery, by))
        return keep

    return without_superseded(due), without_superseded(unknown), tuple(superseded)
