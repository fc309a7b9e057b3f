"""Texts for readers in Arabic, English and French: one TOML file each, with the same keys.

Plurals, dates and place names of time zones come from Babel (CLDR). Digits are 0-9 in every
language: alert ids, links and commands use them, and a desk copies them.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_timezone_location
from babel.numbers import format_decimal

from bot.locales.bidi import isolated

LANGUAGES = ("ar", "en", "fr")
DEFAULT_LANGUAGE = "ar"
NARROW_SPACE = "\u202f"

# A command with the number or the Latin word behind it.
_COMMAND = re.compile(
    r"(?<![\w/:.\u2068])/(?:[a-z]+(?: (?:A?\d+(?:[:–-]\d+)*[a-z]?|[a-z][a-z-]*))?|A\d+)"
)
_LOCALES = {"ar": "ar", "en": "en_GB", "fr": "fr"}
_LEVANT = "ar_SY"


class Texts:
    """The texts of one language. Keys are dotted: ``texts("card.source", feed="...")``."""

    def __init__(self, language: str, entries: Mapping[str, str | Mapping[str, str]]) -> None:
        self.language = language
        self._locale = Locale.parse(_LOCALES[language])
        self._entries = entries

    def __call__(self, key: str, **values: object) -> str:
        """The text with its placeholders filled. KeyError for a key that no language has."""
        return self.template(key).format(**values)

    def plural(self, key: str, n: int, **values: object) -> str:
        """The form that `n` asks for, `{n}` filled with its digits."""
        return self.plural_template(key, n).format(n=self.number(n), **values)

    def template(self, key: str) -> str:
        entry = self._entries[key]
        if not isinstance(entry, str):
            raise KeyError(f"{key} is a plural")
        return entry

    def plural_template(self, key: str, n: int) -> str:
        entry = self._entries[key]
        if isinstance(entry, str):
            raise KeyError(f"{key} is not a plural")
        return entry.get(self._locale.plural_form(n), entry["other"])

    def find(self, key: str) -> str | None:
        """The text of a key that may be missing (names that others chose: reasons, levels)."""
        entry = self._entries.get(key)
        return entry if isinstance(entry, str) else None

    def keys(self) -> Mapping[str, str | Mapping[str, str]]:
        return self._entries

    def number(self, n: float, decimals: int = 0) -> str:
        """A figure with the marks of the language: 81.3 and 2,000, in French 81,3 and 2 000."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(n, pattern, locale=self._locale, numbering_system="latn")

    def duration(self, span: timedelta) -> str:
        """A length of time in its largest unit, rounded."""
        return str(format_timedelta(span, locale=self._locale))

    def ago(self, span: timedelta) -> str:
        """How long ago something was: in minutes, in hours up to two days, then in days."""
        hours = span.total_seconds() / 3_600
        unit: Literal["minute", "hour", "day"]
        unit = "minute" if hours < 1 else "hour" if hours < 48 else "day"
        return str(
            format_timedelta(
                # Each unit as it is: "12 days", not "2 weeks".
                *(-max(span, timedelta(minutes=1)), unit, 1e9),
                add_direction=True,
                locale=self._locale,
            )
        )

    def moment(self, at: datetime, zone: tzinfo, now: datetime, key: str = "card.time") -> str:
        """A time as the reader's clock and calendar show it; the year only when it is another.

        `key` names the text that joins date, time and zone.
        """
        local = at.astimezone(zone)
        date = self._date(local)
        if local.year != now.astimezone(zone).year:
            date = f"{date} {local.year}"
        clock = format_time(local, "HH:mm", locale=self._locale)
        return self(key, date=date, time=clock, zone=self._zone(zone, local))

    def day(self, day: date) -> str:
        """A day with its year."""
        return f"{self._date(day)} {day.year}"

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return f"{self._month(day)} {day.year}"

    def _date(self, local: date) -> str:
        if self.language != "ar":
            date = str(format_date(local, "d MMMM", locale=self._locale))
            return f"1er {date[2:]}" if self.language == "fr" and local.day == 1 else date
        return f"{local.day} {self._month(local)}"

    def _month(self, local: date) -> str:
        if self.language != "ar":
            return str(format_date(local, "LLLL", locale=self._locale))
        # The two calendars of the region, as United Nations documents write them.
        months = [format_date(local, "MMMM", locale=name) for name in (_LEVANT, "ar")]
        return "/".join(dict.fromkeys(months))

    def _zone(self, zone: tzinfo, local: datetime) -> str:
        if isinstance(zone, ZoneInfo) and zone.key not in ("UTC", "Etc/UTC", "GMT", "Etc/GMT"):
            if offset := offset_name(zone.key):
                return offset
            place = str(get_timezone_location(zone, locale=self._locale, return_city=True))
        else:
            name = local.tzname() or "UTC"
            place = self("card.zone_utc") if name in ("UTC", "GMT") else name
        return _french_of(place) if self.language == "fr" else place


def offset_name(zone: str) -> str:
    """ "UTC+3" of the zone Etc/GMT-3, whose name counts westwards; "" of others."""
    found = re.fullmatch(r"Etc/GMT([+-])(\d+)", zone)
    return f"UTC{'-' if found[1] == '+' else '+'}{found[2]}" if found and found[2] != "0" else ""


@cache
def texts(language: str) -> Texts:
    """The texts of a language; of the default one when there are none for it."""
    if language not in LANGUAGES:
        return texts(DEFAULT_LANGUAGE)
    source = (files(__package__) / f"{language}.toml").read_text(encoding="utf-8")
    entries = _flat(tomllib.loads(source))
    if language == "ar":
        entries = {key: _each_form(entry, isolate_commands) for key, entry in entries.items()}
    if language == "fr":
        entries = {key: _each_form(entry, french_spaces) for key, entry in entries.items()}
    return Texts(language, entries)


def language_of(code: str | None) -> str:
    """The language to begin with for a Telegram `language_code` such as "fr-CA" or None."""
    short = (code or "").split("-")[0].lower()
    return short if short in LANGUAGES else DEFAULT_LANGUAGE


def isolate_commands(text: str) -> str:
    """Right-to-left text with its commands set apart: their slash would be laid out at the end."""
    return _COMMAND.sub(lambda found: isolated(found[0]), text)


def french_spaces(text: str) -> str:
    """French text with its spaces before : ; ! ? » and after « made narrow, so that no line
    begins with a mark."""
    return re.sub(r" (?=[:;!?»])|(?<=«) ", NARROW_SPACE, text)


def _french_of(place: str) -> str:
    """A place after "de": du Caire, d'Amman, de Damas."""
    if place.startswith("Le "):
        return f"du {place[3:]}"
    if place.startswith("Les "):
        return f"des {place[4:]}"
    vowel = unicodedata.normalize("NFD", place[:1]).lower()[:1] in "aeiou"
    return f"d'{place}" if place and vowel else f"de {place}"


def _each_form(
    entry: str | Mapping[str, str], change: Callable[[str], str]
) -> str | Mapping[str, str]:
    if isinstance(entry, str):
        return change(entry)
    return {form: change(text) for form, text in entry.items()}


def _flat(tables: Mapping[str, Any], prefix: str = "") -> dict[str, str | Mapping[str, str]]:
    entries: dict[str, str | Mapping[str, str]] = {}
    for name, value in tables.items():
        if isinstance(value, Mapping) and "other" not in value:
            entries |= _flat(value, f"{prefix}{name}.")
        else:
            entries[f"{prefix}{name}"] = value
    return entries
