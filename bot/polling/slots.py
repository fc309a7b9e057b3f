"""How many polls run at a time: in all, at one host, and of feeds that are failing."""

import asyncio
from contextlib import AsyncExitStack
from weakref import WeakValueDictionary


class Limits:
    """Slots for polls. Failing feeds get at most half of them: many that hang together leave
    room for those that work."""

    def __init__(self, at_once: int, per_host: int) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._failing = asyncio.Semaphore(max(1, at_once // 2))
        self._per_host = per_host
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def enter(self, slots: AsyncExitStack, host: str, *, failing: bool) -> None:
        """Wait for a slot; `slots` gives it back. The host's turn comes first: who waits for a
        busy host takes no slot from others."""
        of_host = self._hosts.get(host)
        if of_host is None:
            of_host = self._hosts[host] = asyncio.Semaphore(self._per_host)
        await slots.enter_async_context(of_host)
        if failing:
            await slots.enter_async_context(self._failing)
        await slots.enter_async_context(self._all)
