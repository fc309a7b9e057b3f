"""The door to a server: all or nothing, one writer at a time over all processes, broken
connections, and databases that are none of ours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlite_utils import Database as SqliteConnection

from storage import alerts, dialects
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageBusy, StorageDamaged, StorageError, StorageTooNew
from storage.file.migrations import MIGRATIONS, STEPS
from storage.news import feeds
from storage.opening import open_database
from storage.postgres.connection import connect
from storage.postgres.database import PostgresDatabase
from storage.postgres.errors import translate
from storage.postgres.schema import WRITE_LOCK, applied, migrate
from storage.rows import fetch, insert_all
from tests import postgres
from tests.storage.make import NOW, add_alert, add_chat, add_feed

pytestmark = pytest.mark.skipif(not postgres.ASKED, reason="no PostgreSQL is asked for")


@pytest.fixture
async def url() -> AsyncIterator[str]:
    with postgres.shaped() as found:
        yield found


@pytest.fixture
async def two(url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' doors to one database."""
    both = [await PostgresDatabase.open(url, busy_timeout_ms=5_000) for _ in range(2)]
    yield both[0], both[1]
    for each in both:
        await each.close()


async def test_a_write_that_fails_changes_nothing(database: Database) -> None:
    def fail(db: Connection) -> None:
        add_feed(db)
        raise KeyError("undone")

    with pytest.raises(KeyError, match="undone"):
        await database.write(fail)
    assert await database.read(feeds.all_states) == []
    await database.write(add_feed)
    assert len(await database.read(feeds.all_states)) == 1


async def test_a_reader_cannot_write_and_sees_one_moment(
    two: tuple[Database, Database],
) -> None:
    ours, theirs = two
    begun, written = threading.Event(), threading.Event()

    def look(db: Connection) -> tuple[int, int]:
        before = len(feeds.all_states(db))
        begun.set()
        assert written.wait(30)
        return before, len(feeds.all_states(db))

    looking = asyncio.ensure_future(ours.read(look))
    await asyncio.to_thread(begun.wait, 30)
    await theirs.write(add_feed)
    written.set()
    assert await looking == (0, 0)
    with pytest.raises(StorageError, match="cannot be written"):
        await ours.read(add_feed)


async def test_ids_grow_as_they_are_committed_whoever_writes(
    two: tuple[Database, Database],
) -> None:
    made = await asyncio.gather(
        *(each.write(lambda db: add_alert(db).id) for _ in range(8) for each in two)
    )
    rows = await two[0].read(lambda db: fetch(db, "SELECT id FROM alerts ORDER BY xmin::text::int"))
    assert [row["id"] for row in rows] == sorted(made) == list(range(1, 17))


async def test_who_waits_too_long_for_a_writer_is_told_it_is_busy(url: str) -> None:
    database = await open_database(url, busy_timeout_ms=50)
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
        with pytest.raises(StorageBusy, match="try again"):
            await database.write(add_feed)
    await database.write(add_feed)
    await database.close()


async def test_a_connection_that_broke_is_made_anew(url: str) -> None:
    database = await open_database(url)
    await database.write(add_feed)
    await database.read(feeds.all_states)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'marsad'""")
    await database.write(lambda db: add_feed(db, "second"))
    for _ in range(8):
        assert len(await database.read(feeds.all_states)) == 2
    await database.close()


async def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StorageError, match="cannot be reached") as refused:
        await open_database("postgresql://marsad:hunter2@127.0.0.1:9/marsad")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("database", "user", "said"),
    [
        ("nosuch", "marsad", 'has no such database .database "nosuch" does not exist.; create it'),
        ("postgres", "nosuch", 'refuses the user .role "nosuch" does not exist.; check name'),
        ("postgres", "locked", 'refuses the user .role "locked" is not permitted to log in.'),
    ],
)
async def test_a_server_that_runs_and_refuses_says_what_to_mend(
    database: str, user: str, said: str
) -> None:
    if "{}" not in postgres.server():
        pytest.skip("a server of others")
    with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as db:
        db.execute("DROP ROLE IF EXISTS locked")
        db.execute("CREATE ROLE locked NOLOGIN")
    address = postgres.url_of(database).replace("marsad@", f"{user}@")
    with pytest.raises(StorageError, match=said):
        await open_database(address)


def test_no_place_for_one_more_is_busy() -> None:
    full = psycopg.OperationalError(
        "connection to server failed: FATAL:  sorry, too many clients already"
    )
    assert isinstance(translate(full), StorageBusy)
    starting = psycopg.OperationalError("failed: FATAL:  the database system is starting up")
    assert "is it running?" in str(translate(starting))


def test_an_empty_database_gets_its_shape_once_and_knows_all_steps() -> None:
    with postgres.fresh() as place:
        db = connect(place)
        migrate(db)
        steps = applied(db)
        migrate(db)
        assert applied(db) == steps == [step.__name__ for step in STEPS]
        db.close()


def test_tables_of_another_program_are_left_alone() -> None:
    with postgres.fresh() as place:
        db = connect(place)
        db.run("CREATE TABLE theirs (id INT)")
        with pytest.raises(StorageDamaged, match="another program"):
            migrate(db)
        assert applied(db) == []
        db.close()


async def test_a_newer_database_is_refused_untouched(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("INSERT INTO marsad_steps (name) VALUES ('m999_later')")
        try:
            with pytest.raises(StorageTooNew, match="m999_later"):
                await open_database(url)
        finally:
            other.execute("DELETE FROM marsad_steps WHERE name = 'm999_later'")


def test_its_tables_have_the_columns_of_the_files(db: Connection) -> None:
    file = SqliteConnection(memory=True)
    MIGRATIONS.apply(file)

    def shape(found: Connection) -> set[tuple[str, str, bool]]:
        keys = {"_sqlite_migrations", "marsad_steps"}
        return {
            (row["tab"], row["col"], bool(row["needed"]))
            for row in dialects.columns_of_tables(found)
            if row["tab"] not in keys
            and not row["tab"].startswith("search_words")
            # SQLite does not say of keys that they are NOT NULL.
            and (row["tab"], row["col"]) not in primary
            # Nor of columns that are made of others that they are there.
            and (row["tab"], row["col"]) != ("outbox", "queue")
        }

    primary = {
        (table.name, column.name)
        for table in file.tables
        for column in table.columns
        if column.is_pk
    }
    assert shape(file) == shape(db)


def test_a_text_with_nul_is_stored_without_it(db: Connection) -> None:
    add_chat(db, 5, title="a\0b")
    assert fetch(db, "SELECT title FROM chats") == [{"title": "a\ufffdb"}]


def test_an_empty_list_of_ids_and_of_texts_finds_nothing(db: Connection) -> None:
    alert = add_alert(db)
    assert alerts.by_ids(db, []) == {}
    assert alerts.recent(db, [], NOW, 5) == []
    assert alerts.recent(db, None, NOW, 5) == [alert]
    insert_all(db, "alert_signals", [])
