"""Parts of a month or a year: «الثلث الأول من تشرين الأول», "last quarter". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.asking.calendar_names import month_at, number_at
from bot.asking.named_months import (
    LAST,
    MONTH,
    OF_THE,
    YEAR_WORDS,
    Span,
    end_of,
    latest_day,
    month_before,
    of_a_month,
    set_of,
    year_of,
)

_DAY = timedelta(days=1)
# Thirds of a month; of this one, or of this year, the first is what has begun of it.
_THIRDS = (
    set_of("بداية أول مطلع أوائل بدايات اول beginning start early début"),
    set_of("منتصف أواسط وسط نص mid middle mi milieu"),
    set_of("نهاية أواخر آخر end late fin"),
)
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
# Before what they count: «أول أسبوع من شباط».
_COUNTING = {"اول": 0, "ثاني": 1, "ثالث": 2, "رابع": 3, "اخر": _LATEST}
_NAMED_QUARTER = re.compile(r"[qt]([1-4])")


def part_at(said: Sequence[str], at: int, today: date) -> Span | None:
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
    if at < len(said) and said[at] in LAST:
        return _LATEST, at + 1
    if at < len(said) and said[at] in _COUNTING:
        return _COUNTING[said[at]], at + 1
    number = number_at(said, at)
    return (number[0] - 1, number[1]) if number and number[2] else (None, at)


def _made_part(name: str, which: int, said: Sequence[str], at: int, today: date) -> Span | None:
    kind, months = _PARTS[name]
    place = at
    while place < len(said) and said[place] in OF_THE:
        place += 1
    month = of_a_month(said, place, today, certain=True)
    if month is not None and month.first.day == 1 and month.last == end_of(month.first):
        return _of_month(kind, which, month)
    of_a_year = place < len(said) and (year_of(said[place]) or said[place] in YEAR_WORDS)
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
    while place < len(said) and said[place] in OF_THE | YEAR_WORDS:
        place += 1
    year = year_of(said[place]) if place < len(said) else None
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
    return Span(first, end_of(first.replace(month=first.month + months - 1)), end)


def _third(third: int, said: Sequence[str], today: date) -> Span | None:
    """ "Late October"; "the beginning of the year"; «أواخر الشهر الماضي»."""
    at = 1
    while at < len(said) and said[at] in OF_THE:
        at += 1
    pair = said[at : at + 2]
    if len(pair) == 2 and MONTH & set(pair) and LAST & set(pair):
        first = date(*month_before(today), 1)
        return _of_month("third", third, Span(first, end_of(first), at + 2))
    if third == 0 and at < len(said) and said[at] in MONTH | YEAR_WORDS:
        if said[at] in MONTH and month_at(said, at + 1) is None:
            return Span(today.replace(day=1), today, at + 1)
        if said[at] in YEAR_WORDS and not (at + 1 < len(said) and year_of(said[at + 1])):
            return Span(date(today.year, 1, 1), today, at + 1)
    named = of_a_month(said, at, today, certain=True)
    if named is None or named.first.day != 1 or named.last != end_of(named.first):
        return None
    found = _of_month("third", third, named)
    if found is not None and found.first > today:  # it has not begun yet
        earlier = latest_day(1, found.first.month, found.first.year - 1, today)
        if earlier is None:
            return None
        return _of_month("third", third, Span(earlier, end_of(earlier), named.end))
    return found
