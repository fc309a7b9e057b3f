"""What was read so far of somebody's question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.asking.hours import Hours, joined, on_days
from bot.asking.question import APART, NONE, AskedPlace, NoTime, Stretch, both
from bot.asking.vocabulary import Meaning, Vocabulary, plain

_HOSPITALS, _ATTACKS = "health-system-collapse", "attack-on-health-care"
_HARM = "civilian-harm"


@dataclass(slots=True)
class Noted:
    """Places by id; signals, levels and directions in the order of their words."""

    today: date
    stretch: Stretch | None = None
    hours: Hours | None = None
    hours_said: list[str] = field(default_factory=list)
    places: dict[str, AskedPlace] = field(default_factory=dict)
    signals: dict[str, None] = field(default_factory=dict)
    levels: dict[str, None] = field(default_factory=dict)
    directions: dict[str, None] = field(default_factory=dict)
    count: int | None = None
    words: list[str] = field(default_factory=list)
    without_places: dict[str, AskedPlace] = field(default_factory=dict)
    without_signals: dict[str, None] = field(default_factory=dict)
    attacks: bool = False
    of_state: bool = False
    no_times: list[NoTime] = field(default_factory=list)
    parts: dict[str, None] = field(default_factory=dict)

    def note(self, meaning: Meaning, said: Sequence[str], vocabulary: Vocabulary) -> None:
        if meaning.signal:
            self.signals[meaning.signal] = None
            self.attacks |= meaning.signal == _HARM and plain(" ".join(said)) in vocabulary.attacks
        self.of_state |= meaning.state
        if meaning.part:
            self.parts[" ".join(said)] = None
        if meaning.level:
            self.levels[meaning.level] = None
        if meaning.direction:
            self.directions[meaning.direction] = None
        if meaning.day is not None:
            day = self.today - timedelta(days=meaning.day)
            stretch = Stretch(day=meaning.day) if meaning.day < 2 else Stretch(first=day, last=day)
            self.stretch = both(self.stretch, stretch, self.today)
        if meaning.days is not None:
            self.stretch = self.stretch or Stretch(timedelta(days=meaning.days))

    def note_hours(self, hours: Hours | None, said: str) -> None:
        """Hours of the day; no time is told by those that no clock shows or that do not go with
        others."""
        together = joined(self.hours, hours) if hours is not None else None
        if together is None:
            self.note_no_time(said, NONE if hours is None else APART)
        else:
            self.hours = together
            self.hours_said.append(said)

    def note_no_time(self, said: str, why: str) -> None:
        """As words which nothing has: they are told, and nothing else answers."""
        self.words.append(f'"{said}"')
        self.no_times.append(NoTime(said, why))

    def join_hours(self, now: datetime) -> None:
        """Hours on their day; "the last 3 days after 14:00" is asked for by none."""
        if self.hours is None:
            return
        stretch = on_days(self.hours, self.stretch, now)
        if stretch is None:
            self.note_no_time(" ".join(self.hours_said), APART)
        else:
            self.stretch = stretch

    def join_attacks(self, vocabulary: Vocabulary) -> None:
        """ "Hospitals attacked", «قصف … مستشفى»: one signal, where its two words ask for two."""
        if _HOSPITALS not in self.signals or _ATTACKS not in vocabulary.names.values():
            return
        deeds = [word for word in self.words if plain(word) in vocabulary.attacks]
        if deeds or self.attacks:
            self.words = [word for word in self.words if word not in deeds]
            del self.signals[_HOSPITALS]
            if self.attacks:
                self.signals.pop(_HARM, None)
            self.signals[_ATTACKS] = None

    def things(self) -> int:
        """How many things were named."""
        return len(self.places) + len(self.signals) + (self.stretch is not None)
