"""Records in batches, as they stand when their turn comes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from bot.exports.edition import Edition
from bot.exports.naming import Naming
from bot.exports.record import Record
from bot.exports.target import Target
from bot.exports.writing import Format
from storage import finding, items, paging
from storage.connection import Connection
from storage.database import Database
from storage.finding import Cursor, Wanted
from storage.paging import Selection

BATCH = 500
"""Rows that are looked at in one reading."""
IN_MEMORY, PIECE = 1_000_000, 256_000
"""Bytes of a file that is sent as it is written: held in memory, and sent at once."""


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
    rows, target = 0, Target(out)
    try:
        writer = await asyncio.to_thread(form.make, cast("BinaryIO", target), edition)
        async for batch in batches(database, asked, edition.naming):
            rows += len(batch)
            await asyncio.to_thread(writer.write, batch)
        await asyncio.to_thread(writer.close)
    except BaseException:
        target.give_up()
        raise
    return rows


async def found_batches(
    database: Database, wanted: Wanted, naming: Naming, *, size: int = BATCH
) -> AsyncIterator[list[Record]]:
    """The alerts that a question with words finds, the newest first. Raises StorageError."""
    after: Cursor | None = None
    while True:

        def read(
            db: Connection, after: Cursor | None = after
        ) -> tuple[list[Record], Cursor | None]:
            found = finding.cursors(db, wanted, size, after=after)
            rows = items.alert_items(db, [each.alert_id for each in found])
            end = found[-1] if len(found) == size else None
            return [naming.record(each) for each in rows], end

        batch, after = await database.read(read)
        yield batch
        if after is None:
            return


async def streamed(
    found: AsyncIterator[list[Record]], edition: Edition, form: Format
) -> AsyncIterator[bytes]:
    """The file in pieces, as far as it is written: what is long waits on the disk."""
    with SpooledTemporaryFile(IN_MEMORY) as file:
        out = cast(BinaryIO, file)
        writer = await asyncio.to_thread(form.make, out, edition)
        sent = 0

        def written() -> bytes:
            nonlocal sent
            end = out.tell()
            out.seek(sent)
            piece = out.read(PIECE)
            sent += len(piece)
            out.seek(end)
            return piece

        async for batch in found:
            await asyncio.to_thread(writer.write, batch)
            while piece := await asyncio.to_thread(written):
                yield piece
        await asyncio.to_thread(writer.close)
        out.seek(0, os.SEEK_END)
        while piece := await asyncio.to_thread(written):
            yield piece
