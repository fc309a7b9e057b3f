"""Whether an escalation holds with a report, and whether that is new. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from rules.escalations.escalation import (
    Escalation,
    Families,
    FirstIn,
    Found,
    Order,
    Report,
    Spike,
    Standing,
    Together,
)


def holds(
    escalation: Escalation,
    report: Report,
    others: Sequence[Report],
    watched_since: datetime | None,
) -> Found | None:
    """What holds now that this report is there; None when nothing does.

    ``others`` are the reports that share the escalation's place (or story) with this one, from
    `Escalation.before` it to `Escalation.after` it; whatever else is among them does not count.
    ``watched_since``: from when on reports were kept at all. A first in sixty days is none for
    who has watched for ten.
    """
    if not escalation.raises(report.signal) or report.direction != escalation.direction:
        return None
    counted = [
        each
        for each in (*others, report)
        if each.signal in escalation.signals and each.direction == escalation.direction
    ]
    match escalation.condition:
        case Families(at_least, within):
            own = [each for each in counted if not each.copy]
            most = _most(own, report.at, within, lambda each: {e.family for e in each})
            return _enough(most, at_least, within, (report.signal,))
        case Together(at_least, within):
            most = _most(counted, report.at, within, lambda each: {e.signal for e in each})
            return _enough(most, at_least, within, tuple(sorted(most)))
        case FirstIn(span):
            if not _watched(watched_since, report.at - span):
                return None
            before = [e for e in counted if report.at - span < e.at <= report.at]
            alone = all(e.story == report.story or e.signal != report.signal for e in before)
            return Found(1, span, (report.signal,)) if alone else None
        case Spike():
            return _spike(escalation.condition, report, counted, watched_since)
        case Order(signals, within):
            return _in_order(signals, within, report, counted)
    return None


def begins(escalation: Escalation, standing: Standing | None, at: datetime) -> bool:
    """Whether an escalation that holds at this time fires: not while it goes on holding."""
    return standing is None or at - standing.held_at >= escalation.quiet_for


def _most(
    reports: Sequence[Report],
    at: datetime,
    within: timedelta,
    of: Callable[[Sequence[Report]], set[str]],
) -> set[str]:
    """The most different ones in a window of that length that holds the report's time.

    In whatever order reports arrive, the last of them sees all.
    """
    ends = {each.at for each in reports if at <= each.at < at + within} | {at}
    return max(
        (of([each for each in reports if end - within < each.at <= end]) for end in sorted(ends)),
        key=len,
    )


def _enough(
    most: Collection[str], at_least: int, within: timedelta, signals: tuple[str, ...]
) -> Found | None:
    return Found(len(most), within, signals) if len(most) >= at_least else None


def _spike(
    spike: Spike, report: Report, counted: Sequence[Report], watched_since: datetime | None
) -> Found | None:
    begin = report.at - spike.within
    if not _watched(watched_since, begin - spike.over):
        return None
    first: dict[int, datetime] = {}
    for each in counted:
        if not each.again:
            first[each.story] = min(each.at, first.get(each.story, each.at))
    begun = [at for at in first.values() if begin - spike.over < at <= report.at]
    now = sum(at > begin for at in begun)
    usual = (len(begun) - now) * (spike.within / spike.over)
    if now < spike.at_least or now < spike.times * usual:
        return None
    return Found(now, spike.within, (report.signal,), usual)


def _in_order(
    signals: Sequence[str], within: timedelta, report: Report, counted: Sequence[Report]
) -> Found | None:
    """From the last to the first, each the latest before the one that follows it."""
    at = report.at
    for signal in reversed(signals[:-1]):
        earlier = [e.at for e in counted if e.signal == signal and report.at - within < e.at < at]
        if not earlier:
            return None
        at = max(earlier)
    return Found(len(signals), within, tuple(signals))


def _watched(since: datetime | None, from_then: datetime) -> bool:
    return since is not None and since <= from_then
