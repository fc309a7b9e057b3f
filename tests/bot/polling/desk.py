"""A poller with a real database, a real fetcher and a feed server, for tests."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher, FetchLimits
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.parse.parser import parse
from bot.notices.feeds import FeedNotice
from bot.polling.feed_poll import Notify
from bot.polling.identify import EntryChange
from bot.polling.poller import Poller
from bot.polling.report import Accepted, Detections, EntryPipeline, Parser, PollPolicy, PollReport
from storage.alerts import Alert
from storage.connection import Connection
from storage.database import Database
from storage.news import entries
from storage.news.entries import Entry
from storage.news.feeds import FeedState
from storage.opening import open_database
from tests.feed_server import FeedServer, Names, feed_server
from tests.storage.make import feed_state

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LIMITS = FetchLimits(
    total_seconds=1.0, silence_seconds=0.8, compressed_bytes=5_000_000, decoded_bytes=5_000_000
)


# The newsroom detects nothing: no rules are asked.
NO_RULES: Any = None


@dataclass
class Newsroom:
    """Stands where the alert pipeline stands: stores entries, remembers what it was given."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    seeded: list[str] = field(default_factory=list)
    detected: list[str] = field(default_factory=list)
    fail_in_transaction: bool = False
    alerts: tuple[Alert, ...] = ()

    async def detect(
        self, batch: Sequence[FeedEntry], language: str | None, region: str | None = None
    ) -> Detections:
        self.detected += [each.title for each in batch]
        return Detections([() for _ in batch], NO_RULES)

    def accept(
        self,
        db: Connection,
        feed: Feed,
        changes: Sequence[EntryChange],
        found: Detections,
        now: datetime,
    ) -> Accepted:
        assert len(changes) == len(found.per_entry)
        for change in changes:
            each = change.entry
            stored = Entry(
                None,
                feed.id,
                each.guid,
                each.link,
                each.title,
                each.summary,
                change.content_hash,
                each.language,
                each.published_at,
                now,
                each.updated_at,
                change.kind == "seed",
            )
            if change.kind == "updated":
                assert change.entry_id is not None
                entries.update(db, change.entry_id, stored, change.keys)
            else:
                entries.add(db, stored, change.keys)
        if self.fail_in_transaction:
            raise RuntimeError("a bug in the pipeline")
        for change in changes:
            told = {"new": self.new, "updated": self.updated, "seed": self.seeded}[change.kind]
            told.append(change.entry.title)
        return self


class InlineParser:
    """Parses in this process: the pool is tested elsewhere and takes a moment to start."""

    def __init__(self) -> None:
        self.parsed = 0

    async def parse(self, document: Document, now: datetime) -> ParsedFeed | Unreadable:
        self.parsed += 1
        return parse(document, now)

    async def aclose(self) -> None: ...


@dataclass
class Desk:
    server: FeedServer
    database: Database
    poller: Poller
    newsroom: Newsroom
    notices: list[FeedNotice]
    names: Names
    parser: Parser

    async def tick(self, after: timedelta = timedelta()) -> dict[str, PollReport]:
        return {report.feed_id: report for report in await self.poller.tick(NOW + after)}

    async def poll(self, after: timedelta = timedelta()) -> dict[str, PollReport]:
        return {report.feed_id: report for report in await self.poller.poll_all(NOW + after)}

    async def state(self, feed_id: str = "a") -> FeedState:
        return await self.database.read(partial(feed_state, feed_id=feed_id))

    async def entries(self) -> list[Entry]:
        since = datetime(2000, 1, 1, tzinfo=UTC)
        return await self.database.read(partial(entries.recent, since=since, limit=10_000))


@contextlib.asynccontextmanager
async def open_desk(
    path: Path,
    ids: Iterable[str] = ("a",),
    *,
    policy: PollPolicy | None = None,
    limits: FetchLimits = LIMITS,
    names: Names | None = None,
    parser: Parser | None = None,
    roll: Callable[[], float] = lambda: 0.5,
    host: Callable[[str], str] = lambda feed_id: "feeds.test",
    notify: Notify | None = None,
    pipeline: EntryPipeline | None = None,
    port: int | None = None,
) -> AsyncIterator[Desk]:
    """Feeds with these ids at /id of the server; with `port`, of a server that runs elsewhere."""
    names = names or Names()
    async with feed_server() as server, contextlib.AsyncExitStack() as stack:
        server.port = port or server.port
        database = await open_database(path / "marsad.sqlite")
        stack.push_async_callback(database.close)
        fetcher = Fetcher(limits=limits, allow=AllowList.of(["127.0.0.1"]), resolver=names)
        stack.push_async_callback(fetcher.aclose)
        newsroom, notices = Newsroom(), list[FeedNotice]()
        parser = parser or InlineParser()
        poller = Poller(
            database,
            fetcher,
            [Feed(each, each, server.url(f"/{each}", host(each)), "ar") for each in ids],
            pipeline or newsroom,
            policy=policy,
            parser=parser,
            notify=notify or (lambda db, notice, now: notices.append(notice)),
            roll=roll,
        )
        stack.push_async_callback(poller.aclose)
        yield Desk(server, database, poller, newsroom, notices, names, parser)
