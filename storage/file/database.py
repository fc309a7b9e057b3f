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
from storage.file.errors import FILE_ERRORS, StorageError, StorageTooNew, is_broken
from storage.file.files import make_file, make_folder, settle, settle_folder
from storage.file.migrations import MIGRATIONS
from storage.file.presence import Doubt, Loss, OpenedFile
from storage.file.salvage import salvage
from storage.file.writing import WaitingWrites, as_raised, in_transaction
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
        self._doubt = Doubt(path)
        self._damaged = self._closing = False

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
            except sqlite3.Error as error:
                self._hear(error)
                raise
            finally:
                connection.rollback()
                self._read_connections.put(connection)

        return await asyncio.get_running_loop().run_in_executor(self._reader, _translated, run)

    def submit(self, fn: Callable[[Connection], T]) -> asyncio.Future[T]:
        """In the writing thread: see `Database.submit`."""
        asked = self._waiting.add(fn)
        self._writer.submit(self._commit_some)
        return asked

    def _commit_some(self) -> None:
        self._doubt.before_writing()
        for error in self._waiting.commit_some(self._write_connection):
            self._hear(error)
        self._doubt.after_writing()

    def _hear(self, error: BaseException) -> None:
        if is_broken(error):
            self._doubt.unreadable()

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

    async def damage(self) -> str:
        """What is broken in the file, in words; "" where nothing is, or nothing is in doubt."""
        if self._damaged:
            return ""
        # Where nobody of ours writes meanwhile.
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, self._doubt.before_writing)
        if not self._doubt.take():
            return ""

        def run() -> str:
            try:
                return first_damage(self.path, lambda: self._closing)
            except sqlite3.Error as error:
                if self._closing:
                    raise StorageError("the database is closed") from error
                raise

        try:
            found = await asyncio.to_thread(_translated, run)
        except BaseException:
            self._doubt.give_back()
            raise
        self._damaged = bool(found)
        return found

    async def rescue(self, target: Path) -> None:
        """Write what this process still has of a lost file to `target`, in place of an older
        rescue: all of it, or of a damaged one what can be read. Raises StorageError when it cannot
        be written."""

        def run() -> None:
            connection = self._write_connection
            if connection is None:
                raise StorageError("the database is closed")
            partial = target.with_name(target.name + ".partial")
            try:
                partial.unlink(missing_ok=True)
                if self._damaged:
                    salvage_into(partial, connection)
                else:
                    connection.conn.execute("VACUUM INTO ?", (str(partial),))
                settle(partial)
                partial.replace(target)
                settle_folder(target.parent)
            except OSError as error:
                raise StorageError(f"{target} cannot be written: {error.strerror}") from error
            finally:
                for suffix in ("", "-wal", "-shm", "-journal"):
                    partial.with_name(partial.name + suffix).unlink(missing_ok=True)

        await asyncio.get_running_loop().run_in_executor(self._writer, _translated, run)

    async def close(self) -> None:
        """Finish what is queued, then close. Calling it twice is fine."""

        self._closing = True

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


def first_damage(path: Path, ended: Callable[[], bool]) -> str:
    """The first page that is broken, in SQLite's words; "" when all can be read. Gives up with an
    OperationalError when `ended`."""
    connection = None
    try:
        # A connection of its own has read nothing yet: it sees what is on the disk.
        connection = connect(path, query_only=True)
        connection.conn.set_progress_handler(ended, 10_000)
        found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        if not is_broken(error):
            raise
        found = str(error)
    finally:
        if connection is not None:
            connection.close()
    return "" if found == "ok" else found.rpartition("\n")[2]


def salvage_into(target: Path, source: SqliteConnection) -> None:
    """Make a sound database at `target` of what can be read of a damaged one."""
    make_file(target)
    made = connect(target)
    try:
        migrate(made)
        salvage(source, made)
        if not made.execute("SELECT 1 FROM chats UNION ALL SELECT 1 FROM alerts").fetchone():
            raise StorageError("nothing that matters in it can be read any more")
        # Into the one file: the rename must not leave a part of it behind.
        made.disable_wal()
    finally:
        made.close()


def _translated(fn: Callable[[], T]) -> T:
    try:
        return fn()
    except (Unreadable, *FILE_ERRORS) as error:
        told = as_raised(error)
        if told is error:
            raise
        raise told from error
