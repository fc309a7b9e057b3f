"""A question, as it was understood, and the same as text that a database keeps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

USUAL_LENGTH = timedelta(days=30)
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time up to now; with `day` a whole day of the reader's calendar, so many days
    ago (0: today), and `length` says nothing."""

    length: timedelta = USUAL_LENGTH
    day: int | None = None

    def bounds(self, now: datetime, zone: tzinfo) -> tuple[datetime, datetime | None]:
        """When it begins, and when it ended; None where that is now."""
        if self.day is None:
            return now - self.length, None
        date = now.astimezone(zone).date() - timedelta(days=self.day)
        begin, end = (
            datetime.combine(each, time.min, zone) for each in (date, date + timedelta(days=1))
        )
        return begin, end if self.day else None


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


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to see. Of several places, signals, levels or directions any will do.

    `words` is what was not understood otherwise; `perhaps` are guesses at it, and no part of what
    is kept.
    """

    stretch: Stretch | None = None
    places: tuple[AskedPlace, ...] = ()
    signals: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    count: int | None = None
    words: tuple[str, ...] = ()
    perhaps: tuple[Perhaps, ...] = ()

    @property
    def names_something(self) -> bool:
        """Whether it says of what or where, so that a chat's own choice does not matter."""
        return bool(self.places or self.signals or self.words)

    def as_json(self) -> str:
        """Short: it is kept for each answer with more pages."""
        kept: dict[str, object] = {
            "r": None if self.stretch is None else self.stretch.length.total_seconds(),
            "d": None if self.stretch is None else self.stretch.day,
            "p": [[each.id, *each.ids] for each in self.places],
            "s": self.signals,
            "l": self.levels,
            "x": self.directions,
            "n": self.count,
            "w": self.words,
        }
        kept = {name: value for name, value in kept.items() if value is not None and value != []}
        kept = {name: value for name, value in kept.items() if value != ()}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Question:
        """What `as_json` wrote."""
        kept = json.loads(text)
        length = kept.get("r")
        return cls(
            None if length is None else Stretch(timedelta(seconds=length), kept.get("d")),
            tuple(AskedPlace(each[0], tuple(each[1:])) for each in kept.get("p", ())),
            tuple(kept.get("s", ())),
            tuple(kept.get("l", ())),
            tuple(kept.get("x", ())),
            kept.get("n"),
            tuple(kept.get("w", ())),
        )
