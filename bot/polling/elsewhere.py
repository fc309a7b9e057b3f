"""Feeds that workers poll: who tells people keeps the list, and watches the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from bot.feeds.catalogue import Feed
from bot.feeds.definitions import definition_of
from bot.polling.report import PollReport
from storage.database import Database
from storage.news import feeds
from storage.postgres import workers
from storage.postgres.workers import WorkerSeen


async def sync_catalogue(database: Database, catalogue: Iterable[Feed], now: datetime) -> None:
    """Write the feeds down as the list has them, for whoever polls. Raises StorageError."""
    listed = list(catalogue)
    pairs = [(feed.id, feed.url) for feed in listed]
    # Off the event loop: a long list takes as long as the loop may be late.
    definitions = await asyncio.to_thread(lambda: {f.id: definition_of(f) for f in listed})
    await database.write(partial(feeds.sync, feeds=pairs, now=now, definitions=definitions))


class PolledElsewhere:
    """Stands where a `Poller` stands, and polls nothing."""

    unstored = None

    def __init__(self, database: Database, catalogue: Iterable[Feed]) -> None:
        self.unreachable_since: datetime | None = None
        self.troubles: tuple[str, ...] = ()
        self._database = database
        self._feeds = [feed for feed in catalogue if not feed.paused]
        self._synced = False
        self._nobody_since: datetime | None = None

    def use(self, catalogue: Iterable[Feed]) -> None:
        """Take over a changed catalogue."""
        self._feeds = [feed for feed in catalogue if not feed.paused]
        self._synced = False

    async def tick(self, now: datetime) -> tuple[PollReport, ...]:
        """Write down a new list, and look who polls. Raises StorageError."""
        if not self._synced:
            await sync_catalogue(self._database, self._feeds, now)
            self._synced = True
        self._judge(await self._database.read(workers.alive), now)
        return ()

    async def poll_all(self, now: datetime) -> tuple[PollReport, ...]:
        return await self.tick(now)

    async def drain(self) -> None:
        """Nothing is under way here."""

    async def aclose(self) -> None:
        """Nothing is open here."""

    def _judge(self, alive: Sequence[WorkerSeen], now: datetime) -> None:
        self._nobody_since = None if alive else self._nobody_since or now
        self.unreachable_since = unreachable_since(alive)
        self.troubles = troubles(alive, self._nobody_since)


def unreachable_since(alive: Sequence[WorkerSeen]) -> datetime | None:
    """Since when no worker at all reaches a feed; None while one does, or none is there."""
    since = [each.unreachable_since for each in alive if each.unreachable_since is not None]
    return max(since) if since and len(since) == len(alive) else None


def troubles(alive: Sequence[WorkerSeen], nobody_since: datetime | None) -> tuple[str, ...]:
    """What is wrong with the workers, for people who look after them."""
    found = []
    if nobody_since is not None:
        found.append(f"no worker polls feeds since {nobody_since:%Y-%m-%d %H:%M} UTC")
    for each in alive:
        if each.unstored:
            found.append(f"worker {each.name} cannot store polls: {each.unstored}")
        if each.unreachable_since is not None:
            at = f"{each.unreachable_since:%Y-%m-%d %H:%M} UTC"
            found.append(f"worker {each.name} reaches no feed since {at}")
    return tuple(found)
