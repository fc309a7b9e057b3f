"""What the page counts costs what is counted, not what is stored."""

from __future__ import annotations

from storage import alerts, page
from storage.connection import Connection
from storage.finding import Wanted
from storage.news import stories
from tests.storage.make import DAY, HOUR, NOW, add_alert, add_entry
from tests.storage.test_finding import ALEPPO, LONG_AGO


def test_alerts_are_counted_by_level_as_they_are_wanted(db: Connection) -> None:
    siege = add_alert(db, "siege", level="critical")
    alerts.set_facts(db, siege.id, [ALEPPO], [])
    add_alert(db, "flood", level="watch")
    add_alert(db, "flood", level="watch", audience="operators")
    add_alert(db, "flood", LONG_AGO, level="watch")
    week = NOW - 7 * DAY
    assert page.by_level(db, Wanted(since=week)) == {"critical": 1, "watch": 1}
    assert page.by_level(db, Wanted(since=week, for_operators=True))["watch"] == 2
    assert page.by_level(db, Wanted(since=week, places=["SY"])) == {"critical": 1}


def test_alerts_are_counted_by_signal_and_time(db: Connection) -> None:
    add_alert(db, "siege", NOW - HOUR)
    add_alert(db, "siege", NOW - HOUR)
    add_alert(db, "flood", LONG_AGO)
    told = page.made_by_signal(db, NOW - DAY)
    assert [(each.signal, each.alerts) for each in told] == [("siege", 2)]
    assert NOW - 2 * HOUR < told[0].at <= NOW - HOUR


def test_entries_are_counted_by_feed(db: Connection) -> None:
    add_entry(db, "one", first_seen_at=NOW)
    add_entry(db, "one", first_seen_at=NOW)
    add_entry(db, "two", first_seen_at=LONG_AGO)
    assert page.entries_by_feed(db, NOW - DAY) == {"one": 2}


def test_the_latest_tellings_of_a_story_stand_in_their_order(db: Connection) -> None:
    alert = add_alert(db, "siege")
    later = add_entry(db, "other", title="later")
    stories.attach(db, alert.story_id, later, "other", NOW + HOUR)
    assert [each.title for each in page.entries_of(db, alert.story_id, 9)][-1] == "later"
    assert [each.title for each in page.entries_of(db, alert.story_id, 1)] == ["later"]


def test_no_count_walks_through_what_was_ever_stored(db: Connection) -> None:
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    page.by_level(db, Wanted(since=NOW, places=["SY"], signals=["siege"], levels=["alert"]))
    page.made_by_signal(db, NOW)
    page.entries_by_feed(db, NOW)
    page.entries_of(db, 1, 5)
    db.conn.set_trace_callback(None)
    asked = [each for each in statements if not each.startswith(("--", "BEGIN"))]
    assert len(asked) == 4
    for sql in asked:
        for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall():
            step = str(row[3])
            assert not step.startswith("SCAN") or "VIRTUAL TABLE INDEX" in step, (sql, step)
