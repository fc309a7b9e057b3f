"""Whom a card is for, and what signals are called in their language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol

from bot.locales import Texts, texts
from bot.text import clean, shorten

# Longest name of a card at full scale, in UTF-16 units.
NAME = 120


class TitledSignal(Protocol):
    """The part of `rules.Signal` that cards show."""

    @property
    def title(self) -> Mapping[str, str]:
        """By language."""
        ...


Signals = Mapping[str, TitledSignal]

# What people ask for first; signals of an operator's own follow.
_ASKED_FOR = (
    "civilian-harm",
    "attack-on-health-care",
    "displacement",
    "evacuation",
    "siege",
    "aid-access",
    "food-insecurity",
    "medicine-shortage",
    "disease-outbreak",
    "health-system-collapse",
    "water-fuel-power-shortage",
    "ceasefire",
)


@dataclass(frozen=True, slots=True)
class Display:
    """Whom a card is for: their language and time zone, the signals' titles, and what time it is.

    `publishers`: what to call feeds and publisher families, by id. A language that there are no
    texts in is replaced by the default one.
    """

    language: str
    signals: Signals
    now: datetime
    timezone: tzinfo
    publishers: Mapping[str, str] = field(default_factory=dict)

    @property
    def say(self) -> Texts:
        return texts(self.language)

    def moment(self, at: datetime, key: str = "card.time") -> str:
        """A time as the reader's clock and calendar show it; see `Texts.moment`."""
        return self.say.moment(at, self.timezone, self.now, key)


def in_order(signals: Signals, language: str) -> list[str]:
    """The signals as people look for them: what most ask for first, then by title."""

    def place(signal: str) -> tuple[int, str]:
        known = _ASKED_FOR.index(signal) if signal in _ASKED_FOR else len(_ASKED_FOR)
        return known, signal_title(signals, signal, language)

    return sorted(signals, key=place)


def signal_title(signals: Signals, signal: str, language: str, limit: int = NAME) -> str:
    """A signal's title in the language, else in English, else its id."""
    known = signals.get(signal)
    titles = known.title if known else {}
    return shorten(clean(titles.get(language) or titles.get("en") or signal), max(limit, 10))
