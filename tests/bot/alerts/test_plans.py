"""What follows from an entry costs the same however much was told before."""

from __future__ import annotations

import re
from datetime import timedelta

from storage.connection import Connection
from tests.bot.alerts.newsroom import Newsroom, of_its_own
from tests.storage.make import DAY, NOW, add_chat

# Small by nature, a list that the question made, or the last row alone.
MAY_BE_WALKED = {"c", "chats", "subscriptions", "feeds", "told", "rule_sets", "sqlite_sequence"}


def tell(newsroom: Newsroom, number: int, *, family: str = "enab", ago: timedelta) -> None:
    title = f"حصار مدينة الفاشر {of_its_own(number, 8)}"
    text = f"سقط 12 قتيلا. {of_its_own(number, 30)}"
    newsroom.says(title, text, family=family, guid=f"{number}{family}", now=NOW - ago)


def fill(newsroom: Newsroom, first: int, count: int, ago: timedelta) -> None:
    add_chat(newsroom.db, 1, "siege", "evacuation")
    for number in range(first, first + count):
        tell(newsroom, number, ago=ago)


def asked_by_one_more(newsroom: Newsroom) -> list[str]:
    """A second publisher tells what was told, and then something is told first."""
    asked: list[str] = []
    tell(newsroom, 1_000_000, ago=timedelta(hours=1))
    newsroom.db.conn.set_trace_callback(asked.append)
    tell(newsroom, 1_000_000, family="sana", ago=timedelta())
    tell(newsroom, 2_000_000, ago=timedelta())
    newsroom.db.conn.set_trace_callback(None)
    return asked


def plan(db: Connection, sql: str) -> list[str]:
    return [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]


def test_no_query_walks_through_what_was_stored(newsroom: Newsroom) -> None:
    fill(newsroom, 0, 10, timedelta(hours=2))
    asked = [
        sql for sql in asked_by_one_more(newsroom) if re.match(r"\s*(SELECT|UPDATE|DELETE)", sql)
    ]
    assert len(asked) > 20
    for sql in asked:
        for step in plan(newsroom.db, sql):
            walked = re.match(r"SCAN (\S+)", step)
            fine = not walked or "VIRTUAL TABLE" in step or walked[1] in MAY_BE_WALKED
            assert fine, (sql, step)


def work_of_one_more(newsroom: Newsroom, number: int) -> int:
    """In hundreds of SQLite's instructions."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    newsroom.db.conn.set_progress_handler(count, 100)
    tell(newsroom, number, ago=timedelta())
    newsroom.db.conn.set_progress_handler(None, 0)
    return steps


def test_twenty_times_the_history_is_no_more_work(newsroom: Newsroom) -> None:
    fill(newsroom, 0, 8, 10 * DAY)
    tell(newsroom, 5_000_000, ago=timedelta(hours=3))
    few = work_of_one_more(newsroom, 6_000_000)
    fill(newsroom, 1_000, 160, 9 * DAY)
    tell(newsroom, 7_000_000, ago=timedelta(hours=1))
    assert few > 0
    assert work_of_one_more(newsroom, 8_000_000) <= 1.5 * few
