"""An alert for very many chats is owed in lots, and each chat has its row in the end, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import clock
from storage.connection import Connection
from storage.readers import chats, supergroups
from storage.sending import lots, outbox, reach
from storage.sending.outbox import Recipient
from tests.postgres import REFUSED
from tests.storage.make import HOUR, NOW, add_alert, add_chat, delivery


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lots, "SIZE", 2)


def owe(db: Connection, alert_id: int, *members: int, version: int = 1) -> int:
    kind = "alert" if version == 1 else "update"
    rows = [delivery(alert_id, each, version=version, kind=kind) for each in members]
    return outbox.enqueue(db, rows, NOW)


def rows(db: Connection) -> list[tuple[int, int]]:
    """(chat, version) of every row."""
    return [(chat, row.version) for chat in range(1, 9) for row in outbox.for_chat(db, chat)]


def seat(db: Connection, *members: int) -> None:
    for each in members:
        add_chat(db, each)


def test_few_chats_have_their_rows_at_once(db: Connection) -> None:
    seat(db, 1, 2)
    owe(db, add_alert(db).id, 1, 2)
    assert rows(db) == [(1, 1), (2, 1)]
    assert not lots.waiting(db)


def test_many_chats_have_them_lot_by_lot(db: Connection) -> None:
    seat(db, *range(1, 6))
    alert = add_alert(db)
    assert owe(db, alert.id, *range(1, 6)) == 5
    assert rows(db) == []
    # Who asks is told all the same.
    assert outbox.counts(db)["pending"] == 5
    everybody = {Recipient(each) for each in range(1, 6)}
    assert reach.recipients(db, alert.id) == reach.reached(db, alert.id) == everybody
    assert reach.had_by(db, alert.id) == frozenset()
    assert [lots.write_out(db) for _ in range(4)] == [2, 2, 1, 0]
    assert rows(db) == [(each, 1) for each in range(1, 6)]
    assert outbox.counts(db)["pending"] == 5
    assert reach.recipients(db, alert.id) == everybody
    first = outbox.for_chat(db, 1)[0]
    assert (first.state, first.not_before, first.created_at) == ("pending", NOW, NOW)


def test_a_row_is_as_if_it_had_been_written_at_once(db: Connection) -> None:
    seat(db, 1, 2, 3)
    alert, other = add_alert(db), add_alert(db)
    owe(db, alert.id, 1, 2, 3)
    lots.write_all(db)
    owe(db, other.id, 1)
    in_a_lot, at_once = outbox.for_chat(db, 1)
    for name in type(at_once).__slots__:
        if name not in ("id", "alert_id"):
            assert getattr(in_a_lot, name) == getattr(at_once, name), name


def test_a_chat_that_left_is_owed_nothing_and_one_that_blocked_us_waits(db: Connection) -> None:
    seat(db, 1, 2, 3)
    owe(db, add_alert(db).id, 1, 2, 3)
    chats.pause(db, 2, "blocked", NOW)
    db.execute("DELETE FROM chats WHERE id = 3")
    lots.write_all(db)
    assert [
        (row.chat_id, row.state) for chat in (1, 2, 3) for row in outbox.for_chat(db, chat)
    ] == [
        (1, "pending"),
        (2, "paused"),
    ]


def test_nobody_is_sent_an_earlier_version_after_a_later_one(db: Connection) -> None:
    seat(db, 1, 2, 3)
    alert = add_alert(db)
    owe(db, alert.id, 1, 2, 3)
    owe(db, alert.id, 1, version=2)
    lots.write_all(db)
    assert rows(db) == [(1, 2), (2, 1), (3, 1)]


def test_versions_come_in_their_order(db: Connection) -> None:
    seat(db, 1, 2, 3)
    alert = add_alert(db)
    for version in (1, 2):
        owe(db, alert.id, 1, 2, 3, version=version)
    lots.write_all(db)
    assert rows(db) == [(each, version) for each in (1, 2, 3) for version in (1, 2)]


def test_a_group_that_became_a_supergroup_has_its_row(db: Connection) -> None:
    seat(db, 1, 2, 3)
    owe(db, add_alert(db).id, 1, 2, 3)
    supergroups.migrate(db, 3, 8)
    assert rows(db) == [(1, 1), (2, 1), (8, 1)]


def test_when_the_clock_was_moved_lots_move_with_the_rest(db: Connection) -> None:
    seat(db, 1, 2, 3)
    owe(db, add_alert(db).id, 1, 2, 3)
    clock.move_times(db, HOUR, NOW + 9 * HOUR, timedelta(minutes=1))
    assert outbox.for_chat(db, 3)[0].not_before == NOW + HOUR


def test_what_is_owed_of_no_alert_is_refused(db: Connection) -> None:
    seat(db, 1, 2, 3)
    with pytest.raises(REFUSED):
        owe(db, 77, 1, 2, 3)
