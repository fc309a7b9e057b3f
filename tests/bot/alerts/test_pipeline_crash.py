"""A crash before any statement of the acceptance leaves the database as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.alerts.record import Accepted
from storage.connection import Connection
from storage.news import feeds
from storage.opening import open_database
from tests.bot.alerts.newsroom import change, feed, item, pipeline
from tests.storage.make import HOUR, NOW, add_chat

FIRST = item("حصار خانق على مدينة الفاشر في دارفور")
SECOND = item("رفع حصار خانق على مدينة الفاشر في دارفور", "وبدأ إخلاء الجرحى")


class Crash(BaseException):
    """Not an Exception, like a killed process: nothing may catch it."""


def poll(db: Connection) -> Accepted:
    """One poll: a new entry and an edited one; then the feed's own row."""
    source = feed()
    line = pipeline()
    changes = [change(SECOND), change(FIRST, "updated", 1)]
    found = line._detect((SECOND, FIRST), "ar")
    accepted = line.accept(db, source, changes, found, NOW + HOUR)
    feeds.claim(db, source.id, NOW + 2 * HOUR)
    return accepted


def before(db: Connection) -> None:
    source = feed()
    feeds.sync(db, [(source.id, source.url)], NOW)
    add_chat(db, 1, "siege", "evacuation")
    line = pipeline()
    line.accept(db, source, [change(FIRST)], line._detect((FIRST,), "ar"), NOW)


def contents(db: Any) -> dict[str, list[dict[str, object]]]:
    tables = [table for table in db.table_names() if table != "sqlite_sequence"]
    return {table: list(db[table].rows) for table in tables}


def counted(limit: int | None) -> tuple[Callable[[Connection], Accepted], list[str]]:
    """The poll, made to crash before its statement number `limit`."""
    statements: list[str] = []

    def run(db: Any) -> Accepted:
        def count(sql: str, _: object) -> None:
            if len(statements) == limit:
                raise Crash
            statements.append(sql)

        with db.tracer(count):
            return poll(db)

    return run, statements


def test_a_crash_before_any_statement_changes_nothing(tmp_path: Path) -> None:
    async def scenario() -> int:
        database = await open_database(tmp_path / "marsad.sqlite")
        await database.write(before)
        start = await database.read(contents)
        crashes = 0
        while True:
            run, _ = counted(crashes)
            try:
                accepted = await database.write(run)
            except Crash:
                crashes += 1
                assert await database.read(contents) == start, f"after {crashes} statements"
            else:
                break
        assert accepted.deliveries == 1, "one message tells both signals"
        assert await database.check() == []
        again = await database.read(contents)
        assert len(again["entries"]) == 2
        assert len(again["outbox"]) == 2
        await database.close()
        return crashes

    assert asyncio.run(scenario()) > 30
