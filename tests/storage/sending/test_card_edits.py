"""Cards that are to be edited: a row for an alert in a chat, so only the newest state is owed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.news import entries, stories
from storage.opening import open_database
from storage.readers import chats
from storage.sending import card_edits, outbox, reach
from storage.sending.card_edits import CardEdit
from storage.sending.deliveries import Recipient
from tests.storage.make import (
    HOUR,
    NOW,
    add_alert,
    add_chat,
    add_entry,
    add_older_database,
    delivery,
    detection,
    existing,
)

SETTLE, SECOND = timedelta(seconds=30), timedelta(seconds=1)


def asked(db: Connection, *chat_ids: int, at: datetime = NOW) -> Alert:
    for chat_id in chat_ids:
        if chats.get(db, chat_id) is None:
            add_chat(db, chat_id)
    alert = add_alert(db)
    card_edits.ask(db, alert.id, [Recipient(each) for each in chat_ids], at, SETTLE)
    return alert


def of(db: Connection, alert: Alert, chat_id: int = 1) -> CardEdit:
    return existing(card_edits.get(db, alert.id, Recipient(chat_id)))


def test_it_is_due_when_it_has_settled_and_not_before(db: Connection) -> None:
    alert = asked(db, 1)
    assert card_edits.ready(db, NOW + SETTLE - SECOND, 9) == []
    assert card_edits.ready(db, NOW + SETTLE, 9) == [of(db, alert)]


def test_more_changes_are_one_edit_that_waits_no_longer(db: Connection) -> None:
    alert = asked(db, 1)
    card_edits.ask(db, alert.id, [Recipient(1)], NOW + 20 * SECOND, SETTLE)
    edit = of(db, alert)
    assert (edit.changes, edit.changed_at, edit.due_at) == (2, NOW + 20 * SECOND, NOW + SETTLE)


def test_of_each_chat_the_longest_due_is_next(db: Connection) -> None:
    late = asked(db, 1, 2, at=NOW + SECOND)
    early = asked(db, 1)
    found = card_edits.ready(db, NOW + HOUR, 9)
    assert [(each.chat_id, each.alert_id) for each in found] == [(1, early.id), (2, late.id)]
    assert len(card_edits.ready(db, NOW + HOUR, 1)) == 1
    assert [each.chat_id for each in card_edits.ready(db, NOW + HOUR, 9, [1])] == [2]


def test_where_a_message_is_to_go_out_nothing_is_edited(db: Connection) -> None:
    asked(db, 1, 2, 3)
    for level, kind in (("critical", "alert"), ("alert", "alert"), ("alert", "notice")):
        outbox.enqueue(db, [delivery(add_alert(db).id, 1, level=level, kind=kind)], NOW)
    later = delivery(add_alert(db).id, 2, not_before=NOW + 2 * HOUR)
    outbox.enqueue(db, [later], NOW)
    assert [each.chat_id for each in card_edits.ready(db, NOW + HOUR, 9)] == [2, 3]


def test_an_edited_card_owes_nothing_until_the_next_change_and_is_left_alone(
    db: Connection,
) -> None:
    alert = asked(db, 1)
    card_edits.done(db, of(db, alert), NOW + HOUR)
    assert (of(db, alert).due_at, of(db, alert).edits) == (None, 1)
    card_edits.ask(db, alert.id, [Recipient(1)], NOW + SECOND, SETTLE)
    assert of(db, alert).due_at == NOW + HOUR


def test_what_changed_meanwhile_is_still_owed(db: Connection) -> None:
    alert = asked(db, 1)
    before = of(db, alert)
    card_edits.ask(db, alert.id, [Recipient(1)], NOW + SECOND, SETTLE)
    card_edits.drop(db, before)
    assert of(db, alert).due_at == NOW + SETTLE
    card_edits.done(db, before, NOW + HOUR)
    assert of(db, alert).due_at == NOW + HOUR
    card_edits.drop(db, of(db, alert))
    assert of(db, alert).due_at is None


def test_what_failed_is_tried_again_and_a_change_forgives_it(db: Connection) -> None:
    alert = asked(db, 1)
    card_edits.postpone(db, of(db, alert), NOW + HOUR, attempts=2)
    assert (of(db, alert).due_at, of(db, alert).attempts) == (NOW + HOUR, 2)
    card_edits.ask(db, alert.id, [Recipient(1)], NOW + SECOND, SETTLE)
    assert (of(db, alert).due_at, of(db, alert).attempts) == (NOW + SECOND + SETTLE, 0)
    card_edits.drop(db, of(db, alert))
    card_edits.postpone(db, of(db, alert), NOW, attempts=1)
    assert of(db, alert).due_at is None, "what is not owed is not owed later"


def test_a_chat_is_held_back_as_a_whole(db: Connection) -> None:
    first, second = asked(db, 1, 2), asked(db, 1)
    card_edits.hold_chat(db, 1, NOW + HOUR)
    assert of(db, first).due_at == of(db, second).due_at == NOW + HOUR
    assert of(db, first, 2).due_at == NOW + SETTLE


def test_a_new_message_says_it_all_and_begins_anew(db: Connection) -> None:
    alert = asked(db, 1)
    card_edits.done(db, of(db, alert), NOW + HOUR)
    card_edits.ask(db, alert.id, [Recipient(1)], NOW, SETTLE)
    card_edits.replaced(db, [(alert.id, Recipient(1))])
    assert (of(db, alert).due_at, of(db, alert).edits) == (None, 0)
    card_edits.ask(db, alert.id, [Recipient(1)], NOW, SETTLE)
    assert of(db, alert).due_at == NOW + SETTLE


def test_edits_go_with_their_alert_and_their_chat(db: Connection) -> None:
    first, second = asked(db, 1), asked(db, 2)
    db.execute("DELETE FROM alerts WHERE id = ?", [first.id])
    db.execute("DELETE FROM chats WHERE id = 2")
    assert (
        card_edits.get(db, first.id, Recipient(1))
        is card_edits.get(db, second.id, Recipient(2))
        is None
    )


def test_chats_told_are_those_that_have_a_message_or_soon(db: Connection) -> None:
    alert = add_alert(db)
    for chat_id in (1, 2, 3):
        add_chat(db, chat_id)
    outbox.enqueue(db, [delivery(alert.id, chat_id) for chat_id in (1, 2, 3)], NOW)
    outbox.mark_sent(db, outbox.for_chat(db, 1)[0].id, 5, NOW)
    outbox.lease(db, [outbox.for_chat(db, 2)[0].id], NOW + HOUR)
    assert reach.had_by(db, alert.id) == {Recipient(1), Recipient(2)}


def test_sources_are_told_with_and_without_an_entry(db: Connection) -> None:
    alert = add_alert(db)
    for family, entry_id in (("enab", alert.entry_id), ("sana", add_entry(db))):
        entries.add_detections(db, entry_id, detection(signal="siege", direction="worsening"))
        if family != "enab":
            stories.attach(db, alert.story_id, entry_id, family, NOW)
    found = existing(alerts.get(db, alert.id))
    assert [each.family for each in found.sources] == ["enab", "sana"]
    without = alerts.latest(alerts.reporting(db, alert.id), but=found.sources[1].entry_id)
    assert [each.family for each in without] == ["enab"]


async def test_an_older_database_learns_of_edits(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m022_card_edits")
    database = await open_database(file)
    try:
        assert await database.read(lambda db: card_edits.ready(db, NOW, 9)) == []
        alert = await database.write(add_alert)
        await database.write(lambda db: card_edits.ask(db, alert.id, [Recipient(5)], NOW, SETTLE))
        assert len(await database.read(lambda db: card_edits.ready(db, NOW + HOUR, 9))) == 1
        assert await database.check() == []
    finally:
        await database.close()
