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


def signal_title(signals: Signals, signal: str, language: str, limit: int = NAME) -> str:
    """A signal's title in the language, else in English, else its id."""
    known = signals.get(signal)
    titles = known.title if known else {}
    return shorten(clean(titles.get(language) or titles.get("en") or signal), max(limit, 10))
