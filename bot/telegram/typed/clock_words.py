"""Hours and days as people write them to the bot, in Arabic, English and French. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.asking.durations import plain_words
from bot.asking.hour_words import NAMED_HOURS
from storage.readers.chat_clocks import EVERY_DAY, QuietHours

# Words as `plain_words` leaves them: small, without marks, one alif, one teh.
OFF = frozenset(
    "off stop none no never arret arreter non aucun desactiver ايقاف الغاء اوقف لا بدون".split()
)
WEEKEND = frozenset((5, 6))
_DAYS: Sequence[str] = (
    "monday mon lundi lun الاثنين اثنين",
    "tuesday tues tue mardi mar الثلاثاء ثلاثاء",
    "wednesday wed mercredi mer الاربعاء اربعاء",
    "thursday thurs thur thu jeudi jeu الخميس خميس",
    "friday fri vendredi ven الجمعه جمعه",
    "saturday sat samedi sam السبت سبت",
    "sunday sun dimanche dim الاحد احد",
)
_LONGEST_SHORT_DAY = len("thurs")
_DAY = {word: day for day, words in enumerate(_DAYS) for word in words.split()}
_EVERY = frozenset("all daily everyday tous toutes toujours كل يوميا".split())
# These say nothing, beside days.
_FILLING = frozenset(
    (
        "on at every day days and the from night nights le la les du au de et jour jours nuit "
        "nuits من يوم ايام و في"
    ).split()
)
ON = frozenset(
    "on yes start oui activer activez نعم تشغيل شغل فعل daily يومي يوميا quotidien".split()
)
_NOW = frozenset("now الان maintenant".split())
_WEEKLY = frozenset("weekly week hebdo hebdomadaire semaine اسبوعي الاسبوعي اسبوعيا".split())
_TO = r"(?:-|–|—|−|to|until|till|jusqu'?\s*a|a|الى|حتى|لغايه)"
_CLOCK = (
    r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})(?!\d))?\s*(?:h(?:eures?)?(?![^\W\d]))?"
    r"\s*(am|pm|a\.m\.|p\.m\.|صباحا|مساء|ص|م)?(?!\w)"
)
_FROM = r"(?:(?:from|between|at|de|entre|من|بين|الساعه|a)\s+)?"
_RANGE = re.compile(rf"\s*{_FROM}(?:الساعه\s+)?{_CLOCK}\s*{_TO}\s*(?:الساعه\s+)?{_CLOCK}")
_TIME = re.compile(rf"\s*{_FROM}(?:الساعه\s+)?{_CLOCK}\s*\Z")
_DAILY = re.compile(
    r"(?<!\w)(?:(?:every|each) day|daily|everyday|كل يوم|يوميا|tous les jours|chaque jour"
    r"|quotidien)(?!\w)"
)
_EACH = re.compile(r"\s*(?:every|each|كل|chaque|tous les)\s+(?:يوم\s+)?(\S+)\s*\Z")
_SPAN = re.compile(r"([^\W\d]+)(?:\s*[-–—−]\s*|\s+(?:to|until|till|a|الى|حتى)\s+)([^\W\d]+)")
_UNTIL = re.compile(rf"\s*{_TO}\s+(.*)")
_EXCEPT = re.compile(
    r"(?<!\w)(?:except(?: for| on)?|but not|not|excluding|sauf|hors|hormis|excepte|pas"
    r"|ما عدا|عدا|باستثناء|الا|ليس)(?!\w)"
)
_ALL_WORK = re.compile(
    r"(?<!\w)(?:(?:on )?(?:weekdays?|week days|working days|work days|workdays)|(?:en )?semaine"
    r"|(?:les )?jours (?:ouvrables|ouvres|de travail)|(?:في )?ايام (?:العمل|الدوام))(?!\w)"
)
_WEEKEND = re.compile(
    r"(?<!\w)(?:(?:on |at )?(?:the )?week[ –-]?ends?|(?:le |les )?week[ –-]?ends?"
    r"|(?:في )?(?:عطله|نهايه|اخر) (?:نهايه )?الاسبوع|(?:في )?(?:ايام )?العطله)(?!\w)"
)
# What a part of the day is by the clock.
_PARTS = {
    **dict.fromkeys(
        "morning mornings matin matins الصباح الصبح صباح صباحا فجر الفجر".split(), 7 * 60
    ),
    **dict.fromkeys("noon midi الظهر".split(), 12 * 60),
    **dict.fromkeys("evening evenings soir soirs المساء مساء".split(), 19 * 60),
    **dict.fromkeys("night tonight nuit الليل الليله".split(), 22 * 60),
    **dict.fromkeys("midnight minuit".split(), 0),
}
_A_NIGHT = re.compile(r"\b(?:nights?|overnight|nightly|nuits?|ليلا|الليل|الليالي)\b")
_EVERY_PART = frozenset("every each all chaque tous toutes كل".split())
_USUAL_NIGHT = 22 * 60, 7 * 60
_HOUR_WORD = re.compile(
    rf"(?<!\w)(?P<hour>{'|'.join(sorted(NAMED_HOURS, key=len, reverse=True))})"
    r"(?P<half> و?(?:النصف|نصف))?(?!\w)"
)
_TOMORROW = frozenset("tomorrow demain غدا الغد غد بكرا بكره".split())
_MORNING = frozenset(("am", "a.m.", "صباحا", "ص"))
_LONGEST = 80
_MIDNIGHT = 24 * 60


def is_off(text: str) -> bool:
    """``off``, ``إيقاف``, ``non`` ..."""
    return plain_words(text[:_LONGEST]) in OFF


def read_quiet(text: str, weekend: frozenset[int] = WEEKEND) -> QuietHours | None:
    """``22:00-07:00``, ``22-7 fri,sat``, ``من ٢٢ إلى ٧ الجمعة والسبت``, ``22h à 7h dim-jeu``,
    "weekdays 22-7", "22-7 except friday", "at night"; None for what is no such thing, and for quiet
    that would never end. `weekend`: its days, 0 is Monday."""
    if len(text) > _LONGEST:
        return None
    plain = _hours_in_digits(_plain(text))
    found = _RANGE.search(plain)
    if found is None:
        others, nights = _A_NIGHT.subn(" ", plain)
        days = read_days(others, weekend) if nights else None
        return None if days is None else QuietHours(*_USUAL_NIGHT, days)
    begin, until = _minute(*found.group(1, 2, 3)), _minute(*found.group(4, 5, 6))
    days = read_days(f"{plain[: found.start()]} {plain[found.end() :]}", weekend)
    if begin is None or until is None or days is None:
        return None
    begin, until = begin % _MIDNIGHT, until or _MIDNIGHT
    whole = begin == 0 and until == _MIDNIGHT
    if begin == until or (whole and days == EVERY_DAY):
        return None
    return QuietHours(begin, until, days)


def read_time(text: str) -> int | None:
    """``8``, ``08:00``, ``8 am``, ``18h30``, «كل يوم ٨ مساءً», «الثامنة صباحًا», "every morning" as
    a minute of the day; None for others."""
    if len(text) > _LONGEST:
        return None
    plain = _hours_in_digits(_DAILY.sub(" ", plain_words(text)))
    said = [word for word in plain.split() if word not in _FILLING and word not in _EVERY_PART]
    if len(said) == 1 and said[0] in _PARTS:
        return _PARTS[said[0]]
    found = _TIME.match(plain)
    minute = _minute(*found.group(1, 2, 3)) if found else None
    return None if minute is None else minute % _MIDNIGHT


def read_days(text: str, weekend: frozenset[int] = WEEKEND) -> frozenset[int] | None:
    """Days of the week, 0 is Monday; every day for none at all, None for what is no day."""
    if len(text) > 2 * _LONGEST:
        return None
    plain = _plain(text)
    said, *shut_out = _EXCEPT.split(plain, maxsplit=1)
    if shut_out:
        held, without = read_days(said, weekend), read_days(shut_out[0], weekend)
        left = None if held is None or without is None else held - without
        return left or None
    found = set[int]()
    plain, working = _ALL_WORK.subn(" ", plain)
    plain, weekends = _WEEKEND.subn(" ", plain)
    found |= (EVERY_DAY - weekend if working else frozenset()) | (
        weekend if weekends else frozenset()
    )
    for span in _SPAN.finditer(plain):
        first, last = _day(span[1]), _day(span[2])
        if first is None or last is None:
            return None
        found |= {(first + number) % 7 for number in range((last - first) % 7 + 1)}
    words = [word for word in re.split(r"[\s,،;؛/.+&]+", _SPAN.sub(" ", plain)) if word]
    for word in words:
        day = _day(word)
        if day is not None:
            found.add(day)
        elif word in _EVERY:
            found |= EVERY_DAY
        elif word not in _FILLING:
            return None
    return frozenset(found) or EVERY_DAY


def _hours_in_digits(plain: str) -> str:
    """«العاشره مساء» as 10 مساء."""

    def digits(found: re.Match[str]) -> str:
        return f"{NAMED_HOURS[found['hour']]}{':30' if found['half'] else ''}"

    return _HOUR_WORD.sub(digits, plain)


def _plain(text: str) -> str:
    """With the hyphens that lengths of time do without."""
    return plain_words(text.replace("-", "–"))


def _day(word: str) -> int | None:
    """Also with the "and" that Arabic glues to it, and more than one: "on Fridays"."""
    named = _DAY.get(word, _DAY.get(word.removeprefix("و")))
    if named is None and len(word) > _LONGEST_SHORT_DAY:  # March, «mars», is no Tuesday
        named = _DAY.get(word.removesuffix("s"))
    return named


def _minute(hour: str, minutes: str | None, half: str | None) -> int | None:
    hours, rest = int(hour), int(minutes or 0)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (0 if half in _MORNING else 12)
    whole = hours * 60 + rest
    return whole if rest < 60 and whole <= _MIDNIGHT else None


@dataclass(frozen=True, slots=True)
class UntilAsked:
    """Until the clock next shows this minute of the day; `tomorrow`: on no day before, `day`: on
    that day of the week (0 is Monday)."""

    minute: int
    tomorrow: bool = False
    day: int | None = None


def read_until(text: str) -> UntilAsked | None:
    """``until 7``, ``حتى السادسة صباحا``, ``jusqu'à demain``, ``till Monday 8:00``, "tomorrow"; a
    day without an hour begins at 7:00. None for others."""
    plain = plain_words(text) if len(text) <= _LONGEST else ""
    found = _UNTIL.match(plain)
    first = plain.partition(" ")[0]
    if found is None and first not in _TOMORROW and _day(first) is None:
        return None
    said = found[1] if found else plain
    minute: int | None = None
    day, tomorrow, rest = None, False, list[str]()
    for word in said.split():
        if word in _TOMORROW:
            tomorrow = True
        elif (named := _day(word)) is not None:
            day = named
        elif word in _PARTS and not rest:
            minute = _PARTS[word]
        elif word in NAMED_HOURS:
            rest.append(str(NAMED_HOURS[word]))
        elif word not in _FILLING:
            rest.append(word)
    if rest:
        minute = read_time(" ".join(rest))
        if minute is None:
            return None
    if minute is None:
        minute = _PARTS["morning"] if tomorrow or day is not None else None
    return None if minute is None else UntilAsked(minute, tomorrow, day)


@dataclass(frozen=True, slots=True)
class WeeklyAsked:
    """The weekly summary on that day (0 is Monday), or no more for None."""

    day: int | None


def is_now(text: str) -> bool:
    """``now``, ``الآن``, ``maintenant``."""
    return plain_words(text[:_LONGEST]) in _NOW


def read_weekly(text: str) -> WeeklyAsked | None:
    """``weekly``, ``weekly friday``, ``أسبوعي الجمعة``, ``every monday``, ``hebdo off``; None for
    what is not about the weekly summary, or names no one day."""
    each = _EACH.match(_plain(text[:_LONGEST]))
    if each and (day := _day(each[1])) is not None:
        return WeeklyAsked(day)
    words = _plain(text[:_LONGEST]).split()
    weekly = [word for word in words if word in _WEEKLY]
    others = [word for word in words if word not in _WEEKLY]
    if not weekly or (others and words[0] not in _WEEKLY and others[0] not in OFF):
        day = _day(words[0]) if len(words) == 1 else None
        return None if day is None else WeeklyAsked(day)
    rest = " ".join(others)
    if rest in OFF:
        return WeeklyAsked(None)
    days = read_days(rest) or frozenset()
    if not rest.strip():
        return WeeklyAsked(0)
    return WeeklyAsked(next(iter(days))) if len(days) == 1 else None
