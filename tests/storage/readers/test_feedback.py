"""What people think of alerts: one mark of a person, what stood behind it, and who it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database as SqliteConnection

from storage import retention
from storage.alerts import Alert
from storage.connection import Connection
from storage.news import search
from storage.opening import open_database
from storage.readers import chats, feedback, mutes, supergroups
from storage.readers.feedback import Mark, SeenSignal
from storage.readers.mutes import Target
from storage.rows import to_text
from storage.sending import outbox
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


def mark_of(alert: Alert, person: int, mark: str, role: str = "viewer", hours: float = 0) -> Mark:
    told = alert.gravest
    values = (told.signal, told.direction, told.level, told.entry_id, ("near(siege, town)",))
    return Mark(
        *(alert.id, person, f"قارئ {person}", role, 5, mark, NOW + hours * HOUR),
        signals=(SeenSignal(*values),),
    )


def test_a_person_has_one_mark_of_an_alert_and_may_change_it(db: Connection) -> None:
    add_chat(db, 5)
    alert = add_alert(db)
    assert feedback.mark(db, mark_of(alert, 1, "useful")) is None
    assert feedback.mark(db, mark_of(alert, 1, "false", "analyst", hours=1)) == "useful"
    feedback.mark(db, mark_of(alert, 2, "useful", hours=2))
    assert [(m.person_id, m.mark, m.role) for m in feedback.of_alert(db, alert.id)] == [
        *((1, "false", "analyst"), (2, "useful", "viewer"))
    ]
    assert feedback.counts_in_chat(db, alert.id, 5) == {"useful": 1, "false": 1}
    assert feedback.counts_in_chat(db, alert.id, 6) == {"useful": 0, "false": 0}


def test_marks_are_counted_by_signal_and_roles_are_told_apart(db: Connection) -> None:
    first, second = add_alert(db), add_alert(db)
    signal = first.gravest.signal
    for given in (
        mark_of(first, 1, "false", "analyst"),
        *(mark_of(first, 2, "false"), mark_of(second, 2, "false"), mark_of(second, 3, "useful")),
        mark_of(second, 4, "false", hours=-48),
    ):
        feedback.mark(db, given)
    assert feedback.counts_by_signal(db, NOW - DAY) == {
        (signal, "false", "analyst"): 1,
        (signal, "false", "viewer"): 2,
        (signal, "useful", "viewer"): 1,
    }


def test_what_was_called_false_comes_with_its_entry_newest_first(db: Connection) -> None:
    alerts = [add_alert(db), add_alert(db)]
    for hours, alert in enumerate(alerts):
        feedback.mark(db, mark_of(alert, 1, "false", hours=hours))
    feedback.mark(db, mark_of(alerts[0], 2, "useful"))
    found = feedback.marked_false(db, NOW - DAY)
    assert [each.short_id for each in found] == [alerts[1].short_id, alerts[0].short_id]
    assert [each.entry_id for each in found] == [alerts[1].entry_id, alerts[0].entry_id]
    assert found[0].mark.name == "قارئ 1"
    assert found[0].title.startswith("عنوان")
    assert feedback.marked_false(db, NOW - DAY, limit=1) == found[:1]


@pytest.mark.parametrize(
    "question",
    [
        lambda db: feedback.counts_by_signal(db, NOW),
        lambda db: feedback.marked_false(db, NOW),
        lambda db: feedback.of_alert(db, 1),
        lambda db: mutes.standing(db, NOW),
        lambda db: mutes.of_chat(db, 5, NOW),
        lambda db: mutes.end(db, 5, 1, NOW),
        lambda db: mutes.put(db, 5, Target("alert", alert_id=1), 1, NOW, NOW),
    ],
)
def test_nothing_is_read_from_end_to_end(db: Connection, question: object) -> None:
    add_chat(db, 5)
    add_alert(db)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    question(db)  # type: ignore[operator]
    db.conn.set_trace_callback(None)
    for sql in asked:
        if sql.split()[0] in ("SELECT", "UPDATE", "INSERT", "DELETE"):
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
            walks = [step for step in plan if step.startswith("SCAN") and "VIRTUAL" not in step]
            assert not walks, (sql, walks)


async def test_a_database_of_before_keeps_its_rows_and_can_mute_and_mark(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m025_mutes_and_feedback")
    old = SqliteConnection(file)
    old.execute(
        """
        INSERT INTO outbox (alert_id, chat_id, kind, version, key, state, level, not_before, text,
            possible_repeat, created_at, updated_at)
        VALUES (NULL, 5, 'notice', 0, 'k', 'pending', 'alert', :at, 'x', 0, :at, :at)""",
        {"at": to_text(NOW)},
    )
    old.conn.commit()
    old.close()

    def use(db: Connection) -> None:
        assert [(row.text, row.mute_id) for row in outbox.for_chat(db, 5)] == [("x", None)]
        alert = add_alert(db)
        mutes.put(db, 5, Target("alert", alert_id=alert.id), 1, NOW + HOUR, NOW)
        feedback.mark(db, mark_of(alert, 1, "false"))

    database = await open_database(file)
    try:
        await database.write(use)
    finally:
        await database.close()


def test_a_mute_is_extended_and_ended_with_what_it_holds(db: Connection) -> None:
    add_chat(db, 5)
    add_chat(db, 6)
    alert = add_alert(db)
    target = Target("alert", signal="siege", place_id="g1", names={"ar": "حلب"})
    mute = mutes.put(db, 5, target, 1, NOW + HOUR, NOW)
    row = delivery(alert.id, 5, not_before=mute.until)
    outbox.enqueue(db, [row._replace(mute_id=mute.id)], NOW)
    assert mutes.put(db, 5, target, 1, NOW + 8 * HOUR, NOW).id == mute.id
    assert [each.not_before for each in outbox.for_chat(db, 5)] == [NOW + 8 * HOUR]
    (standing,) = mutes.standing(db, NOW)[5]
    assert (standing.target, standing.until) == (target, NOW + 8 * HOUR)
    assert mutes.end(db, 6, mute.id, NOW) is None, "another chat's"
    assert existing(mutes.end(db, 5, mute.id, NOW + HOUR)).id == mute.id
    assert mutes.end(db, 5, mute.id, NOW + HOUR) is None
    assert [each.not_before for each in outbox.for_chat(db, 5)] == [NOW + HOUR]
    assert mutes.of_chat(db, 5, NOW + HOUR) == []
    retention.purge(db, NOW + 30 * DAY)


def test_a_mute_is_of_its_topic_alone(db: Connection) -> None:
    add_chat(db, -5)
    target = Target("alert", signal="siege", place_id="g1")
    general = mutes.put(db, -5, target, 1, NOW + HOUR, NOW)
    topic = mutes.put(db, -5, target, 1, NOW + 2 * HOUR, NOW, thread_id=7)
    assert mutes.put(db, -5, target, 1, NOW + 3 * HOUR, NOW, thread_id=7).id == topic.id
    assert [each.id for each in mutes.of_topic(db, -5, None, NOW)] == [general.id]
    assert [each.until for each in mutes.of_topic(db, -5, 7, NOW)] == [NOW + 3 * HOUR]
    assert mutes.of_topic(db, -5, 8, NOW) == []
    assert [each.id for each in mutes.of_chat(db, -5, NOW)] == [general.id, topic.id]


def test_what_a_topic_muted_stays_muted_where_it_is_told_when_it_is_gone(db: Connection) -> None:
    add_chat(db, -5)
    target = Target("alert", signal="siege", place_id="g1")
    mute = mutes.put(db, -5, target, 1, NOW + HOUR, NOW, thread_id=7)
    chats.forget_topic(db, -5, 7)
    assert [each.id for each in mutes.of_topic(db, -5, None, NOW)] == [mute.id]


async def test_mutes_of_before_hold_in_every_topic(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m029_topics_and_beginnings")
    old = SqliteConnection(file)
    old.execute(
        """
        INSERT INTO mutes (chat_id, signal, place_id, names_json, level, by_id, since, until)
        VALUES (5, 'siege', 'g1', '{"ar": "حلب"}', 'alert', 7, :now, :until)""",
        {"now": to_text(NOW), "until": to_text(NOW + HOUR)},
    )
    old.execute("INSERT INTO search_words (rowid, words, also) VALUES (1, 'حصار حلب 12', 'لب')")
    old.conn.commit()
    old.close()
    database = await open_database(file)
    try:
        for topic in (None, 7):
            (mute,) = await database.read(
                lambda db, topic=topic: mutes.of_topic(db, 5, topic, NOW)  # type: ignore[misc]
            )
            assert (mute.everywhere, mute.target.names) == (True, {"ar": "حلب"})
        match = await database.read(lambda db: search.with_beginnings(db, '"حصا" *'))
        assert match == '("حصا" OR "حصار")', "what was indexed before is found by its beginning"
    finally:
        await database.close()


def test_mutes_and_marks_move_with_a_group(db: Connection) -> None:
    for chat_id in (-5, -1005):
        add_chat(db, chat_id)
    alert = add_alert(db)
    mutes.put(db, -5, Target("alert", alert_id=alert.id), 1, NOW + HOUR, NOW)
    feedback.mark(db, replace(mark_of(alert, 1, "useful"), chat_id=-5))
    supergroups.migrate(db, -5, -1005)
    assert [each.short_id for each in mutes.of_chat(db, -1005, NOW)] == [alert.short_id]
    assert feedback.counts_in_chat(db, alert.id, -1005)["useful"] == 1
