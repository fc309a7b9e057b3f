"""One SQLite file: one thread that writes, a few that read, and nothing half done.

SQLite connections belong to the thread that made them, and sqlite-utils' own transactions are
deferred (they can fail with "busy" half-way). So every write goes through one thread, in a
`BEGIN IMMEDIATE` transaction, and is kept or undone as a whole (`writing`). Whoever reads has a
connection to itself meanwhile: what somebody asks the bot does not wait for the look at a long
outbox.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from sqlite_utils import Database as SqliteConnection

from storage.connection import Connection
from storage.database import Database
from storage.file.errors import FILE_ERRORS, StorageError, StorageTooNew
from storage.file.files import make_folder, settle, settle_folder
from storage.file.migrations import MIGRATIONS
from storage.file.presence import Loss, OpenedFile
from storage.file.writing import WaitingWrites, as_told, in_transaction
from storage.rows import Unreadable

T = TypeVar("T")

BUSY_TIMEOUT_MS = 5_000
# Each part of the service reads one thing at a time: dispatch, polling, metrics, commands.
READERS = 4


class FileDatabase(Database):
    """The door to the file."""

    def __init__(self, path: Path) -> None:
        """Use `await FileDatabase.open(path)`."""
        self.path = path
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="marsad-write")
        self._reader = ThreadPoolExecutor(READERS, thread_name_prefix="marsad-read")
        self._write_connection: SqliteConnection | None = None
        self._waiting = WaitingWrites()
        self._read_connections: SimpleQueue[SqliteConnection] = SimpleQueue()
        self._readable = False
        self._file: OpenedFile | None = None

    @classmethod
    async def open(
        cls, where: Path | str, *, path: Path | None = None, busy_timeout_ms: int = BUSY_TIMEOUT_MS
    ) -> FileDatabase:
        """Create the file if needed, bring it up to date, and open it; `path` says nothing here.

        Raises StorageTooNew for a file of a newer Marsad, StorageDamaged for something that
        is not a database, StorageBusy and StorageFull as `write` does.
        """
        path = Path(where)
        database = cls(path)

        def open_writer() -> None:
            make_folder(path.parent)
            # The file holds who reads what: for its owner's eyes from the first byte on.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            database._write_connection = connect(path, busy_timeout_ms=busy_timeout_ms)
            migrate(database._write_connection)
            database._file = OpenedFile.at(path)

        def open_readers() -> None:
            for _ in range(READERS):
                connection = connect(
                    path, busy_timeout_ms=busy_timeout_ms, query_only=True, one_thread=False
                )
                database._read_connections.put(connection)
            database._readable = True

        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(database._writer, _translated, open_writer)
            await loop.run_in_executor(database._reader, _translated, open_readers)
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """In a reading thread: see `Database.read`."""

        def run() -> T:
            if not self._readable:
                raise StorageError("the database is closed")
            connection = self._read_connections.get()  # as many as threads: none waits
            try:
                connection.conn.execute("BEGIN")
                return fn(connection)
            finally:
                connection.rollback()
                self._read_connections.put(connection)

        return await asyncio.get_running_loop().run_in_executor(self._reader, _translated, run)

    def submit(self, fn: Callable[[Connection], T]) -> asyncio.Future[T]:
        """In the writing thread: see `Database.submit`."""
        asked = self._waiting.add(fn)
        self._writer.submit(lambda: self._waiting.commit_some(self._write_connection))
        return asked

    async def check_within(self, seconds: float | None) -> list[str] | None:
        """As `check`; None where so many seconds were not enough: a large file takes minutes."""

        def run() -> list[str] | None:
            connection = connect(self.path, query_only=True)
            ends = None if seconds is None else time.monotonic() + seconds
            try:
                if ends is not None:
                    connection.conn.set_progress_handler(lambda: time.monotonic() > ends, 10_000)
                return problems_of(connection)
            except sqlite3.OperationalError:
                if ends is not None and time.monotonic() > ends:
                    return None
                raise
            finally:
                connection.close()

        return await asyncio.to_thread(_translated, run)

    def loss(self) -> Loss | None:
        """What became of the file since it was opened; None while it is in its place."""
        return self._file.loss() if self._file is not None else None

    async def rescue(self, target: Path) -> None:
        """Write all that this process still has of a lost file to `target`, in place of an older
        rescue. Raises StorageError when it cannot be written."""

        def run() -> None:
            connection = self._write_connection
            if connection is None:
                raise StorageError("the database is closed")
            partial = target.with_name(target.name + ".partial")
            try:
                partial.unlink(missing_ok=True)
                connection.conn.execute("VACUUM INTO ?", (str(partial),))
                settle(partial)
                partial.replace(target)
                settle_folder(target.parent)
            except OSError as error:
                raise StorageError(f"{target} cannot be written: {error.strerror}") from error

        await asyncio.get_running_loop().run_in_executor(self._writer, _translated, run)

    async def close(self) -> None:
        """Finish what is queued, then close. Calling it twice is fine."""

        def close_all() -> None:
            self._reader.shutdown(wait=True)
            self._readable = False
            while not self._read_connections.empty():
                self._read_connections.get().close()
            if self._write_connection is not None:
                self._writer.submit(self._close_writer).result()
            self._writer.shutdown(wait=True)

        await asyncio.to_thread(close_all)

    def _close_writer(self) -> None:
        connection, self._write_connection = self._write_connection, None
        if connection is not None:
            connection.close()


def connect(
    path: Path,
    *,
    busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    query_only: bool = False,
    one_thread: bool = True,
) -> SqliteConnection:
    """A connection with Marsad's settings: for the calling thread, or for one after another."""
    timeout = busy_timeout_ms / 1000
    # No transactions but ours: Python would begin one before a statement, also outside `write`.
    connection = SqliteConnection(
        sqlite3.connect(
            str(path), timeout=timeout, check_same_thread=one_thread, isolation_level=None
        )
    )
    try:
        # FULL: at a few writes a second it costs nothing, and a power cut loses nothing.
        for pragma in ("foreign_keys=ON", "synchronous=FULL", f"busy_timeout={busy_timeout_ms}"):
            connection.execute(f"PRAGMA {pragma}")
        if query_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.enable_wal()
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: SqliteConnection) -> None:
    """Apply every missing step, all or none. Raises StorageTooNew for unknown steps, StorageError
    for the file of another program."""
    known = {step.name for step in MIGRATIONS.pending(SqliteConnection(memory=True))}
    applied = MIGRATIONS.applied(connection)
    if not applied and (others := connection.table_names()):
        raise StorageError(
            f"the file is another program's database (with the table {others[0]}); "
            "name another data directory"
        )
    unknown = [step.name for step in applied if step.name not in known]
    if unknown:
        raise StorageTooNew(
            f"the database was written by a newer version (steps {', '.join(unknown)}); "
            "update Marsad, or restore a backup made by this version"
        )
    if MIGRATIONS.pending(connection):
        in_transaction(connection, lambda _: MIGRATIONS.apply(connection))


def problems_of(connection: Connection) -> list[str]:
    """Broken pages, indexes and references, in words; [] when there are none."""
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check").fetchall()]
    problems = [] if found == ["ok"] else found
    for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchall():
        problems.append(f"{table} row {rowid} refers to a missing row of {parent}")
    return problems


def _translated(fn: Callable[[], T]) -> T:
    try:
        return fn()
    except (Unreadable, *FILE_ERRORS) as error:
        told = as_told(error)
        if told is error:
            raise
        raise told from error
