"""A feed's condition, for everybody who shows one, and when operators get a notice of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, get_args

from bot.notices.feeds import FeedEvent
from storage.news.feeds import FeedState

Condition = Literal["unread", "ok", "failing", "broken", "silent", "held", "truncated"]


@dataclass(frozen=True, slots=True)
class HealthPolicy:
    """A feed is broken after `broken_after` failures in a row, at once when the failure will not
    heal. It is silent when quiet `silent_factor` times longer than usual, but never before
    `silent_floor`, and after `silent_unlearnt` while nothing is known of its habits. What was
    usual loses half its weight in `half_life`; before anything is known, `unlearnt` is."""

    broken_after: int = 3
    silent_factor: float = 3.0
    silent_floor: timedelta = timedelta(hours=6)
    silent_unlearnt: timedelta = timedelta(days=14)
    unlearnt: timedelta = timedelta(days=1)
    half_life: timedelta = timedelta(days=14)


_WILL_NOT_HEAL = frozenset({"gone", "address", "merged"})


# The conditions that an operator should look at, the worst first.
NEEDS_A_LOOK: tuple[Condition, ...] = ("broken", "failing", "held", "silent", "truncated")


def condition(state: FeedState, policy: HealthPolicy | None = None) -> Condition:
    """How the feed does, by what was seen up to its last poll."""
    policy = policy or HealthPolicy()
    if state.failures:
        broken = state.failures >= policy.broken_after or state.failure in _WILL_NOT_HEAL
        return "broken" if broken else "failing"
    if state.held:
        return "held"
    if state.last_success_at is None:
        return "unread"
    if _is_silent(state, policy):
        return "silent"
    return "truncated" if state.truncated else "ok"


@dataclass(frozen=True, slots=True)
class FeedsHealth:
    """The active feeds at one moment: how many are in each condition (all are named), and those
    that need a look, the worst first."""

    counts: dict[Condition, int]
    to_look_at: tuple[tuple[FeedState, Condition], ...]


def feeds_health(states: Iterable[FeedState], policy: HealthPolicy | None = None) -> FeedsHealth:
    """What /status, `marsad doctor` and the metrics say of the feeds."""
    rows = [(state, condition(state, policy)) for state in states if state.active]
    counts: dict[Condition, int] = dict.fromkeys(get_args(Condition), 0)
    for _, each in rows:
        counts[each] += 1
    look = [(state, each) for state, each in rows if each in NEEDS_A_LOOK]
    look.sort(key=lambda row: (NEEDS_A_LOOK.index(row[1]), -row[0].failures))
    return FeedsHealth(counts, tuple(look))


def health_notice(before: FeedState, after: Condition) -> FeedEvent | None:
    """The notice that is due: one when a feed breaks, one when it does well again."""
    if after in ("broken", "silent"):
        return None if before.told_broken else after
    if after == "held":
        return None if before.held else "held"
    if after in ("ok", "truncated") and before.told_broken:
        return "recovered"
    return "truncated" if after == "truncated" and not before.truncated else None


def quiet(state: FeedState) -> timedelta | None:
    """How long the feed had nothing new, as far as our own polls saw it."""
    if state.last_success_at is None or state.last_new_entry_at is None:
        return None
    return max(state.last_success_at - state.last_new_entry_at, timedelta())


def usual_gap(state: FeedState, policy: HealthPolicy | None = None) -> float | None:
    """The feed's usual longest quiet, in seconds, now that something new came.

    It is the longest quiet seen, weighed down as it recedes: an average would call every
    newspaper silent at night. Only quiet that polls saw counts: our own downtime is not theirs.
    """
    policy = policy or HealthPolicy()
    seen = quiet(state)
    if seen is None:
        return state.usual_gap_seconds
    if state.usual_gap_seconds is None:
        return seen.total_seconds()
    faded: float = state.usual_gap_seconds * 0.5 ** (seen / policy.half_life)
    return max(seen.total_seconds(), faded)


def gap_of(dates: Sequence[datetime | None], now: datetime) -> float | None:
    """A first guess at the usual longest quiet, in seconds, from the dates in one document."""
    known = sorted({date for date in dates if date is not None and date <= now})
    if len(known) < 4:
        return None
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(known))
    # Not the very longest: one old pinned entry would make the feed patient for ever.
    return gaps[-2]


def is_quieter_than_usual(state: FeedState, policy: HealthPolicy) -> bool:
    """Whether it has nothing new for longer than it ever had: long before it counts as silent."""
    seen = quiet(state)
    if seen is None:
        return False
    usual = state.usual_gap_seconds
    return seen > (policy.unlearnt if usual is None else timedelta(seconds=usual))


def _is_silent(state: FeedState, policy: HealthPolicy) -> bool:
    seen = quiet(state)
    if seen is None:
        return False
    if state.usual_gap_seconds is None:
        return seen > policy.silent_unlearnt
    usual = timedelta(seconds=state.usual_gap_seconds)
    return seen > max(usual * policy.silent_factor, policy.silent_floor)
