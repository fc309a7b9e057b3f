"""Days that people name and no calendar has, or that are still to come: "31 February",
"2025-13-01", "5 June 2031", "tomorrow". Pure."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.asking.calendar_names import is_doubtful_month, month_at
from bot.asking.dates import AFTER, BEFORE, BETWEEN, IN, SINCE, UNTIL, opening_of, plain_parts
from bot.asking.durations import plain_words
from bot.asking.named_months import set_of
from bot.asking.question import NONE, TO_COME
from bot.asking.spans import span_at

MOST_WORDS = 8
"""Of such a day."""
_IN_ORDER = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2((?:20)?\d{2})|(\d{1,2})/(\d{1,2})")
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e)?")
_YEAR = re.compile(r"20\d{2}")
_BETWEEN_THEM = set_of("شهر month mois of de du من the يوم le l")
_LEAP_YEAR, _LONGEST_MONTH = 2000, 31
_TO_COME = frozenset(
    map(
        plain_words,
        (
            *("tomorrow", "tmrw", "tomorow", "next week", "next month", "next year"),
            *("demain", "après-demain", "la semaine prochaine", "semaine prochaine"),
            *("mois prochain", "le mois prochain", "année prochaine"),
            *("غدا", "غدًا", "بكرا", "بكرة", "بكره", "بعد غد", "بعد بكرا", "الأسبوع القادم"),
            *("الأسبوع المقبل", "الشهر القادم", "الشهر المقبل", "السنة القادمة", "العام القادم"),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class NotReached:
    """In how many words such a day is named, and why it is none: NONE or TO_COME."""

    words: int
    why: str


def read_no_time(words: Sequence[str], today: date) -> NotReached | None:
    """The day that these words begin with and that nothing can have been told of."""
    said = plain_parts(words[:MOST_WORDS])
    for number in range(min(3, len(said)), 0, -1):
        if " ".join(said[:number]) in _TO_COME:
            return NotReached(number, TO_COME)
    at = opening_of(said, SINCE, AFTER, UNTIL, BEFORE, BETWEEN, IN)
    if at >= len(said):
        return None
    if end := _missing(said, at):
        return NotReached(end, NONE)
    span = span_at(said, at, today, certain=at > 0)
    if span is not None and span.first > today:
        return NotReached(span.end, TO_COME)
    if at and _YEAR.fullmatch(said[at]) and int(said[at]) > today.year:
        return NotReached(at + 1, TO_COME)
    return None


def _missing(said: Sequence[str], at: int) -> int:
    """Where the words go on behind a day that no calendar has; 0 where none is named."""
    if found := _IN_ORDER.fullmatch(said[at]):
        year, month, day = map(int, found.groups())
        return 0 if _is_there(day, month, year) else at + 1
    if found := _DAY_FIRST.fullmatch(said[at]):
        first, second = int(found[1] or found[5]), int(found[3] or found[6])
        year = 2000 + int(found[4]) % 100 if found[4] else _LEAP_YEAR
        there = _is_there(first, second, year) or _is_there(second, first, year)
        return 0 if there else at + 1
    if number := _NUMBER.fullmatch(said[at]):
        place = at + 1
        while place < len(said) and said[place] in _BETWEEN_THEM:
            place += 1
        named = month_at(said, place)
    else:
        named = month_at(said, at)
        number = _NUMBER.fullmatch(said[named[1]]) if named and named[1] < len(said) else None
        named = named and (named[0], named[1] + 1)
    if named is None or number is None:
        return 0
    month, place = named
    doubtful = is_doubtful_month(said[place - 1]) or is_doubtful_month(said[at])
    if doubtful and int(number[1]) > _LONGEST_MONTH:  # "45 march"
        return 0
    dated = place < len(said) and _YEAR.fullmatch(said[place]) is not None
    if _is_there(int(number[1]), month, int(said[place]) if dated else _LEAP_YEAR):
        return 0
    return place + dated


def _is_there(day: int, month: int, year: int) -> bool:
    return year > 0 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
