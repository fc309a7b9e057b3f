"""Several processes and machines on one PostgreSQL, behind the same door as the file.

Writes of all processes go one after another: each takes one advisory lock first. That is what the
file does as well, and what ids that grow as they are committed, and stories that are told once,
rely on. Reads go beside them, each on a snapshot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

import psycopg

from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageDamaged, StorageError
from storage.file.presence import Loss
from storage.postgres.connection import LOCK_TIMEOUT_MS, PostgresConnection, connect
from storage.postgres.errors import translate
from storage.postgres.schema import WRITE_LOCK, migrate
from storage.rows import Unreadable

T = TypeVar("T")

# Each part of the service reads one thing at a time: dispatch, polling, metrics, commands.
READERS = 4
# Seconds that a process may be silent in the middle of a write before the server undoes it: one
# that hangs (a frozen machine, SIGSTOP) keeps all others from writing for as long.
SILENT_IN_A_WRITE = 20


class PostgresDatabase(Database):
    """A database of Marsad's on a server. Connections that broke are made anew by whoever comes
    next; what was being written fails, for nobody can tell whether it was."""

    on_server = True

    def __init__(self, url: str, path: Path, lock_timeout_ms: int) -> None:
        """Use `await PostgresDatabase.open(url)`."""
        self.path = path
        self._url = url
        self._lock_timeout_ms = lock_timeout_ms
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="marsad-write")
        self._reader = ThreadPoolExecutor(READERS, thread_name_prefix="marsad-read")
        self._write_connection: PostgresConnection | None = None
        self._read_connections: SimpleQueue[PostgresConnection | None] = SimpleQueue()
        self._open = False
        self._fence: Callable[[Connection], None] | None = None

    @classmethod
    async def open(
        cls, where: Path | str, *, path: Path | None = None, busy_timeout_ms: int = LOCK_TIMEOUT_MS
    ) -> PostgresDatabase:
        """Bring the database at that URL up to date and open it; `path` is where a file would be.

        Raises StorageTooNew for a database of a newer Marsad, StorageDamaged for one of another
        program, StorageError where the server cannot be reached.
        """
        database = cls(str(where), path or Path("marsad.sqlite"), busy_timeout_ms)

        def open_writer() -> None:
            database._write_connection = database._connected(read_only=False)
            migrate(database._write_connection)

        for _ in range(READERS):
            database._read_connections.put(None)  # made when somebody reads
        try:
            await asyncio.get_running_loop().run_in_executor(
                database._writer, _translated, open_writer
            )
        except BaseException:
            await database.close()
            raise
        database._open = True
        return database

    async def read(self, fn: Callable[[Connection], T]) -> T:
        def read_on(connection: PostgresConnection) -> T:
            connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                return fn(connection)
            finally:
                connection.rollback()

        def run() -> T:
            if not self._open:
                raise StorageError("the database is closed")
            kept = self._read_connections.get()
            try:
                connection = kept = self._usable(kept, read_only=True)
                try:
                    return read_on(connection)
                except psycopg.OperationalError:
                    if not connection.conn.closed:
                        raise
                # It broke while nobody used it, or just now; to read again changes nothing.
                connection = kept = self._connected(read_only=True)
                return read_on(connection)
            finally:
                self._read_connections.put(kept)

        return await asyncio.get_running_loop().run_in_executor(self._reader, _translated, run)

    def submit(self, fn: Callable[[Connection], T]) -> asyncio.Future[T]:
        def run() -> T:
            if not self._open:
                raise StorageError("the database is closed")
            connection = self._usable(self._write_connection, read_only=False)
            try:
                begin(connection)
            except psycopg.errors.LockNotAvailable:
                raise
            except psycopg.OperationalError:  # it broke while nobody wrote
                connection = self._connected(read_only=False)
                begin(connection)
            self._write_connection = connection
            return finish(connection, fn, self._fence)

        return asyncio.get_running_loop().run_in_executor(self._writer, _translated, run)

    def fence(self, check: Callable[[Connection], None]) -> None:
        self._fence = check

    async def check_within(self, seconds: float | None) -> list[str] | None:
        """Whether the server answers: what is on its disks is its own to check."""
        await self.read(lambda db: db.execute("SELECT 1").fetchone())
        return []

    def loss(self) -> Loss | None:
        return None

    async def rescue(self, target: Path) -> None:
        raise StorageError("the database is on a server; back it up there (pg_dump)")

    async def close(self) -> None:
        def close_all() -> None:
            self._open = False
            self._reader.shutdown(wait=True)
            while not self._read_connections.empty():
                connection = self._read_connections.get()
                if connection is not None:
                    connection.close()
            self._writer.shutdown(wait=True)
            if self._write_connection is not None:
                self._write_connection.close()
                self._write_connection = None

        await asyncio.to_thread(close_all)

    def _connected(self, *, read_only: bool) -> PostgresConnection:
        made = connect(self._url, read_only=read_only, lock_timeout_ms=self._lock_timeout_ms)
        if not read_only:
            made.run(f"SET idle_in_transaction_session_timeout = '{SILENT_IN_A_WRITE}s'")
        return made

    def _usable(self, kept: PostgresConnection | None, *, read_only: bool) -> PostgresConnection:
        if kept is None or kept.conn.closed:
            return self._connected(read_only=read_only)
        return kept


def in_transaction(connection: PostgresConnection, fn: Callable[[Connection], T]) -> T:
    """Run `fn` in one transaction that no other writer runs beside; any exception undoes it."""
    begin(connection)
    return finish(connection, fn)


def begin(connection: PostgresConnection) -> None:
    """Begin a transaction, and wait until no other writer is in one."""
    try:
        # Every statement behind this sees what the writer before committed.
        connection.run(f"BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK})")
    except BaseException:
        connection.rollback()
        raise


def finish(
    connection: PostgresConnection,
    fn: Callable[[Connection], T],
    fence: Callable[[Connection], None] | None = None,
) -> T:
    """Run `fn` in the transaction that was begun, and commit it; any exception undoes it.

    `fence` is asked first, and raises where this process may write no more.
    """
    try:
        if fence is not None:
            fence(connection)
        result = fn(connection)
        status = connection.conn.info.transaction_status
        if status != psycopg.pq.TransactionStatus.INTRANS:
            raise StorageError("a store function ended the transaction it was called in")
        connection.run("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return result


def _translated(fn: Callable[[], T]) -> T:
    try:
        return fn()
    except Unreadable as error:
        raise StorageDamaged(f"{error}; restore a backup") from error
    except psycopg.Error as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error
