"""What an alert is: its words, signals, places, figures and sources, as plain values."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from storage.news.facts import StoredPlace

GRAVITY = ("critical", "alert", "watch", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSignal:
    """One signal of an alert as it stands: what was found of it, in which entry.

    `version` is the alert's that last told it. `escalation`: the one that raised its level, with
    its sentence by language in `why_json`.
    """

    signal: str
    direction: str
    level: str
    explanation: str
    evidence_json: str
    entry_id: int
    version: int = 1
    escalation: str = ""
    why_json: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFigure:
    """What the reports of an alert's story count: killed, wounded, displaced ...

    `first` and `latest`: the number reported first and the one that stands now. `told`: the
    one that stood when readers last heard of the alert; None: they heard of none. `says`: where
    publishers disagree, each with its own number. `at_least` and `vague` are of the latest.
    """

    what: str
    first: float
    latest: float
    at_least: bool = False
    vague: bool = False
    says: tuple[tuple[str, float], ...] = ()
    told: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSource:
    """A publisher family that reports what an alert tells: its latest report of it."""

    family: str
    feed_id: str
    link: str | None
    published_at: datetime | None
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertText:
    """The part of an alert that a new version replaces: what it says and on what grounds.

    `snippet` is the sentence with the evidence. `audience` is 'everyone', or 'operators' while
    the rule is on test. `families` counts the publisher families that report it.
    `event_at`: when it happened, where the feed says so.
    """

    audience: str
    title: str
    snippet: str
    link: str | None
    feed_name: str
    language: str | None
    rules_hash: str
    reason: str
    entry_id: int
    families: int
    event_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(AlertText):
    """One story as it is told now: its signals, what it says, and what never changes of it.

    `short_id` ("A12") is what people see and type. `signals` stand in their order, the gravest
    first, and are never none.
    """

    id: int
    short_id: str
    story_id: int
    version: int
    created_at: datetime
    updated_at: datetime
    signals: tuple[AlertSignal, ...]
    places: tuple[StoredPlace, ...] = ()
    figures: tuple[AlertFigure, ...] = ()
    # Of one alert that is asked for by its id; who came first stands first.
    sources: tuple[AlertSource, ...] = field(default=(), compare=False)

    @property
    def gravest(self) -> AlertSignal:
        """The signal that the alert is judged by."""
        return self.signals[0]

    @property
    def level(self) -> str:
        return self.gravest.level

    def of(self, signal: str) -> AlertSignal | None:
        """The signal as this alert tells it, if it does."""
        return next((each for each in self.signals if each.signal == signal), None)

    def seen_by(self, chosen: Container[str]) -> Alert:
        """The alert with the chosen signals alone; all of it if it has none of them."""
        mine = tuple(each for each in self.signals if each.signal in chosen)
        return replace(self, signals=mine or self.signals)


def in_order(signals: Sequence[AlertSignal]) -> tuple[AlertSignal, ...]:
    """The gravest first; of the same level bad news first, then as the alphabet has them."""
    return tuple(
        sorted(
            signals,
            key=lambda each: (
                GRAVITY.index(each.level),
                each.direction != "worsening",
                each.signal,
            ),
        )
    )
