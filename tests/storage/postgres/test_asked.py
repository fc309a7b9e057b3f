"""How often a server is asked: what nothing is asked of goes with the next statement, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bot.alerts.record import Accepted
from storage.postgres.connection import PostgresConnection, connect
from storage.postgres.database import begin, finish
from storage.rows import fetch, fetch_each, run
from tests import postgres
from tests.bot.alerts.newsroom import Newsroom, of_its_own
from tests.storage.make import HOUR, NOW, add_chat

pytestmark = pytest.mark.skipif(not postgres.ASKED, reason="no PostgreSQL is asked for")


@pytest.fixture
def url() -> Iterator[str]:
    with postgres.shaped() as found:
        yield found


@pytest.fixture
def server(url: str) -> Iterator[PostgresConnection]:
    opened = connect(url)
    opened.run("CREATE TABLE noted (number BIGINT PRIMARY KEY)")
    yield opened
    opened.close()


def note(db: Any, number: int) -> None:
    run(db, "INSERT INTO noted (number) VALUES (:number)", {"number": number})


def noted(db: Any) -> list[int]:
    return [row["number"] for row in fetch(db, "SELECT number FROM noted ORDER BY number")]


class Trips:
    """Counts how often a connection's server is asked."""

    def __init__(self, server: PostgresConnection) -> None:
        self.sent: list[str] = []
        self._conn = server.conn
        server.conn = self

    def execute(self, sql: str, *parameters: Any) -> Any:
        self.sent.append(sql)
        return self._conn.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


def test_what_nothing_is_asked_of_is_there_for_the_next_statement(
    server: PostgresConnection,
) -> None:
    def write(db: Any) -> list[int]:
        for number in (1, 2, 3):
            note(db, number)
        run(db, "UPDATE noted SET number = number * 10 WHERE number = :two", {"two": 2})
        found = noted(db)
        note(db, 7)
        return found

    begin(server)
    trips = Trips(server)
    assert finish(server, write) == [1, 3, 20]
    assert len(trips.sent) == 2  # the question, and the commit
    assert noted(server) == [1, 3, 7, 20]


def test_several_questions_are_one(server: PostgresConnection) -> None:
    def write(db: Any) -> list[list[dict[str, Any]]]:
        note(db, 1)
        note(db, 2)
        return fetch_each(
            db,
            ("SELECT number FROM noted WHERE number > :least ORDER BY number", {"least": 0}),
            ("SELECT 'a;b%c' AS text WHERE false", {}),
            ("SELECT max(number) AS most FROM noted", {}),
        )

    begin(server)
    trips = Trips(server)
    assert finish(server, write) == [[{"number": 1}, {"number": 2}], [], [{"most": 2}]]
    assert len(trips.sent) == 2


def test_what_was_wrong_is_found_before_the_commit(server: PostgresConnection) -> None:
    def write(db: Any) -> None:
        note(db, 1)
        note(db, 1)

    begin(server)
    with pytest.raises(psycopg.errors.UniqueViolation):
        finish(server, write)
    assert noted(server) == []


def test_what_was_undone_does_not_come_with_the_next_transaction(
    server: PostgresConnection,
) -> None:
    def fail(db: Any) -> None:
        note(db, 1)
        raise KeyError

    begin(server)
    with pytest.raises(KeyError):
        finish(server, fail)
    begin(server)
    finish(server, lambda db: note(db, 2))
    assert noted(server) == [2]


def test_outside_a_transaction_nothing_waits(server: PostgresConnection, url: str) -> None:
    note(server, 1)
    other = connect(url)
    try:
        assert noted(other) == [1]
    finally:
        other.close()


def test_a_poll_asks_the_server_seldom(server: PostgresConnection) -> None:
    """The lock of all writers is held while it is asked."""
    add_chat(server, 1, "siege")
    newsroom = Newsroom(server)
    asked = {}

    def says(number: int, family: str, ago: int) -> Accepted:
        title, text = f"حصار الفاشر {of_its_own(number, 8)}", f"12 قتيلا {of_its_own(number)}"
        return newsroom.says(
            title, text, family=family, guid=f"{number}{family}", now=NOW - ago * HOUR
        )

    for number, family in ((1, "enab"), (1, "sana"), (1, "petra"), (2, "enab"), (2, "sana")):
        begin(server)
        real = server.conn
        trips = Trips(server)
        finish(server, lambda _, number=number, family=family: says(number, family, 9 - number))  # type: ignore[misc]
        server.conn = real
        asked[number, family] = len(trips.sent)
    # Beginning an alert, and joining it; the newsroom asks for its feeds itself.
    assert asked[2, "enab"] <= 11
    assert asked[2, "sana"] <= 7
