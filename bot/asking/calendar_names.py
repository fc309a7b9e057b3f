"""What days and months are called, in three languages and as people write them. Pure.

All names are as `plain_words` leaves them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from babel import Locale

from bot.asking.durations import plain_words
from bot.asking.words import unglued
from bot.feeds.parse.dates import MONTHS

# Words of other meanings, and what is shortened: a month beside a number, a year or "in".
_DOUBTFUL = frozenset(map(plain_words, "may march mars mai آب مارس ماي جوان".split()))
_SHORT_MONTHS = (
    *("jan janv", "feb fev fevr", "mar", "apr avr", "", "jun", "jul juil", "aug", "sep sept"),
    *("oct", "nov", "dec"),
)
# As people also write them, Monday first.
_SPOKEN_DAYS = (
    *("التنين اتنين الاتنين", "التلاتا الثلاثا التلات التلاتاء", "الاربعا لربعا", "", "", ""),
    "الحد",
)
# Shortened, and other words as well: days where what stands before them says that they are times.
_SHORT_DAYS = ("mon lun", "tue", "wed", "thu thur jeu", "fri ven", "sat", "sun dim")
_SPOKEN_SHORT = {"tues": 1, "weds": 2, "thurs": 3, "thrs": 3}
# «تشرين ثاني», without its article.
_BARE = {"الاول": "اول", "الثاني": "ثاني"}
_NUMBER = re.compile(r"(\d{1,2})(er|ere|re|st|nd|rd|th|eme|e)?")
_ORDINALS = {
    **{
        word: number
        for number, words in enumerate(
            (
                *(
                    "first premier premiere الاول",
                    "second seconde deuxieme الثاني",
                    "third troisieme الثالث",
                ),
                *("fourth quatrieme الرابع", "fifth cinquieme الخامس", "sixth sixieme السادس"),
                *("seventh septieme السابع", "eighth huitieme الثامن", "ninth neuvieme التاسع"),
                "tenth dixieme العاشر",
            ),
            1,
        )
        for word in words.split()
    },
    **{"العشرين": 20, "العشرون": 20, "الثلاثين": 30, "الثلاثون": 30},
}
_TEENS = {"الحادي": 1, **{word: n for word, n in _ORDINALS.items() if n < 10}}
MOST_DAY_WORDS = 4


def number_at(said: Sequence[str], at: int) -> tuple[int, int, bool] | None:
    """The number of a day that is written at this word, where the words go on, and whether it can
    be nothing but an ordinal: 5, "5th", "fifth", «الخامس عشر», «الحادي والعشرين»."""
    if at >= len(said):
        return None
    if (digits := _NUMBER.fullmatch(said[at])) is not None:
        return int(digits[1]), at + 1, digits[2] is not None
    following = said[at + 1] if at + 1 < len(said) else ""
    if (ones := _TEENS.get(said[at])) is not None:
        if following in ("عشر", "عشره"):
            return 10 + ones, at + 2, True
        if (tens := _ORDINALS.get(following.removeprefix("و"))) in (20, 30) and tens:
            return tens + ones, at + 2, True
    number = _ORDINALS.get(said[at])
    return None if number is None else (number, at + 1, True)


def weekday_of(word: str, *, certain: bool) -> int | None:
    """0 is Monday. `certain`: it is a time, whatever else the word means."""
    names = _weekdays()
    for name in (word, *unglued(word)):
        if name in names:
            return names[name]
    if certain and word in _short_days():
        return _short_days()[word]
    # «يوم اثنين»; alone «أحد» is anybody, «خميس» a name.
    return names.get(f"ال{word}") if certain else None


def month_at(said: Sequence[str], at: int) -> tuple[int, int] | None:
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


def is_doubtful_month(word: str) -> bool:
    """Whether the name of a month is another word as well."""
    return word in _doubtful_months()


def day_at(said: Sequence[str], at: int) -> tuple[int, int] | None:
    """How many days ago a day was that has a name of its own ("yesterday"), and where the words
    go on."""
    names = named_days()
    for number in range(min(MOST_DAY_WORDS, len(said) - at), 0, -1):
        name = " ".join(said[at : at + number])
        if name not in names:
            # «لأمس», «بامبارح»
            name = next((each for each in unglued(name) if each in names), "")
        if name:
            return names[name], at + number
    return None


@cache
def named_days() -> Mapping[str, int]:
    """Names of days → how many days ago they were."""
    source = (files(__package__) / "names.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(source)["days"]
    return {
        plain_words(name): ago
        for ago, day in enumerate(("today", "yesterday", "two_days_ago"))
        for name in listed[day]
    } | {plain_words(name): 0 for name in listed["now"]}


@cache
def _months() -> Mapping[str, int]:
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
def _short_days() -> Mapping[str, int]:
    return {word: number for number, said in enumerate(_SHORT_DAYS) for word in said.split()}


@cache
def _weekdays() -> Mapping[str, int]:
    names = {
        plain_words(name): number
        for language in ("ar", "en", "fr")
        for number, name in Locale(language).days["format"]["wide"].items()
    }
    for number, spoken in enumerate(_SPOKEN_DAYS):
        names |= {plain_words(word): number for word in spoken.split()}
    return names | _SPOKEN_SHORT
