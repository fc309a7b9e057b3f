"""Transactions of the writing thread. Those that wait for it are committed together.

A commit is on the disk when it ends, which takes longer than most of what is written: twenty polls
that found nothing new were twenty waits for the disk, one after the other. What waits is done in
its order, each for itself between savepoints, so that what fails undoes nothing but itself, and
nobody is told of theirs before all of it is on the disk.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlite_utils import Database as SqliteConnection

from storage.connection import Connection
from storage.file.errors import FILE_ERRORS, StorageDamaged, StorageError, translate
from storage.rows import Unreadable

T = TypeVar("T")

MOST_TOGETHER = 50
LONGEST_TOGETHER = 0.02
"""Seconds after which nothing more is taken into a commit: who came first waits for all of it."""


@dataclass(slots=True, eq=False)
class _Asked:
    """What somebody wants written, and what came of it."""

    fn: Callable[[Connection], Any]
    outcome: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None


class WaitingWrites:
    """What waits for the writing thread, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._waiting: deque[_Asked] = deque()

    def add(self, fn: Callable[[Connection], T]) -> asyncio.Future[T]:
        """Called in an event loop. `commit_some` is to be called once for each that is added."""
        loop = asyncio.get_running_loop()
        asked = _Asked(fn, loop.create_future(), loop)
        self._waiting.append(asked)
        return asked.outcome

    def commit_some(self, connection: SqliteConnection | None) -> list[BaseException]:
        """Write what waits, if it was not written with what was asked for before it: at least the
        first; what went wrong. Called in the writing thread; `connection` is None once the
        database is closed."""
        taken: list[_Asked] = []
        try:
            if connection is not None:
                self._commit(connection, taken)
            elif self._waiting:
                taken.append(self._waiting.popleft())
                raise StorageError("the database is closed")
        except BaseException as error:  # noqa: BLE001 - whatever it is, those who wait are told
            for asked in taken:
                asked.error = error
        for loop in {asked.loop for asked in taken}:
            mine = [asked for asked in taken if asked.loop is loop]
            if not loop.is_closed():
                loop.call_soon_threadsafe(_answer, mine)
        return [asked.error for asked in taken if asked.error is not None]

    def _commit(self, connection: SqliteConnection, taken: list[_Asked]) -> None:
        """Raises what undid all that was ``taken`` so far."""
        if not self._waiting:
            return
        first = self._waiting.popleft()
        taken.append(first)
        ends = time.monotonic() + LONGEST_TOGETHER

        def write(db: Connection) -> None:
            # Nothing stands before it that it could undo: what takes long is alone, and as fast as
            # without any other.
            first.result = first.fn(db)
            _require_transaction(connection)
            while self._waiting and len(taken) < MOST_TOGETHER and time.monotonic() < ends:
                taken.append(self._waiting.popleft())
                _between_savepoints(connection, taken[-1])

        in_transaction(connection, write)


def _answer(written: Sequence[_Asked]) -> None:
    for asked in written:
        if asked.outcome.cancelled():
            continue
        if asked.error is None:
            asked.outcome.set_result(asked.result)
        else:
            asked.outcome.set_exception(as_raised(asked.error))


def _between_savepoints(connection: SqliteConnection, asked: _Asked) -> None:
    """Raises what undid the whole transaction."""
    connection.conn.execute("SAVEPOINT own")
    try:
        asked.result = asked.fn(connection)
        _require_transaction(connection)
    except BaseException as error:
        if not connection.conn.in_transaction:
            raise  # as SQLite does where the disk is full
        asked.error = error
        connection.conn.execute("ROLLBACK TO own")
    connection.conn.execute("RELEASE own")


def in_transaction(connection: SqliteConnection, fn: Callable[[Connection], T]) -> T:
    """Run `fn` between BEGIN IMMEDIATE and COMMIT; any exception undoes all of it."""
    connection.conn.execute("BEGIN IMMEDIATE")
    try:
        result = fn(connection)
        _require_transaction(connection)
        connection.conn.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    return result


def _require_transaction(connection: SqliteConnection) -> None:
    if not connection.conn.in_transaction:
        raise StorageError("a store function ended the transaction it was called in")


def as_raised(error: BaseException) -> BaseException:
    """What is raised for an error: what it means for the file, where that is known."""
    known: StorageError | None = None
    if isinstance(error, Unreadable):
        known = StorageDamaged(f"{error}; restore a backup")
    elif isinstance(error, FILE_ERRORS):
        known = translate(error)
    if known is None:
        return error
    known.__cause__ = error
    return known
