"""When an entry was published, as feeds say it: in every format, in Arabic, and wrongly. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as tz
from email.utils import parsedate_tz
from functools import lru_cache
from zoneinfo import ZoneInfo

OLDEST = timedelta(days=30)
NEWEST = timedelta(hours=1)
# A wrong zone or a clock that is ahead explains a date so far in the future, and no later one.
_WRONG_ZONE = timedelta(hours=24)
# What software writes that has no date: year 1 (.NET), 1970 (Unix), 9999. They say nothing.
_YEARS = range(1990, 2201)
_YEAR_ONE = re.compile(r"(?<![\d+-])0001(?!\d)")  # which feedparser takes for 2001

# feedparser reads none of these. Levantine and Iraqi, Egyptian and Gulf, Maghrebi, French, and
# English in full (shortened, "mar" would be a French Tuesday).
MONTHS: tuple[tuple[str, ...], ...] = (
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
_MONTH_NUMBER = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
_MONTH = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        re.escape(name).replace(r"\ ", r"\s+")
        for name in sorted(_MONTH_NUMBER, key=len, reverse=True)
    )
    + r")(?!\w)"
)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?")
# "20h30", "8 h", as French writes a time of day.
_FRENCH_CLOCK = re.compile(r"(?<![\w:])(\d{1,2})\s?h\s?(\d{2})?(?!\w)", re.IGNORECASE)
# No clock shows these hours and minutes; no zone is further from UTC than 14 hours.
_IMPOSSIBLE = re.compile(
    r"(?<![\d:])(?:(?:2[5-9]|[3-9]\d):\d{2}|\d{1,2}:[6-9]\d)"
    r"|(?<=:\d\d)(?:\.\d+)?\s*(?:gmt|utc)?\s*[+-](?:1[5-9]|[2-9]\d):?\d{2}(?!\d)",
    re.IGNORECASE,
)
# "8:30 PM", "8 pm", "12:15 ص". A lone "م" elsewhere is the era of a year ("2026 م").
_HALF_DAY = re.compile(
    r"(?<![\d:])(\d{1,2})(:\d{2})?(:\d{2})?\s*"
    r"(?:(م|مساء|بعد الظهر|p\.?m\b\.?)|(ص|صباحا|قبل الظهر|a\.?m\b\.?))(?!\w)",
    re.IGNORECASE,
)
# The words may also stand before the time: "مساء 8:30".
_HALF_DAY_FIRST = re.compile(
    r"(?<!\w)(?:(مساء|بعد الظهر)|(صباحا|قبل الظهر))\s+(\d{1,2})(:\d{2})(:\d{2})?(?!\d)"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?!\d)")
_IN_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_OFFSET = re.compile(r"(?<=\s)(?:(?:gmt|utc)\s*)?([+-])(\d{1,2}):?(\d{2})?\s*$", re.IGNORECASE)
_NAMES_ZONE = re.compile(r"(?:[+-]\d{2}:?\d{2}|\dZ|[\s\d](?![AP]M)[A-Z]{1,5})\s*\)?\s*$")
# The day, beside the month it is of: "11 شعبان 1447 الموافق 30 يناير 2026" names two days. Between
# them only what custom puts there: a second name of the month, "de", a sign.
_DAY_BEFORE = re.compile(r"(?<!\d)(\d{1,2})(?:er|st|nd|rd|th)?[\s,،./-]*(?:(?:من|of|de)\s+)?$")
_DAY_AFTER = re.compile(r"\s*(\d{1,2})(?!\d)")
# How JavaScript ends a date: "GMT+0300 (Arabian Standard Time)"; Java: "Z[UTC]".
_ZONE_IN_WORDS = re.compile(r"\s*(?:\([^()]*\)|(?<=[\dzZ])\[[^\[\]]*\])$")
# Also in brackets or behind a dash: "10:00 (UTC+3)", "10:00 - GMT+03:00".
_AHEAD_OF_GMT = re.compile(
    r"(?:(?<=\s)[-\u2013\u2014(]\s*|\()?(?:GMT|UTC)\s*([+-])(\d{1,2}):?(\d{2})?\)?$", re.IGNORECASE
)
# A zone by its name or by its letters, which end a date and follow a time: "09:00 Europe/Paris".
_ZONE_NAME = re.compile(
    r"(?<=\d)\s*[-\u2013\u2014]?\s*[(\[]?"
    r"((?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/-]{2,30}"
    r"|(?:ب?توقيت\s+)?(?:غرينتش|غرينيتش|جرينتش|جرينيتش)|(?![AP]M\b)[A-Z]{2,5})[)\]]?$"
)
_ENDS_IN_CLOCK = re.compile(r":\d\d(?:[.,]\d+)?$")
# Hours ahead of UTC, where the letters have one meaning in the news that is watched. Not of
# summer and winter: who writes EET in July is an hour off by his own word.
_ZONE_LETTERS = {
    "GMT": 0.0, "UTC": 0.0, "UT": 0.0, "WET": 0.0, "WEST": 1.0, "WAT": 1.0, "CET": 1.0,
    "CEST": 2.0, "AST": -4.0, "ADT": -3.0, "EST": -5.0, "EDT": -4.0, "CST": -6.0, "CDT": -5.0,
    "MST": -7.0, "MDT": -6.0, "PST": -8.0, "PDT": -7.0,
    "CAT": 2.0, "SAST": 2.0, "EET": 2.0, "EEST": 3.0, "EAT": 3.0, "MSK": 3.0, "TRT": 3.0,
    "IRST": 3.5, "IRDT": 4.5, "GST": 4.0, "AFT": 4.5, "PKT": 5.0,
}  # fmt: skip
# A second that clocks show at the end of some years, which no calendar here knows.
_LEAP_SECOND = re.compile(r"(?<=\d:\d\d):60(?!\d)")
_ISO_Z = re.compile(r"(?<=\d)z$")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹\u2212", "01234567890123456789-")
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

    None for what cannot be read, for what could only be guessed, for dates that only stand for
    "no date", and for the future: as a date of today it would make old entries fresh.
    `parsed` is feedparser's reading of `raw` (UTC, year to second). `timezone` is for dates
    that name none; `arabic` makes "AST" Arabia's time and not the Atlantic's.
    """
    if raw is None and parsed is None:
        return None
    when = read_time(raw, parsed, timezone=timezone, arabic=arabic)
    if when is None or when > now + _WRONG_ZONE:
        return None
    return min(max(when, now - OLDEST), now + NEWEST)


def read_time(
    raw: str | None,
    parsed: Sequence[int] | None = None,
    *,
    timezone: str | None = None,
    arabic: bool = False,
) -> datetime | None:
    """A feed's date as aware UTC, however long ago or far ahead; else as `entry_time`."""
    text = _LEAP_SECOND.sub(":59", plain_digits((raw or "")[:200]))
    if _YEAR_ONE.search(text) or _IMPOSSIBLE.search(text):
        return None
    if re.search(r"[+-]\d{2}:?\d{2}\s*\(|[zZ]\[", text):
        text = _ZONE_IN_WORDS.sub("", text)
    text = _AHEAD_OF_GMT.sub(
        lambda found: f" {found[1]}{int(found[2]):02}{found[3] or '00'}", _ISO_Z.sub("Z", text)
    )
    if arabic and text.endswith(" AST"):
        text = f"{text[:-3]}+0300"
    zone: tzinfo = ZoneInfo(timezone) if timezone else UTC
    if named := _ZONE_NAME.search(text):
        its = _zone(named[1])
        # One that nobody knows is none, which email.utils would take for UTC.
        if its is not None or _ENDS_IN_CLOCK.search(text, 0, named.start()):
            text, zone = text[: named.start()], its or zone
    clear = _in_24_hours(text)
    when = _epoch(clear) or _in_numbers(clear, zone, arabic) or _iso(clear, zone)
    # feedparser leaves "PM" out, and read the text before it was put in order above.
    if when is None and parsed is not None and clear == (raw or "").strip():
        when = _from_tuple(parsed)
        if when is not None and text and not _says(text, when):
            when = None
        if when is not None and zone is not UTC and text and not _NAMES_ZONE.search(text):
            when = when.replace(tzinfo=zone).astimezone(UTC)
    if when is None:
        when = _in_words(clear, zone) or _rfc_822(clear, zone)
    return None if when is None or when.year not in _YEARS else when


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo | None:
    """The time zone of that name or those letters; None for one that is not known."""
    if "/" not in name:
        hours = _ZONE_LETTERS.get(name) if name.isascii() else 0.0
        return None if hours is None else tz(timedelta(hours=hours))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def plain_digits(text: str) -> str:
    """`text` with the digits of ASCII, and without what is not seen (marks, joiners)."""
    return _INVISIBLE.sub("", text).translate(_DIGITS).strip()


def month_in(text: str) -> bool:
    """Whether a month is named in full."""
    return _MONTH.search(text.lower()) is not None


def _in_24_hours(text: str) -> str:
    """`text` with "8:30 PM" and "20h30" as "20:30", and "12:15 AM" as "00:15"."""

    def clock(hour: str, minute: str | None, second: str | None, *, afternoon: bool) -> str:
        number = int(hour)
        if number <= 12:
            number = number % 12 + (12 if afternoon else 0)
        return f"{number:02}{minute or ':00'}{second or ''} "

    text = _FRENCH_CLOCK.sub(lambda found: f"{int(found[1]):02}:{found[2] or '00'} ", text)
    text = _HALF_DAY_FIRST.sub(
        lambda found: clock(found[3], found[4], found[5], afternoon=bool(found[1])), text
    )
    text = _HALF_DAY.sub(
        lambda found: clock(found[1], found[2], found[3], afternoon=bool(found[4])), text
    )
    return text.strip()


def _says(text: str, when: datetime) -> bool:
    """Whether `text` names this day, give or take one for its zone: feedparser also guesses, and
    reads "30-01-2026" as a day of 2030."""
    clock = _CLOCK.search(text)
    if clock and (when.hour, when.minute) == (0, 0) and not _OFFSET.search(text):
        at = (int(clock[1]) % 24, int(clock[2]))
        if at != (0, 0) and not text.endswith(clock[0]):
            return False  # what stands behind the time of day kept it from being read
    numbers = {int(number) for number in re.findall(r"\d+", text)}
    in_words = re.search(r"[^\W\d_]{3}", text) is not None
    for day in (when - timedelta(days=1), when, when + timedelta(days=1)):
        year = day.year in numbers or (in_words and day.year % 100 in numbers)
        if year and day.day in numbers and (in_words or day.month in numbers):
            return True
    return False


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
        when = datetime.fromisoformat(re.sub(r"\s(?=[+-]\d{4}$)", "", text))
        return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _rfc_822(text: str, zone: tzinfo) -> datetime | None:
    """RFC 822 dates, also those that name no zone ("Fri, 30 Jan 2026 22:30:00"), which
    feedparser refuses. Those in numbers alone are left: their order would be guessed."""
    if re.search(r"[^\W\d_]{3}", text) is None:
        return None
    try:
        read = parsedate_tz(text)
        if read is None:
            return None
        when = datetime(*read[:6], tzinfo=UTC)
        if read[9] is None or not _NAMES_ZONE.search(text):
            return when.replace(tzinfo=zone).astimezone(UTC)
        return when - timedelta(seconds=read[9])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _in_numbers(text: str, zone: tzinfo, arabic: bool) -> datetime | None:
    """Dates such as "2026/01/30 22:30" and "30/01/2026 22:30". Where day and month cannot be
    told apart, Arabic sites put the day first; elsewhere nothing is guessed."""
    if (found := _YEAR_FIRST.search(text)) and found[2] != "-":
        rest = text.replace(found[0], " ")
        return _at(rest, int(found[1]), int(found[3]), int(found[4]), zone)
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
    rest = rest.replace(year[0], " ", 1)
    named = _MONTH.search(rest.lower())
    day = named and (
        _DAY_BEFORE.search(rest[: named.start()]) or _DAY_AFTER.match(rest, named.end())
    )
    day = day or re.search(r"(?<!\d)(\d{1,2})(?!\d)", rest)
    return None if day is None else _at(text, int(year[1]), number, int(day[1]), zone)


def _at(text: str, year: int, month: int, day: int, zone: tzinfo) -> datetime | None:
    """That day at the time which `text` names, if any; in `zone` unless it names an offset."""
    offset = _OFFSET.search(text)
    if offset:
        text = text[: offset.start()]
    clock = _CLOCK.search(text)
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        if offset is None:
            return when.replace(tzinfo=zone).astimezone(UTC)
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return when - ahead if offset[1] == "+" else when + ahead
    except (ValueError, OverflowError):
        return None
