"""A month, or a day of it, as people name it: "3 November", «الخامس من أيار», "October 2026". Pure.

What names no year is the latest of its kind: an October that has begun.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.asking.calendar_names import is_doubtful_month, month_at, number_at
from bot.asking.durations import plain_words

FIRST_YEAR = 2000
_DAY = timedelta(days=1)


def set_of(words: str) -> frozenset[str]:
    """As `plain_words` has them."""
    return frozenset(map(plain_words, words.split()))


_OF_MONTH = set_of("شهر month mois of de من d")
_OF_YEAR = set_of("عام سنة لعام لسنة year année l'année of de من في in en")
OF_THE = set_of("of the this du de l هذا هذه la le d من في")
MONTH = set_of("الشهر شهر month mois")
YEAR_WORDS = set_of("العام السنة عام سنة لعام لسنة year année l'année")
LAST = set_of(
    "الماضي الماضية الفائت السابق المنصرم الأخير الأخيرة last dernier dernière passé past"
)
LAST |= set_of("previous précédent précédente")
_NAMED_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, and the word behind them. `ago`: they are a day with a name of its own, so many
    days ago; `of_month`: it is a number, and its month is to be found."""

    first: date
    last: date
    end: int
    ago: int | None = None
    of_month: bool = False


def in_month(number: int, other: date) -> date | None:
    """The day with this number in the month of another."""
    return day_of(other.year, other.month, number)


def of_a_month(said: Sequence[str], at: int, today: date, *, certain: bool) -> Span | None:
    """``3 November``, ``November 3 2026``, ``شهر تشرين الثاني``, «الخامس من أيار»."""
    number = number_at(said, at)
    place = number[1] if number else at
    while place < len(said) and said[place] in _OF_MONTH:
        certain, place = True, place + 1
    named = month_at(said, place)
    if named is None:
        return None
    month, place = named
    doubtful = is_doubtful_month(said[place - 1])
    if not number and (after := number_at(said, place)) and said[place][:1].isdecimal():
        number, place = after, after[1]
    year = None
    if place + 1 < len(said) and said[place] in _OF_YEAR | YEAR_WORDS:
        place += 1 if year_of(said[place + 1]) else 0
    if place < len(said) and _NAMED_YEAR.fullmatch(said[place]):
        year, place = int(said[place]), place + 1
    if doubtful and not (certain or number or year):
        return None
    if number:
        day = latest_day(number[0], month, year, today)
        return None if day is None else Span(day, day, place)
    first = latest_day(1, month, year, today)
    return None if first is None else Span(first, end_of(first), place)


def year_of(word: str) -> int | None:
    found = _NAMED_YEAR.fullmatch(word)
    return int(word) if found and int(word) >= FIRST_YEAR else None


def month_before(day: date) -> tuple[int, int]:
    last = day.replace(day=1) - _DAY
    return last.year, last.month


def latest_day(number: int, month: int, year: int | None, today: date) -> date | None:
    """That day, of this year or else of the latest in which it is not to come."""
    if year is not None:
        return day_of(year, month, number) if year >= FIRST_YEAR else None
    days = (day_of(today.year - back, month, number) for back in range(5))  # 29 February
    return next((day for day in days if day is not None and day <= today), None)


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def end_of(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
