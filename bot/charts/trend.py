"""How many alerts a day, against what is usual: the same days of the weeks before. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

WEEKS = 4
"""What is usual is the mean of so many weeks."""
FEWEST, MOST = 7, 92
"""Days of a picture."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trend:
    """Alerts by day; `usual`: the mean of the same weekday in the weeks before the first day."""

    days: tuple[date, ...]
    counts: tuple[int, ...]
    usual: tuple[float, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def usual_total(self) -> int:
        return round(sum(self.usual))

    @property
    def most(self) -> tuple[date, int]:
        """The day with the most alerts, the latest of those, and how many."""
        count, day = max(zip(self.counts, self.days, strict=True))
        return day, count


def days_of(length: timedelta) -> int:
    """How many days a picture shows for a stretch of time."""
    return min(max(round(length / DAY), FEWEST), MOST)


def last_day_of(until: datetime | None, now: datetime, zone: tzinfo) -> date:
    """The last day of a picture of what ended then: today for None, and for what is to come."""
    today = now.astimezone(zone).date()
    if until is None:
        return today
    return min((until - timedelta(microseconds=1)).astimezone(zone).date(), today)


def since(days: int, last: date, zone: tzinfo) -> datetime:
    """From when on alerts must be known for so many days, the last of them this one."""
    first = last - timedelta(days=days - 1 + 7 * WEEKS)
    return datetime.combine(first, time.min, zone)


def trend_of(told: Iterable[tuple[datetime, int]], days: int, last: date, zone: tzinfo) -> Trend:
    """From how many alerts were made when, so many days of the reader's up to the last one."""
    counted: Counter[date] = Counter()
    for at, alerts in told:
        counted[at.astimezone(zone).date()] += alerts
    shown = tuple(last - timedelta(days=n) for n in range(days - 1, -1, -1))
    before = shown[0] - DAY
    usual: dict[int, float] = {}
    for back in range(7):
        day = before - timedelta(days=back)
        same = [counted[day - timedelta(weeks=week)] for week in range(WEEKS)]
        usual[day.weekday()] = sum(same) / WEEKS
    return Trend(
        shown,
        tuple(counted[day] for day in shown),
        tuple(usual[day.weekday()] for day in shown),
    )
