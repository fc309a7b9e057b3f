"""How often a poll asks the database inside its transaction, which every other writer waits for: a
server answers each statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bot.alerts.newsroom import Newsroom, change, feed, item, of_its_own
from tests.storage.make import HOUR, NOW, add_chat


class Counted:
    """A connection that notes what it is asked."""

    def __init__(self, db: Any) -> None:
        self._db, self.conn = db, db.conn
        self.asked: list[str] = []

    def execute(self, sql: str, *parameters: Any) -> Any:
        self.asked.append(sql)
        return self._db.execute(sql, *parameters)


def statements(newsroom: Newsroom, act: Callable[[], object]) -> list[str]:
    db = newsroom.db
    newsroom.db = counted = Counted(db)
    act()
    newsroom.db = db
    return counted.asked


def silent(newsroom: Newsroom, first: int, number: int) -> Callable[[], object]:
    """A poll with entries in which nothing is found."""
    told = [
        change(item(of_its_own(each, 8), of_its_own(each), guid=f"s{each}"))
        for each in range(first, first + number)
    ]
    return lambda: newsroom.poll(feed(), told)


def says(newsroom: Newsroom, number: int, family: str, ago: int) -> Callable[[], object]:
    title, text = (
        f"حصار مدينة الفاشر {of_its_own(number, 8)}",
        f"سقط 12 قتيلا. {of_its_own(number)}",
    )
    return lambda: newsroom.says(
        title, text, family=family, guid=f"{number}{family}", now=NOW - ago * HOUR
    )


def test_entries_without_a_signal_are_stored_together(newsroom: Newsroom) -> None:
    silent(newsroom, 0, 1)()
    # Feeds (the newsroom's own), rules, ids, entries and their keys.
    assert len(statements(newsroom, silent(newsroom, 1, 1))) == 5
    assert len(statements(newsroom, silent(newsroom, 2, 40))) == 5
    # A hundred rows in a statement: of 240 entries, each with one key, three and three.
    assert len(statements(newsroom, silent(newsroom, 50, 240))) == 9


def test_what_follows_from_a_signal_is_asked_in_few_statements(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    says(newsroom, 1, "enab", 9)()
    first = statements(newsroom, says(newsroom, 2, "enab", 8))
    joins = statements(newsroom, says(newsroom, 2, "sana", 7))
    grown = statements(newsroom, says(newsroom, 2, "petra", 6))
    assert len(first) <= 21
    assert len(joins) <= 31
    assert len(grown) <= 33


def test_the_second_signal_of_a_poll_does_not_ask_again_what_the_first_asked(
    newsroom: Newsroom,
) -> None:
    """That no other process changed the stories, and who reads."""
    add_chat(newsroom.db, 1, "siege")
    says(newsroom, 1, "enab", 9)()
    told = [
        change(item(f"حصار مدينة {of_its_own(each, 8)}", of_its_own(each), guid=f"t{each}"))
        for each in range(10, 14)
    ]
    asked = statements(newsroom, lambda: newsroom.poll(feed(), told))
    assert len([sql for sql in asked if "FROM story_changes" in sql]) == 1
