"""A file is moved to a server: every row, compared, or nothing; and never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.asking.words import search_of
from storage import alerts
from storage.file.database import connect as open_file
from storage.file.errors import StorageBusy, StorageDamaged, StorageError, StorageTooNew
from storage.file.migrations import MIGRATIONS
from storage.moving import target as targets
from storage.moving.move import MovedTable, move
from storage.moving.source import LEASES, SEARCH
from storage.news import feeds, search
from storage.opening import open_database
from storage.postgres.connection import connect
from storage.postgres.schema import migrate
from storage.rows import fetch
from tests import postgres
from tests.storage.make import NOW, add_alert
from tests.storage.moving.filled import HEADLINE, fill

pytestmark = pytest.mark.skipif(not postgres.ASKED, reason="no PostgreSQL is asked for")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("filled") / "marsad.sqlite"
    fill(path)
    return path.read_bytes()


@pytest.fixture
def file(tmp_path: Path, filled: bytes) -> Path:
    path = tmp_path / "marsad.sqlite"
    path.write_bytes(filled)
    return path


@pytest.fixture
def url() -> Iterator[str]:
    """A database of the present shape without a row."""
    with postgres.shaped() as found:
        yield found


def moved(path: Path, url: str) -> dict[str, MovedTable]:
    said: list[MovedTable] = []
    move(path, url, said.append)
    return {table.name: table for table in said}


def shape(url: str) -> dict[str, list[Any]]:
    """References, indexes and triggers of a database."""
    with psycopg.connect(url) as db:
        return {
            "references": db.execute("""
                SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
                FROM pg_constraint ORDER BY 1, 2""").fetchall(),
            "indexes": db.execute(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
            ).fetchall(),
            "triggers": db.execute("""
                SELECT tgname, tgenabled FROM pg_trigger
                WHERE NOT tgisinternal ORDER BY 1""").fetchall(),
        }


def rows_in(url: str, *tables: str) -> int:
    with psycopg.connect(url) as db:
        found = [
            db.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()  # noqa: S608
            for table in tables
        ]
    return sum(row[0] for row in found if row)


def test_every_table_arrives_with_the_same_rows(file: Path, url: str) -> None:
    said = moved(file, url)
    with sqlite3.connect(file) as db:
        tables = {
            name
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("sqlite_", "_sqlite_", SEARCH, LEASES))
        }
    assert set(said) == tables | {SEARCH}
    empty = {"search_due"}  # the one entry has its words
    assert {name for name, table in said.items() if not table.rows} == empty
    for table in said.values():
        assert table.is_whole, table
        assert not table.mended
    # Not by the sums of what was compared: by the rows themselves.
    with sqlite3.connect(file) as ours, psycopg.connect(url) as theirs:
        for name in tables:
            columns = [c[1] for c in ours.execute(f"PRAGMA table_info({name})")]
            asked = f"SELECT {', '.join(columns)} FROM {name}"  # noqa: S608
            assert sorted(ours.execute(asked), key=repr) == sorted(
                theirs.execute(asked.encode()), key=repr
            )


def test_the_file_is_not_changed(file: Path, url: str, filled: bytes) -> None:
    moved(file, url)
    assert file.read_bytes() == filled
    # SQLite's own files beside it may stay, and say nothing.
    assert {each.name for each in file.parent.iterdir()} <= {
        f"{file.name}{more}" for more in ("", "-wal", "-shm")
    }
    assert not file.with_name(f"{file.name}-wal").stat().st_size


def test_the_server_checks_finds_and_notes_as_one_that_was_never_moved_to(
    file: Path,
) -> None:
    with postgres.fresh() as url, postgres.fresh() as other:
        moved(file, url)
        made = connect(other)
        migrate(made)
        made.close()
        assert shape(url) == shape(other)


async def test_work_goes_on_where_the_file_stopped(file: Path, url: str) -> None:
    moved(file, url)
    database = await open_database(url)
    try:
        # 41 was given before, to a row that is gone.
        assert (await database.write(add_alert)).short_id == "A42"
        rows = await database.read(lambda db: fetch(db, "SELECT max(id) AS last FROM entries"))
        assert rows == [{"last": 2}]
        found = await database.read(lambda db: alerts.recent(db, None, NOW, 5))
        assert HEADLINE in {alert.title for alert in found}
        match = search_of("حصار حلب").match
        hits = await database.read(lambda db: search.find(db, match, 5))
        assert [hit.entry_id for hit in hits] == [1]
        assert len(await database.read(feeds.all_states)) == 1
    finally:
        await database.close()


def test_texts_that_a_server_cannot_store_are_replaced_and_counted(file: Path, url: str) -> None:
    db = open_file(file)
    db.execute(r"""
        UPDATE entries SET summary = 'a' || char(0) || 'b',
            title = CAST(x'd8add8b5eda080d8b1' AS TEXT),
            event_json = '{"x\u0000": ["\ud800", "\ud83d\ude00", "\\u0000", "حلب"]}'""")
    db.close()
    said = moved(file, url)
    assert said["entries"].is_whole and said["entries"].mended == 3
    with psycopg.connect(url) as other:
        assert other.execute(
            "SELECT summary, title, event_json, event_json::json ->> 'x' FROM entries"
        ).fetchone() == (
            "a\ufffdb",
            "حص\ufffd\ufffd\ufffdر",
            '{"x\ufffd": ["\ufffd", "😀", "\\\\u0000", "حلب"]}',
            None,
        )


def test_a_database_with_rows_is_refused_untouched(file: Path, url: str) -> None:
    moved(file, url)
    with pytest.raises(StorageError, match="not empty"):
        moved(file, url)
    assert rows_in(url, "chats") == 2


def test_tables_of_another_program_are_left_alone(file: Path) -> None:
    with postgres.fresh() as url:
        with psycopg.connect(url) as db:
            db.execute("CREATE TABLE theirs (id INT)")
        with pytest.raises(StorageDamaged, match="another program"):
            moved(file, url)


def test_a_database_that_a_marsad_has_open_is_refused(file: Path, url: str) -> None:
    other = connect(url)
    with pytest.raises(StorageBusy, match="another Marsad"):
        moved(file, url)
    other.close()
    assert moved(file, url)["chats"].is_whole


def test_what_arrives_otherwise_is_not_kept(
    file: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_in = targets.Target.copy_in

    def losing(self: targets.Target, table: str, columns: list[str], rows: Any) -> None:
        copy_in(self, table, columns, list(rows)[1:] if table == "chats" else rows)

    def changing(self: targets.Target, table: str, columns: list[str], rows: Any) -> None:
        copy_in(self, table, columns, rows)
        if table == "chats":
            self._db.run("UPDATE chats SET title = 'other' WHERE id = 100")

    for spoilt in (losing, changing):
        monkeypatch.setattr(targets.Target, "copy_in", spoilt)
        with pytest.raises(StorageError, match="chats did not arrive"):
            moved(file, url)
        assert rows_in(url, "alerts", "chats", "entries", "feeds") == 0
    monkeypatch.undo()
    assert moved(file, url)["chats"].is_whole  # it can be tried again


def test_a_file_that_is_written_to_meanwhile_is_not_moved(file: Path, url: str) -> None:
    def write(table: MovedTable) -> None:
        if table.name == "chats":
            db = open_file(file)
            db.execute("DELETE FROM sends")
            db.close()

    with pytest.raises(StorageBusy, match="written to meanwhile"):
        move(file, url, write)
    assert rows_in(url, "chats") == 0


def test_what_is_no_database_of_this_version_is_refused(
    tmp_path: Path, file: Path, url: str
) -> None:
    with pytest.raises(StorageError, match="no database at"):
        moved(tmp_path / "none.sqlite", url)
    text = tmp_path / "text.sqlite"
    text.write_text("x" * 2_000)
    with pytest.raises(StorageDamaged):
        moved(text, url)
    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE t (id)").connection.close()
    with pytest.raises(StorageDamaged, match="none of Marsad's"):
        moved(tmp_path / "other.sqlite", url)
    old = open_file(tmp_path / "old.sqlite")
    MIGRATIONS.apply(old, stop_before="m031_page")
    old.close()
    with pytest.raises(StorageError, match="older version"):
        moved(tmp_path / "old.sqlite", url)
    newer = open_file(file)
    newer.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('marsad', 'm999_later', '')"
    )
    newer.close()
    with pytest.raises(StorageTooNew, match="m999_later"):
        moved(file, url)


def test_a_row_that_refers_to_none_is_named(file: Path, url: str) -> None:
    db = sqlite3.connect(file)
    db.execute("UPDATE sends SET chat_id = 12345")
    db.commit()
    db.close()
    with pytest.raises(StorageDamaged, match="sends row 1 refers to a missing row of chats"):
        moved(file, url)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://marsad:hun@ter2@127.0.0.1:9/marsad",
        "postgresql://marsad:hun/ter2@127.0.0.1:9/marsad",
        "postgresql://marsad:hun%ter2@127.0.0.1:9/marsad",
        "postgresql://marsad:hunter2@127.0.0.1:hunter2/marsad",
        "mysql://marsad:hunter2@127.0.0.1/marsad",
        "hunter2",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_quoted(file: Path, address: str) -> None:
    with pytest.raises(StorageError, match="MARSAD_DATABASE_URL") as refused:
        moved(file, address)
    assert "ter2" not in str(refused.value) and "\n" not in str(refused.value)
