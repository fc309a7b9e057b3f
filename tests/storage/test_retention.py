from __future__ import annotations

import pytest

from storage import alerts, decisions, retention
from storage.connection import Connection
from storage.decisions import Decision
from storage.news import entries, feeds, stories
from storage.readers import chats
from storage.rows import fetch
from storage.sending import folding, outbox, sends
from storage.sending.outbox import Mark
from tests.postgres import problems_of
from tests.storage.make import DAY, NOW, add_alert, add_chat, add_entry, bump, delivery

OLD = NOW - 90 * DAY
CUTOFF = NOW - 30 * DAY


@pytest.fixture(autouse=True)
def later_documents(db: Connection) -> None:
    """The feed has shown newer documents since: old entries are not in it any more."""
    add_entry(db)


def old_alert(db: Connection) -> alerts.Alert:
    alert = add_alert(db, at=OLD)
    decisions.record(
        db, Decision(alert.entry_id, alert.id, "siege", "send", "r", "h", OLD, "worsening", 1)
    )
    return alert


def test_what_is_old_and_delivered_goes_with_all_that_belongs_to_it(db: Connection) -> None:
    alert = old_alert(db)
    add_chat(db)
    outbox.enqueue(db, [delivery(alert.id)], OLD)
    outbox.mark_sent(db, 1, 5, OLD)
    sends.record_sent(db, 100, OLD)
    purged = retention.purge(db, CUTOFF)
    assert (purged.alerts, purged.entries, purged.stories, purged.sends) == (1, 1, 1, 1)
    assert alerts.get(db, alert.id) is None
    assert entries.get(db, alert.entry_id) is None
    assert fetch(db, "SELECT id FROM stories WHERE id = :it", {"it": alert.story_id}) == []
    assert sum(outbox.counts(db).values()) == 0
    assert chats.get(db, 100) is not None
    assert problems_of(db) == []


def test_what_is_recent_stays(db: Connection) -> None:
    alert = add_alert(db)
    assert retention.purge(db, CUTOFF).entries == 0
    assert alerts.get(db, alert.id) == alert


@pytest.mark.parametrize("owed", ["pending", "sending", "unknown", "paused"])
def test_nothing_undelivered_is_removed(db: Connection, owed: str) -> None:
    alert = old_alert(db)
    add_chat(db)
    outbox.enqueue(db, [delivery(alert.id, not_before=OLD)], OLD)
    if owed == "sending":
        outbox.lease(db, [1], NOW)
    elif owed != "pending":
        outbox.mark(db, 1, Mark(owed, "error", OLD, 1))
    assert retention.purge(db, CUTOFF).entries == 0
    assert alerts.get(db, alert.id) == alert
    assert entries.get(db, alert.entry_id) is not None
    assert decisions.of_alert(db, alert.id)
    assert outbox.counts(db)[owed] == 1


def test_a_folded_row_is_delivered_when_its_catch_up_is(db: Connection) -> None:
    alert = old_alert(db)
    add_chat(db)
    outbox.enqueue(db, [delivery(alert.id)], OLD)
    line = delivery(None, kind="catchup", version=0, text="سطر", not_before=OLD, key="c")
    catchup = folding.fold(db, {1: "too many"}, line, OLD)
    assert retention.purge(db, CUTOFF).entries == 0
    outbox.mark_sent(db, catchup, 5, OLD)
    assert retention.purge(db, CUTOFF).entries == 1
    assert sum(outbox.counts(db).values()) == 0


def test_an_entry_still_in_its_feed_is_never_forgotten(db: Connection) -> None:
    """It would come back as new, and alert again."""
    feeds.sync(db, [("quiet", "https://quiet.example")], OLD)
    still_there = add_entry(db, "quiet", first_seen_at=OLD)
    gone = add_entry(db, "quiet", first_seen_at=OLD - DAY)
    assert retention.purge(db, CUTOFF).entries == 1
    assert entries.get(db, still_there) is not None
    assert entries.get(db, gone) is None


def test_an_entry_of_a_story_that_goes_on_stays(db: Connection) -> None:
    alert = old_alert(db)
    retelling = add_entry(db, first_seen_at=OLD)
    stories.attach(db, alert.story_id, retelling, "sana", OLD)
    bump(db, alert)
    assert retention.purge(db, CUTOFF).entries == 0


def test_old_notices_go_once_they_are_settled(db: Connection) -> None:
    add_chat(db)
    for key in ("sent", "waiting"):
        notice = delivery(None, kind="notice", version=0, text="نص", key=key, not_before=OLD)
        outbox.enqueue(db, [notice], OLD)
    outbox.mark_sent(db, 1, 5, OLD)
    assert retention.purge(db, CUTOFF).deliveries == 1
    assert outbox.counts(db)["pending"] == 1


def small_steps(monkeypatch: pytest.MonkeyPatch, at_once: int, plain: int) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", at_once)
    monkeypatch.setattr(retention, "PLAIN", plain)
    monkeypatch.setattr(retention, "FIRST", retention.Step(at_once=at_once))


def work_of_steps(db: Connection) -> list[int]:
    """In thousands of SQLite's instructions, step by step."""
    found: list[int] = []
    count = 0

    def one_more() -> int:
        nonlocal count
        count += 1
        return 0

    step: retention.Step | None = retention.FIRST
    while step is not None:
        count = 0
        db.conn.set_progress_handler(one_more, 1000)
        _, step = retention.purge_some(db, CUTOFF, step, timer=lambda: 0.0)
        db.conn.set_progress_handler(None, 0)
        found.append(count)
    return found


def test_no_step_does_more_when_more_is_old(
    db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who sends or polls meanwhile waits for one step, not for all of it."""
    small_steps(monkeypatch, at_once=5, plain=2)
    for _ in range(10):
        old_alert(db)
    few = work_of_steps(db)
    for _ in range(60):
        old_alert(db)
    wide = old_alert(db)
    for chat_id in range(1, 61):
        add_chat(db, chat_id)
    outbox.enqueue(db, [delivery(wide.id, chat_id) for chat_id in range(1, 61)], OLD)
    db.execute("UPDATE outbox SET state = 'sent'")
    more = work_of_steps(db)
    assert len(more) > 2 * len(few)
    assert max(more) <= 2 * max(few) + 1
    assert [each.id for each in entries.recent(db, OLD - DAY, 10)] == [1]
    assert alerts.since(db, OLD - DAY) == [] and problems_of(db) == []


def test_what_is_kept_is_stepped_over(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    small_steps(monkeypatch, at_once=2, plain=20)
    add_chat(db)
    owed = [old_alert(db) for _ in range(5)]
    outbox.enqueue(db, [delivery(each.id, not_before=OLD) for each in owed], OLD)
    gone = old_alert(db)
    assert retention.purge(db, CUTOFF).alerts == 1
    assert alerts.get(db, gone.id) is None
    assert all(alerts.get(db, each.id) for each in owed)


def test_old_notices_behind_many_that_wait_go_as_well(
    db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_steps(monkeypatch, at_once=1, plain=2)
    add_chat(db)
    for key in range(5):
        notice = delivery(None, kind="notice", version=0, text="نص", key=str(key), not_before=OLD)
        outbox.enqueue(db, [notice], OLD)
    outbox.mark_sent(db, 5, 5, OLD)
    assert retention.purge(db, CUTOFF).deliveries == 1
    assert outbox.counts(db)["pending"] == 4


@pytest.mark.parametrize("seconds", [0.3, 0.03, 0.003])
def test_a_slow_disk_makes_the_next_steps_smaller_and_a_quick_one_larger_again(
    db: Connection, seconds: float
) -> None:
    for _ in range(60):
        old_alert(db)
    clock = iter(range(10**6))
    sizes: list[int] = []
    step: retention.Step | None = retention.Step(at_once=8)
    while step is not None and len(sizes) < 6:
        _, step = retention.purge_some(db, CUTOFF, step, timer=lambda: seconds * next(clock))
        sizes.append(step.at_once if step else 0)
    wanted = {0.3: [4, 2, 1, 1, 1, 1], 0.03: [8] * 6, 0.003: [16, 25, 25, 25, 25, 25]}
    assert sizes == wanted[seconds]
    retention.purge(db, CUTOFF)
    assert alerts.since(db, OLD - DAY) == []
