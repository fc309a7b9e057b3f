"""What a digest tells a chat: what became known since the one before, and was not sent at once.

Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.alerts.decide import rank
from bot.alerts.route import is_where
from bot.polling.health import condition
from storage.alerts import Alert
from storage.chats import Chat
from storage.feeds import FeedState

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


def told_in(chat: Chat, alert: Alert) -> Stream | None:
    """The stream whose digests tell the chat of the alert; None for what it does not want."""
    if alert.audience != "everyone" or not is_where(chat, alert):
        return None
    mine = [each for each in alert.signals if each.signal in chat.signals]
    return "daily" if any(rank(each.level) >= rank(LEAST) for each in mine) else None


def chosen(
    chat: Chat, stream: Stream, known: Iterable[Alert], pushed: Set[int]
) -> tuple[Alert, ...]:
    """Those of the alerts that a digest of the stream tells the chat, as it sees them and the
    gravest first; not what was `pushed` to it."""
    mine = [
        each.seen_by(chat.signals)
        for each in known
        if each.id not in pushed and told_in(chat, each) == stream
    ]
    return by_gravity(mine)


def by_gravity(found: Sequence[Alert]) -> tuple[Alert, ...]:
    """The gravest first, of these bad news, then the newest."""

    def order(alert: Alert) -> tuple[int, bool, float]:
        gravest = alert.gravest
        bad = gravest.direction == "worsening"
        return -rank(gravest.level), not bad, -alert.updated_at.timestamp()

    return tuple(sorted(found, key=order))


def is_sent(chat: Chat, digest: Digest) -> bool:
    """Whether the digest goes to the chat. A daily one also when there is nothing: it says that
    the silence is none of ours. An hourly one does not, and a chat that chose nothing gets none."""
    if not chat.signals:
        return False
    return bool(digest.alerts) or digest.stream != "hourly"


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
