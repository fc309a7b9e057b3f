"""A look at the outbox costs what the chats cost, however many rows wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.delivery.later.catchup import FoldPolicy
from bot.delivery.waiting import fold_now, read_owed
from storage import clock
from storage.connection import Connection
from storage.readers import chats
from storage.sending import card_edits, holding, moves, outbox, owed, reach
from storage.sending.outbox import Mark, Recipient
from tests.storage.make import HOUR, NOW, add_alert, add_chat, delivery

LATER = NOW + HOUR
# Chats and parts of them, lists that the question brought, and a few rows that were read already.
WALKED = {
    "c",
    "p",
    "chats",
    "each",
    "3",
    "6",
    "chosen",
    "w",
    "json_each",
    "outbox_over",
    "CONSTANT",
    "written",
    "outbox_lots",
}
# And rows in a state that few have.
OPEN = ("outbox_sending", "outbox_unknown", "outbox_failed", "outbox_held")
# What a look and its folding ask, and what commands and metrics ask of the same table.
QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "ready": lambda db: owed.ready(
        db, LATER, 2, news_since=LATER - 12 * HOUR, critical_since=LATER - 48 * HOUR
    ),
    "whose turn": lambda db: owed.whose_turn(db, LATER, [3]),
    "ready of some": lambda db: owed.ready(db, LATER, 2, chat_ids=[1, 2]),
    "unknown": lambda db: owed.unknown(db, 1),
    "backlog": lambda db: owed.backlog(db, 1, LATER, 200),
    "crowded": lambda db: owed.crowded(db, [1, 2], LATER, 210),
    "later versions": lambda db: owed.later_versions(db, [1, 2], LATER),
    "last lines": lambda db: owed.last_lines(db, [1, 2]),
    "made by a clock ahead": lambda db: clock.is_ahead(db, LATER),
    "brought back": lambda db: clock.bring_back(db, LATER),
    "edits of cards": lambda db: card_edits.ready(db, LATER, 4, [2]),
    "chats told": lambda db: reach.had_by(db, 1),
    "recipients": lambda db: reach.recipients(db, 1),
    "first message": lambda db: reach.first_message(db, 1, Recipient(1, 44)),
    "a topic that is gone": lambda db: moves.move_topic(db, 1, 44),
    "counts": outbox.counts,
    "leases that ended": lambda db: outbox.release_expired_leases(db, LATER),
    "repeats": lambda db: outbox.hasten_repeats(db, LATER, 3, LATER),
    "failed": lambda db: holding.unsent(db, 5),
    "held": lambda db: holding.held(db, 5),
    "held for too long": lambda db: holding.expire_held(db, LATER, LATER),
    "a chat that is paused": lambda db: holding.pause_chat(db, 1, LATER),
    "the newest": clock.newest_written,
    "rows of a chat": lambda db: outbox.for_chat(db, 1),
    "an alert in a chat": lambda db: outbox.for_chat(db, 1, 1),
}


def fill(db: Connection, chat_count: int, rows: int) -> None:
    """So many alerts wait in each chat, the last of them critical."""
    members = range(1, chat_count + 1)
    for chat_id in members:
        add_chat(db, chat_id)
    for number in range(rows):
        alert = add_alert(db)
        level = "critical" if number == rows - 1 else "alert"
        outbox.enqueue(
            db,
            [
                delivery(alert.id, chat_id, level=level, not_before=NOW + timedelta(0, number))
                for chat_id in members
            ],
            NOW,
        )


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_walks_through_the_outbox(
    db: Connection, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(db, 3, 20)
    # As where there are very many chats.
    monkeypatch.setattr(owed, "ALL_LOOKED_AT", 1)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    QUESTIONS[question](db)
    db.conn.set_trace_callback(None)
    selects = [sql for sql in asked if "outbox" in sql]
    assert selects
    for sql in selects:
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        for step in plan:
            # Only these may be walked through: chats, and lists that the question brought.
            if step.startswith("SCAN"):
                few = any(each in step for each in OPEN)
                counted = question in ("counts", "the newest") and "outbox_due" in step
                assert step.split()[1] in WALKED or few or counted, plan
            assert "ORDER BY" not in step, plan


def steps_of_a_look(db: Connection) -> int:
    """How much SQLite has to do for a look, in hundreds of its instructions."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    db.conn.set_progress_handler(count, 100)
    read_owed(db, (), FoldPolicy(), LATER)
    db.conn.set_progress_handler(None, 0)
    return steps


def test_twenty_times_the_rows_are_no_more_work(db: Connection) -> None:
    fill(db, 10, 10)
    few = steps_of_a_look(db)
    fill(db, 10, 190)
    assert few > 0
    assert steps_of_a_look(db) <= 1.5 * few


@pytest.mark.parametrize("over", [False, True])
def test_what_is_held_back_in_muted_chats_is_no_more_work(db: Connection, over: bool) -> None:
    """While the mute lasts, and when it is over and all of it is to be told."""
    fill(db, 10, 10)
    for chat_id in range(1, 11):
        chats.mute(db, chat_id, LATER - HOUR / 4 if over else LATER + HOUR, NOW)
    few = steps_of_a_look(db)
    fill(db, 10, 190)
    assert few > 0
    assert steps_of_a_look(db) <= 1.5 * few


def test_in_a_muted_chat_only_what_is_critical_is_ready_and_notices(db: Connection) -> None:
    fill(db, 2, 6)
    for kind in ("notice", "catchup"):
        for chat_id in (1, 2):
            outbox.enqueue(db, [delivery(None, chat_id, kind=kind, text=kind, version=0)], NOW)
    tried = outbox.for_chat(db, 1)[0]
    outbox.mark(db, tried.id, Mark("pending", "connect timeout", NOW, 1, NOW))
    chats.mute(db, 1, LATER + HOUR, NOW)
    seen = [row for row in owed.ready(db, LATER, 5) if row.chat_id == 1]
    assert [(row.level, row.kind) for row in seen] == [("critical", "alert"), ("alert", "notice")]
    assert {row.kind for row in owed.ready(db, LATER, 9) if row.chat_id == 2} == {
        "alert",
        "notice",
        "catchup",
    }
    assert chats.unmute(db, 1, LATER)
    assert len([row for row in owed.ready(db, LATER, 9) if row.chat_id == 1]) == 8


def test_what_was_held_back_hides_nothing_younger(db: Connection) -> None:
    fill(db, 1, 30)
    chats.mute(db, 1, NOW + HOUR / 2, NOW)
    outbox.enqueue(db, [delivery(add_alert(db).id, 1, not_before=LATER)], LATER)
    seen = owed.ready(db, LATER, 2, news_since=LATER - 12 * HOUR)
    assert [row.not_before for row in seen if row.level == "alert"][-1] == LATER


def cost_of_a_line(db: Connection, chat_id: int) -> tuple[int, int]:
    """What folding one chat asks of SQLite: statements, and hundreds of its instructions."""
    chat = chats.get(db, chat_id)
    assert chat is not None
    asked: list[str] = []
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    # After as many messages as a chat bears, all that waits is for a line.
    told = [LATER] * FoldPolicy().storm_sends_critical
    db.conn.set_trace_callback(asked.append)
    db.conn.set_progress_handler(count, 100)
    folded = fold_now(db, chat, told, FoldPolicy(), LATER)
    db.conn.set_progress_handler(None, 0)
    db.conn.set_trace_callback(None)
    assert folded == FoldPolicy().line_alerts
    # The same once more is what triggers do for each row.
    return len(set(asked)), steps


def test_a_line_holds_the_writer_no_longer_when_more_waits(db: Connection) -> None:
    """Sends wait for the writing thread meanwhile, critical ones too."""
    fill(db, 2, 240)
    statements, steps = cost_of_a_line(db, 1)
    fill(db, 2, 1000)
    more_statements, more_steps = cost_of_a_line(db, 2)
    assert max(statements, more_statements) <= 40
    assert more_steps <= 1.5 * steps


def test_a_look_asks_the_same_few_things_of_any_number_of_chats(db: Connection) -> None:
    def asked_in_a_look() -> int:
        asked: list[str] = []
        db.conn.set_trace_callback(asked.append)
        read_owed(db, (), FoldPolicy(), LATER)
        db.conn.set_trace_callback(None)
        return len(asked)

    fill(db, 3, 10)
    few = asked_in_a_look()
    fill(db, 60, 10)
    assert few == asked_in_a_look() <= 30


def test_a_look_reads_a_few_rows_of_each_chat(db: Connection) -> None:
    fill(db, 4, 100)
    view = read_owed(db, (), FoldPolicy(), LATER)
    assert [len(view.due[chat_id]) for chat_id in range(1, 5)] == [3] * 4


def test_a_critical_alert_behind_all_others_is_the_first(db: Connection) -> None:
    fill(db, 2, 100)
    first = owed.ready(db, LATER, 1)
    assert [row.level for row in first] == ["critical", "critical", "alert", "alert"]


def test_what_is_too_old_hides_nothing_younger(db: Connection) -> None:
    add_chat(db, 1)
    for hours in (30, 29, 28, 1):
        row = delivery(add_alert(db).id, 1, not_before=NOW - hours * HOUR)
        outbox.enqueue(db, [row])
    seen = owed.ready(db, NOW, 1, news_since=NOW - 12 * HOUR)
    assert [NOW - row.not_before for row in seen] == [30 * HOUR, HOUR]


def test_behind_a_retry_only_critical_alerts_are_ready(db: Connection) -> None:
    fill(db, 1, 4)
    tried = outbox.for_chat(db, 1)[0]
    outbox.mark(db, tried.id, Mark("pending", "connect timeout", NOW, 1, LATER + HOUR))
    assert [row.level for row in owed.ready(db, LATER, 5)] == ["critical"]
    assert owed.ready(db, LATER + HOUR, 1)[1].id == tried.id, "then it goes before the rest"


def work_of(db: Connection, ask: Callable[[], object]) -> int:
    """In hundreds of SQLite's instructions."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    db.conn.set_progress_handler(count, 100)
    ask()
    db.conn.set_progress_handler(None, 0)
    return steps


@pytest.fixture
def many_chats(db: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Limits as they are for thousands of chats, over sixty of them with ten rows each."""
    monkeypatch.setattr(owed, "ALL_LOOKED_AT", 20)
    monkeypatch.setattr(owed, "WALKED", (30, 60))
    monkeypatch.setattr(owed, "ENOUGH", 5)
    fill(db, 60, 10)
    db.execute("UPDATE outbox SET level = 'alert'")
    return db


def test_of_very_many_chats_a_look_reads_those_whose_turn_it_is(many_chats: Connection) -> None:
    def look() -> object:
        return read_owed(many_chats, (), FoldPolicy(), LATER)

    few = work_of(many_chats, look)
    turn = owed.whose_turn(many_chats, LATER)
    assert turn is not None and 5 <= len(turn) <= 60
    for chat_id in range(61, 241):
        add_chat(many_chats, chat_id)
        row = delivery(1, chat_id, not_before=NOW + timedelta(minutes=30))
        outbox.enqueue(many_chats, [row], NOW)
    assert work_of(many_chats, look) <= 1.5 * few


def test_a_critical_alert_for_the_last_of_very_many_chats_is_seen(many_chats: Connection) -> None:
    add_chat(many_chats, 300)
    alert = add_alert(many_chats)
    outbox.enqueue(many_chats, [delivery(alert.id, 300, level="critical", not_before=LATER)])
    assert 300 in read_owed(many_chats, (), FoldPolicy(), LATER).due


def test_chats_that_wait_for_their_own_pace_keep_no_other_waiting(many_chats: Connection) -> None:
    """The oldest rows are all of groups that were sent enough for now."""
    add_chat(many_chats, 300)
    row = delivery(add_alert(many_chats).id, 300, not_before=LATER)
    outbox.enqueue(many_chats, [row])
    assert 300 not in read_owed(many_chats, (), FoldPolicy(), LATER).due
    slow = frozenset(range(1, 61))
    assert 300 in read_owed(many_chats, (), FoldPolicy(), LATER, slow).due


def test_what_is_held_back_keeps_no_other_chat_waiting(many_chats: Connection) -> None:
    for chat_id in range(1, 61):
        chats.mute(many_chats, chat_id, LATER + HOUR, NOW)
    add_chat(many_chats, 300)
    row = delivery(add_alert(many_chats).id, 300, not_before=LATER)
    outbox.enqueue(many_chats, [row])
    assert 300 in read_owed(many_chats, (), FoldPolicy(), LATER).due


def test_an_alert_for_many_chats_is_one_statement_of_little_work_for_each(db: Connection) -> None:
    """The writer is held meanwhile. Of SQLite's instructions a row took 247 with lists of words to
    look up, two more indexes and a trigger; it takes 169."""
    for chat_id in range(1, 401):
        add_chat(db, chat_id)
    alert = add_alert(db)
    rows = [delivery(alert.id, chat_id) for chat_id in range(1, 401)]
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    steps = work_of(db, lambda: outbox.enqueue(db, rows, NOW))
    db.conn.set_trace_callback(None)
    assert len(asked) == 1
    assert steps * 100 / len(rows) <= 180
