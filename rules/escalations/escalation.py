"""What an escalation is: whose reports it looks at, what must hold of them, and what follows.

``rules/escalations.yaml`` is where people write them; see ``rules/README.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.loading.choices import Direction, Level, Scope

NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Families:
    """So many publisher families, each in words of its own, within a time."""

    at_least: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Together:
    """So many different signals within a time."""

    at_least: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class FirstIn:
    """No other story told it for so long."""

    span: timedelta


@dataclass(frozen=True, slots=True)
class Spike:
    """So many times the stories that are usual: at least so many within a time, against the
    average of as long a time in the period before it."""

    within: timedelta
    times: int
    over: timedelta
    at_least: int


@dataclass(frozen=True, slots=True)
class Order:
    """One signal after the other, the last one now, all within a time."""

    signals: tuple[str, ...]
    within: timedelta


@dataclass(frozen=True, slots=True)
class Silence:
    """No report at all for so long, after so many families told it within a time before."""

    quiet: timedelta
    families_before: int
    within: timedelta


Condition = Families | Together | FirstIn | Spike | Order | Silence


@dataclass(frozen=True, slots=True)
class Escalation:
    """``signals`` are those that count, and those of which the level is raised.

    ``inhibits``: signals that, while it is in force, are stored and not pushed to chats that were
    told of it. ``quiet_for``: it fires again at a place only when it has not held there for so
    long; until then it is in force.
    """

    id: str
    title: Mapping[str, str]
    why: Mapping[str, str]
    signals: frozenset[str]
    direction: Direction
    condition: Condition
    at: Scope
    raise_to: Level
    inhibits: frozenset[str]
    quiet_for: timedelta

    def raises(self, signal: str) -> bool:
        """Whether a report of this signal can make it fire."""
        if isinstance(self.condition, Order):
            return signal == self.condition.signals[-1]
        return signal in self.signals and not isinstance(self.condition, Silence)

    @property
    def needs_history(self) -> bool:
        """Whether it holds only where reports were kept for as long as it looks back."""
        return isinstance(self.condition, FirstIn | Spike)

    @property
    def before(self) -> timedelta:
        """How far back before a report it looks."""
        match self.condition:
            case Families(_, within) | Together(_, within) | Order(_, within):
                return within
            case FirstIn(span):
                return span
            case Spike(within, _, over, _):
                return within + over
            case Silence(quiet, _, within):
                return quiet + within

    @property
    def after(self) -> timedelta:
        """How far after a report it looks: what came first may have been published last."""
        match self.condition:
            case Families(_, within) | Together(_, within):
                return within
        return NOTHING


@dataclass(frozen=True, slots=True)
class Report:
    """One signal as a publisher family told it in a story, at the place that is looked at.

    ``copy``: in words that another family of the story had already. ``again``: the family had told
    it before.
    """

    at: datetime
    signal: str
    direction: str
    family: str
    story: int
    copy: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What holds, for the sentence that says so. ``count`` is of families, signals or stories,
    ``usual`` the stories that a spike is measured by, ``time`` the window."""

    count: int
    time: timedelta
    signals: tuple[str, ...]
    usual: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Since when an escalation holds at a place, and when it last did."""

    since: datetime
    held_at: datetime

    def in_force(self, escalation: Escalation, now: datetime) -> bool:
        return now - self.held_at < escalation.quiet_for
