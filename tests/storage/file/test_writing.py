"""Writes that wait for the writing thread: one commit for many, and each for itself."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage.connection import Connection
from storage.file.database import FileDatabase
from storage.file.errors import StorageBusy, StorageError, StorageFull
from storage.news import feeds
from tests.storage.make import add_entry, add_feed


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[FileDatabase]:
    opened = await FileDatabase.open(tmp_path / "marsad.sqlite", busy_timeout_ms=50)
    yield opened
    await opened.close()


@contextmanager
def busy_writer(database: FileDatabase) -> Iterator[None]:
    """The writing thread has something else to do until the end: what is asked for waits."""
    go_on = threading.Event()
    database._writer.submit(go_on.wait, 60)
    yield
    go_on.set()


async def all_waiting(database: FileDatabase, *asked: Callable[[Connection], Any]) -> list[Any]:
    """What each is told that was asked for while the writer was busy."""
    with busy_writer(database):
        told = [database.submit(fn) for fn in asked]
    return await asyncio.gather(*told, return_exceptions=True)


def kept(database: FileDatabase) -> list[str]:
    """The feeds that another process sees."""
    other = sqlite3.connect(database.path)
    try:
        return [row[0] for row in other.execute("SELECT id FROM feeds ORDER BY id")]
    finally:
        other.close()


def named(name: str) -> Callable[[Connection], None]:
    return lambda db: add_feed(db, name)


async def statements(database: FileDatabase, work: Callable[[], Any]) -> list[str]:
    """What the writing thread tells SQLite meanwhile."""
    seen: list[str] = []
    await database.write(lambda db: db.conn.set_trace_callback(seen.append))
    await work()
    await database.write(lambda db: db.conn.set_trace_callback(None))
    return seen


async def test_what_waits_is_committed_together(
    database: FileDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.file.writing.LONGEST_TOGETHER", 60.0)
    names = [f"feed-{number:02}" for number in range(40)]
    seen = await statements(database, lambda: all_waiting(database, *map(named, names)))
    assert kept(database) == names
    assert seen.count("COMMIT") == 1 + 1  # and that of who counts


async def test_who_writes_alone_needs_no_savepoint(database: FileDatabase) -> None:
    seen = await statements(database, lambda: database.write(named("feed")))
    assert not [each for each in seen if "SAVEPOINT" in each]


async def test_what_fails_undoes_only_itself(database: FileDatabase) -> None:
    def half(db: Connection) -> None:
        add_feed(db, "half")
        raise LookupError("in the middle")

    def wrong(db: Connection) -> None:
        add_feed(db, "wrong")
        db.execute("UPDATE feeds SET failures = 'many'")

    told = await all_waiting(database, half, named("a"), half, named("b"), wrong, named("c"))
    assert kept(database) == ["a", "b", "c"]
    assert [each and type(each) for each in told] == [
        *(LookupError, None, LookupError, None, sqlite3.IntegrityError, None),
    ]


async def test_each_sees_what_those_before_it_wrote(database: FileDatabase) -> None:
    def count(db: Connection) -> int:
        return len(feeds.all_states(db))

    assert await all_waiting(database, count, named("a"), count, named("b"), count) == [
        *(0, None, 1, None, 2),
    ]


async def test_nobody_is_told_before_all_is_on_the_disk(database: FileDatabase) -> None:
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def slow(db: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(60)

    with busy_writer(database):
        early, late = database.submit(named("early")), database.submit(slow)
    await begun.wait()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not early.done()
    assert kept(database) == []
    go_on.set()
    await early
    assert kept(database) == ["early"]
    await late


async def test_on_a_full_disk_what_is_told_is_what_is_kept(database: FileDatabase) -> None:
    def limit(db: Connection) -> None:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count={pages + 3}")

    def large(db: Connection) -> None:
        add_feed(db, "large")
        for _ in range(50):
            add_entry(db, "large", summary="نص طويل " * 2_000)

    await database.write(named("before"))
    await database.write(limit)
    told = await all_waiting(database, named("a"), large, named("b"))
    assert isinstance(told[1], StorageFull)
    assert kept(database) == [
        *(name for name, each in zip("ab", (told[0], told[2]), strict=True) if each is None),
        "before",
    ]
    assert all(each is None or isinstance(each, StorageFull) for each in told)
    await database.write(lambda db: db.execute("PRAGMA max_page_count=1000000"))
    await database.write(large)
    assert await database.check() == []


async def test_while_another_process_writes_each_is_told_so(database: FileDatabase) -> None:
    await database.write(named("a"))
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = [database.submit(named(name)) for name in "cde"]
    said = await asyncio.gather(*waiting, return_exceptions=True)
    other.execute("ROLLBACK")
    other.close()
    assert {type(each) for each in said} == {StorageBusy}
    assert kept(database) == ["a"]
    await database.write(named("c"))


async def test_a_commit_that_fails_is_told_to_all_of_it(database: FileDatabase) -> None:
    """References that are looked at in the end only: nobody's work is kept."""

    def late(db: Connection) -> None:
        db.execute("PRAGMA defer_foreign_keys=ON")
        add_entry(db, "feed")
        db.execute("DELETE FROM feeds WHERE id = 'feed'")

    told = await all_waiting(database, named("a"), late, named("b"))
    assert {type(each) for each in told} == {sqlite3.IntegrityError}
    assert kept(database) == []
    await database.write(named("a"))


async def test_who_ends_the_transaction_is_told_to_all_of_it(database: FileDatabase) -> None:
    def sly(db: Connection) -> None:
        db.conn.rollback()

    told = await all_waiting(database, named("a"), sly, named("b"))
    assert [isinstance(each, StorageError) for each in told] == [True, True, False]
    assert kept(database) == ["b"]


async def test_a_commit_takes_in_only_so_much(
    database: FileDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who came first is not kept waiting by who came last; and all are written in the end."""
    monkeypatch.setattr("storage.file.writing.LONGEST_TOGETHER", -1.0)
    names = [f"feed-{number}" for number in range(5)]
    seen = await statements(database, lambda: all_waiting(database, *map(named, names)))
    assert kept(database) == names
    assert seen.count("COMMIT") == 5 + 1


async def test_closing_waits_for_all_that_waits(tmp_path: Path) -> None:
    database = await FileDatabase.open(tmp_path / "other.sqlite")
    with busy_writer(database):
        told = [database.submit(named(name)) for name in "abc"]
    await database.close()
    assert await asyncio.gather(*told) == [None, None, None]
    assert kept(database) == ["a", "b", "c"]
