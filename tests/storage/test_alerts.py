from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from storage import alerts, decisions
from storage.connection import Connection
from storage.decisions import Decision
from storage.news import entries, facts, stories
from storage.news.facts import Facts, StoredFigure
from storage.opening import open_database
from storage.rows import fetch, to_text
from storage.so_far import just_begun, so_far
from tests.postgres import REFUSED
from tests.storage.make import (
    DAY,
    HOUR,
    NOW,
    add_alert,
    add_entry,
    add_older_database,
    alert_text,
    bump,
    detection,
    told,
)


def decision(alert: alerts.Alert, **changes: object) -> Decision:
    values: dict[str, object] = {
        "entry_id": alert.entry_id,
        "alert_id": alert.id,
        "signal": alert.gravest.signal,
        "action": "send",
        "reason": "first-telling",
        "rules_hash": "r1",
        "at": NOW,
        "direction": "worsening",
        "version": 1,
    }
    return Decision(**values | changes)  # type: ignore[arg-type]


def test_an_alert_has_a_short_id_for_people(db: Connection) -> None:
    first, second = add_alert(db), add_alert(db)
    assert (first.short_id, second.short_id) == ("A1", "A2")
    for typed in ("A2", "a2", "2", " A2 ", "A٢"):
        found = alerts.get_by_short_id(db, typed)
        assert found is not None and found.id == second.id, typed
    for unknown in ("A3", "", "A", "هلا", "A2; DROP TABLE alerts"):
        assert alerts.get_by_short_id(db, unknown) is None, unknown


def test_a_short_id_is_never_used_twice(db: Connection) -> None:
    gone = add_alert(db)
    db.execute("DELETE FROM alerts WHERE id = ?", [gone.id])
    assert add_alert(db).short_id == "A2"


def test_an_alert_is_as_it_was_stored_without_being_read(db: Connection) -> None:
    """`create` and `bump` answer with what they wrote."""
    counted = (alerts.AlertFigure(what="killed", first=7.0, latest=9.0, says=(("enab", 9.0),)),)
    local = NOW.astimezone(ZoneInfo("Asia/Damascus"))
    entry_id = add_entry(db)
    story_id = stories.create(db, "قصة", NOW)
    signals = [replace(told("siege", level="watch"), version=7), told("evacuation")]
    text = alert_text(entry_id, families=2, event_at=local)
    made = alerts.create(db, story_id, signals, text, local, counted)
    assert made == alerts.get(db, made.id)
    assert (made.figures, {each.version for each in made.signals}) == (counted, {1})
    assert made.event_at is not None and made.event_at.utcoffset() == timedelta(0)
    later = alert_text(entry_id, families=1, title="أخرى")
    grown = alerts.bump(db, made.id, [told("siege", level="critical")], later, local + HOUR)
    assert grown == alerts.get(db, made.id)
    assert (grown.families, grown.gravest.signal, grown.gravest.version) == (2, "siege", 2)
    assert (grown.event_at, grown.title) == (NOW, "أخرى")
    assert alerts.bumped(db, grown, [told("attack")], later, NOW) == alerts.get(db, made.id)


def test_a_new_version_keeps_id_and_birth(db: Connection) -> None:
    first = add_alert(db)
    at = NOW + HOUR
    second = bump(db, first, at, direction="improving", title="رفع الحصار", families=3)
    assert (second.id, second.short_id, second.version) == (first.id, first.short_id, 2)
    assert (second.created_at, second.updated_at) == (NOW, NOW + HOUR)
    assert (second.gravest.direction, second.title, second.families) == (
        "improving",
        "رفع الحصار",
        3,
    )
    assert alerts.for_story(db, first.story_id) == [second]
    assert alerts.get(db, first.id) == second


def test_a_story_has_one_alert_for_a_signal(db: Connection) -> None:
    first = add_alert(db)
    text = alert_text(first.entry_id)
    with pytest.raises(REFUSED):
        alerts.create(db, first.story_id, [told("siege")], text, NOW)
    alerts.create(db, first.story_id, [told("evacuation")], text, NOW)


def test_an_alert_tells_all_its_signals_the_gravest_first(db: Connection) -> None:
    first = add_alert(db, "siege", level="alert")
    attack = told("attack-on-health-care", first.entry_id, level="critical")
    second = bump(db, first, NOW, attack)
    assert [(each.signal, each.version) for each in second.signals] == [
        ("attack-on-health-care", 2),
        ("siege", 1),
    ]
    assert (second.level, second.of("siege")) == ("critical", first.gravest)
    assert second.of("evacuation") is None
    row = fetch(db, "SELECT signal, level FROM alerts WHERE id = :it", {"it": first.id})[0]
    assert row == {"signal": "attack-on-health-care", "level": "critical"}
    # Over: what is left to fear comes first, and of equal ones the bad news.
    over = told("attack-on-health-care", first.entry_id, level="alert", direction="denied")
    third = bump(db, second, NOW, over)
    assert [each.signal for each in third.signals] == ["siege", "attack-on-health-care"]
    assert [each.signal for each in third.seen_by({"attack-on-health-care"}).signals] == [
        "attack-on-health-care"
    ]
    assert third.seen_by({"evacuation"}) == third
    found = alerts.recent(db, ["attack-on-health-care"], NOW, 10)
    assert [each.id for each in found] == [first.id]


def test_families_never_become_fewer(db: Connection) -> None:
    alert = add_alert(db)
    alert = alerts.with_families(db, alert, 4)
    assert alerts.with_families(db, alert, 2) == alert
    found = alerts.get(db, alert.id)
    assert found is not None
    assert (found.families, found.version) == (4, 1)


def test_recent_is_newest_first_and_hides_rules_on_test(db: Connection) -> None:
    old = add_alert(db, at=NOW - DAY)
    new = add_alert(db, "evacuation")
    on_test = add_alert(db, audience="operators")

    def ids(found: list[alerts.Alert]) -> list[int]:
        return [alert.id for alert in found]

    assert ids(alerts.recent(db, None, NOW - DAY, 10)) == [new.id, old.id]
    assert ids(alerts.recent(db, ["siege"], NOW - DAY, 10)) == [old.id]
    assert ids(alerts.recent(db, [], NOW - DAY, 10)) == []
    assert ids(alerts.recent(db, None, NOW, 10)) == [new.id]
    everything = alerts.recent(db, None, NOW - DAY, 10, for_operators=True)
    assert ids(everything) == [on_test.id, new.id, old.id]


def test_decisions_are_kept_in_order(db: Connection) -> None:
    alert = add_alert(db)
    told = decision(alert)
    silent = decision(alert, action="suppress", reason="same-family-repeat", version=None)
    nameless = decision(alert, alert_id=None, action="suppress", version=None)
    for each in (told, silent, nameless):
        decisions.record(db, each)
    assert decisions.of_alert(db, alert.id) == [told, silent]
    kept = fetch(
        db, "SELECT reason FROM decisions WHERE entry_id = :it ORDER BY id", {"it": alert.entry_id}
    )
    assert [row["reason"] for row in kept] == [told.reason, silent.reason, nameless.reason]


def test_a_direction_was_told_only_by_a_version(db: Connection) -> None:
    alert = add_alert(db)
    decisions.record(db, decision(alert))
    silent = decision(alert, direction="denied", action="suppress", version=None)
    decisions.record(db, silent)
    told = so_far(db, alert.story_id).notified
    assert told == {(alert.id, "siege"): {("worsening", None)}}


def test_an_entry_with_two_signals_is_told_once(db: Connection) -> None:
    alert = add_alert(db)
    for each in (decision(alert), decision(alert, signal="evacuation")):
        decisions.record(db, each)
    assert decisions.times_sent(db, alert.entry_id, NOW) == 1
    decisions.record(db, decision(alert, action="update", version=2))
    decisions.record(db, decision(alert, action="suppress", version=None))
    assert decisions.times_sent(db, alert.entry_id, NOW) == 2
    assert decisions.times_sent(db, alert.entry_id, NOW + HOUR) == 0


def test_a_story_grows_and_its_tellings_are_candidates_for_a_while(db: Connection) -> None:
    first, second = add_entry(db, title="أول"), add_entry(db, title="ثان", link=None)
    story_id = stories.create(db, "قصة", NOW)
    stories.attach(db, story_id, first, "enab", NOW)
    stories.attach(db, story_id, second, "sana", NOW + HOUR)
    story = fetch(db, "SELECT last_entry_at FROM stories WHERE id = :it", {"it": story_id})
    assert [row["last_entry_at"] for row in story] == [to_text(NOW + HOUR)], "retention's clock"
    assert stories.of_entry(db, first) == story_id
    assert stories.of_entry(db, 404) is None
    assert [(c.title, c.family) for c in stories.reports(db, NOW)] == [
        ("أول", "enab"),
        ("ثان", "sana"),
    ]
    assert [c.title for c in stories.reports(db, NOW + HOUR)] == ["ثان"]


def test_an_entry_tells_one_story_only(db: Connection) -> None:
    entry_id = add_entry(db)
    stories.attach(db, stories.create(db, "أ", NOW), entry_id, "enab", NOW)
    with pytest.raises(REFUSED):
        stories.attach(db, stories.create(db, "ب", NOW), entry_id, "enab", NOW)


def test_families_are_counted_by_signal_and_direction(db: Connection) -> None:
    story_id = stories.create(db, "قصة", NOW)
    tellings = [
        ("enab", "improving"),
        ("enab", "improving"),
        ("sana", "improving"),
        ("sana", "denied"),
    ]
    for family, direction in tellings:
        entry_id = add_entry(db)
        stories.attach(db, story_id, entry_id, family, NOW)
        entries.add_detections(db, entry_id, detection(direction=direction))
    known = so_far(db, story_id)
    assert known.families("siege", "improving") == {"enab", "sana"}
    assert known.families("siege", "denied") == {"sana"}
    assert known.families("siege", "denied", but=entry_id) == set()
    assert known.families("evacuation", "improving") == set()


def test_of_a_story_just_begun_all_is_known_without_reading_it(db: Connection) -> None:
    story_id, entry_id = stories.create(db, "قصة", NOW), add_entry(db)
    figures = (StoredFigure("killed", 12, max=14, at_least=True), StoredFigure("wounded", 3))
    found = [detection(signal=signal, direction="worsening") for signal in ("siege", "attack")]
    entries.add_detections(db, entry_id, *found)
    facts.put(db, entry_id, Facts((), figures))
    stories.attach(db, story_id, entry_id, "enab", NOW, first=True)
    said = [("siege", "worsening"), ("attack", "worsening")]
    known = just_begun(entry_id, "enab", "feed", NOW, said, figures)
    assert known == so_far(db, story_id)
    assert repr(known) == repr(so_far(db, story_id)), "12.0 is told as 12.0, as when it is read"
    assert just_begun(entry_id, "enab", "feed", NOW, [], []).statements == ()


async def test_alerts_of_an_older_database_keep_their_signal(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m014_signals_of_alerts")
    with closing(sqlite3.connect(file)) as older, older:
        older.execute("INSERT INTO feeds (id, url, next_check_at) VALUES ('f', 'u', '')")
        older.execute(
            """INSERT INTO entries (id, feed_id, title, summary, content_hash, first_seen_at,
                last_seen_at) VALUES (1, 'f', 't', 's', 'h', :at, :at)""",
            {"at": to_text(NOW)},
        )
        older.execute(
            "INSERT INTO stories (id, title, first_entry_at, last_entry_at) VALUES (1, 't', '', '')"
        )
        for number, signal in ((1, "siege"), (2, "evacuation")):
            older.execute(
                """INSERT INTO alerts (id, short_id, story_id, entry_id, signal, direction, level,
                    version, audience, title, snippet, feed_name, explanation, evidence_json,
                    rules_hash, reason, families, created_at, updated_at)
                VALUES (:id, 'A' || :id, 1, 1, :signal, 'denied', 'watch', 3, 'everyone', 't', 's',
                    'n', 'e', '[]', 'r', 'first-telling', 1, :at, :at)""",
                {"id": number, "signal": signal, "at": to_text(NOW)},
            )
    database = await open_database(file)
    try:
        found = await database.read(lambda db: alerts.for_story(db, 1))
        expected = {"direction": "denied", "level": "watch", "explanation": "e", "version": 3}
        assert [alert.signals for alert in found] == [
            (told(signal, 1, **expected),)  # type: ignore[arg-type]
            for signal in ("siege", "evacuation")
        ]
        # A short id that somebody knows still answers.
        known = await database.read(lambda db: alerts.get_by_short_id(db, "A2"))
        assert known is not None and known.gravest.signal == "evacuation"
    finally:
        await database.close()
