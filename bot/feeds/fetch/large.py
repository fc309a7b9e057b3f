"""How many large bodies are held in memory at a time."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary, WeakSet

# Nine feeds in ten are smaller.
LARGE_FROM = 250_000
AT_ONCE = 2


class LargeBodies:
    """Turns for bodies of more than LARGE_FROM bytes.

    A turn is held until the task that took it ends: a poll keeps its body until its entries are
    stored. A task takes one turn at most, so one that fetches several feeds never waits for
    itself. Waiting is not the server's fault: it does not count as the fetch's time.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._holders: WeakSet[asyncio.Task[object]] = WeakSet()
        self._deadlines: WeakKeyDictionary[asyncio.Task[object], asyncio.Timeout] = (
            WeakKeyDictionary()
        )

    def excuses(self, deadline: asyncio.Timeout) -> None:
        """The fetch's deadline in this task, which waiting for a turn puts off."""
        if task := asyncio.current_task():
            self._deadlines[task] = deadline

    async def take(self) -> None:
        """Wait for a turn, unless this task has one."""
        task = asyncio.current_task()
        if task is None or task in self._holders:
            return
        deadline, clock = self._deadlines.get(task), asyncio.get_running_loop().time
        began, due = clock(), deadline.when() if deadline else None
        if deadline:
            deadline.reschedule(None)
        await self._turns.acquire()
        self._holders.add(task)
        task.add_done_callback(self._give_back)
        if deadline and due is not None:
            deadline.reschedule(due + clock() - began)

    def _give_back(self, task: asyncio.Task[object]) -> None:
        self._holders.discard(task)
        self._turns.release()
