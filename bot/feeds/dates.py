"""When an entry was published, as feeds say it: in every format, in Arabic, and wrongly. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

OLDEST = timedelta(days=30)
NEWEST = timedelta(hours=1)

# feedparser reads none of these. Levantine and Iraqi, Egyptian and Gulf, Maghrebi, French.
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("كانون الثاني", "يناير", "جانفي", "janvier"),
    ("شباط", "فبراير", "فيفري", "février", "fevrier"),
    ("آذار", "اذار", "أذار", "مارس", "mars"),
    ("نيسان", "أبريل", "ابريل", "إبريل", "أفريل", "افريل", "avril"),
    ("أيار", "ايار", "مايو", "ماي", "mai"),
    ("حزيران", "يونيو", "يونية", "يونيه", "جوان", "juin"),
    ("تموز", "يوليو", "يولية", "يوليه", "جويلية", "يوليوز", "juillet"),
    ("آب", "اب", "أغسطس", "اغسطس", "أوت", "اوت", "غشت", "août", "aout"),
    ("أيلول", "ايلول", "سبتمبر", "شتنبر", "septembre"),
    ("تشرين الأول", "تشرين الاول", "أكتوبر", "اكتوبر", "octobre"),
    ("تشرين الثاني", "نوفمبر", "نونبر", "novembre"),
    ("كانون الأول", "كانون الاول", "ديسمبر", "دجنبر", "décembre", "decembre"),
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
_OFFSET = re.compile(r"(?<=\s)(?:(?:gmt|utc)\s*)?([+-])(\d{1,2}):?(\d{2})?\s*$", re.IGNORECASE)
_NAMES_ZONE = re.compile(r"(?:[+-]\d{2}:?\d{2}|\dZ|[\s\d][A-Z]{1,5})\s*\)?\s*$")
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

    `parsed` is feedparser's reading of `raw` (UTC, year to second). `timezone` is for dates
    that name none; `arabic` makes "AST" Arabia's time and not the Atlantic's.
    """
    text = _INVISIBLE.sub("", (raw or "")[:200]).translate(_DIGITS).strip()
    zone = ZoneInfo(timezone) if timezone else UTC
    when = _epoch(text)
    if when is None and parsed is not None:
        when = _from_tuple(parsed)
        if when is not None and arabic and text.endswith(" AST"):
            when -= timedelta(hours=7)
        elif when is not None and zone is not UTC and text and not _NAMES_ZONE.search(text):
            when = when.replace(tzinfo=zone).astimezone(UTC)
    if when is None:
        when = _in_words(text, zone) or _iso(text, zone)
    return None if when is None else clamp(when, now)


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
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _iso(text: str, zone: tzinfo) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _in_words(text: str, zone: tzinfo) -> datetime | None:
    """Dates such as "الخميس 15 كانون الثاني/يناير 2026 - 10:30 م" or "15 janvier 2026"."""
    month = _MONTH.search(text.lower())
    if month is None:
        return None
    number = _MONTH_NUMBER[" ".join(month[0].split())]
    offset = _OFFSET.search(text)
    if offset:
        text = text[: offset.start()]
    clock = _CLOCK.search(text)
    rest = text[: clock.start()] + " " + text[clock.end() :] if clock else text
    year = re.search(r"(?<!\d)((?:19|20)\d{2})(?!\d)", rest)
    if year is None:
        return None
    day = re.search(r"(?<!\d)(\d{1,2})(?!\d)", rest.replace(year[0], " ", 1))
    if day is None:
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    if _AFTERNOON.search(rest) and hour < 12:
        hour += 12
    elif _MORNING.search(rest) and hour == 12:
        hour = 0
    try:
        when = datetime(int(year[1]), number, int(day[1]), hour, minute, second, tzinfo=UTC)
        if offset is None:
            return when.replace(tzinfo=zone).astimezone(UTC)
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return when - ahead if offset[1] == "+" else when + ahead
    except (ValueError, OverflowError):
        return None
