"""Days, months, years and parts of them as people name them: "3/11", «الثلث الأول من تشرين الأول»,
"last quarter". Pure.

What names no year is the latest of its kind: a Monday, an October that has begun. Words are as
`plain_words` leaves them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.asking.calendar_names import (
    day_at,
    is_doubtful_month,
    month_at,
    number_at,
    weekday_of,
)
from bot.asking.durations import plain_words

FIRST_YEAR = 2000
_DAY = timedelta(days=1)


def set_of(words: str) -> frozenset[str]:
    """As `plain_words` has them."""
    return frozenset(map(plain_words, words.split()))


# Beside a day they say nothing of their own.
_FILLING = set_of("يوم نهار تاريخ بتاريخ ليوم the le on")
_OF_MONTH = set_of("شهر month mois of de من d")
_OF_YEAR = set_of("عام سنة لعام لسنة year année l'année of de من في in en")
# Thirds of a month; of this one, or of this year, the first is what has begun of it.
_THIRDS = (
    set_of("بداية أول مطلع أوائل بدايات اول beginning start early début"),
    set_of("منتصف أواسط وسط نص mid middle mi milieu"),
    set_of("نهاية أواخر آخر end late fin"),
)
_OF_THE = set_of("of the this du de l هذا هذه la le d من في")
_WEEKEND = frozenset(("weekend", "week end", "نهايه الاسبوع", "عطله نهايه الاسبوع", "الويكند"))
_FRIDAY = 4
_MONTH = set_of("الشهر شهر month mois")
_YEAR_WORDS = set_of("العام السنة عام سنة لعام لسنة year année l'année")
_LAST = set_of(
    "الماضي الماضية الفائت السابق المنصرم الأخير الأخيرة last dernier dernière passé past"
)
_LAST |= set_of("previous précédent précédente")
_THIS = set_of("this ce cet cette هذا هذه")
_LENGTHS = set_of("hour hours heure d'heure ساعة day jour يوم")
# What a part is called → how many months it is long, where it may be of a year (0: of a month).
_PARTS = {
    **dict.fromkeys(set_of("quarter trimestre الربع ربع"), ("quarter", 3)),
    **dict.fromkeys(set_of("semester semestre"), ("half", 6)),
    **dict.fromkeys(set_of("half moitié النصف نصف النص نص"), ("half", 6)),
    **dict.fromkeys(set_of("week semaine الأسبوع أسبوع"), ("week", 0)),
    **dict.fromkeys(set_of("third tiers الثلث ثلث"), ("third", 0)),
    "quinzaine": ("half", 0),
}
_LATEST, _NOW = -1, -2
"""Which part: the one that ended last; the one that goes on."""
_BEGINS = {"half": (1, 16), "week": (1, 8, 15, 22), "third": (1, 11, 21)}
# Of a month or a year that is named: else of an hour, of a match.
_HALVES = set_of("half moitié النصف نصف النص نص")
_BEHIND_A_DAY = set_of(
    "in at of from to until till and or for by after before في من إلى حتى لغاية و على عن بعد قبل "
    "ل en à au dans de et pour jusqu'à jusqu'au - –"
)
# Before what they count: «أول أسبوع من شباط».
_COUNTING = {"اول": 0, "ثاني": 1, "ثالث": 2, "رابع": 3, "اخر": _LATEST}
_NAMED_QUARTER = re.compile(r"[qt]([1-4])")
_NAMED_YEAR = re.compile(r"(?:19|20)\d{2}")
_IN_NUMBERS = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})([/.-])(\d{1,2})(?:\5((?:20)?\d{2}))?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, and the word behind them. `ago`: they are a day with a name of its own, so many
    days ago; `of_month`: it is a number, and its month is to be found."""

    first: date
    last: date
    end: int
    ago: int | None = None
    of_month: bool = False


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
    if (part := _part(said, at, today)) is not None:
        return part
    if (weekday := weekday_of(said[at], certain=certain)) is not None:
        dated = _of_a_month(said, at + 1, today, certain=False)
        if dated is not None and dated.first == dated.last:
            return dated
        last = at + 1 < len(said) and said[at + 1] in _LAST
        return _latest(weekday, today, at + (2 if last else 1), strictly=strictly or bool(last))
    if said[at] in _LAST and at + 1 < len(said):  # "last Monday"
        weekday = weekday_of(said[at + 1], certain=True)
        return None if weekday is None else _latest(weekday, today, at + 2, strictly=True)
    if (found := _of_a_month(said, at, today, certain=certain)) is not None:
        return found
    if said[at] in _YEAR_WORDS:
        certain, at = True, at + 1
    if certain and at < len(said) and (year := _year(said[at])) is not None and year <= today.year:
        return Span(date(year, 1, 1), date(year, 12, 31), at + 1)
    return _of_this_month(said, at, today, opened=opened) if certain else None


def in_month(number: int, other: date) -> date | None:
    """The day with this number in the month of another."""
    return _made(other.year, other.month, number)


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
    this_month = said[end : end + 1] and said[end] in _OF_THE | _MONTH
    place = end
    while this_month and place < len(said) and said[place] in _OF_THE:
        place += 1
    if this_month and place < len(said) and said[place] in _MONTH:
        end = place + 1
    elif not sure and end < len(said) and said[end] not in _BEHIND_A_DAY:
        return None
    day = _made(today.year, today.month, number)
    if day is None or day > today:
        day = _made(*_month_before(today), number)
    return None if day is None else Span(day, day, end, of_month=True)


def _part(said: Sequence[str], at: int, today: date) -> Span | None:
    """A third of a month, a half or a week of it; a quarter or a half of a year."""
    word, _, joined = said[at].partition(" ")  # "mi-novembre"
    for third, names in enumerate(_THIRDS):
        if word in names:
            rest = [word, joined, *said[at + 1 :]] if joined else said[at:]
            if (span := _third(third, rest, today)) is not None:
                return replace(span, end=at + span.end - bool(joined))
    if found := _NAMED_QUARTER.fullmatch(word):  # "Q3 2025"
        return _of_year(int(found[1]) - 1, 3, said, at + 1, today)
    if word in _PARTS:  # «الربع الأول من 2025», "trimestre dernier"
        which, end = _which(said, at + 1)
        return None if which is None else _made_part(word, which, said, end, today)
    which, end = _which(said, at)
    if said[at] in _THIS:
        which, end = _NOW, at + 1
    if which is None or end >= len(said) or said[end] not in _PARTS:
        return None
    return _made_part(said[end], which, said, end + 1, today)


def _which(said: Sequence[str], at: int) -> tuple[int | None, int]:
    """Which part of a time: the first is 0; and where the words go on."""
    if at < len(said) and said[at] in _LAST:
        return _LATEST, at + 1
    if at < len(said) and said[at] in _COUNTING:
        return _COUNTING[said[at]], at + 1
    number = number_at(said, at)
    return (number[0] - 1, number[1]) if number and number[2] else (None, at)


def _made_part(name: str, which: int, said: Sequence[str], at: int, today: date) -> Span | None:
    kind, months = _PARTS[name]
    place = at
    while place < len(said) and said[place] in _OF_THE:
        place += 1
    month = _of_a_month(said, place, today, certain=True)
    if month is not None and month.first.day == 1 and month.last == _end_of(month.first):
        return _of_month(kind, which, month)
    of_a_year = place < len(said) and (_year(said[place]) or said[place] in _YEAR_WORDS)
    if not months or (name in _HALVES and (which < 0 or not of_a_year)):
        return None  # "last week", "last half hour"
    if at < len(said) and said[at] in _LENGTHS:
        return None
    if which == _NOW:
        begin = today.replace(month=(today.month - 1) // months * months + 1, day=1)
        return Span(begin, today, at)
    return _of_year(which, months, said, at, today)


def _of_month(kind: str, which: int, month: Span) -> Span | None:
    last = month.last
    if kind == "week" and which == _LATEST:
        return Span(last - 6 * _DAY, last, month.end)
    begins = _BEGINS.get(kind, ())
    which = len(begins) - 1 if which == _LATEST else which
    if not 0 <= which < len(begins):
        return None
    if which + 1 < len(begins):
        last = last.replace(day=begins[which + 1] - 1)
    return Span(month.first.replace(day=begins[which]), last, month.end)


def _of_year(which: int, months: int, said: Sequence[str], at: int, today: date) -> Span | None:
    """The quarter or the half of a year that is named behind it, of the latest in which it has
    begun for none; or the one that ended last."""
    place = at
    while place < len(said) and said[place] in _OF_THE | _YEAR_WORDS:
        place += 1
    year = _year(said[place]) if place < len(said) else None
    end = at if year is None else place + 1
    if which == _LATEST and year is None:
        begun = (today.month - 1) // months * months + 1
        last = date(today.year, begun, 1) - _DAY
        return Span(date(last.year, last.month - months + 1, 1), last, at)
    which = 12 // months - 1 if which == _LATEST else which
    if which >= 12 // months:
        return None
    first = date(year or today.year, which * months + 1, 1)
    if first > today and year is None:
        first = first.replace(year=first.year - 1)
    return Span(first, _end_of(first.replace(month=first.month + months - 1)), end)


def _third(third: int, said: Sequence[str], today: date) -> Span | None:
    """ "Late October"; "the beginning of the year"; «أواخر الشهر الماضي»."""
    at = 1
    while at < len(said) and said[at] in _OF_THE:
        at += 1
    pair = said[at : at + 2]
    if len(pair) == 2 and _MONTH & set(pair) and _LAST & set(pair):
        first = date(*_month_before(today), 1)
        return _of_month("third", third, Span(first, _end_of(first), at + 2))
    if third == 0 and at < len(said) and said[at] in _MONTH | _YEAR_WORDS:
        if said[at] in _MONTH and month_at(said, at + 1) is None:
            return Span(today.replace(day=1), today, at + 1)
        if said[at] in _YEAR_WORDS and not (at + 1 < len(said) and _year(said[at + 1])):
            return Span(date(today.year, 1, 1), today, at + 1)
    named = _of_a_month(said, at, today, certain=True)
    if named is None or named.first.day != 1 or named.last != _end_of(named.first):
        return None
    found = _of_month("third", third, named)
    if found is not None and found.first > today:  # it has not begun yet
        earlier = _day(1, found.first.month, found.first.year - 1, today)
        if earlier is None:
            return None
        return _of_month("third", third, Span(earlier, _end_of(earlier), named.end))
    return found


def _latest(weekday: int, today: date, end: int, *, strictly: bool) -> Span:
    back = (today.weekday() - weekday) % 7 or (7 if strictly else 0)
    return Span(today - back * _DAY, today - back * _DAY, end)


def _in_numbers(said: Sequence[str], at: int, today: date) -> Span | None:
    """``2026-11-03``, ``3/11``, ``3-11-2026``, ``3/11/26``: the day first, unless it cannot be."""
    found = _IN_NUMBERS.fullmatch(said[at])
    if found is None:
        return None
    if found[1]:
        day = _day(int(found[3]), int(found[2]), int(found[1]), today)
    else:
        if found[5] == "-" and not found[7]:
            return None  # "1-5 November"
        first, second = int(found[4]), int(found[6])
        number, month = (second, first) if second > 12 else (first, second)
        year = 2000 + int(found[7]) % 100 if found[7] else None
        day = _day(number, month, year, today)
    return None if day is None else Span(day, day, at + 1)


def _of_a_month(said: Sequence[str], at: int, today: date, *, certain: bool) -> Span | None:
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
    if place + 1 < len(said) and said[place] in _OF_YEAR | _YEAR_WORDS:
        place += 1 if _year(said[place + 1]) else 0
    if place < len(said) and _NAMED_YEAR.fullmatch(said[place]):
        year, place = int(said[place]), place + 1
    if doubtful and not (certain or number or year):
        return None
    if number:
        day = _day(number[0], month, year, today)
        return None if day is None else Span(day, day, place)
    first = _day(1, month, year, today)
    return None if first is None else Span(first, _end_of(first), place)


def _year(word: str) -> int | None:
    found = _NAMED_YEAR.fullmatch(word)
    return int(word) if found and int(word) >= FIRST_YEAR else None


def _month_before(day: date) -> tuple[int, int]:
    last = day.replace(day=1) - _DAY
    return last.year, last.month


def _day(number: int, month: int, year: int | None, today: date) -> date | None:
    """That day, of this year or else of the latest in which it is not to come."""
    if year is not None:
        return _made(year, month, number) if year >= FIRST_YEAR else None
    days = (_made(today.year - back, month, number) for back in range(5))  # 29 February
    return next((day for day in days if day is not None and day <= today), None)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _end_of(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
