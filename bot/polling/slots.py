"""How many polls run at a time: in all, at one host, and of feeds that are failing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class PollSlots:
    """Slots for polls. Failing feeds get at most half of them: many that hang together leave
    room for those that work."""

    def __init__(self, at_once: int, per_host: int) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._failing = asyncio.Semaphore(max(1, at_once // 2))
        self._per_host = per_host
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def slot(self, host: str, *, failing: bool) -> AsyncIterator[None]:
        """Wait for a slot and hold it. The host's own limit comes first: a poll that waits for
        a busy host takes no slot from others."""
        of_host = self._hosts.get(host)
        if of_host is None:
            of_host = self._hosts[host] = asyncio.Semaphore(self._per_host)
        async with AsyncExitStack() as held:
            await held.enter_async_context(of_host)
            if failing:
                await held.enter_async_context(self._failing)
            await held.enter_async_context(self._all)
            yield
