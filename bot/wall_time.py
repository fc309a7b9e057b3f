"""What a chat asked for by the clock on its wall, as moments: quiet hours, a digest's hour. Pure.

A wall clock skips hours and shows others twice. An hour that a day does not have is the moment at
which the clock jumps over it; one that it has twice is the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from storage.readers.chat_clocks import QuietHours

_DAY = timedelta(days=1)
# Quiet hours of each day of a week, and the days around it.
_AROUND = range(-8, 10)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet from `since` until `until`."""

    since: datetime
    until: datetime


def zone_of(name: str | None, usual: tzinfo) -> tzinfo:
    """A chat's own zone, else the usual one. A name that this machine does not know (any more)
    is the usual one too."""
    if name is None:
        return usual
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return usual


def moment_of(zone: tzinfo, day: date, minute: int) -> datetime:
    """When the clock shows this minute of the day (1440: midnight at its end), in UTC."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone)
    found = first.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # The clock jumped: between what it would be by the time after, and by the time before.
    return _jump(zone, first.replace(fold=1).astimezone(UTC), found)


def last_quiet(hours: QuietHours, zone: tzinfo, now: datetime) -> Quiet | None:
    """The quiet hours that began last, by now; None where none ever do. Days that go over into
    each other are one."""
    nights = list(_nights(hours, zone, now))
    begun = [each for each in nights if each.since <= now]
    if not begun:
        return None
    found = max(begun, key=lambda each: each.since)
    for each in nights:
        if found.since <= each.since <= found.until < each.until:
            found = Quiet(found.since, each.until)
    return found


def next_change(hours: QuietHours, zone: tzinfo, now: datetime) -> datetime | None:
    """When quiet next begins or ends, after now."""
    nights = _nights(hours, zone, now)
    return min((at for each in nights for at in (each.since, each.until) if at > now), default=None)


def next_time(minute: int, zone: tzinfo, after: datetime, day: int | None = None) -> datetime:
    """When the clock next shows this minute of the day, after `after`; with `day`, on that day of
    the week (0 is Monday)."""
    today = after.astimezone(zone).date()
    days = (today + _DAY * number for number in _AROUND)
    return min(
        at
        for each in days
        if day is None or each.weekday() == day
        if (at := moment_of(zone, each, minute)) > after
    )


def next_hour(zone: tzinfo, after: datetime) -> datetime:
    """When the clock next shows a full hour, after `after`."""
    wall = after.astimezone(zone)
    rest = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    return after.astimezone(UTC) + timedelta(hours=1) - rest


def _nights(hours: QuietHours, zone: tzinfo, now: datetime) -> Iterator[Quiet]:
    today = now.astimezone(zone).date()
    for number in _AROUND:
        day = today + _DAY * number
        if day.weekday() not in hours.days:
            continue
        since = moment_of(zone, day, hours.begin)
        ends = day if hours.until > hours.begin else day + _DAY
        until = moment_of(zone, ends, hours.until)
        if since < until:
            yield Quiet(since, until)


@lru_cache(maxsize=512)
def _jump(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """The moment between the two at which the zone's clock is set forward."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
