"""Subscriptions as stored, and what chats of an older version keep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database as SqliteConnection

from storage.connection import Connection
from storage.file.migrations import MIGRATIONS
from storage.opening import open_database
from storage.readers import chats, subscriptions, supergroups
from storage.readers.subscriptions import Subscription, chosen_by
from storage.rows import to_text
from storage.sending import card_edits, outbox, reach
from storage.sending.deliveries import Recipient
from storage.sending.outbox import Mark
from tests.storage.make import HOUR, NOW, add_alert, add_chat, choose, delivery, existing

FULL = Subscription(
    -5,
    44,
    signals=frozenset({"siege", "evacuation"}),
    places={"SD": {"ar": "السودان", "en": "Sudan"}},
    lowest_level="watch",
    include=("كوليرا",),
    exclude=("رياضة", "football"),
    delivery="daily",
    paused=True,
)


def test_a_subscription_comes_back_as_it_was_stored(db: Connection) -> None:
    add_chat(db, -5, signals=frozenset())
    stored = subscriptions.add(db, FULL, NOW)
    assert subscriptions.get(db, existing(stored.id)) == stored
    changed = replace(stored, everything=True, delivery="now", paused=False, include=())
    subscriptions.save(db, changed)
    assert subscriptions.of_topic(db, -5, 44) == [changed]
    assert subscriptions.of_topic(db, -5, None) == []
    assert subscriptions.remove(db, existing(stored.id))
    assert not subscriptions.remove(db, existing(stored.id)), "pressed twice"
    subscriptions.save(db, changed)
    assert subscriptions.of_chat(db, -5) == [], "what was removed stays away"


def test_everything_holds_signals_that_come_later() -> None:
    chosen = chosen_by([replace(FULL, everything=True), FULL])
    assert "a-signal-of-next-year" in chosen
    assert "a-signal-of-next-year" not in chosen_by([FULL])
    assert not chosen_by([Subscription(1)])


def test_a_chat_is_the_union_of_its_subscriptions(db: Connection) -> None:
    add_chat(db, -5, "siege", places=frozenset({"SY"}), lowest_level="alert")
    subscriptions.add(db, FULL, NOW)
    chat = existing(chats.get(db, -5))
    assert chat.signals == {"siege", "evacuation"}
    assert chat.places == {"SY", "SD"}
    assert chat.lowest_level == "watch"
    assert [each.thread_id for each in chat.topic(44)] == [44]
    choose(db, -5, places={})
    assert existing(chats.get(db, -5)).places == frozenset(), "one of them hears of everywhere"


def test_a_message_is_owed_once_to_each_topic(db: Connection) -> None:
    add_chat(db, -5)
    row = delivery(add_alert(db).id, -5)
    rows = [row, row, row._replace(thread_id=44), row._replace(thread_id=44)]
    assert outbox.enqueue(db, rows, NOW) == 2
    assert reach.recipients(db, row.alert_id or 0) == {Recipient(-5), Recipient(-5, 44)}
    outbox.mark_sent(db, outbox.for_chat(db, -5)[1].id, 71, NOW)
    assert reach.had_by(db, row.alert_id or 0) == {Recipient(-5, 44)}
    assert reach.first_message(db, row.alert_id or 0, Recipient(-5, 44)) == 71
    assert reach.first_message(db, row.alert_id or 0, Recipient(-5)) is None


def test_what_a_deleted_topic_was_owed_is_the_general_ones(db: Connection) -> None:
    add_chat(db, -5, "siege", thread_id=44)
    both, owed, told = (add_alert(db) for _ in range(3))
    in_topic = [delivery(each.id, -5, thread_id=44) for each in (both, owed, told)]
    outbox.enqueue(db, [*in_topic, delivery(both.id, -5)], NOW)
    rows = {row.alert_id: row for row in outbox.for_chat(db, -5) if row.thread_id}
    outbox.mark_sent(db, rows[told.id].id, 71, NOW)
    outbox.mark(db, rows[owed.id].id, Mark("unknown", "no answer", NOW, 1))
    card_edits.ask(db, told.id, [Recipient(-5, 44)], NOW, HOUR)
    assert chats.forget_topic(db, -5, 44) == 1
    after = {row.alert_id: row for row in outbox.for_chat(db, -5)}
    assert len(outbox.for_chat(db, -5)) == 3, "nobody reads an alert twice"
    assert {row.thread_id for row in after.values()} == {None}
    assert (after[told.id].state, after[told.id].message_id) == ("sent", None)
    assert card_edits.get(db, told.id, Recipient(-5, 44)) is None
    chat = existing(chats.get(db, -5))
    assert chat.thread_id is None
    assert [each.thread_id for each in chat.subscriptions] == [None]
    assert chats.forget_topic(db, -5, 44) == 0


def test_chats_that_become_one_keep_what_both_asked_for(db: Connection) -> None:
    add_chat(db, -5, "siege", places=frozenset({"SY"}))
    add_chat(db, -1005, "evacuation", kind="supergroup")
    alike = choose(db, -5)
    subscriptions.add(db, replace(alike, chat_id=-1005), NOW)
    supergroups.migrate(db, -5, -1005)
    kept = subscriptions.of_chat(db, -1005)
    assert sorted((sorted(each.signals), sorted(each.places)) for each in kept) == [
        (["evacuation"], []),
        (["siege"], ["SY"]),
    ]


KNOWN = ((5, None, "alert"), (-6, 44, "critical"), (7, None, "alert"))


async def test_chats_of_the_version_before_keep_all_they_had(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    old = SqliteConnection(file)
    MIGRATIONS.apply(old, stop_before="m023_subscriptions")
    at = to_text(NOW)
    for chat_id, thread_id, level in KNOWN:
        kind = "private" if chat_id > 0 else "supergroup"
        old.execute(
            """
            INSERT INTO chats (id, thread_id, kind, title, language, state, role, lowest_level,
                created_at)
            VALUES (?, ?, ?, '', 'ar', 'active', 'subscriber', ?, ?)""",
            (chat_id, thread_id, kind, level, at),
        )
    for chat_id, signal in ((5, "siege"), (5, "evacuation"), (-6, "siege")):
        old.execute("INSERT INTO subscriptions VALUES (?, ?, ?)", (chat_id, signal, at))
    names = '{"ar": "السودان"}'
    old.execute("INSERT INTO chat_places VALUES (?, ?, ?)", (-6, "SD", names))
    for chat_id in (5, -6):
        old.execute(
            """
            INSERT INTO outbox (chat_id, kind, version, key, state, level, not_before, text,
                created_at, updated_at)
            VALUES (?, 'notice', 0, 'k', 'pending', 'alert', ?, 'نص', ?, ?)""",
            (chat_id, at, at, at),
        )
    old.conn.commit()
    old.close()
    database = await open_database(file)
    try:
        everyone = await database.read(chats.everyone)
        rows = await database.read(lambda db: outbox.for_chat(db, -6) + outbox.for_chat(db, 5))
    finally:
        await database.close()
    found = {each.id: each.subscriptions for each in everyone}
    (first,), (second,) = found[5], found[-6]
    assert first.thread_id is None
    assert first.signals == {"siege", "evacuation"}
    assert (dict(first.places), first.lowest_level) == ({}, "alert")
    assert (second.thread_id, second.lowest_level) == (44, "critical")
    assert second.signals == {"siege"}
    assert second.places == {"SD": {"ar": "السودان"}}
    assert (second.delivery, second.paused, second.everything) == ("now", False, False)
    assert found[7] == ()
    assert [row.thread_id for row in rows] == [44, None]
