"""Whose digest is due when, as it is stored: by index, and up to which decision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database as SqliteConnection

from storage import alerts, decisions
from storage.connection import Connection
from storage.decisions import Decision
from storage.file.migrations import MIGRATIONS
from storage.opening import open_database
from storage.readers import chat_clocks, chats, supergroups
from storage.sending import digest_turns, folding, outbox
from storage.sending.outbox import Mark, Recipient
from tests.storage.make import (
    DAY,
    HOUR,
    NOW,
    add_alert,
    add_chat,
    add_older_database,
    as_today,
    delivery,
    existing,
)


def decide(db: Connection, version: int | None = 1) -> int:
    """An alert that a decision made, or kept silent about."""
    alert = add_alert(db)
    decisions.record(
        db,
        Decision(
            *(alert.entry_id, alert.id, "siege", "store", "level-not-pushed", "r", NOW),
            *("worsening", version),
        ),
    )
    return alert.id


def test_a_turn_begins_with_what_comes_after_it(db: Connection) -> None:
    add_chat(db, 1)
    decide(db)
    assert digest_turns.without(db, 9) == [1]
    digest_turns.begin(db, 1, "daily", NOW)
    assert digest_turns.without(db, 9) == []
    (turn,) = digest_turns.unplanned(db, 9)
    assert (turn.chat_id, turn.told_to) == (1, digest_turns.newest_decision(db))
    new = decide(db)
    decide(db, version=None)
    until = digest_turns.newest_decision(db)
    assert digest_turns.alerts_since(db, turn.told_to, until) == [new]


def test_a_digest_that_is_off_has_no_turn(db: Connection) -> None:
    add_chat(db, 1)
    digest_turns.begin(db, 1, "daily", NOW)
    chat_clocks.set_digest(db, 1, None)
    assert digest_turns.get(db, 1, "daily") is None
    assert digest_turns.without(db, 9) == []
    assert not digest_turns.hasten(db, 1, "daily", NOW)
    chat_clocks.set_digest(db, 1, 600)
    assert digest_turns.without(db, 9) == [1]


def test_what_is_due_is_of_chats_that_can_be_told(db: Connection) -> None:
    for chat_id in (1, 2, 3, 4):
        add_chat(db, chat_id)
        digest_turns.begin(db, chat_id, "daily", NOW)
        turn = existing(digest_turns.get(db, chat_id, "daily"))
        digest_turns.plan(db, turn, NOW + HOUR * chat_id / 4)
    chats.mute(db, 1, NOW + 2 * HOUR, NOW)
    chats.pause(db, 2, "blocked", NOW)
    chat_clocks.set_quiet(db, 3, None)
    chat_clocks.hold(db, 3, NOW + 3 * HOUR, None, NOW)
    assert [turn.chat_id for turn in digest_turns.due(db, NOW + HOUR, 9)] == [4]
    assert [turn.chat_id for turn in digest_turns.due(db, NOW + 3 * HOUR, 9)] == [1, 3, 4]
    assert [turn.chat_id for turn in digest_turns.due(db, NOW + 3 * HOUR, 2)] == [1, 3]


def test_what_was_pushed_is_what_came_or_is_on_its_way(db: Connection) -> None:
    add_chat(db, 1)
    ids = {name: add_alert(db).id for name in ("pending", "sent", "failed", "expired", "unsent")}
    for name, alert_id in ids.items():
        if name == "unsent":
            continue
        outbox.enqueue(db, [delivery(alert_id, 1)], NOW)
        (row,) = outbox.for_chat(db, 1, alert_id)
        if name == "sent":
            outbox.mark_sent(db, row.id, 7, NOW)
        elif name != "pending":
            outbox.mark(db, row.id, Mark(name, "because", NOW, 1))
    folded = add_alert(db).id
    outbox.enqueue(db, [delivery(folded, 1)], NOW)
    (row,) = outbox.for_chat(db, 1, folded)
    line = delivery(None, 1, kind="catchup", version=0, text="line", key="k")
    folding.fold(db, {row.id: "storm"}, line, NOW)
    every = [*ids.values(), folded]
    assert digest_turns.pushed(db, Recipient(1), every) == {ids["pending"], ids["sent"], folded}
    assert digest_turns.pushed(db, Recipient(1, 7), every) == frozenset()
    assert digest_turns.pushed(db, Recipient(2), every) == frozenset()


QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "without": lambda db: digest_turns.without(db, 9),
    "unplanned": lambda db: digest_turns.unplanned(db, 9),
    "due": lambda db: digest_turns.due(db, NOW, 5),
    "alerts since": lambda db: digest_turns.alerts_since(db, 1, 9),
    "pushed": lambda db: digest_turns.pushed(db, Recipient(1), [1, 2]),
    "digests of a topic": lambda db: digest_turns.texts_since(db, Recipient(1), NOW),
    "digests of a chat": lambda db: digest_turns.sent_since(db, 1, NOW, 9),
    "newest decision": digest_turns.newest_decision,
    "alerts of two weeks": lambda db: alerts.since(db, NOW - 14 * DAY),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_walks_through_what_is_stored(db: Connection, question: str) -> None:
    for chat_id in (1, 2):
        add_chat(db, chat_id)
        digest_turns.begin(db, chat_id, "daily", NOW)
    for _ in range(20):
        outbox.enqueue(db, [delivery(decide(db), 1)], NOW)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    QUESTIONS[question](db)
    db.conn.set_trace_callback(None)
    for sql in (each for each in asked if "SELECT" in each):
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        for step in plan:
            # Only chats, and lists that the question brought, may be walked through.
            if step.startswith("SCAN"):
                assert step.split()[1] in ("c", "each"), plan


def test_a_stretch_costs_what_it_holds_and_not_what_came_before(db: Connection) -> None:
    def steps(after: int) -> int:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        db.conn.set_progress_handler(count, 20)
        digest_turns.alerts_since(db, after, digest_turns.newest_decision(db))
        db.conn.set_progress_handler(None, 0)
        return counted

    for _ in range(5):
        decide(db)
    few = steps(0)
    for _ in range(100):
        decide(db)
    before = digest_turns.newest_decision(db)
    for _ in range(5):
        decide(db)
    assert steps(before) <= 3 * few


def test_the_turns_of_a_group_go_with_it(db: Connection) -> None:
    add_chat(db, -1)
    digest_turns.begin(db, -1, "daily", NOW)
    supergroups.migrate(db, -1, -100)
    assert existing(digest_turns.get(db, -100, "daily")).told_at == NOW
    assert digest_turns.get(db, -1, "daily") is None


async def test_an_older_database_takes_digests_and_keeps_its_rows(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m028_digests")
    old = SqliteConnection(file)
    MIGRATIONS.apply(old, stop_before="m028_digests")
    with as_today(old):
        alert = add_alert(old)
    notice = delivery(None, 5, kind="notice", version=0, text="words")
    outbox.enqueue(old, [delivery(alert.id, 5), notice], NOW)
    before = outbox.for_chat(old, 5)
    old.conn.commit()
    old.close()
    database = await open_database(file)
    try:
        assert await database.read(lambda db: outbox.for_chat(db, 5)) == before
        row = delivery(None, 5, kind="digest", version=0, text="{}", key="k")
        assert await database.write(lambda db: outbox.enqueue(db, [row], NOW)) == 1
        odd = delivery(None, 5, kind="letter", version=0, text="{}", key="k")
        with pytest.raises(Exception, match="CHECK constraint"):
            await database.write(lambda db: outbox.enqueue(db, [odd], NOW))
        assert await database.read(lambda db: digest_turns.without(db, 9)) == [5]
        assert await database.check() == []
    finally:
        await database.close()


def test_to_plan_the_next_digests_costs_no_more_with_more_chats(db: Connection) -> None:
    """At a start all of many thousand chats are to be planned, some at a time, beside what is to
    be sent meanwhile."""

    def steps() -> int:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        db.conn.set_progress_handler(count, 10)
        digest_turns.without(db, 1)
        digest_turns.without_hourly(db, 1)
        digest_turns.unplanned(db, 5)
        db.conn.set_progress_handler(None, 0)
        return counted

    def come(chat_ids: range) -> None:
        for chat_id in chat_ids:
            add_chat(db, chat_id, "siege")
            if chat_id % 2:
                digest_turns.begin(db, chat_id, "daily", NOW)

    come(range(10, 31))
    few = steps()
    come(range(40, 441))
    assert 0 < steps() <= 1.5 * few
