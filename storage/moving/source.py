"""The file that is moved: read as it was at one moment, and never written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database as SqliteConnection

from storage.file.errors import StorageBusy, StorageDamaged, StorageError, StorageTooNew
from storage.file.migrations import MIGRATIONS
from storage.moving.texts import plain, plain_json

SEARCH = "search_words"
"""The index of entries' words, which each database keeps in its own way."""
LEASES = "leases"
"""Who serves a database: not who serves the other."""
_OWN = ("sqlite_", "_sqlite_", SEARCH, LEASES)


class Source:
    """An opened file. What of its texts a server cannot store is replaced as it is read."""

    def __init__(self, path: Path) -> None:
        """Raises StorageError for what cannot be moved, in words."""
        self.path = path
        self.mended = 0
        """Texts that were changed so far."""
        if not path.is_file():
            raise StorageError(f"there is no database at {path}; nothing to move")
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None
        )
        try:
            self._db.execute("PRAGMA busy_timeout = 5000")
            self._version = self._data_version()
            self._db.execute("BEGIN")
            self._check()
        except BaseException:
            self._db.close()
            raise
        self._db.text_factory = self._text

    def close(self) -> None:
        self._db.close()

    def tables(self) -> dict[str, list[str]]:
        """Every table whose rows are moved, with the columns that hold something of their own."""
        names = [
            name
            for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(_OWN)
        ]
        return {
            name: [
                column
                for (column, hidden) in self._db.execute(
                    "SELECT name, hidden FROM pragma_table_xinfo(?)", (name,)
                )
                if not hidden
            ]
            for name in sorted(names)
        }

    def rows(self, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        """The rows of a table, one after another."""
        holding = [place for place, name in enumerate(columns) if name.endswith("_json")]
        named = ", ".join(f'"{column}"' for column in columns)
        for row in self._db.execute(f'SELECT {named} FROM "{table}"'):  # noqa: S608 our own names
            yield self._with_json(row, holding) if holding else row

    def words(self) -> Iterator[tuple[int, str, str]]:
        """What is searched for of each entry: its id, its words, and those without a letter."""
        yield from self._db.execute(f"SELECT rowid, words, also FROM {SEARCH}")  # noqa: S608

    def count(self, table: str) -> int:
        """How many rows a table has."""
        found = self._db.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
        return int(found[0])

    def last_ids(self) -> dict[str, int]:
        """By table, the last id that was given, also to a row that is gone."""
        rows = self._db.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        return {name: seq for name, seq in rows if seq}

    def end(self) -> None:
        """Be done with reading. Raises StorageBusy when somebody wrote meanwhile."""
        self._db.execute("COMMIT")
        if self._data_version() != self._version:
            raise StorageBusy(
                f"{self.path} was written to meanwhile; stop what uses it and move it again"
            )

    def _data_version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def _check(self) -> None:
        """Whether it is a sound database of exactly this version."""
        sqlite = SqliteConnection(self._db)
        done = [step.name for step in MIGRATIONS.applied(sqlite)]
        if not done:
            raise StorageDamaged(f"{self.path} is a database, but none of Marsad's")
        known = [step.name for step in MIGRATIONS.pending(SqliteConnection(memory=True))]
        newer = [name for name in done if name not in known]
        if newer:
            raise StorageTooNew(
                f"{self.path} was written by a newer version (steps {', '.join(newer)}); "
                "update Marsad"
            )
        if len(done) < len(known):
            raise StorageError(
                f"{self.path} was written by an older version, and moving changes nothing in it: "
                "start this Marsad on it once without MARSAD_DATABASE_URL (marsad backup first), "
                "stop it, then move it"
            )
        broken = self._db.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            table, rowid, parent, _ = broken
            raise StorageDamaged(
                f"{self.path} is damaged: {table} row {rowid} refers to a missing row of {parent}"
            )

    def _text(self, raw: bytes) -> str:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self.mended += 1
            return plain(raw)
        if "\0" in text:
            self.mended += 1
            return plain(raw)
        return text

    def _with_json(self, row: tuple[Any, ...], holding: list[int]) -> tuple[Any, ...]:
        values = list(row)
        for place in holding:
            if isinstance(values[place], str):
                mended = plain_json(values[place])
                self.mended += mended is not values[place]
                values[place] = mended
        return tuple(values)
