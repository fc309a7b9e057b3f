"""Many publishers on loopback for several workers, each a host of its own: some slow, and all of
them can be held up. Every fifth happening is told by three of them at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from tests.torture.newsroom import ALERT, CRITICAL, Newsroom, Published, write_catalogue

FILLERS = 10
EVERY_SLOW, EVERY_SHARED, TELLERS = 4, 5, 3


@dataclass(frozen=True, slots=True)
class Told:
    """An entry and the feeds that have it."""

    entry: Published
    feeds: tuple[int, ...]


class Wires(Newsroom):
    """`told` holds what was published. `answering` lets answers go; `waiting` asked meanwhile."""

    def __init__(self, chance: random.Random, per_second: float, feeds: int) -> None:
        super().__init__(chance, per_second, feeds=feeds, fillers=FILLERS)
        self.told: list[Told] = []
        self.answering = asyncio.Event()
        self.answering.set()
        self.waiting = 0
        self.port = 0
        self._feeds = feeds

    async def open(self, folder: Path) -> None:
        """Serve, and write the list of the feeds."""
        hosts = [f"127.0.1.{n + 1}" for n in range(self._feeds)]
        self.port = int((await self.start(hosts)).rpartition(":")[2])
        write_catalogue(folder / "feeds.yaml", *(f"http://{each}:{self.port}" for each in hosts))

    async def publish(self) -> None:
        while True:
            await asyncio.sleep(self._chance.expovariate(self._per_second))
            number = 10_000 + len(self.told)
            signal = self._chance.choice([CRITICAL, ALERT, ALERT, None])
            entry = Published(number, signal, datetime.now(UTC))
            several = TELLERS if number % EVERY_SHARED == 0 else 1
            self.tell(Told(entry, tuple(self._chance.sample(range(self._feeds), several))))

    def tell(self, told: Told) -> None:
        for feed in told.feeds:
            self.shows(feed).append(told.entry)
        self.told.append(told)
        self.published.append(told.entry)

    async def tell_again(self, before: Sequence[Told], per_second: float) -> None:
        """Publish what another published."""
        for each in before:
            await asyncio.sleep(1 / per_second)
            self.tell(each)

    async def _serve(self, request: web.Request) -> web.Response:
        if int(request.match_info["n"]) % EVERY_SLOW == 0:
            await asyncio.sleep(self._chance.uniform(0.5, 1.5))
        self.waiting += 1
        try:
            await self.answering.wait()
            return await super()._serve(request)
        finally:
            self.waiting -= 1
