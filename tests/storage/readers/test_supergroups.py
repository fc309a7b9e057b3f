from __future__ import annotations

from storage.connection import Connection
from storage.readers import chats, supergroups
from storage.sending import outbox, sends
from tests.storage.make import NOW, add_alert, add_chat, delivery, existing


def test_a_group_that_became_a_supergroup_takes_everything_along(db: Connection) -> None:
    alert = add_alert(db)
    add_chat(db, -5, "siege", role="operator")
    outbox.enqueue(db, [delivery(alert.id, -5)], NOW)
    sends.record_sent(db, -5, NOW)
    supergroups.migrate(db, -5, -1005)
    moved = existing(chats.get(db, -1005))
    assert chats.get(db, -5) is None
    assert (moved.kind, moved.signals, moved.role) == (
        "supergroup",
        frozenset({"siege"}),
        "operator",
    )
    assert [row.chat_id for row in outbox.for_chat(db, -1005)] == [-1005]
    assert sends.sends_since(db, NOW) == {-1005: [NOW]}
    supergroups.migrate(db, -5, -1005)
    supergroups.migrate(db, -1005, -1005)
    assert chats.get(db, -1005) == moved, "a repeated or empty move does nothing"


def test_moving_into_a_known_chat_joins_both_and_repeats_nothing(db: Connection) -> None:
    both, old_only, sent_in_old = add_alert(db), add_alert(db), add_alert(db)
    add_chat(db, -5, "siege")
    add_chat(db, -1005, "evacuation", language="en", kind="supergroup")
    outbox.enqueue(db, [delivery(a.id, -5) for a in (both, old_only, sent_in_old)], NOW)
    outbox.enqueue(db, [delivery(a.id, -1005) for a in (both, sent_in_old)], NOW)
    outbox.mark_sent(db, outbox.for_chat(db, -5)[2].id, 77, NOW)
    sends.record_sent(db, -5, NOW)
    supergroups.migrate(db, -5, -1005)
    found = existing(chats.get(db, -1005))
    assert (found.signals, found.language) == (frozenset({"siege", "evacuation"}), "en")
    rows = {row.alert_id: row.state for row in outbox.for_chat(db, -1005)}
    assert rows == {both.id: "pending", old_only.id: "pending", sent_in_old.id: "sent"}
    assert len(outbox.for_chat(db, -1005)) == 3
    assert sends.sends_since(db, NOW) == {-1005: [NOW]}


def test_what_was_held_for_the_old_group_is_due_in_the_new_one(db: Connection) -> None:
    alert = add_alert(db)
    add_chat(db, -5, "siege")
    outbox.enqueue(db, [delivery(alert.id, -5)], NOW)
    chats.pause(db, -5, "the bot was removed", NOW)
    add_chat(db, -1005, kind="supergroup")
    supergroups.migrate(db, -5, -1005)
    assert [row.state for row in outbox.for_chat(db, -1005)] == ["pending"]
