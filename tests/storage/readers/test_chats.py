from __future__ import annotations

from dataclasses import replace

import pytest

from storage.connection import Connection
from storage.readers import chats, subscriptions
from storage.sending import outbox, owed, sends
from tests.storage.make import HOUR, NOW, add_alert, add_chat, chat, choose, delivery, existing


def test_a_chat_comes_back_as_it_was_stored(db: Connection) -> None:
    stored = chat(-5, "siege", "evacuation", thread_id=7, language="fr", blocked_until=NOW + HOUR)
    chats.upsert(db, stored)
    (asked,) = stored.subscriptions
    (kept,) = subscriptions.of_chat(db, -5)
    assert kept == replace(asked, id=kept.id, created_at=NOW)
    stored = replace(stored, subscriptions=(kept,))
    assert chats.get(db, -5) == chats.upsert(db, stored) == stored
    assert chats.get(db, 6) is None


def test_meeting_a_chat_again_keeps_what_it_chose(db: Connection) -> None:
    add_chat(db, 100, "siege", language="fr", role="operator")
    again = chats.upsert(db, chat(100, "evacuation", title="اسم جديد", language="ar"))
    assert (again.title, again.language, again.role) == ("اسم جديد", "fr", "operator")
    assert again.signals == {"siege"}


def test_choices_change_one_by_one(db: Connection) -> None:
    add_chat(db, 100, "siege", "evacuation")
    chats.set_language(db, 100, "en")
    choose(db, 100, signals=frozenset({"evacuation", "aid-access"}))
    found = chats.get(db, 100)
    assert found is not None
    assert found.language == "en"
    assert found.signals == {"evacuation", "aid-access"}
    choose(db, 100, signals=frozenset())
    assert chats.subscribed(db) == []


def test_changing_an_unknown_chat_is_an_error(db: Connection) -> None:
    with pytest.raises(KeyError, match="no chat 404"):
        chats.set_language(db, 404, "ar")


def test_subscribed_means_active_with_a_signal(db: Connection) -> None:
    add_chat(db, 1, "siege")
    add_chat(db, 2, signals=frozenset())
    add_chat(db, 3, "siege")
    chats.pause(db, 3, "blocked by the user", NOW)
    assert [each.id for each in chats.subscribed(db)] == [1]
    assert [each.id for each in chats.everyone(db)] == [1, 2, 3]


def test_operators_follow_the_setting(db: Connection) -> None:
    add_chat(db, 1, role="operator")
    add_chat(db, 2)
    chats.set_operators(db, [2, -300], NOW)
    assert [(each.id, each.kind) for each in chats.operators(db)] == [
        (-300, "group"),
        (2, "private"),
    ]
    found = chats.get(db, 1)
    assert found is not None and found.role == "subscriber"
    assert existing(chats.get(db, 2)).signals == {"siege"}


def test_a_paused_chat_keeps_settings_and_rows_and_resumes(db: Connection) -> None:
    alert = add_alert(db)
    add_chat(db, 100)
    chats.set_blocked_until(db, 100, NOW + HOUR)
    outbox.enqueue(db, [delivery(alert.id)], NOW)
    chats.pause(db, 100, "bot was kicked", NOW)
    paused = existing(chats.get(db, 100))
    assert (paused.state, paused.paused_reason) == ("paused", "bot was kicked")
    assert outbox.counts(db)["paused"] == 1
    assert owed.ready(db, NOW + 2 * HOUR, 10) == []
    chats.resume(db, 100, NOW)
    resumed = existing(chats.get(db, 100))
    assert (resumed.state, resumed.paused_reason, resumed.blocked_until) == ("active", None, None)
    assert len(owed.ready(db, NOW, 10)) == 1


def test_sends_are_remembered_for_pacing(db: Connection) -> None:
    add_chat(db, 1)
    add_chat(db, 2)
    for chat_id, at in ((1, NOW), (1, NOW - HOUR), (2, NOW)):
        sends.record_sent(db, chat_id, at)
    assert sends.sends_since(db, NOW - HOUR) == {1: [NOW - HOUR, NOW], 2: [NOW]}
    assert sends.sends_since(db, NOW) == {1: [NOW], 2: [NOW]}
