"""The database's file, watched while the service runs: removed or replaced, it is rescued."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from storage.file.errors import StorageError

if TYPE_CHECKING:
    from storage.database import Database
    from storage.file.presence import Loss

log = logging.getLogger(__name__)


class FileWatch:
    """Sees whether the file is still in its place. `lost` says what became of it, if it is not.

    Polling and sending go on in the file that has no name any more: readers get their alerts.
    """

    def __init__(self, database: Database, file: Path, started_at: datetime) -> None:
        self.lost: Loss | None = None
        self._database = database
        self._target = file.with_name(f"{file.name}.rescued-{started_at:%Y%m%dT%H%M%S}")

    def look(self) -> Loss | None:
        """What became of the file, when that is news."""
        loss = self._database.loss()
        if loss is None or loss == self.lost:
            return None
        self.lost = loss
        log.critical("the database's file was %s under the running service", loss)
        return loss

    async def rescue(self) -> Path | None:
        """Write what this process still has of a lost database beside its place."""
        try:
            await self._database.rescue(self._target)
        except StorageError as error:
            log.critical("what is left of the database could not be saved: %s", error)
            return None
        log.critical(
            "what was in the database is saved in %s: marsad restore puts it back", self._target
        )
        return self._target
