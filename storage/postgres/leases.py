"""What one process of several may do: a row with its owner and its end, by the server's clock.

A session's advisory lock would be gone with the connection, and stay for hours when a machine
vanishes. A row stays over a restart of the server, and ends by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import psycopg

from storage.connection import Connection
from storage.file.errors import StorageError
from storage.postgres.connection import PostgresConnection, connect
from storage.postgres.errors import translate
from storage.postgres.schema import migrate
from storage.rows import change, fetch_one

T = TypeVar("T")

_NOW = "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"


@dataclass(frozen=True, slots=True)
class Held:
    """`holder` says to people who it is; `left` is in seconds, negative when it ended."""

    holder: str
    left: float


class LeaseLost(StorageError):
    """Another process has the lease now: this one may write nothing any more."""


class Lease:
    """One lease as one process asks for it, on a connection of its own, so that no long write
    holds it up. Its methods block: call them in a thread, one at a time. They raise StorageError.
    """

    def __init__(self, url: str, name: str, holder: str) -> None:
        self._url = url
        self._name = name
        self._holder = holder
        self._owner = uuid4().hex
        self._connection: PostgresConnection | None = None

    def take(self, seconds: float) -> bool:
        """Take or renew it; False while it is another's."""
        return self._ask(lambda db: take(db, self._name, self._owner, self._holder, seconds))

    def held(self) -> Held | None:
        """Who has it."""
        return self._ask(lambda db: held(db, self._name))

    def release(self) -> None:
        """Let the next one have it at once."""
        self._ask(lambda db: release(db, self._name, self._owner))

    def check(self, db: Connection) -> None:
        """For `Database.fence`. Raises LeaseLost once somebody else took it."""
        if not is_of(db, self._name, self._owner):
            raise LeaseLost("another process does this one's work now: nothing is written any more")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, fn: Callable[[Connection], T]) -> T:
        try:
            if self._connection is None or self._connection.conn.closed:
                self._connection = connect(self._url)
                migrate(self._connection)
            return fn(self._connection)
        except psycopg.Error as error:
            known = translate(error)
            if known is None:
                raise
            raise known from error


def take(db: Connection, name: str, owner: str, holder: str, seconds: float) -> bool:
    """Take or renew it; False while it is another's."""
    taken = change(
        db,
        f"""
        INSERT INTO leases (name, owner, holder, ends)
        VALUES (:name, :owner, :holder, {_NOW} + :seconds)
        ON CONFLICT (name) DO UPDATE
            SET owner = excluded.owner, holder = excluded.holder, ends = excluded.ends
            WHERE leases.owner = excluded.owner OR leases.ends < {_NOW}""",  # noqa: S608
        {"name": name, "owner": owner, "holder": holder, "seconds": seconds},
    )
    return taken > 0


def release(db: Connection, name: str, owner: str) -> None:
    """Let the next one have it at once."""
    db.execute(
        "DELETE FROM leases WHERE name = :name AND owner = :owner", {"name": name, "owner": owner}
    )


def is_of(db: Connection, name: str, owner: str) -> bool:
    """Whether nobody else took it, be it at its end or not."""
    row = fetch_one(
        db,
        "SELECT 1 AS held FROM leases WHERE name = :name AND owner = :owner",
        {"name": name, "owner": owner},
    )
    return row is not None


def held(db: Connection, name: str) -> Held | None:
    row = fetch_one(
        db,
        f"SELECT holder, ends - {_NOW} AS time_left FROM leases WHERE name = :name",  # noqa: S608
        {"name": name},
    )
    return None if row is None else Held(str(row["holder"]), float(row["time_left"]))
