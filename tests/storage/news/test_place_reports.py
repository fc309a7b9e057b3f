"""What escalations count: found by an index, forgotten in time, filled from what is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database as SqliteConnection

from storage import escalations, retention
from storage.connection import Connection
from storage.escalations import Holding
from storage.file.database import connect, migrate
from storage.file.migrations import MIGRATIONS
from storage.news import facts, place_reports, stories
from storage.news.facts import Facts, StoredPlace
from storage.news.place_reports import PlaceReport, Scope
from storage.rows import to_text
from tests.storage.make import DAY, HOUR, NOW

NYALA = StoredPlace("nyala", "SD", "SD-DS", "town", "named", ("nyala", "SD-DS", "SD"), {})


def report(at: datetime = NOW, **changes: object) -> PlaceReport:
    made = PlaceReport(
        story_id=1,
        signal="siege",
        direction="worsening",
        family="enab",
        place="nyala",
        division="SD-DS",
        country="SD",
        first_at=at,
        last_at=at,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def of_the_day(db: Connection, scope: Scope = "division", key: str | int = "SD-DS") -> list[str]:
    found = place_reports.around(
        *(db, scope, key, ["siege", "hunger"], "worsening", NOW - DAY, NOW + HOUR)
    )
    return sorted(each.family for each in found)


def test_a_place_is_found_at_each_size_and_in_its_story(db: Connection) -> None:
    elsewhere = report(story_id=2, family="b", place="zalingei", division="SD-DC")
    nowhere = report(story_id=1, family="c", place="", division="", country="")
    lifted = report(family="d", direction="improving")
    old = report(NOW - 2 * DAY, family="e")
    place_reports.add(db, [report(), elsewhere, nowhere, lifted, old])
    assert of_the_day(db, "place", "nyala") == ["enab"]
    assert of_the_day(db) == ["enab"]
    assert of_the_day(db, "country", "SD") == ["b", "enab"]
    assert of_the_day(db, "story", 1) == ["c", "enab"]


def test_what_a_family_tells_again_is_one_row_with_first_and_last(db: Connection) -> None:
    place_reports.add(db, [report(copy=True)])
    place_reports.add(db, [report(NOW + HOUR)])
    place_reports.add(db, [report(NOW - HOUR, copy=True)])
    (kept,) = place_reports.since(db, NOW - DAY)
    assert (kept.first_at, kept.last_at, kept.copy) == (NOW - HOUR, NOW + HOUR, False)
    assert place_reports.kept_since(db) == NOW + HOUR


HOLDING = Holding("e", "SD-DS", 1, NOW, NOW)
QUESTIONS: dict[str, Callable[[Connection], object]] = {
    **{
        scope: lambda db, scope=scope, key=key: place_reports.around(  # type: ignore[misc]
            *(db, scope, key, ["siege", "hunger"], "worsening", NOW - DAY, NOW)
        )
        for scope, key in (("story", 1), ("place", "nyala"), ("division", "SD-DS"))
    },
    "country": lambda db: of_the_day(db, "country", "SD"),
    "since": lambda db: place_reports.since(db, NOW - DAY),
    "kept since": place_reports.kept_since,
    "note": lambda db: place_reports.add(db, [report()]),
    "one escalation": lambda db: escalations.get(db, "e", "SD-DS"),
    "where it holds": lambda db: escalations.held_since(db, "e", NOW - DAY),
    "holding": lambda db: escalations.put(db, HOLDING),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_walks_through_what_was_told(db: Connection, question: str) -> None:
    place_reports.add(db, [report(NOW - n * HOUR, story_id=n) for n in range(50)])
    escalations.put(db, HOLDING)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    QUESTIONS[question](db)
    db.conn.set_trace_callback(None)
    selects = [sql for sql in asked if "place_reports" in sql or "escalations" in sql]
    assert selects
    for sql in selects:
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        for step in plan:
            if step.startswith("SCAN"):
                assert step.split()[1] == "each", plan  # the signals that are asked for
            assert "ORDER BY" not in step, plan


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_grows_with_history(db: Connection, question: str) -> None:
    place_reports.add(db, [report(NOW - n * HOUR, story_id=n) for n in range(10)])
    few = _steps(db, QUESTIONS[question])
    old = [report(NOW - 5 * DAY - n * HOUR, story_id=100 + n) for n in range(600)]
    place_reports.add(db, old)
    assert _steps(db, QUESTIONS[question]) <= few + 2


def _steps(db: Connection, ask: Callable[[Connection], object]) -> int:
    """How much SQLite has to do, in hundreds of its instructions."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    db.conn.set_progress_handler(count, 100)
    ask(db)
    db.conn.set_progress_handler(None, 0)
    return steps


def test_retention_forgets_them(db: Connection) -> None:
    place_reports.add(db, [report(NOW - 40 * DAY), report(family="b")])
    escalations.put(db, replace(HOLDING, place="old", held_at=NOW - 40 * DAY))
    escalations.put(db, HOLDING)
    retention.purge(db, NOW - 30 * DAY)
    assert [each.family for each in place_reports.since(db, NOW - 99 * DAY)] == ["b"]
    assert escalations.held_since(db, "e", NOW - 99 * DAY) == [HOLDING]


def test_a_database_of_before_has_its_history_counted(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    old = SqliteConnection(file)
    MIGRATIONS.apply(old, stop_before="m018_escalations")
    published = NOW - timedelta(hours=3)
    old.execute("INSERT INTO feeds (id, url, next_check_at) VALUES ('f', 'u', ?)", [to_text(NOW)])
    old.execute(
        """
        INSERT INTO entries (id, feed_id, title, summary, content_hash, published_at,
            first_seen_at, last_seen_at)
        VALUES (1, 'f', 'حصار', '', 'h', :published, :now, :now)""",
        {"published": to_text(published), "now": to_text(NOW)},
    )
    entry_id = 1
    old.execute(
        """
        INSERT INTO detections (entry_id, signal, direction, score, threshold, level,
            evidence_json, explanation, rules_hash, created_at)
        VALUES (?, 'siege', 'worsening', 100, 100, 'alert', '[]', '', 'r1', ?)""",
        (entry_id, NOW.isoformat()),
    )
    story_id = stories.create(old, "قصة", NOW)
    stories.attach(old, story_id, entry_id, "enab", NOW)
    facts.put(old, entry_id, Facts((NYALA,)))
    old.conn.commit()
    old.close()

    db = connect(file)
    migrate(db)
    (kept,) = place_reports.since(db, NOW - DAY)
    assert kept == report(published, story_id=story_id)
    db.close()
