"""Days and months as people name them when they ask: "since Monday", "in October", "3/11",
«من 1 إلى 5 تشرين الثاني». Pure.

What names no year is the latest of its kind: a Monday, an October that has begun.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel import Locale

from bot.asking.durations import plain_words
from bot.asking.question import Stretch
from bot.asking.words import unglued
from bot.feeds.parse.dates import MONTHS

MOST_WORDS = 12
"""Of a stretch of time."""
_FIRST_YEAR = 2000
_DAY = timedelta(days=1)


def _set(words: str) -> frozenset[str]:
    return frozenset(map(plain_words, words.split()))


# From then until now.
_SINCE = _set("منذ مذ من since from depuis")
# From the day behind it until now.
_AFTER = _set("بعد after après")
# From then until then: only with a second day.
_BETWEEN = _set("بين entre between du")
_IN = _set("في خلال in on en au le during pendant dans")
_TO = _set("إلى الى حتى لغاية to till until through au à jusqu'au - –")
_AND = _set("و and et")
# Beside a day they say nothing of their own.
_FILLING = _set("يوم نهار the le")
_OF_MONTH = _set("شهر month mois of de من")
_OF_YEAR = _set("عام سنة year année l'année")
# Thirds of a month; of this one, or of this year, the first is what has begun of it.
_THIRDS = (
    _set("بداية أول مطلع أوائل beginning start early début"),
    _set("منتصف أواسط وسط mid middle mi milieu"),
    _set("نهاية أواخر end late fin"),
)
_WEEKEND = frozenset(("weekend", "week end", "نهايه الاسبوع", "عطله نهايه الاسبوع"))
_FRIDAY = 4
_THIS_MONTH, _THIS_YEAR = _set("الشهر month mois"), _set("العام السنة year année l'année")
_OF_THE = _set("of the this du de l هذا")
_LAST = _set("الماضي الماضية الفائت السابق المنصرم last dernier passé past")
# Words of other meanings, and what is shortened: a month beside a number, a year or "in".
_DOUBTFUL = _set("may march mars mai آب مارس ماي جوان")
_SHORT_MONTHS = (
    *("jan janv", "feb fev fevr", "mar", "apr avr", "", "jun", "jul juil", "aug", "sep sept"),
    *("oct", "nov", "dec"),
)
# As people also write them, Monday first.
_SPOKEN_DAYS = ("التنين اتنين", "التلاتا الثلاثا", "الاربعا", "", "", "", "الحد")
# «تشرين ثاني», without its article.
_BARE = {"الاول": "اول", "الثاني": "ثاني"}

_NUMBER = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_IN_NUMBERS = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?")
_RANGE = re.compile(r"(\d{1,2})[-–](\d{1,2})")


@dataclass(frozen=True, slots=True)
class _Span:
    """Whole days, and the word behind them."""

    first: date
    last: date
    end: int


@dataclass(frozen=True, slots=True)
class Dated:
    """A stretch of time that was named, and in how many words."""

    stretch: Stretch
    words: int


def is_since(word: str) -> bool:
    """Whether a time behind this word goes on until now."""
    return plain_words(word) in _SINCE


def read_dates(words: Sequence[str], today: date) -> Dated | None:
    """The stretch of time that these words begin with, by the reader's calendar; None where they
    begin with none. A year, a month or a day is itself; behind "since" it goes on until now,
    and behind "after" from the next day on."""
    said = [plain_words(word) for word in words[:MOST_WORDS]]
    opening = said[0] if said else ""
    since, between, after = opening in _SINCE, opening in _BETWEEN, opening in _AFTER
    at = 1 if since or between or after or opening in _IN else 0
    if not after and (span := _two(said, at, today, between=between)) is not None:
        last = span.last if span.last <= today else None
        return Dated(Stretch(first=span.first, last=last), span.end)
    found = _span(said, at, today, certain=at > 0, strictly=since or after)
    if found is None or found.first > today:
        return None
    if after:
        behind = found.last + _DAY
        return Dated(Stretch(first=behind), found.end) if behind <= today else None
    last = None if since or found.last >= today else found.last
    return Dated(Stretch(first=found.first, last=last), found.end)


def _two(said: Sequence[str], at: int, today: date, *, between: bool) -> _Span | None:
    """«من 1 إلى 5 تشرين الثاني», "between Monday and Wednesday", "1-5 November"."""
    if at < len(said) and (numbers := _RANGE.fullmatch(said[at])):
        last = _span([numbers[2], *said[at + 1 :]], 0, today, certain=True)
        first = last and _of_month(int(numbers[1]), last.last)
        return _Span(first, last.last, last.end + at) if last and first else None
    first_span = _span(said, at, today, certain=True)
    number = _NUMBER.fullmatch(said[at]) if at < len(said) else None
    behind = first_span.end if first_span else at + 1
    if not (first_span or number) or behind >= len(said):
        return None
    word, joined = said[behind], ""
    if between and word.startswith("و") and len(word) > 1:  # «بين الاثنين والأربعاء»
        joined = word[1:]
    if not joined and word not in _TO and not (between and word in _AND):
        return None
    rest = [joined, *said[behind + 1 :]] if joined else said[behind + 1 :]
    last = _span(rest, 0, today, certain=True)
    if last is None:
        return None
    if first_span is not None:
        begin: date | None = first_span.first
    else:
        begin = _of_month(int(number[1]), last.last) if number else None
    if begin is not None and begin > last.last:
        # "from Friday to Monday", asked on a Tuesday; "from October to January"
        begin = _earlier(begin, last.last)
    if begin is None or begin > today:
        return None
    return _Span(begin, last.last, behind + (0 if joined else 1) + last.end)


def _earlier(begin: date, end: date) -> date | None:
    if begin - end <= 7 * _DAY:
        return begin - 7 * _DAY
    return _made(begin.year - 1, begin.month, begin.day)


def _span(
    said: Sequence[str], at: int, today: date, *, certain: bool, strictly: bool = False
) -> _Span | None:
    """The day, month or year that begins at this word. `certain`: what stands before it says that
    it is a time; `strictly`: today's weekday is that of a week ago."""
    while at < len(said) and said[at] in _FILLING:
        certain, at = True, at + 1
    if at >= len(said):
        return None
    if (found := _in_numbers(said, at, today)) is not None:
        return found
    for end in range(min(at + 3, len(said)), at, -1):
        if " ".join(said[at:end]) in _WEEKEND:
            friday = _latest(_FRIDAY, today, end, strictly=False)
            return _Span(friday.first, friday.first + 2 * _DAY, friday.end)
    for third, names in enumerate(_THIRDS):
        word, _, joined = said[at].partition(" ")  # "mi-novembre"
        if word in names:
            rest = [word, joined, *said[at + 1 :]] if joined else said[at:]
            if (span := _third(third, rest, today)) is not None:
                return _Span(span.first, span.last, at + span.end - bool(joined))
    if (weekday := _weekday(said[at], certain=certain)) is not None:
        dated = _of_a_month(said, at + 1, today, certain=False)
        if dated is not None and dated.first == dated.last:
            return dated
        last = at + 1 < len(said) and said[at + 1] in _LAST
        return _latest(weekday, today, at + (2 if last else 1), strictly=strictly or bool(last))
    if said[at] in _LAST and at + 1 < len(said):  # "last Monday"
        weekday = _weekday(said[at + 1], certain=True)
        return None if weekday is None else _latest(weekday, today, at + 2, strictly=True)
    if (found := _of_a_month(said, at, today, certain=certain)) is not None:
        return found
    if said[at] in _OF_YEAR:
        certain, at = True, at + 1
    if certain and at < len(said) and _YEAR.fullmatch(said[at]):
        year = int(said[at])
        if _FIRST_YEAR <= year <= today.year:
            return _Span(date(year, 1, 1), date(year, 12, 31), at + 1)
    return None


def _third(third: int, said: Sequence[str], today: date) -> _Span | None:
    """ "Late October"; "the beginning of the year"."""
    at = 1
    while at < len(said) and said[at] in _OF_THE:
        at += 1
    if third == 0 and at < len(said) and said[at] in _THIS_MONTH | _THIS_YEAR:
        begun = today.replace(day=1) if said[at] in _THIS_MONTH else date(today.year, 1, 1)
        return _Span(begun, today, at + 1)
    month = _of_a_month(said, at, today, certain=True)
    if month is None or month.first.day != 1 or month.last != _end_of(month.first):
        return None
    first = month.first.replace(day=1 + 10 * third)
    if first > today:  # it has not begun yet
        earlier = _day(1, first.month, first.year - 1, today)
        if earlier is None:
            return None
        first = earlier.replace(day=first.day)
    last = _end_of(first) if third == 2 else first + 9 * _DAY
    return _Span(first, last, month.end)


def _latest(weekday: int, today: date, end: int, *, strictly: bool) -> _Span:
    back = (today.weekday() - weekday) % 7 or (7 if strictly else 0)
    return _Span(today - back * _DAY, today - back * _DAY, end)


def _in_numbers(said: Sequence[str], at: int, today: date) -> _Span | None:
    """``2026-11-03``, ``3/11``, ``3/11/2026``: the day first, unless it cannot be."""
    found = _IN_NUMBERS.fullmatch(said[at])
    if found is None:
        return None
    if found[1]:
        day = _day(int(found[3]), int(found[2]), int(found[1]), today)
    else:
        first, second = int(found[4]), int(found[5])
        number, month = (second, first) if second > 12 else (first, second)
        day = _day(number, month, int(found[6]) if found[6] else None, today)
    return None if day is None else _Span(day, day, at + 1)


def _of_a_month(said: Sequence[str], at: int, today: date, *, certain: bool) -> _Span | None:
    """``3 November``, ``November 3 2026``, ``شهر تشرين الثاني``, ``octobre 2025``."""
    number = _NUMBER.fullmatch(said[at]) if at < len(said) else None
    place = at + 1 if number else at
    while place < len(said) and said[place] in _OF_MONTH:
        certain, place = True, place + 1
    named = _month(said, place)
    if named is None:
        return None
    month, place = named
    doubtful = said[place - 1] in _doubtful_months()
    if not number and place < len(said) and (after := _NUMBER.fullmatch(said[place])):
        number, place = after, place + 1
    year = None
    if place + 1 < len(said) and said[place] in _OF_YEAR | _OF_MONTH:
        place += 1 if _YEAR.fullmatch(said[place + 1]) else 0
    if place < len(said) and _YEAR.fullmatch(said[place]):
        year, place = int(said[place]), place + 1
    if doubtful and not (certain or number or year):
        return None
    if number:
        day = _day(int(number[1]), month, year, today)
        return None if day is None else _Span(day, day, place)
    first = _day(1, month, year, today)
    return None if first is None else _Span(first, _end_of(first), place)


def _day(number: int, month: int, year: int | None, today: date) -> date | None:
    """That day, of this year or else of the latest in which it is not to come."""
    if year is not None:
        return _made(year, month, number) if year >= _FIRST_YEAR else None
    days = (_made(today.year - back, month, number) for back in range(5))  # 29 February
    return next((day for day in days if day is not None and day <= today), None)


def _of_month(number: int, other: date) -> date | None:
    return _made(other.year, other.month, number)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _end_of(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _weekday(word: str, *, certain: bool) -> int | None:
    names = _weekdays()
    for name in (word, *unglued(word)):
        if name in names:
            return names[name]
    # «يوم اثنين»; alone «أحد» is anybody, «خميس» a name.
    return names.get(f"ال{word}") if certain else None


def _month(said: Sequence[str], at: int) -> tuple[int, int] | None:
    """The month that is named at this word, and where the words go on."""
    names = _months()
    for number in (2, 1):
        words = said[at : at + number]
        if len(words) < number:
            continue
        first, *rest = words
        for name in (first, *unglued(first)):
            if (month := names.get(" ".join((name, *rest)))) is not None:
                return month, at + number
    return None


@cache
def _months() -> Mapping[str, int]:
    """As `plain_words` has them."""
    names: dict[str, int] = {}
    for number, (said, short) in enumerate(zip(MONTHS, _SHORT_MONTHS, strict=True), 1):
        for each in (*said, *short.split()):
            plain = plain_words(each)
            names[plain] = number
            first, _, second = plain.partition(" ")
            if second in _BARE:
                names[f"{first} {_BARE[second]}"] = number
    return names


@cache
def _doubtful_months() -> frozenset[str]:
    return _DOUBTFUL | {word for short in _SHORT_MONTHS for word in short.split()}


@cache
def _weekdays() -> Mapping[str, int]:
    """As `plain_words` has them; 0 is Monday."""
    names = {
        plain_words(name): number
        for language in ("ar", "en", "fr")
        for number, name in Locale(language).days["format"]["wide"].items()
    }
    for number, spoken in enumerate(_SPOKEN_DAYS):
        names |= {plain_words(word): number for word in spoken.split()}
    return names
