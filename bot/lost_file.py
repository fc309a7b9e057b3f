"""The database's file, watched while the service runs: gone or damaged, it is rescued."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from storage.file.errors import StorageError

if TYPE_CHECKING:
    from storage.database import Database
    from storage.file.presence import Loss

log = logging.getLogger(__name__)


# A file of some megabytes is read in less; a large one is read beside the ticks.
_AT_ONCE = 2.0


class FileWatch:
    """Sees whether the file is still in its place, and sound where there is reason to doubt it.
    `lost` says what became of it, if it is not; `broken`, what of it could not be read.

    Polling and sending go on in the file that has no name any more, and in what is left of a
    damaged one: readers get their alerts.
    """

    def __init__(self, database: Database, file: Path, started_at: datetime) -> None:
        self.lost: Loss | None = None
        self.broken = ""
        self._database = database
        self._target = file.with_name(f"{file.name}.rescued-{started_at:%Y%m%dT%H%M%S}")
        self._reading: asyncio.Task[str] | None = None
        self._rescued = False

    async def look(self) -> Loss | None:
        """What became of the file, when that is news."""
        loss = self._database.loss()
        if loss is None and (found := await self._damage()):
            self.broken, loss = found, "damaged"
        if loss is None or loss == self.lost:
            return None
        self.lost = loss
        if loss == "damaged":
            log.critical("the database's file is damaged: %s", self.broken)
        else:
            log.critical("the database's file was %s under the running service", loss)
        return loss

    async def rescue(self) -> Path | None:
        """Write what this process still has of a lost database beside its place. What was read of
        a damaged one once is kept: later less may be left."""
        if self.lost == "damaged" and self._rescued:
            return self._target
        try:
            await self._database.rescue(self._target)
        except StorageError as error:
            log.critical("what is left of the database could not be saved: %s", error)
            return None
        self._rescued = True
        log.critical(
            "what was in the database is saved in %s: marsad restore puts it back", self._target
        )
        return self._target

    async def close(self) -> None:
        """Wait no more for what is being read."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})

    async def _damage(self) -> str:
        if self._reading is None:
            self._reading = asyncio.create_task(self._database.damage(), name="damage")
        await asyncio.wait({self._reading}, timeout=_AT_ONCE)
        if not self._reading.done():
            return ""
        read, self._reading = self._reading, None
        try:
            return read.result()
        except StorageError as error:
            log.warning("whether the database's file is sound is not known: %s", error)
            return ""
