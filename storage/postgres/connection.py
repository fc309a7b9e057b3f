"""A connection to PostgreSQL that stores use as they use the file's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import ClientCursor
from psycopg.adapt import Dumper, Loader
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumper

from storage.postgres.address import checked, unreadable
from storage.postgres.statements import for_postgres
from storage.rows import Many, Numbers

LOCK_TIMEOUT_MS = 5_000


class PostgresConnection:
    """Runs statements in the order in which they come. Inside a transaction those of which nothing
    is asked wait for the next one, and go to the server with it: each time that it is asked takes
    longer than most statements."""

    is_postgres = True

    def __init__(self, conn: psycopg.Connection[Any]) -> None:
        self.conn: Any = conn
        self._waiting: list[str] = []

    def execute(
        self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None, /
    ) -> psycopg.Cursor[Any]:
        """Run a store's statement, which is put into PostgreSQL's words."""
        if self._waiting:
            return self._last_of([self._text(sql, parameters)])
        said, parameters = _said(sql, parameters)
        cursor: psycopg.Cursor[Any] = self.conn.execute(said, parameters)
        return cursor

    def run_later(self, sql: str, parameters: Sequence[Any] | dict[str, Any]) -> None:
        """Run a store's statement at the latest before the next one, of which nothing is asked."""
        if self.conn.info.transaction_status != TransactionStatus.INTRANS:
            self.execute(sql, parameters)
            return
        self._waiting.append(self._text(sql, parameters))

    def execute_each(
        self, asked: Sequence[tuple[str, dict[str, Any]]]
    ) -> Iterator[psycopg.Cursor[Any]]:
        """Run several of a store's statements, and go through what became of each."""
        texts, before = [self._text(*each) for each in asked], len(self._waiting)
        cursor = self._sent(texts)
        for _ in range(before):
            cursor.nextset()
        for _ in texts:
            yield cursor
            cursor.nextset()

    def run(self, sql: str) -> psycopg.Cursor[Any]:
        """Run a statement of PostgreSQL's own, as it is."""
        return self._last_of([sql])

    def rollback(self) -> None:
        """Undo what was begun, if anything was and the server is still there."""
        self._waiting.clear()
        if not self.conn.closed:
            self.conn.execute("ROLLBACK")

    def close(self) -> None:
        self.conn.close()

    def _text(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None) -> str:
        """The statement with its parameters, as it is sent."""
        said: str = ClientCursor(self.conn).mogrify(*_said(sql, parameters))
        return said

    def _last_of(self, texts: Sequence[str]) -> psycopg.Cursor[Any]:
        cursor = self._sent(texts)
        while cursor.nextset():
            pass
        return cursor

    def _sent(self, texts: Sequence[str]) -> psycopg.Cursor[Any]:
        """Send what waits, and these, as one text: PostgreSQL runs one after another, each on what
        is there by then, up to the first that fails."""
        texts = [*self._waiting, *texts]
        self._waiting.clear()
        cursor: psycopg.Cursor[Any] = self.conn.execute(";\n".join(texts))
        return cursor


def _said(
    sql: str, parameters: Sequence[Any] | dict[str, Any] | None
) -> tuple[str, Sequence[Any] | dict[str, Any]]:
    said = for_postgres(sql)
    if isinstance(parameters, dict) and "%(" not in said:
        parameters = None  # SQLite forgives those that nothing asks for
    return said, parameters or {}


def connect(
    url: str, *, read_only: bool = False, lock_timeout_ms: int = LOCK_TIMEOUT_MS
) -> PostgresConnection:
    """A connection with Marsad's settings. Raises psycopg.Error, and StorageError for what is no
    address."""
    address = checked(url)
    try:
        # Parameters are put into the text: a statement then needs no types for what may be NULL.
        conn = psycopg.connect(
            address,
            autocommit=True,
            cursor_factory=ClientCursor,
            application_name="marsad",
            connect_timeout=10,
            # A server that went away without a word is noticed within a minute.
            keepalives_idle=20,
            keepalives_interval=10,
            keepalives_count=3,
        )
    except psycopg.ProgrammingError:
        raise unreadable() from None
    try:
        conn.execute(
            f"SET lock_timeout = {int(lock_timeout_ms)}; SET timezone = 'UTC'; "
            f"SET standard_conforming_strings = on; SET jit = off; "
            f"SET default_transaction_read_only = {'on' if read_only else 'off'}"
        )
    except BaseException:
        conn.close()
        raise
    adapters = conn.adapters
    adapters.register_dumper(bool, _BoolDumper)
    adapters.register_dumper(str, _TextDumper)
    adapters.register_dumper(Many, _ManyDumper)
    adapters.register_dumper(Numbers, _NumbersDumper)
    adapters.register_loader("numeric", _NumberLoader)
    return PostgresConnection(conn)


class _BoolDumper(Dumper):
    """'1' and '0': a number where a column holds one, a condition where one is asked for."""

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"

    def quote(self, obj: bool) -> bytes:
        return b"'1'" if obj else b"'0'"


class _TextDumper(StrDumper):
    """Text without NUL, which PostgreSQL cannot store."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class _ManyDumper(_TextDumper):
    """A collection as an array; a collection of lists as its JSON."""

    def quote(self, obj: Many) -> bytes:
        if any(isinstance(each, list | tuple) for each in obj.values):
            return bytes(super().quote(str(obj)))
        quoted = b",".join(bytes(super(_ManyDumper, self).quote(str(each))) for each in obj.values)
        return b"ARRAY[" + quoted + b"]::TEXT[]"


class _NumbersDumper(_TextDumper):
    """Whole numbers as an array."""

    def quote(self, obj: Numbers) -> bytes:
        joined = ",".join(str(int(str(each))) for each in obj.values)
        return f"'{{{joined}}}'::BIGINT[]".encode()


class _NumberLoader(Loader):
    """Sums of whole numbers are whole numbers, as SQLite has them."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)
