from __future__ import annotations

from datetime import timedelta

import pytest

from storage.connection import Connection
from storage.readers import chats
from storage.sending import folding, holding, outbox, owed
from storage.sending.outbox import Delivery, Mark
from tests.postgres import REFUSED
from tests.storage.make import HOUR, NOW, add_alert, add_chat, delivery, existing

MINUTE = timedelta(minutes=1)


def queued(db: Connection, chat_id: int = 100, **changes: object) -> Delivery:
    if chats.get(db, chat_id) is None:
        add_chat(db, chat_id)
    outbox.enqueue(db, [delivery(add_alert(db).id, chat_id, **changes)], NOW)
    return outbox.for_chat(db, chat_id)[-1]


def state(db: Connection, row: Delivery) -> str:
    found = outbox.get(db, row.id)
    assert found is not None
    return found.state


def reasons(*rows: Delivery) -> dict[int, str]:
    return dict.fromkeys((row.id for row in rows), "too many")


def test_a_version_is_owed_to_a_chat_once(db: Connection) -> None:
    alert = add_alert(db)
    add_chat(db, 1)
    add_chat(db, 2)
    rows = [delivery(alert.id, 1), delivery(alert.id, 1), delivery(alert.id, 2)]
    assert outbox.enqueue(db, rows, NOW) == 2
    assert outbox.enqueue(db, rows, NOW + HOUR) == 0
    assert outbox.enqueue(db, [delivery(alert.id, 1, kind="update", version=2)], NOW) == 1


def test_only_a_repeat_is_forgiven(db: Connection) -> None:
    alert = add_alert(db)
    with pytest.raises(REFUSED):
        outbox.enqueue(db, [delivery(alert.id, 404)], NOW)
    add_chat(db)
    with pytest.raises(REFUSED):
        outbox.enqueue(db, [delivery(404)], NOW)
    with pytest.raises(REFUSED):
        outbox.enqueue(db, [delivery(alert.id, level="loud")], NOW)


def test_notices_are_told_apart_by_their_key(db: Connection) -> None:
    add_chat(db)

    def notice(key: str) -> int:
        new = delivery(None, kind="notice", version=0, text="تعطل مصدر", key=key)
        return outbox.enqueue(db, [new], NOW)

    assert [notice("feed-a"), notice("feed-a"), notice("feed-b")] == [1, 0, 1]
    assert [notice(""), notice("")] == [1, 0], "the same words at the same time are one notice"
    with pytest.raises(REFUSED):
        outbox.enqueue(db, [delivery(None, kind="notice", version=0)], NOW)


def test_ready_means_due_in_an_active_chat_that_is_not_held_back(db: Connection) -> None:
    row = queued(db)
    queued(db, not_before=NOW + HOUR)
    queued(db, 200)
    chats.pause(db, 200, "blocked", NOW)
    queued(db, 300)
    chats.set_blocked_until(db, 300, NOW + HOUR)
    assert [each.id for each in owed.ready(db, NOW, 10)] == [row.id]
    assert len(owed.ready(db, NOW + HOUR, 10)) == 3


def test_a_chat_with_a_long_queue_does_not_keep_others_waiting(db: Connection) -> None:
    long = [queued(db, 100).id for _ in range(5)]
    short = queued(db, 200).id
    assert [row.id for row in owed.ready(db, NOW, 2)] == [long[0], long[1], short]


def test_a_lease_is_given_once(db: Connection) -> None:
    row = queued(db)
    assert outbox.lease(db, [row.id, 404], NOW + MINUTE) == {row.id}
    assert outbox.lease(db, [row.id], NOW + MINUTE) == set()
    assert owed.ready(db, NOW + HOUR, 10) == []
    leased = existing(outbox.get(db, row.id))
    assert (leased.state, leased.lease_until) == ("sending", NOW + MINUTE)


def test_what_was_being_sent_when_the_lease_ended_is_unknown_not_sent(db: Connection) -> None:
    row = queued(db)
    outbox.lease(db, [row.id], NOW + MINUTE)
    assert outbox.release_expired_leases(db, NOW) == []
    released = outbox.release_expired_leases(db, NOW + MINUTE)
    assert [(each.id, each.state, each.lease_until) for each in released] == [
        (row.id, "unknown", None)
    ]
    assert [each.id for each in owed.unknown(db)] == [row.id]
    assert outbox.release_expired_leases(db, NOW + HOUR) == []


def test_at_start_every_lease_is_over(db: Connection) -> None:
    row = queued(db)
    outbox.lease(db, [row.id], NOW + HOUR)
    assert [each.id for each in outbox.release_all_leases(db, NOW)] == [row.id]


def test_a_late_answer_still_counts(db: Connection) -> None:
    row = queued(db)
    outbox.lease(db, [row.id], NOW)
    outbox.release_expired_leases(db, NOW)
    outbox.mark_sent(db, row.id, 4711, NOW)
    sent = existing(outbox.get(db, row.id))
    assert (sent.state, sent.message_id, sent.error, sent.attempts) == ("sent", 4711, None, 1)


def test_what_was_sent_stays_sent(db: Connection) -> None:
    row = queued(db)
    outbox.mark_sent(db, row.id, 1, NOW)
    outbox.mark(db, row.id, Mark("pending", "late error", NOW, 2, not_before=NOW))
    outbox.mark_sent(db, row.id, 2, NOW)
    sent = existing(outbox.get(db, row.id))
    assert (sent.state, sent.message_id, sent.attempts) == ("sent", 1, 1)


def test_a_retry_is_due_later(db: Connection) -> None:
    row = queued(db, level="critical")
    outbox.lease(db, [row.id], NOW + MINUTE)
    outbox.mark(db, row.id, Mark("pending", "reset", NOW, 1, NOW + HOUR, True))
    later = existing(outbox.get(db, row.id))
    assert (later.state, later.not_before, later.lease_until) == ("pending", NOW + HOUR, None)
    assert (later.attempts, later.error, later.possible_repeat) == (1, "reset", True)
    outbox.mark(db, row.id, Mark("failed", "rejected", NOW, 2))
    failed = existing(outbox.get(db, row.id))
    assert (failed.state, failed.not_before, failed.possible_repeat) == (
        "failed",
        NOW + HOUR,
        True,
    )


def test_marking_wrongly_is_an_error(db: Connection) -> None:
    row = queued(db)
    for wrong in ("sent", "sending"):
        with pytest.raises(ValueError, match="lease or mark_sent"):
            outbox.mark(db, row.id, Mark(wrong, None, NOW, 0))
    with pytest.raises(KeyError):
        outbox.mark(db, 404, Mark("failed", None, NOW, 0))
    with pytest.raises(KeyError):
        outbox.mark_sent(db, 404, 1, NOW)
    with pytest.raises(REFUSED):
        outbox.mark(db, row.id, Mark("lost", None, NOW, 0))


def test_counts_name_every_state(db: Connection) -> None:
    queued(db)
    assert outbox.counts(db) == dict.fromkeys((*outbox.STATES, "folded"), 0) | {"pending": 1}


def test_a_message_being_sent_is_not_held_by_a_pause(db: Connection) -> None:
    flying, waiting = queued(db), queued(db)
    outbox.lease(db, [flying.id], NOW + MINUTE)
    chats.pause(db, 100, "blocked", NOW)
    assert (state(db, flying), state(db, waiting)) == ("sending", "paused")


def test_folded_rows_are_told_by_their_catch_up(db: Connection) -> None:
    rows = [queued(db) for _ in range(3)]
    outbox.lease(db, [rows[1].id], NOW)
    outbox.release_expired_leases(db, NOW)
    sent = queued(db)
    outbox.mark_sent(db, sent.id, 1, NOW)
    line = delivery(None, kind="catchup", version=0, text="3 تنبيهات: A1 A2 A3", key="c1")
    catchup = folding.fold(db, reasons(*rows, sent), line, NOW)
    assert [state(db, row) for row in rows] == ["expired"] * 3
    assert state(db, sent) == "sent"
    assert {existing(outbox.get(db, row.id)).folded_into for row in rows} == {catchup}
    assert folding.folded_count(db, catchup) == 3
    assert owed.ready(db, NOW, 10)[0].text == line.text


def test_nothing_is_folded_for_the_wrong_chat_or_twice(db: Connection) -> None:
    mine, other = queued(db), queued(db, 200)
    line = delivery(None, kind="catchup", version=0, text="سطر", key="c1")
    with pytest.raises(ValueError, match="cannot stand for rows of"):
        folding.fold(db, reasons(mine, other), line, NOW)
    folding.fold(db, reasons(mine), line, NOW)
    with pytest.raises(ValueError, match="nothing to fold"):
        folding.fold(db, reasons(mine), line, NOW)
    again = queued(db)
    with pytest.raises(ValueError, match="exists already"):
        folding.fold(db, reasons(again), line, NOW)


def test_rows_held_too_long_are_given_up_by_name(db: Connection) -> None:
    row = queued(db)
    chats.pause(db, 100, "blocked", NOW)
    assert holding.expire_held(db, NOW, NOW) == {}
    assert holding.expire_held(db, NOW + HOUR, NOW + HOUR) == {100: 1}
    given_up = existing(outbox.get(db, row.id))
    assert (given_up.state, given_up.error) == ("expired", "the chat stayed paused")
