"""A database of before keeps its rows and its rules for them; each row costs less to write."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, cast

import pytest

from storage.connection import Connection
from storage.file.database import connect, migrate, problems_of
from storage.file.migrations import MIGRATIONS, step_035_fanout
from storage.file.migrations.step_037_moved import m037_moved
from storage.rows import fetch
from storage.sending import outbox
from tests.storage.make import NOW, add_alert, add_chat, add_older_database, delivery


def notice(chat_id: int, key: str) -> outbox.NewDelivery:
    return delivery(None, chat_id, kind="notice", version=0, text="x", key=key)


def test_rows_of_before_are_kept_and_none_of_them_is_owed_twice(tmp_path: Path) -> None:
    path = tmp_path / "marsad.sqlite"
    add_older_database(path, "m035_fanout")
    db = connect(path)
    m037_moved(db)  # today's code names its column
    rows = []
    for chat_id in (5, 6):
        add_chat(db, chat_id, "siege")
        rows += [delivery(add_alert(db).id, chat_id), notice(chat_id, "k")]
        rows += [rows[-2]._replace(thread_id=44), rows[-2]._replace(version=2, kind="update")]
    assert outbox.enqueue(db, rows, NOW) == len(rows)
    db.execute("UPDATE outbox SET state = 'failed' WHERE id = 1")
    before = fetch(db, "SELECT * FROM outbox ORDER BY id")
    db.execute("ALTER TABLE feeds DROP COLUMN moved_to")
    assert MIGRATIONS.pending(db)[0].name == "m035_fanout" and len(before) == len(rows)
    migrate(db)
    assert fetch(db, "SELECT * FROM outbox ORDER BY id") == before
    assert outbox.enqueue(db, rows, NOW) == 0
    assert outbox.counts(db)["failed"] == 1
    assert outbox.enqueue(db, [notice(5, "other"), rows[0]._replace(version=3)], NOW) == 2
    assert problems_of(db) == []
    db.close()
    # The new text of the table's constraints is what another connection reads.
    db = connect(path)
    for column, word in (("kind", "gossip"), ("state", "lost"), ("level", "red")):
        with pytest.raises(sqlite3.IntegrityError, match=f"{column} = "):
            db.execute(f"UPDATE outbox SET {column} = '{word}' WHERE id = 2")  # noqa: S608
    for column, words in (
        ("kind", ("alert", "update", "catchup", "notice", "digest")),
        ("state", ("pending", "sent", "unknown", "failed", "expired", "paused")),
        ("level", ("info", "watch", "alert", "critical")),
    ):
        for word in words:
            db.execute(f"UPDATE outbox SET {column} = '{word}' WHERE id = 2")  # noqa: S608
    db.close()


def test_nothing_is_owed_that_is_over(tmp_path: Path) -> None:
    db = connect(tmp_path / "marsad.sqlite")
    migrate(db)
    add_chat(db, 5)
    with pytest.raises(ValueError, match="sent"):
        outbox.enqueue(db, [delivery(add_alert(db).id, 5, state="sent")], NOW)
    db.close()


class Defensive:
    """A connection of a build of SQLite that lets nobody write its own table."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def execute(self, sql: str, values: dict[str, object] | None = None) -> Any:
        if "UPDATE sqlite_schema" in sql:
            raise sqlite3.OperationalError("table sqlite_master may not be modified")
        return self._db.execute(sql, values or {})


def test_a_build_that_keeps_its_table_to_itself_is_brought_up_to_date_too(tmp_path: Path) -> None:
    path = tmp_path / "marsad.sqlite"
    add_older_database(path, "m035_fanout")
    db = connect(path)
    step_035_fanout.m035_fanout(cast("Connection", Defensive(db)))
    assert db.execute("PRAGMA writable_schema").fetchone()[0] == 0
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        db.execute(
            """
            INSERT INTO outbox (chat_id, kind, version, key, state, level, not_before,
                created_at, updated_at)
            VALUES (5, 'gossip', 0, 'k', 'pending', 'alert', 'x', 'x', 'x')"""
        )
    db.close()
