"""Poll the feeds that are due, many at a time, and let none wait for another.

A failing feed disturbs no other: its failure is a value, kept in its state and perhaps in a
notice to operators.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.failures import host_of
from bot.feeds.fetch.outcome import Retriever
from bot.feeds.parse.apart.pool import ParserPool
from bot.feeds.row import comparable_address
from bot.notices.to_operators import notify_operators
from bot.polling.elsewhere import sync_catalogue
from bot.polling.feed_poll import FeedPoll, Notify, PollMemory, PollTools
from bot.polling.report import EntryPipeline, Parser, PollPolicy, PollReport
from bot.polling.schedule import claim_until
from bot.polling.slots import PollSlots
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError
from storage.news import feeds
from storage.news.feeds import FeedState, PolledMeanwhile

log = logging.getLogger(__name__)

# Polls that begin in one turn of the event loop: a thousand would hold it for a tenth of a second.
_BEGUN_TOGETHER = 5


@dataclass(frozen=True, slots=True)
class Unstored:
    """Feeds whose polls cannot be written down, since the first of them could not."""

    feeds: int
    since: datetime
    reason: str


class Poller:
    """Polls feeds into the database. One at a time over a database. Close with `aclose()`."""

    def __init__(
        self,
        database: Database,
        retriever: Retriever,
        catalogue: Iterable[Feed],
        pipeline: EntryPipeline,
        *,
        policy: PollPolicy | None = None,
        parser: Parser | None = None,
        notify: Notify = notify_operators,
        roll: Callable[[], float] = random.random,
    ) -> None:
        """`notify` writes a notice to operators in the poll's transaction; `roll` is uniform in
        [0, 1). The retriever stays its owner's to close; the parser becomes the poller's."""
        self._database = database
        self._policy = policy or PollPolicy()
        self._parser: Parser = parser or ParserPool()
        self._tools = PollTools(
            *(database, retriever, self._parser, pipeline, self._policy, notify, roll),
            listed=lambda address: self._by_address.get(address),
        )
        self._memory = PollMemory()
        self._unstored: dict[str, tuple[datetime, str]] = {}
        self._slots = PollSlots(self._policy.at_once, self._policy.per_host)
        self.use(catalogue)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._reports: list[PollReport] = []

    def use(self, catalogue: Iterable[Feed]) -> None:
        """Take over a changed catalogue; polls under way end with the feeds they began with."""
        self._feeds = {feed.id: feed for feed in catalogue if not feed.paused}
        self._by_address = {comparable_address(feed.url): feed for feed in self._feeds.values()}
        self._unstored = {name: why for name, why in self._unstored.items() if name in self._feeds}
        self._synced = False

    @property
    def unstored(self) -> Unstored | None:
        """What of the polls could not be stored and still was not; None when all was."""
        if not self._unstored:
            return None
        since, reason = min(self._unstored.values())
        return Unstored(len(self._unstored), since, reason)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What else is wrong; here nothing more."""
        return ()

    @property
    def unreachable_since(self) -> datetime | None:
        """Since when no feed at all can be reached: our own connection is down, it seems."""
        return self._memory.connectivity.down_since

    async def tick(self, now: datetime) -> tuple[PollReport, ...]:
        """Start a poll for every feed that is due; wait for them, but not for slow ones.

        Returns what has ended since the last call. Raises StorageError when the database
        cannot be read or written: nothing was started then.
        """
        await self._sync(now)
        due = await self._database.read(
            partial(feeds.due, now=now, limit=self._policy.batch + len(self._running))
        )
        await self._begin(due[: self._policy.batch], now)
        if self._running:
            await asyncio.wait(
                self._running.values(), timeout=self._policy.patience.total_seconds()
            )
        return self._take_reports()

    async def poll_all(self, now: datetime) -> tuple[PollReport, ...]:
        """Poll every feed of the catalogue now, due or not, and wait for all of them.

        Reports come in the catalogue's order. Raises StorageError like `tick`.
        """
        await self._sync(now)
        states = await self._database.read(feeds.all_states)
        await self._begin([state for state in states if state.active], now)
        await self.drain()
        order = {feed_id: number for number, feed_id in enumerate(self._feeds)}
        return tuple(sorted(self._take_reports(), key=lambda report: order.get(report.feed_id, -1)))

    async def drain(self) -> None:
        """Wait for the polls that are under way."""
        while self._running:
            await asyncio.wait(self._running.values())

    async def aclose(self) -> None:
        """Break off what is under way (it is polled again later) and end the parser."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._parser.aclose()

    async def _sync(self, now: datetime) -> None:
        if self._synced:
            return
        await sync_catalogue(self._database, self._feeds.values(), now)
        self._synced = True

    async def _begin(self, states: Iterable[FeedState], now: datetime) -> None:
        free = [
            (state, self._feeds[state.id])
            for state in states
            if state.id in self._feeds and state.id not in self._running
        ]
        if not free:
            return

        def claim(db: Connection) -> None:
            for state, feed in free:
                until = claim_until(now, self._policy.schedule, feed.interval_minutes)
                feeds.claim(db, state.id, until)

        # Before the fetch: a feed that kills the service must not be the first thing it does
        # again after each restart.
        await self._database.write(claim)
        for number, (state, feed) in enumerate(free, 1):
            task = asyncio.create_task(self._run(state, feed, now), name=f"poll {feed.id}")
            self._running[feed.id] = task
            if number % _BEGUN_TOGETHER == 0:
                await asyncio.sleep(0)

    def _take_reports(self) -> tuple[PollReport, ...]:
        reports, self._reports = tuple(self._reports), []
        return reports

    async def poll(self, state: FeedState, feed: Feed, now: datetime) -> PollReport:
        """Poll one feed that was claimed, when there is a slot for it; failures are reports."""
        poll = FeedPoll(feed, state, now, self._tools, self._memory)
        try:
            async with self._slots.slot(host_of(feed.url), failing=state.failures > 0):
                report = await poll.run()
        except PolledMeanwhile as error:
            log.info("%s; nothing of this poll is stored", error)
            report = PollReport(feed.id, "elsewhere")
        except StorageError as error:
            # Nothing was committed and the claim stands: the feed is simply polled again.
            report = self._not_stored(feed, error, now)
        except Exception as error:
            log.exception("%s: the poll failed", feed.id)
            try:
                report = await poll.failed_here(type(error).__name__)
            except StorageError as second:  # not even that it failed could be written down
                report = self._not_stored(feed, second, now)
        if report.result != "unstored":
            self._unstored.pop(feed.id, None)
        return replace(report, seconds=poll.seconds)

    async def _run(self, state: FeedState, feed: Feed, now: datetime) -> None:
        try:
            report = await self.poll(state, feed, now)
            self._reports.append(report)  # reports may have been taken meanwhile
        finally:
            self._running.pop(feed.id, None)

    def _not_stored(self, feed: Feed, error: Exception, now: datetime) -> PollReport:
        reason = str(error) or type(error).__name__
        log.error("%s: not stored (%s)", feed.id, reason)
        since, _ = self._unstored.get(feed.id, (now, ""))
        self._unstored[feed.id] = (since, reason)
        return PollReport(feed.id, "unstored", error=reason)
