"""Folding the texts of entries for search, a few at a time, beside everything else.

What comes in is folded within seconds; a database that was filled before it could be searched is
folded from its newest entry back, in writes that are too short to be noticed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bot.asking.words import index_words
from storage.database import Database
from storage.news import search
from storage.news.search import DueText, Folded

BATCH = 50
"""Texts in one write: some hundredths of a second of the writer's time."""


class Indexer:
    """Folds what waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> int:
        """Fold the newest of what waits, one batch; returns how many. Raises StorageError."""
        due = await self._database.read(lambda db: search.due(db, BATCH))
        if due:
            folded = await asyncio.to_thread(fold, due)
            await self._database.write(lambda db: search.put(db, folded))
        return len(due)

    async def catch_up(self, batches: int = 50) -> None:
        """Fold what waits, but no more than so many batches. Raises StorageError."""
        for _ in range(batches):
            if await self.look() < BATCH:
                return

    async def run(self, stop: asyncio.Event, every: float) -> None:
        """Look until `stop` is set: at once again while there is more, else after `every` seconds.
        Between two batches it rests as long as one took. Raises StorageError."""
        while not stop.is_set():
            began = time.monotonic()
            full = await self.look() == BATCH
            rest = time.monotonic() - began if full else every
            try:
                await asyncio.wait_for(stop.wait(), rest)
            except TimeoutError:
                continue


def fold(due: Sequence[DueText]) -> list[Folded]:
    """The words of texts. Pure."""
    return [
        Folded(each.entry_id, each.updates, *index_words(f"{each.title}\n{each.summary}"))
        for each in due
    ]
