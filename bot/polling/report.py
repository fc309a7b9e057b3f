"""The shapes of polling: what it needs, what it obeys, what it reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.fetcher import UNCONDITIONAL_SHARE
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.polling.health import HealthPolicy
from bot.polling.identify import EntryChange, IdentityPolicy
from bot.polling.schedule import SchedulePolicy
from storage.alerts import Alert
from storage.connection import Connection
from storage.news.facts import Facts

if TYPE_CHECKING:
    from rules import Detection, RuleSet

Result = Literal["accepted", "unchanged", "held", "failed", "unstored", "elsewhere"]


class Parser(Protocol):
    """`ParserPool`, or anything that parses without blocking the loop."""

    async def parse(self, document: Document, now: datetime) -> ParsedFeed | Unreadable: ...
    async def aclose(self) -> None: ...


class Accepted(Protocol):
    """What a pipeline made of a poll's entries, as far as polling reports it."""

    @property
    def alerts(self) -> Sequence[Alert]:
        """The alerts that the entries made or changed."""


@dataclass(frozen=True, slots=True)
class Detections:
    """What the rules found in a poll's entries, entry by entry, and the rules that found it.

    The rules may be reloaded before the transaction: the hash that is stored is of these.
    `facts`: of each entry its places and figures, left out where nothing was detected at all.
    `failures` has the exception's name for each entry (by its place) that the rules failed on.
    """

    per_entry: Sequence[tuple[Detection, ...]]
    rules: RuleSet
    failures: Mapping[int, str] = field(default_factory=dict)
    facts: Mapping[int, Facts] = field(default_factory=dict)


class EntryPipeline(Protocol):
    """What becomes of entries: `bot.alerts.pipeline.Pipeline`."""

    async def detect(
        self, batch: Sequence[FeedEntry], language: str | None, region: str | None = None
    ) -> Detections: ...

    def accept(
        self,
        db: Connection,
        feed: Feed,
        changes: Sequence[EntryChange],
        found: Detections,
        now: datetime,
    ) -> Accepted: ...


@dataclass(frozen=True, slots=True)
class PollPolicy:
    """`at_once` polls run at a time, `per_host` of them at one host. `batch` feeds are taken up
    in a tick, which waits `patience` for them; slower ones go on and are reported later."""

    schedule: SchedulePolicy = field(default_factory=SchedulePolicy)
    identity: IdentityPolicy = field(default_factory=IdentityPolicy)
    health: HealthPolicy = field(default_factory=HealthPolicy)
    at_once: int = 20
    per_host: int = 2
    batch: int = 200
    patience: timedelta = timedelta(seconds=8)
    unconditional_share: float = UNCONDITIONAL_SHARE
    # Of a feed that is quiet for longer than it ever was: perhaps its server is wrong.
    unconditional_share_when_quiet: float = 0.25


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one poll of one feed came to: "unstored" could not be written down, and the feed is
    polled again; "elsewhere": another process polled it meanwhile. `entries` were in the document;
    `alerts` is how many alerts it made or changed. `error` and `hint` are for people to read."""

    feed_id: str
    result: Result
    entries: int = 0
    new: int = 0
    updated: int = 0
    seeded: int = 0
    alerts: int = 0
    error: str | None = None
    hint: str | None = None
    seconds: float = 0.0
