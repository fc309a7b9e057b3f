"""Hours of the day as people name them when they ask: "after 14:00", «من العاشرة صباحا», "ce
matin". Pure.

An hour names no day: `on_days` puts it on the day that was asked for beside it, or else on the
latest on which it had begun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.asking.durations import plain_words, read_duration
from bot.asking.hour_words import (
    BEFORE_NUMBERS,
    DAYS,
    FRACTIONS,
    HOUR,
    NAMED_HOURS,
    NOON,
    ONE,
    PART,
    PARTS,
    RANGE,
    SPELLED,
    TIMES,
)
from bot.asking.question import WHOLE_DAY, Stretch

MOST_WORDS = 14
"""Of hours that were named."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of the day; an end before the beginning is on the next day. `since`: until now, on
    whatever day it began; `this`: of today, even where it is still to come. `end` is None where
    only the beginning was named."""

    begin: int | None
    end: int | None = None
    since: bool = False
    this: bool = False
    part: bool = False
    """A part of the day, which says of an hour beside it which half of the day it is of."""
    of_yesterday: bool = False
    """Of yesterday, whatever day is asked for beside it: "last night"."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Hours that were named, and in how many words; None: no clock shows them."""

    hours: Hours | None
    words: int


# Lengths of time that people count in hours: "depuis 24 h".
_COUNTED_LENGTHS = frozenset((1, 2, 3, 4, 5, 6, 12))


def read_hours(words: Sequence[str]) -> Timed | None:
    """The hours that these words begin with; None where they begin with none."""
    parts = [plain_words(word).replace("’", "'") for word in words[:MOST_WORDS]]
    said = " ".join(parts)
    for pattern, read in ((RANGE, _range), (ONE, _one), (PART, _part)):
        found = pattern.match(said)
        number = _words_of(parts, found.end()) if found else None
        if found and number:
            timed = read(found, parts[number:])
            if timed is not None:
                return replace(timed, words=number)
    return None


def _words_of(parts: Sequence[str], end: int) -> int | None:
    """How many words end here; None amid one."""
    place = -1
    for number, part in enumerate(parts, 1):
        place += len(part) + 1
        if place >= end:
            return number if place == end else None
    return None


def _range(found: re.Match[str], behind: Sequence[str]) -> Timed | None:
    named = found["open"] and found["w1"] in NAMED_HOURS
    marked = named or _is_marked(found, "1") or _is_marked(found, "2")
    if not marked and (found["open"] in (None, "de") or not _is_bare(behind)):
        return None
    end = _minute(found, "2")
    begin = _minute(found, "1")
    if begin is None or end is None or begin == end:
        return Timed(None, 0)
    halved = [_is_halved(found, each) for each in "12"]
    if halved == [False, True] and begin + NOON < end:  # from 2 to 5 pm
        begin += NOON
    elif not halved[1] and end < begin < min(NOON, end + NOON):  # from 10 to 2
        end += NOON
    return Timed(Hours(begin, end), 0)


def _one(found: re.Match[str], behind: Sequence[str]) -> Timed | None:
    opened = found["since"] or found["after"] or found["until"] or found["near"]
    bare = opened and found["h1"] and _is_last(behind, opened)
    named = opened and found["w1"] in NAMED_HOURS
    if not (_is_marked(found, "1") or bare or named):
        return None
    if _is_length(found, opened=bool(opened)):
        return None
    if found["after"] == "بعد" and found["t1"] == "الظهر":
        return None  # the afternoon
    minute = _minute(found, "1")
    if minute is None:
        return Timed(None, 0)
    if found["until"]:
        return Timed(Hours(None, minute or WHOLE_DAY), 0)
    if found["since"] or found["after"]:
        return Timed(Hours(minute % WHOLE_DAY, since=bool(found["since"])), 0)
    minute %= WHOLE_DAY
    return Timed(Hours(minute, (minute + HOUR) % WHOLE_DAY or WHOLE_DAY), 0)


def _is_last(behind: Sequence[str], opened: str) -> bool:
    """Whether nothing follows that a number may count: nothing at all, or a day."""
    if not behind:
        return opened in BEFORE_NUMBERS
    return behind[0] in DAYS or PART.match(" ".join(behind)) is not None


def _is_length(found: re.Match[str], *, opened: bool) -> bool:
    """Whether it is rather a length of time: "3h", "1h30", "depuis 24 h"."""
    if "h" not in f"{found[0][found.start('h1') :] if found['h1'] else ''}{found['u1'] or ''}":
        return False
    if found["at1"] or _is_halved(found, "1") or found["u1"] in ("o'clock", "oclock"):
        return False
    if not opened:
        return True
    if found["m1"]:
        return False
    hour = int(found["h1"] or 0)
    return hour > 23 or (bool(found["since"]) and hour in _COUNTED_LENGTHS)


def _part(found: re.Match[str], behind: Sequence[str]) -> Timed | None:
    at_night = found["tonight"] or found["yesterday"]
    name = "night" if at_night else next(each for each in PARTS if found[each])
    begin, end = PARTS[name]
    this = bool(found["this"] or found["today"] or found["tonight"])
    last = None if found["since"] else end
    return Timed(
        Hours(
            *(begin, last),
            since=bool(found["since"]),
            this=this,
            part=True,
            of_yesterday=bool(found["yesterday"]),
        ),
        0,
    )


def _is_halved(found: re.Match[str], name: str) -> bool:
    return any(found[f"{kind}{name}"] for kind in ("am", "pm", "n", "t"))


def _is_marked(found: re.Match[str], name: str) -> bool:
    """Whether it can only be of a clock, not a number of anything."""
    return any(found[f"{kind}{name}"] for kind in ("at", "m", "u", "am", "pm", "n", "t"))


def _is_bare(behind: Sequence[str]) -> bool:
    """Whether what follows a number is none that it counts: "between 2 and 3 days"."""
    return not behind or read_duration(f"2 {behind[0]}") is None


def _minute(found: re.Match[str], name: str) -> int | None:
    """The minute of the day; None where no clock shows it."""
    if time := found[f"t{name}"]:
        return TIMES[time]
    word = found[f"w{name}"]
    hour = NAMED_HOURS.get(word) or SPELLED[word] if word else int(found[f"h{name}"])
    minutes = int(found[f"m{name}"] or 0)
    if fraction := found[f"f{name}"]:
        minutes = next(each for said, each in FRACTIONS.items() if re.fullmatch(said, fraction))
    morning, later, night = (found[f"{kind}{name}"] for kind in ("am", "pm", "n"))
    if morning:
        if hour > 12:
            return None
        hour %= 12
    elif later and hour <= 12:
        at_noon = later == "ظهرا" and hour >= 10
        hour = hour if at_noon else hour % 12 + 12
    elif night and hour <= 12:
        hour = hour % 12 + (12 if hour % 12 >= 6 else 0)
    whole = hour * HOUR + minutes
    return whole if minutes < HOUR and whole <= WHOLE_DAY else None


def joined(first: Hours | None, second: Hours) -> Hours | None:
    """Both: "after 10:00 before 14:00"; None where they do not go together."""
    if first is None or first == second:
        return second
    for one, other in ((first, second), (second, first)):
        if other.part and not one.part:
            return _within(one, other)
        if one.end is None and one.begin is not None and other.begin is None:
            return replace(one, end=other.end, since=False)
    return None


def _within(hours: Hours, part: Hours) -> Hours | None:
    """ "Since 8 this morning", "at 7 tonight"."""
    first, last = part.begin or 0, part.end or WHOLE_DAY
    for later in (0, NOON):
        at = (hours.begin if hours.begin is not None else (hours.end or 0)) + later
        if first <= at < last or (last < first and (first <= at < WHOLE_DAY or at < last)):
            moved = [each and each + later for each in (hours.begin, hours.end)]
            begin, end = (each and (each - 1) % WHOLE_DAY + 1 for each in moved)
            since = hours.since or part.since
            return replace(hours, begin=begin, end=end, since=since, this=part.this)
    return None


def on_days(hours: Hours, stretch: Stretch | None, now: datetime) -> Stretch | None:
    """The hours of a day that was asked for, of the latest on which they had begun for None; by the
    reader's clock, which shows `now`. None where the stretch is of no single day."""
    today = now.date()
    begin = hours.begin or 0
    if hours.of_yesterday:
        return _made(hours, today - _DAY, going_on=hours.since)
    if stretch is None:
        began = begin <= now.hour * HOUR + now.minute
        over_midnight = hours.end is not None and hours.end <= begin
        if hours.this:
            late = over_midnight and now.hour * HOUR + now.minute < (hours.end or 0)
        else:
            late = not began
        day = today - _DAY if late else today
        going_on = hours.since or hours.end is None
        return _made(hours, day, going_on=going_on)
    if stretch.day is not None:
        day = today - timedelta(days=stretch.day)
    elif stretch.first is not None and (
        stretch.last in (None, stretch.first)
        or _is_night_between(hours, stretch.first, stretch.last)
    ):
        day = stretch.first
    else:
        return None
    going_on = hours.since or (stretch.day is None and stretch.last is None)
    if going_on and hours.begin is None:
        return None  # "since Monday before 9"
    at_once = hours.end is None or hours.end - begin == HOUR or hours.part
    if going_on and not (at_once or hours.since):
        return None  # "since Monday between 10 and 14"; "since Monday 9:00" is no such thing
    return _made(hours, day, going_on=going_on or (hours.end is None and day == today))


def _is_night_between(hours: Hours, first: date, last: date | None) -> bool:
    """ "Dans la nuit de lundi à mardi"."""
    over_midnight = hours.end is not None and hours.end < (hours.begin or 0)
    return hours.part and over_midnight and last == first + _DAY


def _made(hours: Hours, day: date, *, going_on: bool) -> Stretch:
    begin = hours.begin or 0
    if going_on:
        return Stretch(first=day, begin=begin)
    end = WHOLE_DAY if hours.end is None else hours.end
    last = day + _DAY if end <= begin else day
    return Stretch(first=day, last=last, begin=begin, end=end)
