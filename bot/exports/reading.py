"""Records in batches, as they stand when their turn comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import BinaryIO

from bot.exports.naming import Naming
from bot.exports.record import Record
from bot.exports.writing import Edition, Format
from storage import items, paging
from storage.file.database import Connection, Database
from storage.paging import Selection

BATCH = 500
"""Rows that are looked at in one reading."""


async def batches(
    database: Database, asked: Selection, naming: Naming, *, size: int = BATCH
) -> AsyncIterator[list[Record]]:
    """All that are asked for, by id, a list for each batch: it may be empty. What is added after
    the beginning is left out. Raises StorageError."""
    bounds = await database.read(lambda db: paging.id_range(db, asked))
    if bounds is None:
        return
    first, highest = bounds
    while first <= highest:
        last = min(first + size - 1, highest)

        def read(db: Connection, first: int = first, last: int = last) -> list[Record]:
            return records(db, asked, paging.batch(db, asked, first, last), naming)

        yield await database.read(read)
        first = last + 1


def records(db: Connection, asked: Selection, ids: Sequence[int], naming: Naming) -> list[Record]:
    """The records with these ids, in their order."""
    match asked.kind:
        case "alerts":
            return [naming.record(each) for each in items.alert_items(db, ids)]
        case "stories":
            return [naming.record(each) for each in items.story_items(db, ids)]
        case "entries":
            return [naming.record(each) for each in items.entry_items(db, ids, asked.signals)]


async def export(
    database: Database, asked: Selection, edition: Edition, form: Format, out: BinaryIO
) -> int:
    """Write all that are asked for to `out`, off the event loop; returns how many there were."""
    rows = 0
    writer = await asyncio.to_thread(form.make, out, edition)
    async for batch in batches(database, asked, edition.naming):
        rows += len(batch)
        await asyncio.to_thread(writer.write, batch)
    await asyncio.to_thread(writer.close)
    return rows
