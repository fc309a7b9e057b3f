"""When a feed is asked next. Pure: values and a random number in, a time and a reason out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SchedulePolicy:
    """`interval` is for feeds whose operator named none. What a publisher wishes (ttl, syndication
    module, Cache-Control, Expires) makes it longer, up to `wish_ceiling`: much software says
    "hourly" or "daily" without anyone having meant it, and alerts cannot wait a day.

    A failing feed is asked half as often after each failure, down to every `failure_ceiling`.
    Retry-After is obeyed up to `server_ceiling`; a feed that is gone (410) is asked every `gone`.
    `claim` is when a feed is asked again if the service dies during a poll, `held` when one that
    is held is looked at again. `jitter` is the share by which times are stretched at random.
    """

    interval: timedelta = timedelta(minutes=15)
    wish_ceiling: timedelta = timedelta(hours=1)
    failure_ceiling: timedelta = timedelta(hours=6)
    server_ceiling: timedelta = timedelta(hours=24)
    gone: timedelta = timedelta(hours=24)
    claim: timedelta = timedelta(minutes=5)
    held: timedelta = timedelta(minutes=5)
    jitter: float = 0.1


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the publisher asks for: RSS ttl, sy:updatePeriod, and how long the answer is fresh."""

    ttl: timedelta | None = None
    update_period: timedelta | None = None
    fresh_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NextCheck:
    """`reason`: interval, operator, ttl, update-period, fresh, held, failing, gone, retry-after."""

    at: datetime
    reason: str


def claim_until(
    now: datetime, policy: SchedulePolicy, interval_minutes: int | None = None
) -> datetime:
    """The `next_check_at` to write before fetching."""
    return now + min(policy.claim, _operators(interval_minutes) or policy.interval)


def next_check(
    now: datetime,
    policy: SchedulePolicy,
    *,
    interval_minutes: int | None,
    wishes: Wishes,
    roll: float,
    failures: int = 0,
    gone: bool = False,
    held: bool = False,
    retry_after: timedelta | None = None,
) -> NextCheck:
    """When to ask again after a poll that ended at `now`.

    `failures` counts those in a row, this poll's included. An operator's interval wins over
    wishes, never over Retry-After. `roll` is uniform in [0, 1) and only ever makes the wait
    longer: a server's "not before" is kept.
    """
    delay, reason = _usual(policy, interval_minutes, wishes)
    if failures > 0:
        ceiling = max(policy.failure_ceiling, delay)
        delay = min(delay * 2 ** min(failures - 1, 20), ceiling)
        reason = "failing"
    elif held and policy.held < delay:
        delay, reason = policy.held, "held"
    if gone and policy.gone > delay:
        delay, reason = policy.gone, "gone"
    if retry_after is not None:
        asked = min(retry_after, policy.server_ceiling)
        if asked > delay:
            delay, reason = asked, "retry-after"
    return NextCheck(now + delay * (1 + policy.jitter * roll), reason)


def _usual(
    policy: SchedulePolicy, interval_minutes: int | None, wishes: Wishes
) -> tuple[timedelta, str]:
    operators = _operators(interval_minutes)
    if operators is not None:
        return operators, "operator"
    wished = [
        (wish, reason)
        for wish, reason in (
            (wishes.ttl, "ttl"),
            (wishes.update_period, "update-period"),
            (wishes.fresh_for, "fresh"),
        )
        if wish is not None
    ]
    longest, reason = max(wished, default=(timedelta(), ""), key=lambda pair: pair[0])
    if longest <= policy.interval:
        return policy.interval, "interval"
    return max(min(longest, policy.wish_ceiling), policy.interval), reason


def _operators(interval_minutes: int | None) -> timedelta | None:
    return None if interval_minutes is None else timedelta(minutes=interval_minutes)
