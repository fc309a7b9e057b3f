"""What a digest tells a chat: what became known since the one before, and was not sent at once.

Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.alerts.decide import rank
from bot.alerts.routing.wanting import NO_WORDS, has_words, is_grave, is_where, narrowed
from bot.polling.health import condition
from storage.alerts import Alert
from storage.news.feeds import FeedState
from storage.readers.subscriptions import Subscription

Stream = Literal["hourly", "daily", "weekly"]

# What is below is stored, and found by those who search.
LEAST = "watch"
# Alerts that a digest names; it says how many more there are.
MOST = 30
# A digest that comes so long after its time says so.
LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Sources:
    """How many feeds are read, and which of them were not heard, by id."""

    number: int
    unheard: tuple[str, ...] = ()

    @property
    def heard(self) -> int:
        return self.number - len(self.unheard)


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest: of what became known after `since` and up to `until`. It was due at `due`.

    `alerts` are ids, the gravest first; `more` alerts are not among them.
    """

    stream: Stream
    since: datetime
    until: datetime
    due: datetime
    alerts: tuple[int, ...]
    more: int
    sources: Sources

    @property
    def is_late(self) -> bool:
        return self.until - self.due > LATE

    def to_text(self) -> str:
        """As a row of the outbox keeps it."""
        times = {name: getattr(self, name).isoformat() for name in ("since", "until", "due")}
        return json.dumps(asdict(self) | times)

    @classmethod
    def from_text(cls, text: str) -> Digest:
        values = json.loads(text)
        sources = Sources(values["sources"]["number"], tuple(values["sources"]["unheard"]))
        times = {name: datetime.fromisoformat(values[name]) for name in ("since", "until", "due")}
        return cls(**values | times | {"alerts": tuple(values["alerts"]), "sources": sources})


def stream_of(
    topic: Sequence[Subscription], alert: Alert, words_found: Set[str] = NO_WORDS
) -> Stream | None:
    """The stream whose digests tell a topic of the alert; None for what it does not want.

    A subscription whose digests are hourly gets there what is of its lowest level; all that is of
    the level watch, also below its lowest, comes once a day.
    """
    if alert.audience != "everyone":
        return None
    streams = {
        "hourly" if each.delivery == "hourly" and is_grave(each, told.level) else "daily"
        for each in concerned(topic, alert, words_found)
        for told in alert.signals
        if told.signal in each.chosen and rank(told.level) >= rank(LEAST)
    }
    return "hourly" if "hourly" in streams else "daily" if streams else None


def concerned(
    topic: Sequence[Subscription], alert: Alert, words_found: Set[str] = NO_WORDS
) -> list[Subscription]:
    """The subscriptions of a topic that are about the alert's place and words."""
    return [
        each
        for each in topic
        if not each.paused and is_where(each, alert) and has_words(each, words_found)
    ]


def chosen(
    topic: Sequence[Subscription],
    stream: Stream,
    known: Iterable[Alert],
    told_hourly: Set[int] = frozenset(),
    words_of: Callable[[Alert], Set[str]] = lambda _: NO_WORDS,
) -> tuple[Alert, ...]:
    """Those of the alerts that a digest of the stream tells the topic, as it sees them and the
    gravest first.

    A daily one tells also what an hourly one was to tell and did not: subscriptions may have
    changed meanwhile. `words_of`: see `bot.alerts.routing.wanting.wants`.
    """
    mine = []
    for alert in known:
        words = words_of(alert)
        found = stream_of(topic, alert, words)
        missed = stream == "daily" and found == "hourly" and alert.id not in told_hourly
        if found == stream or missed:
            mine.append(narrowed(alert, concerned(topic, alert, words)))
    return by_gravity(mine)


def by_gravity(found: Sequence[Alert]) -> tuple[Alert, ...]:
    """The gravest first, of these bad news, then the newest."""

    def order(alert: Alert) -> tuple[int, bool, float]:
        gravest = alert.gravest
        bad = gravest.direction == "worsening"
        return -rank(gravest.level), not bad, -alert.updated_at.timestamp()

    return tuple(sorted(found, key=order))


def is_sent(topic: Sequence[Subscription], digest: Digest) -> bool:
    """Whether the digest goes to the topic. A daily one also when there is nothing: it says that
    the silence is none of ours. An hourly one does not, and who chose nothing gets none."""
    if not is_wanted(topic):
        return False
    return bool(digest.alerts) or digest.stream != "hourly"


def is_wanted(topic: Sequence[Subscription]) -> bool:
    """Whether any subscription of the topic is in force."""
    return any(each.chosen and not each.paused for each in topic)


def sources_heard(states: Iterable[FeedState], since: datetime) -> Sources:
    """The feeds that are read, and which of them nothing was heard from: they are broken, held,
    were never read, or have been failing since before `since`."""
    active = [state for state in states if state.active]
    return Sources(len(active), tuple(each.id for each in active if not _is_heard(each, since)))


def _is_heard(state: FeedState, since: datetime) -> bool:
    now = condition(state)
    if now == "failing":
        return state.last_success_at is not None and state.last_success_at > since
    return now not in ("broken", "held", "unread")
