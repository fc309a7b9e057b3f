"""The database that a file is moved into: filled in one transaction, and read back in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from psycopg import Cursor
from psycopg.types.string import StrDumper

from storage.dialects import words_of
from storage.file.errors import StorageBusy, StorageError
from storage.moving.source import SEARCH
from storage.postgres.connection import PostgresConnection, connect
from storage.postgres.schema import WRITE_LOCK, migrate

_SEEDED = ("story_changes", "outbox_over")
"""Tables that an empty database has rows in."""
# What checks each row as it comes, and finds rows: taken off and put back, it reads all at once.
_REFERENCES = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY (%s::regclass[]) ORDER BY conname"""
_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i
    WHERE i.indrelid = ANY (%s::regclass[])
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
    ORDER BY 1"""


class Target:
    """A database whose transaction is under way from `begin` to `commit`."""

    def __init__(self, url: str) -> None:
        """Raises StorageError and psycopg.Error."""
        self._db: PostgresConnection = connect(url)
        self._put_back: list[str] = []

    def begin(self) -> None:
        """Give it its shape, and let nobody else write from here on."""
        # A large table takes as long as it takes.
        self._db.run("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        migrate(self._db)
        self._db.run("BEGIN")
        self._db.run(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")

    def close(self) -> None:
        """Close it; what is not committed is undone."""
        self._db.close()

    def refuse_unless_empty(self, tables: Iterable[str]) -> None:
        """Raises StorageError where one of the tables has rows, StorageBusy where a Marsad has the
        database open."""
        others = self._db.run("""
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND application_name = 'marsad' AND pid <> pg_backend_pid()""").fetchone()
        if others and others[0]:
            raise StorageBusy("another Marsad has the PostgreSQL database open; stop it first")
        known = {row[0] for row in self._db.run(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")}  # fmt: skip
        for table in tables:
            if table not in known:
                raise StorageError(f"the PostgreSQL database has no table {table}")
            if table in _SEEDED:
                continue
            if self._db.run(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone():  # noqa: S608
                raise StorageError(
                    f"the PostgreSQL database is not empty ({table} has rows); "
                    "move the file into an empty one"
                )

    def bare(self, tables: list[str]) -> None:
        """Take off what looks at every row: references, indexes and triggers. `dress` puts it
        back."""
        for table in tables:
            self._db.run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            self._put_back.append(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
        references = self._db.conn.execute(_REFERENCES, [tables]).fetchall()
        indexes = self._db.conn.execute(_INDEXES, [tables]).fetchall()
        for table, name, said in references:
            self._db.run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            self._put_back.insert(0, f"ALTER TABLE {table} ADD CONSTRAINT {name} {said}")
        for name, said in indexes:
            self._db.run(f"DROP INDEX {name}")
            self._put_back.insert(0, said)
        for table in _SEEDED:
            self._db.run(f"DELETE FROM {table}")  # noqa: S608

    def dress(self) -> None:
        """Put back what `bare` took off."""
        for statement in self._put_back:
            self._db.run(statement)

    def copy_in(self, table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
        """Store these rows, one after another."""
        self._copy(f'COPY "{table}" ({_listed(columns)}) FROM STDIN', rows)

    def copy_words(self, words: Iterable[tuple[int, str, str]]) -> None:
        """Store what entries are found by: their words as PostgreSQL's index has them."""
        self._db.run("CREATE TEMP TABLE moved (id BIGINT, words TEXT[], also TEXT[])")
        parted = ((entry, words_of(first), words_of(also)) for entry, first, also in words)
        self._copy("COPY moved (id, words, also) FROM STDIN", parted)
        self._db.run(
            f"INSERT INTO {SEARCH} (rowid, found) "  # noqa: S608
            "SELECT id, search_vector(words, also) FROM moved"
        )
        self._db.run("DROP TABLE moved")

    def rows(self, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
        """The rows as they are stored now."""
        asked = f'SELECT {_listed(columns)} FROM "{table}"'  # noqa: S608
        described = self._db.run(f"{asked} LIMIT 0").description or []
        with self._cursor().copy(f"COPY ({asked}) TO STDOUT") as copy:
            copy.set_types([column.type_code for column in described])
            yield from copy.rows()

    def continue_ids(self, last_ids: dict[str, int]) -> None:
        """Let each table that gives ids go on behind the largest, and behind the last given."""
        given = self._db.run("""
            SELECT table_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND is_identity = 'YES'
                AND column_name = 'id' AND table_name <> 'marsad_steps'""").fetchall()
        for (table,) in given:
            self._db.conn.execute(
                f"""
                SELECT setval(pg_get_serial_sequence(%s, 'id'), last) FROM (
                    SELECT greatest(%s, (SELECT max(id) FROM "{table}")) AS last) AS found
                WHERE last > 0""",  # noqa: S608
                [table, last_ids.get(table, 0)],
            )

    def commit(self) -> None:
        """Keep all of it, and count it for the planner."""
        self._db.run("COMMIT")
        self._db.run("ANALYZE")

    def _copy(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with self._cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def _cursor(self) -> Cursor[Any]:
        cursor: Cursor[Any] = self._db.conn.cursor()
        # Nothing is left to be replaced in the texts: psycopg's own way is the fast one.
        cursor.adapters.register_dumper(str, StrDumper)
        return cursor


def _listed(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
