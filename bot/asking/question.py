"""A question, as it was understood, and the same as text that a database keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo

from bot.wall_time import moment_of

USUAL_LENGTH = timedelta(days=30)
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=366)
WHOLE_DAY = 24 * 60
"""Minutes."""
EARLIEST = date(2000, 1, 1)
"""A stretch from then on is of all that came before its end: "until yesterday"."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time up to now. Instead of its `length`, whole days of the reader's calendar:
    with `day` one, so many days ago (0: today); with `first` all from that one on, until `last`
    where that is given, and of the first and the last of them from the minute `begin` on, until
    the minute `end`."""

    length: timedelta = USUAL_LENGTH
    day: int | None = None
    first: date | None = None
    last: date | None = None
    begin: int = 0
    end: int = WHOLE_DAY

    @property
    def of_hours(self) -> bool:
        """Whether it begins or ends amid a day that was named."""
        return (self.begin, self.end) != (0, WHOLE_DAY)

    def bounds(self, now: datetime, zone: tzinfo) -> tuple[datetime, datetime | None]:
        """When it begins, and when it ended; None where that is now."""
        if self.first is not None:
            if not self.of_hours:
                until = _midnight(self.last + _DAY, zone) if self.last else None
                return _midnight(self.first, zone), until
            ends = moment_of(zone, self.last, self.end) if self.last else None
            return moment_of(zone, self.first, self.begin), ends
        if self.day is None:
            return now - self.length, None
        date = now.astimezone(zone).date() - timedelta(days=self.day)
        return _midnight(date, zone), _midnight(date + _DAY, zone) if self.day else None

    def at_most(self, length: timedelta, now: datetime, zone: tzinfo) -> Stretch:
        """The same; of one that is longer than that the end, in whole days of the calendar."""
        since, until = self.bounds(now, zone)
        if (until or now) - since <= length:
            return self
        if self.first is None or self.last is None:
            return Stretch(length)
        return replace(self, first=self.last - timedelta(days=length.days), begin=0)

    def age(self, now: datetime, zone: tzinfo) -> timedelta:
        """How long ago it begins."""
        return now - self.bounds(now, zone)[0]


_MOST_JOINED = timedelta(days=31)


def both(first: Stretch | None, second: Stretch, today: date) -> Stretch:
    """Two times that were asked for as one: "after Monday, before Thursday" is what lies between
    them; of "yesterday and today", and of days of one month, all from the first to the last. Else
    the first counts."""
    if first is None or first == second:
        return second
    first_days, second_days = _days(first, today), _days(second, today)
    if first_days and second_days:
        begin, end = min(first_days[0], second_days[0]), max(first_days[1], second_days[1])
        joined = Stretch(first=begin, last=end if end < today else None)
        return joined if end - begin <= _MOST_JOINED else first
    if first.first is None or second.first is None:
        return first
    for one, other in ((first, second), (second, first)):
        ends = other.first == EARLIEST and one.first != EARLIEST and one.last is None
        if ends and other.last is not None and one.first is not None and one.first <= other.last:
            return replace(one, last=other.last, end=other.end)
    return first


def _days(stretch: Stretch, today: date) -> tuple[date, date] | None:
    """The first and the last of whole days that ended, or of today."""
    if stretch.day is not None:
        day = today - timedelta(days=stretch.day)
        return day, day
    if stretch.first in (None, EARLIEST) or stretch.last is None or stretch.of_hours:
        return None
    return (stretch.first, stretch.last) if stretch.first else None


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """A place that was asked for; `ids`: it, and those of its name within or around it."""

    id: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Perhaps:
    """A word that is not known, and what may have been meant: names of places by language, or
    signals by id."""

    said: str
    places: tuple[AskedPlace, ...] = ()
    signals: tuple[str, ...] = ()


NONE, TO_COME, APART = "none", "to_come", "apart"


@dataclass(frozen=True, slots=True)
class NoTime:
    """A time that was named and of which nothing can be told. `why`: no clock or calendar has it,
    it is still to come, or it goes together with no other one that was named."""

    said: str
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to see. Of several places, signals, levels or directions any will do.

    `words` is what was not understood otherwise ("-word": not that one); `perhaps` are guesses at
    it. What is told of `without_places` or `without_signals` is not wanted. `of_state`: a word
    asks how it stands. Neither is part of what is kept.
    """

    stretch: Stretch | None = None
    places: tuple[AskedPlace, ...] = ()
    signals: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    count: int | None = None
    words: tuple[str, ...] = ()
    without_places: tuple[AskedPlace, ...] = ()
    without_signals: tuple[str, ...] = ()
    perhaps: tuple[Perhaps, ...] = ()
    of_state: bool = field(default=False, compare=False)
    no_times: tuple[NoTime, ...] = field(default=(), compare=False)
    parts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def names_something(self) -> bool:
        """Whether it says of what or where, so that a chat's own choice does not matter."""
        return bool(self.places or self.signals or self.words)

    @property
    def without_words(self) -> Question | None:
        """The same without the words that say nothing to anybody ("kindly"), for when no alert has
        them; None where nothing else is asked for, or where they were chosen with care: quoted,
        shut out, or a beginning alone."""
        chosen = any(word.startswith(('"', "-")) or word.endswith("*") for word in self.words)
        bare = replace(self, words=(), perhaps=())
        return bare if self.words and not chosen and bare.names_something else None

    @property
    def whose_state(self) -> AskedPlace | None:
        """The place whose state is asked for, and nothing else."""
        if self.of_state and len(self.places) == 1:
            bare = replace(self, places=(), perhaps=())
            return self.places[0] if bare == Question() else None
        return None

    def as_json(self) -> str:
        """Short: it is kept for each answer with more pages."""
        stretch = self.stretch
        kept: dict[str, object] = {
            "r": stretch and stretch.length.total_seconds(),
            "d": stretch and stretch.day,
            "f": stretch and stretch.first and stretch.first.isoformat(),
            "u": stretch and stretch.last and stretch.last.isoformat(),
            "h": [stretch.begin, stretch.end] if stretch and stretch.of_hours else None,
            "p": [[each.id, *each.ids] for each in self.places],
            "s": self.signals,
            "l": self.levels,
            "x": self.directions,
            "n": self.count,
            "w": self.words,
            "-p": [[each.id, *each.ids] for each in self.without_places],
            "-s": self.without_signals,
        }
        kept = {name: value for name, value in kept.items() if value is not None and value != []}
        kept = {name: value for name, value in kept.items() if value != ()}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Question:
        """What `as_json` wrote."""
        kept = json.loads(text)
        length = kept.get("r")
        first, last = (
            date.fromisoformat(kept[name]) if name in kept else None for name in ("f", "u")
        )
        hours = kept.get("h", (0, WHOLE_DAY))
        stretch = length and Stretch(timedelta(seconds=length), kept.get("d"), first, last, *hours)
        places, without = (
            tuple(AskedPlace(each[0], tuple(each[1:])) for each in kept.get(name, ()))
            for name in ("p", "-p")
        )
        return cls(
            stretch or None,
            places,
            tuple(kept.get("s", ())),
            tuple(kept.get("l", ())),
            tuple(kept.get("x", ())),
            kept.get("n"),
            tuple(kept.get("w", ())),
            without,
            tuple(kept.get("-s", ())),
        )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)
