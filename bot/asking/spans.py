"""Days, months, years and parts of them as people name them: "3/11", «الثلث الأول من تشرين الأول»,
"last quarter". Pure.

What names no year is the latest of its kind: a Monday, an October that has begun. Words are as
`plain_words` leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.asking.calendar_names import day_at, number_at, weekday_of
from bot.asking.named_months import (
    LAST,
    MONTH,
    OF_THE,
    YEAR_WORDS,
    Span,
    day_of,
    latest_day,
    month_before,
    of_a_month,
    set_of,
    year_of,
)
from bot.asking.parts_of_time import part_at

_DAY = timedelta(days=1)


# Beside a day they say nothing of their own.
_FILLING = set_of("يوم نهار تاريخ بتاريخ ليوم the le on")
_WEEKEND = frozenset(("weekend", "week end", "نهايه الاسبوع", "عطله نهايه الاسبوع", "الويكند"))
_FRIDAY = 4
_BEHIND_A_DAY = set_of(
    "in at of from to until till and or for by after before في من إلى حتى لغاية و على عن بعد قبل "
    "ل en à au dans de et pour jusqu'à jusqu'au - –"
)
_IN_NUMBERS = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})([/.-])(\d{1,2})(?:\5((?:20)?\d{2}))?"
)


def span_at(
    said: Sequence[str], at: int, today: date, *, certain: bool, strictly: bool = False
) -> Span | None:
    """The day, month or year that begins at this word. `certain`: what stands before it says that
    it is a time; `strictly`: today's weekday is that of a week ago."""
    if (named := _named_day(said, at, today)) is not None:
        return named
    start, opened = at, certain
    while at < len(said) and said[at] in _FILLING:
        certain, at = True, at + 1
    if at >= len(said):
        return None
    if at > start and (named := _named_day(said, at, today)) is not None:
        return named
    if (found := _in_numbers(said, at, today)) is not None:
        return found
    for end in range(min(at + 3, len(said)), at, -1):
        if " ".join(said[at:end]) in _WEEKEND:
            friday = _latest(_FRIDAY, today, end, strictly=False)
            return Span(friday.first, friday.first + 2 * _DAY, friday.end)
    if (part := part_at(said, at, today)) is not None:
        return part
    if (weekday := weekday_of(said[at], certain=certain)) is not None:
        dated = of_a_month(said, at + 1, today, certain=False)
        if dated is not None and dated.first == dated.last:
            return dated
        last = at + 1 < len(said) and said[at + 1] in LAST
        return _latest(weekday, today, at + (2 if last else 1), strictly=strictly or bool(last))
    if said[at] in LAST and at + 1 < len(said):  # "last Monday"
        weekday = weekday_of(said[at + 1], certain=True)
        return None if weekday is None else _latest(weekday, today, at + 2, strictly=True)
    if (found := of_a_month(said, at, today, certain=certain)) is not None:
        return found
    if said[at] in YEAR_WORDS:
        certain, at = True, at + 1
    if (
        certain
        and at < len(said)
        and (year := year_of(said[at])) is not None
        and year <= today.year
    ):
        return Span(date(year, 1, 1), date(year, 12, 31), at + 1)
    return _of_this_month(said, at, today, opened=opened) if certain else None


def _named_day(said: Sequence[str], at: int, today: date) -> Span | None:
    found = day_at(said, at)
    if found is None:
        return None
    ago, end = found
    day = today - ago * _DAY
    return Span(day, day, end, ago)


def _of_this_month(said: Sequence[str], at: int, today: date, *, opened: bool) -> Span | None:
    """ "The 5th", «يوم ٥», "le 5": of this month, or of the one before where it is to come. A
    number that may count what follows is none: "the second hospital"."""
    found = number_at(said, at)
    if found is None:
        return None
    number, end, ordinal = found
    sure = opened and ordinal and said[at][:1].isdecimal()
    this_month = said[end : end + 1] and said[end] in OF_THE | MONTH
    place = end
    while this_month and place < len(said) and said[place] in OF_THE:
        place += 1
    if this_month and place < len(said) and said[place] in MONTH:
        end = place + 1
    elif not sure and end < len(said) and said[end] not in _BEHIND_A_DAY:
        return None
    day = day_of(today.year, today.month, number)
    if day is None or day > today:
        day = day_of(*month_before(today), number)
    return None if day is None else Span(day, day, end, of_month=True)


def _latest(weekday: int, today: date, end: int, *, strictly: bool) -> Span:
    back = (today.weekday() - weekday) % 7 or (7 if strictly else 0)
    return Span(today - back * _DAY, today - back * _DAY, end)


def _in_numbers(said: Sequence[str], at: int, today: date) -> Span | None:
    """``2026-11-03``, ``3/11``, ``3-11-2026``, ``3/11/26``: the day first, unless it cannot be."""
    found = _IN_NUMBERS.fullmatch(said[at])
    if found is None:
        return None
    if found[1]:
        day = latest_day(int(found[3]), int(found[2]), int(found[1]), today)
    else:
        if found[5] == "-" and not found[7]:
            return None  # "1-5 November"
        first, second = int(found[4]), int(found[6])
        number, month = (second, first) if second > 12 else (first, second)
        year = 2000 + int(found[7]) % 100 if found[7] else None
        day = latest_day(number, month, year, today)
    return None if day is None else Span(day, day, at + 1)
