"""When an entry was published, as feeds say it: in every format, in Arabic, and wrongly. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate
from zoneinfo import ZoneInfo

OLDEST = timedelta(days=30)
NEWEST = timedelta(hours=1)
# What software writes that has no date: year 1 (.NET), 1970 (Unix), 9999. They say nothing.
_YEARS = range(1990, 2201)
_YEAR_ONE = re.compile(r"(?<![\d+-])0001(?!\d)")  # which feedparser takes for 2001

# feedparser reads none of these. Levantine and Iraqi, Egyptian and Gulf, Maghrebi, French, and
# English in full (shortened, "mar" would be a French Tuesday).
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("كانون الثاني", "يناير", "جانفي", "janvier", "january"),
    ("شباط", "فبراير", "فيفري", "février", "fevrier", "february"),
    ("آذار", "اذار", "أذار", "مارس", "mars", "march"),
    ("نيسان", "أبريل", "ابريل", "إبريل", "أفريل", "افريل", "avril", "april"),
    ("أيار", "ايار", "مايو", "ماي", "mai", "may"),
    ("حزيران", "يونيو", "يونية", "يونيه", "جوان", "juin", "june"),
    ("تموز", "يوليو", "يولية", "يوليه", "جويلية", "يوليوز", "juillet", "july"),
    ("آب", "اب", "أغسطس", "اغسطس", "أوت", "اوت", "غشت", "août", "aout", "august"),
    ("أيلول", "ايلول", "سبتمبر", "شتنبر", "septembre", "september"),
    ("تشرين الأول", "تشرين الاول", "أكتوبر", "اكتوبر", "octobre", "october"),
    ("تشرين الثاني", "نوفمبر", "نونبر", "novembre", "november"),
    ("كانون الأول", "كانون الاول", "ديسمبر", "دجنبر", "décembre", "decembre", "december"),
)
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        re.escape(name).replace(r"\ ", r"\s+")
        for name in sorted(_MONTH_NUMBER, key=len, reverse=True)
    )
    + r")(?!\w)"
)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?")
_AFTERNOON = re.compile(r"(?<!\w)(?:م|مساء|مساءً|pm)(?!\w)", re.IGNORECASE)
_MORNING = re.compile(r"(?<!\w)(?:ص|صباحا|صباحاً|am)(?!\w)", re.IGNORECASE)
_IN_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_OFFSET = re.compile(r"(?<=\s)(?:(?:gmt|utc)\s*)?([+-])(\d{1,2}):?(\d{2})?\s*$", re.IGNORECASE)
_NAMES_ZONE = re.compile(r"(?:[+-]\d{2}:?\d{2}|\dZ|[\s\d](?![AP]M)[A-Z]{1,5})\s*\)?\s*$")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_INVISIBLE = re.compile("[\u200c-\u200f\u202a-\u202e\u2066-\u2069\u064b-\u0652\u0640]")


def entry_time(
    raw: str | None,
    parsed: Sequence[int] | None,
    now: datetime,
    *,
    timezone: str | None = None,
    arabic: bool = False,
) -> datetime | None:
    """A feed's date as aware UTC, between 30 days before `now` and an hour after it.

    None for what cannot be read, and for dates that only stand for "no date".
    `parsed` is feedparser's reading of `raw` (UTC, year to second). `timezone` is for dates
    that name none; `arabic` makes "AST" Arabia's time and not the Atlantic's.
    """
    text = _INVISIBLE.sub("", (raw or "")[:200]).translate(_DIGITS).strip()
    if _YEAR_ONE.search(text):
        return None
    zone = ZoneInfo(timezone) if timezone else UTC
    when = _epoch(text) or _in_numbers(text, zone, arabic)
    # feedparser reads "30-01-2026" as a day of 2030, and leaves "PM" out.
    if when is None and parsed is not None and not _IN_NUMBERS.search(text):
        when = _from_tuple(parsed)
        if when is not None and _AFTERNOON.search(text) and when.hour < 12:
            when += timedelta(hours=12)
        if when is not None and arabic and text.endswith(" AST"):
            when -= timedelta(hours=7)
        elif when is not None and zone is not UTC and text and not _NAMES_ZONE.search(text):
            when = when.replace(tzinfo=zone).astimezone(UTC)
    if when is None:
        when = _in_words(text, zone) or _iso(text, zone) or _without_zone(text, zone)
    return None if when is None or when.year not in _YEARS else clamp(when, now)


def clamp(when: datetime, now: datetime) -> datetime:
    """`when`, or the nearest time that can be true of news: clocks and feeds are wrong."""
    return min(max(when, now - OLDEST), now + NEWEST)


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, which feedparser takes for a year."""
    if not re.fullmatch(r"\d{10}(\d{3})?(\.\d+)?", text):
        return None
    seconds = float(text) / (1_000 if len(text.split(".")[0]) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _from_tuple(parsed: Sequence[int]) -> datetime | None:
    try:
        year, month, day, hour, minute, second = parsed[:6]
        if year not in _YEARS:
            return None
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _iso(text: str, zone: tzinfo) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _without_zone(text: str, zone: tzinfo) -> datetime | None:
    """RFC 822 dates that name no zone ("Fri, 30 Jan 2026 22:30:00"): feedparser refuses them."""
    try:
        read = parsedate(text)
        return None if read is None else datetime(*read[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _in_numbers(text: str, zone: tzinfo, arabic: bool) -> datetime | None:
    """Dates such as "30/01/2026 22:30". Where day and month cannot be told apart, Arabic sites
    put the day first; elsewhere nothing is guessed."""
    found = _IN_NUMBERS.search(text)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if first <= 12 and second <= 12 and first != second and not arabic:
        return None
    day, month = (second, first) if second > 12 else (first, second)
    return _at(text.replace(found[0], " "), year, month, day, zone)


def _in_words(text: str, zone: tzinfo) -> datetime | None:
    """Dates such as "الخميس 15 كانون الثاني/يناير 2026 - 10:30 م" or "15 janvier 2026"."""
    month = _MONTH.search(text.lower())
    if month is None:
        return None
    number = _MONTH_NUMBER[" ".join(month[0].split())]
    # Not among the digits of an offset or a time of day.
    rest = _CLOCK.sub(" ", _OFFSET.sub(" ", text), count=1)
    year = re.search(r"(?<!\d)((?:19|20)\d{2})(?!\d)", rest)
    if year is None:
        return None
    day = re.search(r"(?<!\d)(\d{1,2})(?!\d)", rest.replace(year[0], " ", 1))
    return None if day is None else _at(text, int(year[1]), number, int(day[1]), zone)


def _at(text: str, year: int, month: int, day: int, zone: tzinfo) -> datetime | None:
    """That day at the time which `text` names, if any; in `zone` unless it names an offset."""
    offset = _OFFSET.search(text)
    if offset:
        text = text[: offset.start()]
    clock = _CLOCK.search(text)
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    if _AFTERNOON.search(text) and hour < 12:
        hour += 12
    elif _MORNING.search(text) and hour == 12:
        hour = 0
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if offset is None:
            return when.replace(tzinfo=zone).astimezone(UTC)
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return when - ahead if offset[1] == "+" else when + ahead
    except (ValueError, OverflowError):
        return None
