"""Clocks of chats, as they are stored."""

from __future__ import annotations

from pathlib import Path

from storage.connection import Connection
from storage.opening import open_database
from storage.readers import chat_clocks, chats, supergroups
from storage.readers.chat_clocks import ChatClock, QuietHours
from storage.sending import outbox, owed
from tests.storage.make import (
    DAY,
    HOUR,
    NOW,
    add_alert,
    add_chat,
    add_older_database,
    delivery,
    existing,
)

NIGHT = QuietHours(22 * 60, 7 * 60, frozenset({4, 5}))


def test_a_chat_that_said_nothing_has_the_usual_clock(db: Connection) -> None:
    add_chat(db, 1)
    assert chat_clocks.get(db, 1) == ChatClock()
    assert chat_clocks.get(db, 999) == ChatClock()
    assert chat_clocks.to_follow(db, NOW) == {}


def test_each_part_of_a_clock_changes_alone_and_is_to_be_looked_at(db: Connection) -> None:
    add_chat(db, 1)
    chat_clocks.set_quiet(db, 1, NIGHT)
    chat_clocks.set_timezone(db, 1, "Africa/Khartoum")
    chat_clocks.set_digest(db, 1, None)
    chat_clocks.set_weekly(db, 1, 6, NOW)
    expected = ChatClock(NIGHT, None, 6, "Africa/Khartoum")
    assert chat_clocks.get(db, 1) == expected
    assert chat_clocks.to_follow(db, NOW) == {1: expected}
    assert existing(chats.get(db, 1)).timezone == "Africa/Khartoum"
    chat_clocks.set_quiet(db, 1, None)
    assert chat_clocks.get(db, 1) == ChatClock(None, None, 6, "Africa/Khartoum")


def test_what_was_found_holds_until_it_is_to_be_looked_at_again(db: Connection) -> None:
    add_chat(db, 1)
    chat_clocks.set_quiet(db, 1, NIGHT)
    chat_clocks.hold(db, 1, NOW + HOUR, NOW + HOUR, NOW)
    assert existing(chats.get(db, 1)).quiet_until == NOW + HOUR
    assert chat_clocks.to_follow(db, NOW) == {}
    assert chat_clocks.to_follow(db, NOW + HOUR).keys() == {1}
    assert chat_clocks.follow_anew(db) == 1
    assert chat_clocks.to_follow(db, NOW).keys() == {1}
    # Quiet that is ended early ends now; quiet that is over stays over.
    chat_clocks.hold(db, 1, None, None, NOW)
    assert existing(chats.get(db, 1)).quiet_until == NOW
    chat_clocks.hold(db, 1, None, None, NOW + DAY)
    assert existing(chats.get(db, 1)).quiet_until == NOW


def test_in_quiet_hours_only_what_is_critical_is_ready(db: Connection) -> None:
    add_chat(db, 1)
    for level in ("alert", "critical"):
        outbox.enqueue(db, [delivery(add_alert(db).id, 1, level=level)], NOW)
    chat_clocks.set_quiet(db, 1, NIGHT)
    chat_clocks.hold(db, 1, NOW + HOUR, NOW + HOUR, NOW)
    assert [row.level for row in owed.ready(db, NOW, 5)] == ["critical"]
    chats.mute(db, 1, NOW + 2 * HOUR, NOW)
    for later, held in ((HOUR, True), (2 * HOUR, False)):
        assert existing(chats.get(db, 1)).is_held(NOW + later) is held
        assert len(owed.ready(db, NOW + later, 5)) == (1 if held else 2)


def test_whose_clock_is_to_be_followed_is_found_by_an_index(db: Connection) -> None:
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    chat_clocks.to_follow(db, NOW)
    db.conn.set_trace_callback(None)
    (sql,) = [each for each in asked if "chat_clocks" in each]
    plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert not [step for step in plan if step.startswith("SCAN")], plan
    assert "chat_clocks_to_look_at" in plan[0]


def test_the_clock_of_a_group_goes_with_it(db: Connection) -> None:
    add_chat(db, -1)
    chat_clocks.set_quiet(db, -1, NIGHT)
    supergroups.migrate(db, -1, -100)
    assert chat_clocks.get(db, -100).quiet == NIGHT
    # A chat that is known keeps its own.
    add_chat(db, -2)
    chat_clocks.set_digest(db, -2, None)
    supergroups.migrate(db, -2, -100)
    assert chat_clocks.get(db, -100) == ChatClock(NIGHT)
    assert chat_clocks.get(db, -2) == ChatClock()


async def test_an_older_database_learns_of_clocks(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m023_subscriptions")
    database = await open_database(file)
    try:
        kept = existing(await database.read(lambda db: chats.get(db, 5)))
        assert (kept.title, kept.timezone, kept.quiet_until) == ("ليلى", None, None)
        assert await database.read(lambda db: chat_clocks.get(db, 5)) == ChatClock()
        await database.write(lambda db: chat_clocks.set_quiet(db, 5, NIGHT))
        assert await database.check() == []
    finally:
        await database.close()
