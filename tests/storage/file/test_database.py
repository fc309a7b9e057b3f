from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
import re
import sqlite3
import stat
import subprocess
import sys
import textwrap
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from storage.connection import Connection
from storage.database import Database
from storage.file import migrations
from storage.file.errors import (
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageTooNew,
)
from storage.file.presence import has_database
from storage.news import entries, feeds
from storage.opening import open_database
from storage.readers import chats
from storage.rows import change
from storage.sending import sends
from tests.storage.make import NOW, add_chat, add_entry, add_feed, feed_state


def pragma(db: Connection, name: str) -> Any:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


async def test_the_file_is_set_up_to_lose_nothing(database: Database) -> None:
    def settings(db: Connection) -> list[object]:
        return [pragma(db, name) for name in ("journal_mode", "foreign_keys", "synchronous")]

    full = 2
    assert await database.write(settings) == ["wal", 1, full]
    assert await database.read(settings) == ["wal", 1, full]


async def test_every_table_is_strict(database: Database) -> None:
    def loose(db: Any) -> list[str]:
        return [
            t.name
            for t in db.tables
            # FTS5 makes its own tables.
            if not t.strict and not t.name.startswith(("_", "sqlite", "search_words"))
        ]

    assert await database.read(loose) == []


async def test_only_the_owner_can_read_who_reads_what(database: Database) -> None:
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600


async def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "marsad.sqlite"
    first = await open_database(path)
    await first.write(add_chat)
    await first.close()
    second = await open_database(path)
    assert len(await second.read(chats.everyone)) == 1
    await second.close()


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError):
        await database.read(add_feed)


async def test_a_reader_sees_one_moment(database: Database) -> None:
    await database.write(lambda db: add_feed(db, "a"))
    loop = asyncio.get_running_loop()

    def read_twice(db: Connection) -> tuple[int, int]:
        before = len(feeds.all_states(db))
        written = asyncio.run_coroutine_threadsafe(
            database.write(lambda other: add_feed(other, "b")), loop
        )
        written.result(timeout=60)
        return before, len(feeds.all_states(db))

    assert await database.read(read_twice) == (1, 1)
    assert len(await database.read(feeds.all_states)) == 2


async def test_an_exception_undoes_everything(database: Database) -> None:
    def half(db: Connection) -> None:
        add_entry(db)
        add_chat(db)
        raise LookupError("in the middle")

    with pytest.raises(LookupError):
        await database.write(half)
    assert await database.read(feeds.all_states) == []
    assert await database.read(chats.everyone) == []
    await database.write(add_entry)  # and the writer goes on


async def test_a_store_cannot_commit_on_its_own(database: Database) -> None:
    def sly(db: Connection) -> None:
        add_feed(db)
        db.conn.commit()

    with pytest.raises(StorageError, match="ended the transaction"):
        await database.write(sly)
    await database.write(lambda db: add_feed(db, "other"))


async def test_a_row_cannot_refer_to_a_missing_one(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda db: sends.record_sent(db, 404, NOW))
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(
            lambda db: db.execute("DELETE FROM feeds WHERE id = 'feed'") if add_entry(db) else None
        )


async def test_strict_tables_refuse_a_wrong_type(database: Database) -> None:
    await database.write(add_feed)
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda db: db.execute("UPDATE feeds SET failures = 'many'"))


async def test_concurrent_writes_follow_one_another(database: Database) -> None:
    def one_more(db: Connection) -> None:
        polls = feed_state(db, "feed").polls
        db.execute("UPDATE feeds SET polls = ?", [polls + 1])

    await database.write(add_feed)
    await asyncio.gather(*(database.write(one_more) for _ in range(200)))
    assert (await database.read(lambda db: feed_state(db, "feed"))).polls == 200


async def test_a_cancelled_caller_does_not_undo_the_write(database: Database) -> None:
    await database.write(lambda db: add_feed(db, "first"))
    go_on = threading.Event()
    blocker = asyncio.create_task(database.write(lambda db: go_on.wait(60)))
    queued = asyncio.create_task(database.write(lambda db: add_feed(db, "second")))
    await asyncio.sleep(0)  # both are handed over; the second waits for the first
    queued.cancel()
    with pytest.raises(asyncio.CancelledError):
        await queued
    go_on.set()
    await blocker
    await database.write(lambda db: None)
    assert len(await database.read(feeds.all_states)) == 2


async def test_closing_waits_for_queued_writes(tmp_path: Path) -> None:
    path = tmp_path / "marsad.sqlite"
    database = await open_database(path)
    tasks = [
        asyncio.create_task(database.write(partial(add_feed, feed_id=f"f{n}"))) for n in range(20)
    ]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*tasks)
    again = await open_database(path)
    assert len(await again.read(feeds.all_states)) == 20
    await again.close()
    await again.close()


async def test_a_busy_database_says_so_and_loses_nothing(database: Database) -> None:
    await database.write(lambda db: add_feed(db, "before"))
    other = sqlite3.connect(database.path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy):
        await database.write(lambda db: add_feed(db, "while"))
    assert len(await database.read(feeds.all_states)) == 1, "reading goes on meanwhile"
    other.rollback()
    other.close()
    await database.write(lambda db: add_feed(db, "after"))
    assert [f.id for f in await database.read(feeds.all_states)] == ["after", "before"]


async def test_a_full_disk_says_so_and_loses_nothing_accepted(database: Database) -> None:
    def limit(db: Connection) -> None:
        db.execute(f"PRAGMA max_page_count={pragma(db, 'page_count') + 2}")

    def large(db: Connection) -> None:
        add_entry(db, title="accepted late")
        for _ in range(50):
            add_entry(db, summary="نص طويل " * 2_000)

    await database.write(lambda db: add_entry(db, title="accepted"))
    await database.write(limit)
    with pytest.raises(StorageFull, match="free some disk space"):
        await database.write(large)
    kept = await database.read(lambda db: entries.recent(db, NOW, 10))
    assert [each.title for each in kept] == ["accepted"]
    assert await database.check() == []
    await database.write(lambda db: db.execute("PRAGMA max_page_count=1000000"))
    await database.write(large)
    assert len(await database.read(lambda db: entries.recent(db, NOW, 100))) == 52


async def test_another_programs_file_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "marsad.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(StorageError, match=r"another program's database .*recipes"):
        await open_database(path)
    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    other.close()


async def test_a_newer_file_is_refused_untouched(database: Database) -> None:
    await database.write(
        lambda db: db.execute(
            """
            INSERT INTO _sqlite_migrations (migration_set, name, applied_at)
            VALUES ('marsad', 'm999_later', '2030')"""
        )
    )
    await database.close()
    with pytest.raises(StorageTooNew, match="m999_later"):
        await open_database(database.path)


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "marsad.sqlite"
    path.write_bytes(b"<html>not a database</html>" * 100)
    with pytest.raises(StorageDamaged):
        await open_database(path)


async def test_a_closed_database_says_so(database: Database) -> None:
    await database.close()
    with pytest.raises((StorageError, RuntimeError)):
        await database.write(add_feed)


async def test_check_finds_damage(database: Database) -> None:
    await database.write(add_entry)
    assert await database.check() == []
    broken = sqlite3.connect(database.path)  # without foreign keys, as a careless tool would
    broken.execute("DELETE FROM feeds")
    broken.commit()
    broken.close()
    assert any("refers to a missing row of feeds" in line for line in await database.check())


def test_a_process_killed_inside_a_write_leaves_the_last_commit(tmp_path: Path) -> None:
    path = tmp_path / "marsad.sqlite"
    script = textwrap.dedent(f"""
        import asyncio, os
        from pathlib import Path
        from storage.database import Database
        from storage.opening import open_database
        from tests.storage.make import add_entry

        def die(db):
            add_entry(db, title="never")
            os.kill(os.getpid(), 9)

        async def main():
            database = await open_database(Path({str(path)!r}))
            await database.write(lambda db: add_entry(db, title="committed"))
            await database.write(die)

        asyncio.run(main())
    """)
    root = Path(__file__).parents[3]
    died = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(root)}, timeout=240
    )
    assert died.returncode == -9

    async def after() -> tuple[list[str], list[str]]:
        database = await open_database(path)
        kept = await database.read(lambda db: entries.recent(db, NOW, 10))
        problems = await database.check()
        await database.close()
        return [each.title for each in kept], problems

    assert asyncio.run(after()) == (["committed"], [])


def test_every_step_stands_in_the_list_in_the_order_of_its_number() -> None:
    written = [
        name
        for module in pkgutil.iter_modules(migrations.__path__, f"{migrations.__name__}.")
        for name in vars(importlib.import_module(module.name))
        if re.match(r"m\d{3}_", name)
    ]
    assert [step.__name__ for step in migrations.STEPS] == sorted(written)


async def test_a_look_through_a_large_file_ends_in_time(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "marsad.sqlite")

    def fill(db: Connection) -> None:
        db.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, text TEXT)")
        db.conn.executemany("INSERT INTO large (text) VALUES (?)", [("نص",)] * 20_000)

    try:
        await database.write(fill)
        assert await database.check_within(0.0) is None
        assert await database.check_within(600.0) == []
        assert await database.check() == []
    finally:
        await database.close()


@pytest.mark.parametrize("place", ["schema", "cell"])
async def test_words_that_are_no_text_any_more_are_damage(tmp_path: Path, place: str) -> None:
    """SQLite's own message about a damaged shape is no text either."""
    path = tmp_path / "marsad.sqlite"
    database = await open_database(path)
    await database.write(lambda db: feeds.sync(db, [("wadi", "https://wadi.example/rss")], NOW))
    await database.close()
    held, broken = (
        (b"CREATE TABLE", b"CREATE \xd8ABLE") if place == "schema" else (b"wadi", b"w\xd8di")
    )
    path.write_bytes(path.read_bytes().replace(held, broken))
    assert has_database(path)
    with pytest.raises(StorageDamaged, match="restore a backup"):
        opened = await open_database(path)
        try:
            await opened.read(lambda db: db.execute("SELECT id FROM feeds").fetchall())
        finally:
            await opened.close()


async def test_a_time_that_is_none_is_damage_and_named(database: Database) -> None:
    await database.write(lambda db: feeds.sync(db, [("wadi", "https://wadi.example/rss")], NOW))
    await database.write(lambda db: change(db, "UPDATE feeds SET next_check_at = 'soon'"))
    with pytest.raises(StorageDamaged, match="«soon» where a time belongs; restore a backup"):
        await database.read(feeds.all_states)
