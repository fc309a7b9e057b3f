"""Move a file into an empty PostgreSQL database, all of it or nothing.

Every row is copied with its id in one transaction, read back in it, and compared by number and by
hash before that is kept. The file is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from storage.file.errors import FILE_ERRORS, StorageDamaged, StorageError, translate
from storage.moving.source import SEARCH, Source
from storage.moving.target import Target
from storage.moving.texts import Sum
from storage.postgres.errors import translate as translate_postgres


@dataclass(frozen=True, slots=True)
class MovedTable:
    """What became of a table. `mended`: its texts that PostgreSQL cannot store as they were."""

    name: str
    rows: int
    arrived: int
    hash: str
    arrived_hash: str
    mended: int = 0

    @property
    def is_whole(self) -> bool:
        return (self.rows, self.hash) == (self.arrived, self.arrived_hash)


def move(path: Path, url: str, each: Callable[[MovedTable], None]) -> None:
    """Move the file at `path` into the database at `url`; `each` is told of every table as it has
    been compared.

    Raises StorageError in words for everything that keeps it from being moved: then the database
    is as empty as it was.
    """
    try:
        with closing(Target(url)) as target, closing(Source(path)) as source:
            target.begin()
            tables = source.tables()
            names = [*tables, SEARCH]
            target.refuse_unless_empty(names)
            target.bare(names)
            for name, columns in tables.items():
                _arrived(each, _moved(source, target, name, columns))
            _arrived(each, _moved_words(source, target))
            target.continue_ids(source.last_ids())
            target.dress()
            source.end()
            target.commit()
    except FILE_ERRORS as error:
        raise translate(error) or error from error
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        said = str(error).splitlines()[0]
        raise StorageDamaged(
            f"PostgreSQL refuses what is in {path} ({said}); nothing was moved"
        ) from error
    except psycopg.Error as error:
        raise translate_postgres(error) or error from error


def _moved(source: Source, target: Target, name: str, columns: list[str]) -> MovedTable:
    before = source.mended
    sent, arrived = Sum(), Sum()

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in source.rows(name, columns):
            sent.add(row)
            yield row

    target.copy_in(name, columns, rows())
    for row in target.rows(name, columns):
        arrived.add(row)
    return MovedTable(
        name, sent.rows, arrived.rows, sent.hash, arrived.hash, source.mended - before
    )


def _moved_words(source: Source, target: Target) -> MovedTable:
    """The index: compared by the entries that it has, for a server stems the words itself."""
    sent, arrived = Sum(), Sum()

    def words() -> Iterator[tuple[int, str, str]]:
        for entry, first, also in source.words():
            sent.add((entry,))
            yield entry, first, also

    target.copy_words(words())
    for row in target.rows(SEARCH, ["rowid"]):
        arrived.add(row)
    return MovedTable(SEARCH, sent.rows, arrived.rows, sent.hash, arrived.hash)


def _arrived(each: Callable[[MovedTable], None], table: MovedTable) -> None:
    each(table)
    if not table.is_whole:
        raise StorageError(
            f"{table.name} did not arrive as it is in the file "
            f"({table.rows} rows, {table.arrived} arrived); nothing was moved"
        )
