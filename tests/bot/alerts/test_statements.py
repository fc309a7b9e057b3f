"""How often a poll asks the database inside its transaction, which every other writer waits for: a
server answers each statement."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from storage import alerts
from tests.bot.alerts.newsroom import Newsroom, change, feed, item, of_its_own
from tests.storage.make import HOUR, NOW, add_chat


class Counted:
    """A connection that notes what it is asked, one by one or at once."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        there = getattr(self._db, name)
        if name not in ("execute", "run_later", "execute_each"):
            return there

        def noted(asked: Any, *parameters: Any) -> Any:
            self.asked += [asked] if isinstance(asked, str) else [sql for sql, _ in asked]
            return there(asked, *parameters)

        return noted


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
    for family in ("enab", "sana", "petra"):  # so that none of them is new to the newsroom
        newsroom.poll(feed(family), [])
    says(newsroom, 1, "enab", 9)()
    same = statements(newsroom, says(newsroom, 2, "enab", 8))
    joins = statements(newsroom, says(newsroom, 2, "sana", 7))
    grown = statements(newsroom, says(newsroom, 2, "petra", 6))
    assert len(same) <= 20
    assert len(joins) <= 23
    assert len(grown) <= 22


def test_of_a_story_that_begins_nothing_is_read_back(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    says(newsroom, 1, "enab", 9)()
    before = newsroom.db.execute("SELECT count(*) FROM alerts").fetchone()[0]
    title, text = f"حصار {of_its_own(7, 8)}", f"سقط 7 قتلى. {of_its_own(7)}"
    asked = statements(newsroom, lambda: newsroom.says(title, text, guid="new"))
    assert newsroom.db.execute("SELECT count(*) FROM alerts").fetchone()[0] == before + 1
    assert len(asked) <= 20
    read = [sql for sql in asked if sql.lstrip().startswith("SELECT")]
    # Feeds (the newsroom's own), two new ids, stories of others, readers and what they muted.
    assert len(read) == 6, read
    assert not [sql for sql in asked if "UPDATE stories" in sql or "UPDATE alerts" in sql]


def test_what_a_new_version_says_is_not_read_back(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    for family in ("enab", "sana"):
        newsroom.poll(feed(family), [])
    title, text = f"حصار مدينة الفاشر {of_its_own(3, 8)}", of_its_own(3)
    newsroom.says(title, text, guid="first")
    told = partial(newsroom.says, f"رفع {title}", text, family="sana", now=NOW + HOUR)
    asked = statements(newsroom, told)
    (alert,) = alerts.recent(newsroom.db, None, NOW, 9)
    assert alert.version == 2
    assert not [sql for sql in asked if "* FROM alerts WHERE id" in sql]
    assert len(asked) <= 30


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
