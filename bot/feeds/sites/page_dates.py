"""When an entry of a page was published, as pages write it for people. Pure.

Beside what feeds write (`bot.feeds.parse.dates`): "منذ ساعتين", "il y a 2 heures", "2 hours ago",
"أمس 14:30", short names of months, days without a year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.feeds.parse.dates import NEWEST, entry_time, month_in, plain_digits, read_time

_LONGEST = 200
_TOMORROW = timedelta(days=1)
# A page may say "9999 years ago", before which there are no dates.
_LONGEST_AGO = timedelta(days=3650)

_UNITS: tuple[tuple[timedelta, str], ...] = (
    (timedelta(seconds=1), r"ثانية|ثواني|ثوان|secondes?|seconds?|secs?|s"),
    (timedelta(minutes=1), r"دقيقة|دقائق|minutes?|mins?|mn|m"),
    (timedelta(hours=1), r"ساعة|ساعات|heures?|hours?|hrs?|hr|h"),
    (timedelta(days=1), r"يوما|يوم|[أا]يام|jours?|days?|j|d"),
    (timedelta(weeks=1), r"[أا]سبوعا|[أا]سبوع|[أا]سابيع|semaines?|weeks?|sem|w"),
    (timedelta(days=30), r"شهرا|شهر|[أا]شهر|شهور|mois|months?"),
    (timedelta(days=365), r"سنة|سنوات|سنين|عاما|عام|[أا]عوام|ans|an(?! hour)|années?|years?|yrs?"),
)
# Arabic says two of a thing in one word.
_DUALS: tuple[tuple[timedelta, str], ...] = (
    (timedelta(seconds=2), "ثانيتين|ثانيتان"),
    (timedelta(minutes=2), "دقيقتين|دقيقتان"),
    (timedelta(hours=2), "ساعتين|ساعتان"),
    (timedelta(days=2), "يومين|يومان"),
    (timedelta(weeks=2), "[أا]سبوعين|[أا]سبوعان"),
    (timedelta(days=60), "شهرين|شهران"),
    (timedelta(days=730), "سنتين|سنتان|عامين|عامان"),
)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "a an un une one واحد واحدة",
            "two deux اثنين اثنتين",
            "three trois ثلاث ثلاثة",
            "four quatre أربع أربعة اربع اربعة",
            "five cinq خمس خمسة",
            "six ست ستة",
            "seven sept سبع سبعة",
            "eight huit ثمان ثماني ثمانية",
            "nine neuf تسع تسعة",
            "ten dix عشر عشرة",
        ),
        start=1,
    )
    for word in words.split()
}
_AGO = re.compile(
    r"(?<!\w)(?:منذ|قبل|مضى|il\s+y\s+a)\s+(?P<behind>.{1,60})|(?P<before>.{1,60}?)\s+ago(?!\w)",
    re.IGNORECASE,
)
_SPANS = tuple(
    (
        unit,
        re.compile(
            rf"(?<!\w)و?(?:(\d{{1,4}})\s*|({'|'.join(_NUMBERS)})\s+)?(?:{words})(?!\w)",
            re.IGNORECASE,
        ),
    )
    for unit, words in _UNITS
) + tuple((unit, re.compile(rf"(?<!\w)و?()()(?:{words})(?!\w)")) for unit, words in _DUALS)
_HALF_HOUR = re.compile(r"(?<!\w)(?:نصف ساعة|half an hour|(?:une )?demi-?\s?heure)(?!\w)", re.I)
_AND_A_HALF = re.compile(r"(?<!\w)(?:ونصف|et demie?|and a half)(?!\w)", re.IGNORECASE)
_NOW = re.compile(
    r"(?<!\w)(?:الآن|الان|منذ لحظات|منذ قليل|قبل قليل|قبل لحظات|just now|moments? ago"
    r"|a few (?:seconds|minutes) ago|à l[’']instant|il y a quelques (?:instants|secondes|minutes))"
    r"(?!\w)",
    re.IGNORECASE,
)
_DAYS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (2, re.compile(r"(?<!\w)(?:أول أمس|اول امس|avant-hier)(?!\w)", re.IGNORECASE)),
    (1, re.compile(r"(?<!\w)(?:أمس|امس|البارحة|yesterday|hier)(?!\w)", re.IGNORECASE)),
    (0, re.compile(r"(?<!\w)(?:اليوم|today|aujourd[’']hui)(?!\w)", re.IGNORECASE)),
)
_CLOCK_ALONE = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*(?:am|pm|ص|م))?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_ISO_DAY = re.compile(r"(?<![\d-])(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)[T ]?")
# Months as they are cut short, beside a number; "mar" is a Tuesday as well, in French.
_SHORT_MONTHS = (
    ("january", r"janv?"), ("february", r"feb|févr?|fevr?"), ("march", r"mar"),
    ("april", r"apr|avr"), ("june", r"jun"), ("july", r"jul|juil?"), ("august", r"aug|aoû"),
    ("september", r"sept?"), ("october", r"oct"), ("november", r"nov"), ("december", r"dec|déc"),
)  # fmt: skip
_SHORT = tuple(
    (
        month,
        re.compile(
            rf"(?:(?<=\d)|(?<=\d[ -])|(?<=\d, )|(?<=\der ))(?:{short})\.?(?=[ ,-]|\d|$)"
            rf"|(?<!\w)(?:{short})\.?(?= \d{{1,2}}(?:st|nd|rd|th)?(?:[ ,]|$))",
            re.IGNORECASE,
        ),
    )
    for month, short in _SHORT_MONTHS
)


def page_time(
    written: Iterable[str | None], now: datetime, *, timezone: str | None, language: str | None
) -> datetime | None:
    """The first of the dates `written` that can be read, aware UTC, in the bounds of `entry_time`.

    Where day and month cannot be told apart, Arabic and French put the day first.
    """
    for each in written:
        if each and (text := " ".join(plain_digits(each[:_LONGEST]).split())):
            when = _read(text, now, timezone, day_first=language in ("ar", "fr"))
            if when is not None:
                return entry_time(when.isoformat(), None, now)
    return None


def _read(text: str, now: datetime, timezone: str | None, *, day_first: bool) -> datetime | None:
    def read(text: str) -> datetime | None:
        return read_time(text, timezone=timezone, arabic=day_first)

    def past(candidates: Iterable[str], until: datetime) -> datetime | None:
        found = (read(candidate) for candidate in candidates)
        return next((when for when in found if when is not None and when <= until), None)

    spelt = _with_whole_months(text)
    when = read(text) or read(_ISO_DAY.sub(r"\1/\2/\3 ", text)) or read(spelt)
    if when is not None:
        return when
    ago = _ago(text)
    if ago is not None:
        return now - min(ago, _LONGEST_AGO)
    today = now.astimezone(ZoneInfo(timezone) if timezone else UTC)
    for days, pattern in _DAYS:
        if pattern.search(text):
            day = today - timedelta(days=days)
            return read(f"{day:%Y/%m/%d} {pattern.sub(' ', text)}")
    if _CLOCK_ALONE.fullmatch(text):
        days_back = (today, today - timedelta(days=1))
        return past((f"{day:%Y/%m/%d} {text}" for day in days_back), now + NEWEST)
    if month_in(spelt) and not _YEAR.search(spelt):
        years = (today.year, today.year - 1)
        return past((f"{year} {spelt}" for year in years), now + _TOMORROW)
    return None


def _with_whole_months(text: str) -> str:
    """`text` with "30 janv." and "Feb. 3" as "30 january" and "february 3"."""
    for month, pattern in _SHORT:
        found = pattern.search(text)
        # "mar. 3 févr." is a Tuesday: a month that is cut short counts where no other is named.
        if found and not month_in(text) and not (month == "march" and _other_than_march(text)):
            return f"{text[: found.start()]} {month} {text[found.end() :]}"
    return text


def _other_than_march(text: str) -> bool:
    return any(pattern.search(text) for month, pattern in _SHORT if month != "march")


def _ago(text: str) -> timedelta | None:
    """How long ago "منذ ساعة و20 دقيقة" is; None for what says no such thing."""
    if _NOW.search(text):
        return timedelta()
    found = _AGO.search(text)
    if found is None:
        return None
    phrase, total = found["behind"] or found["before"], timedelta()
    if _HALF_HOUR.search(phrase):
        return timedelta(minutes=30)
    for unit, pattern in _SPANS:
        for number, word in pattern.findall(phrase):
            count = int(number) if number else _NUMBERS.get(word.lower(), 1)
            total += unit * count
            if _AND_A_HALF.search(phrase):
                total += unit / 2
    return total or None
