"""From an hour of one day to an hour of another, and until or after an hour of a day: "from Monday
18:00 to Tuesday 6:00", «من مساء الاثنين إلى صباح الثلاثاء», "until yesterday evening". Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.asking.dates import (
    AFTER,
    BEFORE,
    BETWEEN,
    SINCE,
    UNTIL,
    Dated,
    behind_to,
    earlier,
    opening_of,
    plain_parts,
)
from bot.asking.hours import Hours, Timed, read_hours
from bot.asking.question import EARLIEST, WHOLE_DAY, Stretch
from bot.asking.spans import span_at

MOST_WORDS = 16
"""Of a stretch of time."""
_LONGEST_BEGINNING, _MOST_TRIED = 8, 3
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A day, hours of a day, or both; `words`: how many name it. `day_first`: the day stands before
    the hours, or the hours are a part of a day."""

    day: date | None
    hours: Hours | None
    words: int
    day_first: bool = False
    late: bool = False
    """Midnight by its name, which is the end of a day where a time ends with it."""

    @property
    def minutes(self) -> tuple[int, int]:
        """The minute with which it begins, and the one up to which what ends with it goes; that
        may be of the next day."""
        if self.hours is None:
            return 0, WHOLE_DAY
        begin, end = self.hours.begin or 0, self.hours.end or 0
        if not self.hours.part:
            return begin, WHOLE_DAY if self.late else begin
        return begin, end if end > begin else end + WHOLE_DAY


def read_moments(words: Sequence[str], today: date) -> Dated | None:
    """The stretch of time that these words begin with, where it begins or ends amid a day that is
    named; None where they begin with none, or with what `read_dates` or `read_hours` reads."""
    said = plain_parts(words[:MOST_WORDS])
    between, since = opening_of(said, BETWEEN), opening_of(said, SINCE)
    if (found := _from_to(said, between or since, today, between=bool(between))) is not None:
        return found
    for kind in (UNTIL, BEFORE, AFTER):
        if opened := opening_of(said, kind):
            moment = _moment(said[opened:], today)
            if moment is None or moment.hours is None or moment.day is None:
                return None
            stretch = _on_one_side(kind, moment, moment.day) if moment.day_first else None
            return Dated(stretch, opened + moment.words) if stretch is not None else None
    return None


def _from_to(said: Sequence[str], at: int, today: date, *, between: bool) -> Dated | None:
    tried = 0
    for place in range(min(len(said) - 1, at + _LONGEST_BEGINNING), at, -1):
        rest = behind_to(said[place:], between=between)
        if rest is None:
            continue
        tried += 1
        if tried > _MOST_TRIED:
            return None
        first = _moment(said[at:place], today)
        if first is None or first.words != place - at:
            continue
        last = _moment(rest[1], today)
        if last is None or (first.hours is None and (last.hours is None or last.day is None)):
            continue  # "hier au soir" is no stretch from a day to an evening
        stretch = _joined(first, last, today)
        if stretch is not None:
            return Dated(stretch, place + rest[0] + last.words)
    return None


def _joined(first: _Moment, last: _Moment, today: date) -> Stretch | None:
    begin, end = first.minutes[0], last.minutes[1]
    if first.day is not None:
        start = first.day
        stop = last.day or (start if end > begin else start + _DAY)
    elif last.day is not None:
        stop = last.day
        start = stop if begin < end else stop - _DAY
    else:
        return None
    if (start, begin) >= (stop, end):
        moved = earlier(start, stop)
        if moved is None:
            return None
        start = moved
    if stop == today and last.hours is None:
        return Stretch(first=start, begin=begin)  # until now
    stop, end = _within(stop, end)
    if start > today or (start, begin) >= (stop, end):
        return None
    return Stretch(first=start, last=stop, begin=begin, end=end)


def _on_one_side(kind: str, moment: _Moment, day: date) -> Stretch:
    begin, end = moment.minutes
    if kind == AFTER:
        return _since(day, end)
    last, minute = _within(day, end if kind == UNTIL else begin)
    return Stretch(first=EARLIEST, last=last, end=minute)


def _since(day: date, minute: int) -> Stretch:
    return Stretch(first=day + _DAY * (minute // WHOLE_DAY), begin=minute % WHOLE_DAY)


def _within(day: date, minute: int) -> tuple[date, int]:
    """An end as a minute of the day before it: midnight ends a day."""
    while minute > WHOLE_DAY:
        day, minute = day + _DAY, minute - WHOLE_DAY
    return (day - _DAY, WHOLE_DAY) if minute <= 0 else (day, minute)


def _moment(said: Sequence[str], today: date) -> _Moment | None:
    """The moment that the words begin with: a day, hours, or both in either order."""
    hours, passed = _hours(said)
    if hours is not None and (hours.this or hours.of_yesterday):
        return _Moment(today - _DAY * hours.of_yesterday, hours, passed, day_first=True)
    late = hours is not None and not hours.begin and not any(map(str.isdecimal, said[passed - 1]))
    span = span_at(said, passed, today, certain=True)
    day = span.first if span is not None and span.first == span.last else None
    if span is not None and span.of_month and said[passed].isdecimal():
        return None  # "from 2 to 5 pm"
    if hours is None:
        if span is None or day is None:
            return None
        hours, more = _hours(said[span.end :])
        if hours is None:
            return _Moment(day, None, span.end)
        return _Moment(day, hours, span.end + more, day_first=True)
    if span is None or day is None:
        return _Moment(None, hours, passed, hours.part, late)
    return _Moment(day, hours, span.end, hours.part, late)


def _hours(said: Sequence[str]) -> tuple[Hours | None, int]:
    """An hour or a part of a day at the beginning, without one to which it lasts."""
    timed = read_hours(said)
    if timed is None and said and said[0][:1].isdecimal():
        timed = read_hours(["at", *said])  # "18h", which alone is a length
        timed = timed and Timed(timed.hours, timed.words - 1)
    if timed is None or timed.hours is None:
        return None, 0
    hours = timed.hours
    alone = hours.part or hours.end in ((hours.begin or 0) + 60, WHOLE_DAY)
    if hours.begin is None or hours.end is None or hours.since or not alone:
        return None, 0
    return hours, timed.words
