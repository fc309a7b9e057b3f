"""One service over a server's database: a lease that is renewed while we run.

It takes the place of the lock file where the database is on a server: another machine sees no file.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from bot.errors import CannotGoOn
from storage.file.errors import StorageError

if TYPE_CHECKING:
    from storage.connection import Connection

# Seconds. Who died is followed by another after the first and a half of the second.
HELD_FOR = 30.0
RENEWED_EVERY = 10.0
ASKED_EVERY = 5.0
ANSWER_WITHIN = 10.0
# So long one waits that finds another at work: if that died, it is given up for lost by then.
PATIENCE = HELD_FOR + ASKED_EVERY
SERVICE = "service"

T = TypeVar("T")
log = logging.getLogger(__name__)


class HeldByAnother(CannotGoOn):
    """Another Marsad serves this database."""

    def __init__(self, database: str, holder: str) -> None:
        super().__init__(
            f"Marsad already runs on {database} ({holder}): stop it first, or give this one "
            "another database and another bot token. One that stands by for it is started with "
            "marsad run --role bot",
            exit_code=3,
        )


class ServiceLease:
    """Held from `acquire` to `release`, as long as it can be renewed.

    `lost` says why it is held no more; "" while it is. `on_loss` is called once then: nothing may
    be sent any more, for another process may have begun.
    """

    def __init__(
        self,
        url: str,
        database: str,
        *,
        patience: float | None = PATIENCE,
        held_for: float = HELD_FOR,
        renewed_every: float = RENEWED_EVERY,
        asked_every: float = ASKED_EVERY,
    ) -> None:
        """`database` names it for people. `patience`: seconds to wait for another to let go of it
        (one that died is given up for lost after `held_for`); None: for ever."""
        from storage.postgres.leases import Lease

        self.lost = ""
        self.on_loss: Callable[[], None] = lambda: None
        self._lease = Lease(url, SERVICE, f"{socket.gethostname()}, process {os.getpid()}")
        self._database = database
        self._patience = patience
        self._held_for = held_for
        self._renewed_every = renewed_every
        self._asked_every = asked_every
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="marsad-lease")
        self._renewing: asyncio.Task[None] | None = None
        self._held_until = 0.0

    def check(self, db: Connection) -> None:
        """For `Database.fence`: raises StorageError where another process took over."""
        self._lease.check(db)

    async def acquire(self, stop: asyncio.Event) -> bool:
        """Wait for it, then keep it renewed until `release`; False when `stop` was set first.

        Raises HeldByAnother when patience is at its end, and StorageError.
        """
        try:
            taken = await self._wait(stop)
        except BaseException:
            await self._close()
            raise
        if taken:
            self._renewing = asyncio.create_task(self._renew(), name="lease")
        else:
            await self._close()
        return taken

    async def release(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.wait({self._renewing})
        try:
            await self._in_thread(self._lease.release)
        except (StorageError, TimeoutError) as error:
            log.warning("lease: not given back (%s); it ends by itself", error)
        await self._close()

    async def _wait(self, stop: asyncio.Event) -> bool:
        waited, told = 0.0, ""
        while not await self._take():
            held = await self._in_thread(self._lease.held)
            holder = held.holder if held else "another process"
            if self._patience is not None and waited >= self._patience:
                raise HeldByAnother(self._database, holder)
            if told != holder:
                log.info("Marsad runs elsewhere (%s): waiting to take over", holder)
                told = holder
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._asked_every)
            if stop.is_set():
                return False
            waited += self._asked_every
        return True

    async def _take(self) -> bool:
        # From before it is asked: the server counts from later on.
        asked_at = time.monotonic()
        taken = await self._in_thread(lambda: self._lease.take(self._held_for))
        if taken:
            self._held_until = asked_at + self._held_for
        return taken

    async def _renew(self) -> None:
        pause = self._renewed_every
        while not self.lost:
            await asyncio.sleep(pause)
            pause = self._renewed_every
            try:
                if not await self._take():
                    self.lost = "another process took over from this one"
            except (StorageError, TimeoutError) as error:
                pause = min(1.0, self._renewed_every)
                if time.monotonic() < self._held_until:
                    log.warning("lease: not renewed (%s); trying again", error)
                    continue
                self.lost = (
                    f"the database could not be asked for {self._held_for:g} s ({error}), and "
                    "another process may have taken over"
                )
        log.error("lease: %s", self.lost)
        self.on_loss()

    async def _in_thread(self, fn: Callable[[], T]) -> T:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await asyncio.get_running_loop().run_in_executor(self._thread, fn)

    async def _close(self) -> None:
        with contextlib.suppress(TimeoutError):
            await self._in_thread(self._lease.close)
        self._thread.shutdown(wait=False)


def holder_of(url: str) -> str | None:
    """Who serves the database now; None where nobody does. Blocks; raises StorageError."""
    from storage.postgres.leases import Lease

    lease = Lease(url, SERVICE, "")
    try:
        held = lease.held()
    finally:
        lease.close()
    return held.holder if held is not None and held.left > 0 else None
