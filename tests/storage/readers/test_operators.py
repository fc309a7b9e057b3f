"""What operators did, and the versions of their rule files."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from storage import decisions
from storage.connection import Connection
from storage.opening import open_database
from storage.readers import audit, chats, feedback, forgetting, people
from storage.rows import fetch
from storage.rule_files import drafts as rule_drafts
from storage.rule_files import versions as rule_versions
from storage.sending import acknowledgements, holding, outbox
from tests.storage.make import NOW, add_alert, add_chat, add_older_database, delivery


async def test_a_database_of_the_version_before_keeps_what_it_has(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m023_subscriptions")
    database = await open_database(file)
    try:
        chat = await database.read(lambda db: chats.get(db, 5))
        assert chat is not None and chat.title == "ليلى"
        assert await database.read(lambda db: audit.latest(db, 5)) == []
        assert await database.read(rule_drafts.waiting) == []
    finally:
        await database.close()


def test_a_file_edited_on_disk_becomes_a_version_and_so_does_its_removal(db: Connection) -> None:
    sent = rule_versions.add(db, "signals/a.yaml", b"1", "sent", NOW, person_id=7, name="سارة")
    assert rule_versions.note_files(db, {"signals/a.yaml": b"1"}, NOW) == 0
    assert (
        rule_versions.note_files(db, {"signals/a.yaml": b"2", "vocabulary/b.yaml": b"x"}, NOW) == 2
    )
    assert rule_versions.note_files(db, {"vocabulary/b.yaml": b"x"}, NOW) == 1
    assert rule_versions.note_files(db, {"vocabulary/b.yaml": b"x"}, NOW) == 0
    found = rule_versions.latest(db, 9)
    assert [(each.file, each.content, each.origin) for each in found] == [
        ("signals/a.yaml", None, "disk"),
        ("vocabulary/b.yaml", b"x", "disk"),
        ("signals/a.yaml", b"2", "disk"),
        ("signals/a.yaml", b"1", "sent"),
    ]
    before = rule_versions.before(db, found[2])
    assert before is not None and (before.id, before.name) == (sent, "سارة")


def test_the_same_bytes_twice_are_one_version(db: Connection) -> None:
    first = rule_versions.add(db, "signals/a.yaml", b"1", "sent", NOW)
    assert rule_versions.add(db, "signals/a.yaml", b"1", "rollback", NOW) == first


def test_of_two_who_press_at_once_one_moves_a_change(db: Connection) -> None:
    values = {"person_id": 7, "name": "سارة", "chat_id": 7, "message_id": 1, "language": "ar"}
    draft = rule_drafts.add(db, "signals/a.yaml", b"1", "sent", at=NOW, **values)  # type: ignore[arg-type]
    assert rule_drafts.tried(db, draft, "ready", "{}", "", "h")
    assert not rule_drafts.tried(db, draft, "refused", "{}", "", "h"), "a late answer"
    assert rule_drafts.move(db, draft, "in-force", among=("ready",))
    assert not rule_drafts.move(db, draft, "dropped", among=("ready",))
    later = NOW + timedelta(days=31)
    rule_drafts.add(db, "signals/a.yaml", b"2", "sent", at=later, **values)  # type: ignore[arg-type]
    assert rule_drafts.get(db, draft) is None, "changes of a month ago are forgotten"


SARA = 7_000_123


def test_who_is_forgotten_did_it_still(db: Connection) -> None:
    people.admit(db, SARA, "سارة", "operator", NOW)
    add_chat(db, SARA, "siege", kind="private", title="سارة")
    add_chat(db, 8, kind="private")
    alert = add_alert(db)
    outbox.enqueue(db, [delivery(alert.id, SARA), delivery(alert.id, 8)], NOW)
    acknowledgements.ask(db, alert.id, 8, 1, None, NOW)
    acknowledgements.acknowledge(db, alert.id, 8, SARA, "سارة", NOW)
    audit.record(db, SARA, "سارة", "feed-added", "A", NOW)
    rule_versions.add(db, "signals/a.yaml", b"1", "sent", NOW, person_id=SARA, name="سارة")
    rule_drafts.add(
        *(db, "signals/a.yaml", b"1", "sent"),
        **{"person_id": SARA, "name": "سارة", "chat_id": SARA, "message_id": 1, "language": "ar"},  # type: ignore[arg-type]
        at=NOW,
    )
    assert forgetting.person(db, SARA)
    left = "\n".join(db.conn.iterdump())
    assert "سارة" not in left
    assert not re.search(rf"\b{SARA}\b", left), "nowhere, also not that her chat was there"
    (act,) = audit.latest(db, 5)
    assert (act.person_id, act.name, act.what) == (None, "", "A")
    taken = acknowledgements.get(db, alert.id, 8)
    assert taken is not None and taken.at == NOW, "the alert was taken on, and stays so"
    assert outbox.for_chat(db, SARA) == [] and len(outbox.for_chat(db, 8)) == 1
    assert not forgetting.person(db, SARA)


def test_a_table_that_is_new_is_forgotten_too(db: Connection) -> None:
    db.execute("CREATE TABLE marks (id INTEGER PRIMARY KEY, by_id INTEGER, by_name TEXT)")
    db.execute("INSERT INTO marks (by_id, by_name) VALUES (7, 'سارة'), (8, 'علي')")
    db.execute("CREATE TABLE quiet (id INTEGER PRIMARY KEY, by_id INTEGER)")
    db.execute("INSERT INTO quiet (by_id) VALUES (7), (8)")
    assert forgetting.person(db, 7)
    assert [row["by_id"] for row in fetch(db, "SELECT by_id FROM marks")] == [8]
    kept = [row["by_id"] for row in fetch(db, "SELECT by_id FROM quiet ORDER BY id")]
    assert kept == [None, 8], "what a chat set stays set"


def test_what_was_done_long_ago_goes(db: Connection) -> None:
    alert = add_alert(db)
    for person, days in ((7, 400), (8, 10)):
        at = NOW - timedelta(days=days)
        audit.record(db, person, "سارة", "feed-added", f"{days}", at)
        given = feedback.Mark(alert.id, person, "سارة", "viewer", 1, feedback.USEFUL, at, ())
        feedback.mark(db, given)
    assert forgetting.activity(db, NOW - timedelta(days=365)) == 2
    assert [act.what for act in audit.latest(db, 5)] == ["10"]
    assert [each.person_id for each in feedback.of_alert(db, alert.id)] == [8]


QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "acts": lambda db: audit.latest(db, 5),
    "versions": lambda db: rule_versions.latest(db, 5),
    "the newest": lambda db: rule_versions.newest_of(db, "a"),
    "waiting changes": rule_drafts.waiting,
    "hits": lambda db: decisions.hits_by_day(db, "siege", NOW),
    "failed": lambda db: holding.unsent(db, 5),
    "held": lambda db: holding.held(db, 5),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_walks_through_what_grows(db: Connection, question: str) -> None:
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    QUESTIONS[question](db)
    db.conn.set_trace_callback(None)
    assert asked
    for sql in asked:
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        for step in plan:
            # A day's rows are grouped; the newest few are read from the end.
            few = "LIMIT" in sql or "rule_drafts_waiting" in step
            assert few or not step.startswith("SCAN"), plan
            assert "ORDER BY" not in step, plan


def test_versions_of_a_rule_are_found_however_many_others_came_since(db: Connection) -> None:
    first = rule_versions.add(db, "signals/a.yaml", b"1", "sent", NOW)
    moved = rule_versions.add(db, "signals/own/a.yaml", b"2", "sent", NOW)
    for number in range(40):
        rule_versions.add(db, "signals/aa.yaml", str(number).encode(), "sent", NOW)
    assert [each.id for each in rule_versions.latest_named(db, "a.yaml", 30)] == [moved, first]
    assert len(rule_versions.latest_named(db, "aa.yaml", 30)) == 30
