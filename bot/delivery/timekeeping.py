"""The time that delivery goes by, and what is moved with it when the wall clock is moved."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.clock import TOLERANCE, ClockStep, SteadyTime, Uptime, step_since
from storage import clock as stored_clock
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError

log = logging.getLogger(__name__)


class Timekeeper:
    """Goes steadily, and follows the wall clock only together with what is stored.

    `move` is called with every step, for what a process remembers; with the opposite step when
    the database did not follow.
    """

    def __init__(
        self,
        database: Database,
        wall: datetime,
        uptime: Uptime,
        move: Callable[[timedelta], None],
    ) -> None:
        self._database = database
        self._uptime = uptime
        self._move = move
        self._time = SteadyTime(wall, uptime.passed)
        self._known = False

    def now(self) -> datetime:
        return self._time.now()

    def seen(self, at: datetime) -> stored_clock.LastSeen:
        """What to store for the process after this one."""
        return stored_clock.LastSeen(at, self._uptime.boot, self._uptime.passed())

    async def follow(self, wall: datetime) -> ClockStep | None:
        """When the wall clock was moved, move with it what is stored and what is remembered.

        So what is owed keeps its age, and whoever waits goes on waiting for as long as before.
        Returns the step, if there was one. Raises StorageError when what is stored could not be
        moved: then nothing was.
        """
        fresh = self._time.since_look + TOLERANCE
        step = self._time.look(wall) if self._known else await self._step_of_start(wall)
        if step is not None:
            await self._take(step, wall, fresh)
            log.warning("dispatch: %s; what waits keeps its wait", step.reason)
        self._known = True
        return step

    async def _take(self, step: ClockStep, wall: datetime, fresh: timedelta) -> None:
        seen = self.seen(wall)

        def move(db: Connection) -> None:
            stored_clock.move_times(db, step.by, wall, fresh)
            stored_clock.save_seen(db, seen)

        # Writes happen in the order they are asked for. This one is asked for at once, before
        # anything goes by the new time: an attempt is either moved with the rest or new.
        moving = self._database.submit(move)
        self._move_memory(step.by, wall)
        try:
            await asyncio.shield(moving)
        except StorageError:
            self._move_memory(-step.by, wall - step.by)  # nothing was moved: look again
            raise

    def _move_memory(self, by: timedelta, wall: datetime) -> None:
        self._time.follow(wall)
        self._move(by)

    async def bring_back(self) -> None:
        """A step that was undone before it was seen leaves rows that wait for a time far off."""
        now = self.now()
        if await self._database.read(partial(stored_clock.is_ahead, now=now)):
            brought = await self._database.write(partial(stored_clock.bring_back, now=now))
            log.warning("dispatch: %d rows were made by a clock that was ahead", brought)

    async def _step_of_start(self, wall: datetime) -> ClockStep | None:
        """How far the clock was moved since the process before this one last saw it."""
        begun = self._uptime.passed()
        seen, newest = await self._database.read(
            lambda db: (stored_clock.last_seen(db), stored_clock.newest_written(db))
        )
        wall += self._uptime.passed() - begun
        self._time.follow(wall)
        if seen is None:
            return step_since(newest or wall, None, newest, wall)
        same = seen.boot == self._uptime.boot != ""
        elapsed = self._uptime.passed() - seen.uptime if same else None
        return step_since(seen.at, elapsed, newest, wall)
