"""What a week brought a chat, against the week before: how much of each signal, where, and the
gravest. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.alerts.routing.wanting import NO_WORDS, narrowed
from bot.alerts.summaries.digest import LATE, Digest, Sources, by_gravity, concerned, stream_of
from storage.alerts import Alert
from storage.news.facts import StoredPlace
from storage.readers.subscriptions import Subscription

WEEK = timedelta(days=7)
# What a summary names of each.
MOST_SIGNALS, MOST_PLACES, MOST_GRAVEST = 10, 8, 5


@dataclass(frozen=True, slots=True)
class Counted:
    """How many happenings there were in the week, and how many in the one before."""

    now: int
    before: int


@dataclass(frozen=True, slots=True)
class OfSignal:
    signal: str
    counted: Counted


@dataclass(frozen=True, slots=True)
class OfPlace:
    """A place by its names in each language."""

    names: Mapping[str, str]
    counted: Counted


@dataclass(frozen=True, slots=True)
class Weekly:
    """The summary of the week up to `until`, which was due at `due`. `gravest`: ids of alerts."""

    until: datetime
    due: datetime
    happenings: Counted
    signals: tuple[OfSignal, ...]
    places: tuple[OfPlace, ...]
    gravest: tuple[int, ...]
    sources: Sources

    @property
    def since(self) -> datetime:
        return self.until - WEEK

    @property
    def is_late(self) -> bool:
        return self.until - self.due > LATE

    def to_text(self) -> str:
        """As a row of the outbox keeps it."""
        times = {"until": self.until.isoformat(), "due": self.due.isoformat()}
        return json.dumps({"stream": "weekly"} | asdict(self) | times, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Weekly:
        values = json.loads(text)
        return cls(
            until=datetime.fromisoformat(values["until"]),
            due=datetime.fromisoformat(values["due"]),
            happenings=Counted(**values["happenings"]),
            signals=tuple(
                OfSignal(each["signal"], Counted(**each["counted"])) for each in values["signals"]
            ),
            places=tuple(
                OfPlace(each["names"], Counted(**each["counted"])) for each in values["places"]
            ),
            gravest=tuple(values["gravest"]),
            sources=Sources(values["sources"]["number"], tuple(values["sources"]["unheard"])),
        )


def digest_of(text: str) -> Digest | Weekly | None:
    """What a row of the outbox keeps of a digest; None for what this version cannot read."""
    try:
        weekly = json.loads(text)["stream"] == "weekly"
        return Weekly.from_text(text) if weekly else Digest.from_text(text)
    except (ValueError, LookupError, TypeError):
        return None


def summary(
    topic: Sequence[Subscription],
    known: Iterable[Alert],
    sources: Sources,
    due: datetime,
    now: datetime,
    words_of: Callable[[Alert], Set[str]] = lambda _: NO_WORDS,
) -> Weekly:
    """The topic's summary, given all alerts of two weeks. A happening counts in the week in which
    it was first told, sent at once or not. `words_of`: see `bot.alerts.routing.wanting.wants`."""
    mine = [
        narrowed(each, concerned(topic, each, words))
        for each in known
        if now - 2 * WEEK < each.created_at <= now
        and stream_of(topic, each, words := words_of(each)) is not None
    ]
    weeks = (
        [each for each in mine if each.created_at > now - WEEK],
        [each for each in mine if each.created_at <= now - WEEK],
    )
    signals = [Counter(s.signal for each in week for s in each.signals) for week in weeks]
    places = [Counter(p.place_id for each in week for p in _places(each)) for week in weeks]
    names = {place.place_id: place.names for each in mine for place in _places(each)}
    return Weekly(
        until=now,
        due=due,
        happenings=Counted(len(weeks[0]), len(weeks[1])),
        signals=tuple(
            OfSignal(signal, counted) for signal, counted in _most(*signals)[:MOST_SIGNALS]
        ),
        places=tuple(
            OfPlace(names[place], counted) for place, counted in _most(*places)[:MOST_PLACES]
        ),
        gravest=tuple(each.id for each in by_gravity(weeks[0])[:MOST_GRAVEST]),
        sources=sources,
    )


def _places(alert: Alert) -> list[StoredPlace]:
    """Where it happens; not what the place of another lies in."""
    around = {each for p in alert.places for each in p.within if each != p.place_id}
    return [place for place in alert.places if place.place_id not in around]


def _most(now: Counter[str], before: Counter[str]) -> Sequence[tuple[str, Counted]]:
    """Those with most in the week first, then those that had most before."""
    found = [(key, Counted(now[key], before[key])) for key in now.keys() | before.keys()]
    return sorted(found, key=lambda item: (-item[1].now, -item[1].before, item[0]))
