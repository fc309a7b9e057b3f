"""Batches by id and pages by time: each filter, nothing twice, nothing left out, no long walk."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from storage import items, paging
from storage.connection import Connection
from storage.finding import Cursor, Wanted
from storage.news import entries, facts, stories
from storage.news.facts import Facts, StoredFigure
from storage.paging import Kind, Selection
from tests.storage.make import DAY, HOUR, NOW, add_alert, add_entry, bump, detection, told
from tests.storage.test_finding import ALEPPO, LONG_AGO, NYALA, at

SIGNALS = ("siege", "evacuation")
FILTERS: dict[str, object] = {
    "signals": ["siege"],
    "places": ["SY-HL"],
    "levels": ["critical"],
    "directions": ["worsening"],
    "languages": ["ar"],
}


def asked(kind: Kind, **wanted: object) -> Selection:
    since = wanted.pop("since", LONG_AGO)
    return Selection(kind, Wanted(since=since, **wanted), SIGNALS)  # type: ignore[arg-type]


def ids(db: Connection, kind: Kind, **wanted: object) -> list[int]:
    """What a batch and a page give alike, by id."""
    selection = asked(kind, **wanted)
    bounds = paging.id_range(db, selection)
    if bounds is None:
        assert paging.page(db, selection, 50).ids == ()
        return []
    found = paging.batch(db, selection, *bounds)
    assert sorted(paging.page(db, selection, 50).ids) == found
    return found


@pytest.fixture
def filled(db: Connection) -> Connection:
    """Two alerts, their stories (1, 2) and entries (1, 2); an entry (3) without a story, in which
    a rule on test fired as well."""
    first = at(db, add_alert(db, "siege", NOW - 2 * DAY, level="critical"), ALEPPO)
    second = at(db, add_alert(db, "evacuation", NOW, direction="improving", language="fr"), NYALA)
    for alert, place in ((first, ALEPPO), (second, NYALA)):
        signal = alert.gravest
        found = detection(signal=signal.signal, direction=signal.direction, level=signal.level)
        entries.add_detections(db, alert.entry_id, found)
        facts.put(db, alert.entry_id, Facts((place,), (StoredFigure("killed", 3),)))
    db.execute("UPDATE entries SET language = 'fr' WHERE id = ?", [second.entry_id])
    lone = add_entry(db, first_seen_at=NOW - HOUR, language="en")
    entries.add_detections(db, lone, detection(signal="untrusted", level="critical"))
    return db


@pytest.mark.parametrize("kind", ["alerts", "stories", "entries"])
def test_each_filter_of_each_kind(filled: Connection, kind: Kind) -> None:
    everything = [1, 2] if kind != "entries" else [1, 2, 3]
    assert ids(filled, kind) == everything
    for name, value in FILTERS.items():
        assert ids(filled, kind, **{name: value}) == [1], name
    assert ids(filled, kind, signals=["siege", "evacuation"]) == [1, 2]
    assert ids(filled, kind, directions=["improving"], places=["SD"]) == [2]
    assert ids(filled, kind, directions=["improving"], places=["SY"]) == []
    assert ids(filled, kind, languages=["fr", "ar"]) == [1, 2]
    assert ids(filled, kind, until=NOW - DAY) == [1]
    assert ids(filled, kind, since=NOW - DAY) == everything[1:]
    assert ids(filled, kind, since=NOW + DAY) == []


def test_what_a_rule_on_test_found_is_no_answer(filled: Connection) -> None:
    assert ids(filled, "entries", signals=["untrusted"]) == []
    (lone,) = items.entry_items(filled, [3], SIGNALS)
    assert lone.found == () and lone.family is None
    filled.execute("UPDATE alerts SET audience = 'operators' WHERE id = 1")
    assert ids(filled, "alerts") == [2]
    assert ids(filled, "stories", signals=["siege"]) == []
    (story,) = items.story_items(filled, [1])
    assert story.alerts == () and len(story.reports) == 1


@pytest.mark.parametrize("kind", ["alerts", "stories", "entries"])
def test_pages_hold_everything_once_though_rows_are_added(db: Connection, kind: Kind) -> None:
    for number in range(7):
        add_alert(db, "siege", NOW - number // 2 * HOUR)
    before = ids(db, kind)
    seen: list[int] = []
    after: Cursor | None = None
    while True:
        page = paging.page(db, asked(kind), 2, after)
        assert len(page.ids) <= 2
        seen += page.ids
        add_alert(db, "siege", NOW + HOUR)
        if page.next is None:
            break
        after = page.next
    assert sorted(seen) == before


def test_a_page_of_what_is_rare_ends_after_some_rows_and_goes_on(
    db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "SCANNED", 3)
    for number in range(8):
        add_entry(db, first_seen_at=NOW - number * HOUR, language="fr" if number == 7 else "ar")
    selection = asked("entries", languages=["fr"])
    first = paging.page(db, selection, 2)
    assert first.ids == () and first.next is not None
    second = paging.page(db, selection, 2, first.next)
    third = paging.page(db, selection, 2, second.next)
    assert (second.ids, third.ids, third.next) == ((), (8,), None)


def test_an_alert_knows_when_each_version_was_told(filled: Connection) -> None:
    from storage import decisions
    from storage.decisions import Decision

    def decided(version: int, after: timedelta) -> None:
        decision = Decision(
            entry_id=1, alert_id=1, signal="siege", action="send", reason="r", rules_hash="h",
            at=NOW + after, direction="worsening", version=version,
        )  # fmt: skip
        decisions.record(filled, decision)

    decided(1, timedelta(0))
    decided(1, HOUR)
    decided(2, 2 * HOUR)
    stories.attach(filled, 1, 3, "reuters", NOW)
    first, second = items.alert_items(filled, [1, 2])
    assert first.versions == ((1, NOW), (2, NOW + 2 * HOUR)) and second.versions == ()
    assert [each.family for each in first.reports] == ["enab", "reuters"]
    assert items.alert_items(filled, [2, 9, 1])[0].alert.id == 2


@pytest.mark.parametrize("kind", ["alerts", "stories", "entries"])
def test_no_page_and_no_batch_walks_through_history(filled: Connection, kind: Kind) -> None:
    written: list[str] = []
    filled.conn.set_trace_callback(written.append)
    selection = asked(kind, until=NOW + DAY, **FILTERS)
    paging.id_range(filled, selection)
    paging.batch(filled, selection, 1, 500)
    paging.page(filled, selection, 50, Cursor(NOW, 9))
    paging.page(filled, asked(kind), 50)
    filled.conn.set_trace_callback(None)
    statements = [sql for sql in written if sql.lstrip().startswith("SELECT")]
    assert len(statements) >= 5
    for sql in statements:
        steps = [str(row[3]) for row in filled.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
        walked = [step for step in steps if re.match(r"SCAN (?!looked|CONSTANT)", step)]
        # Lists that the question brings are virtual tables.
        assert [step for step in walked if "VIRTUAL TABLE" not in step] == [], (sql, steps)
        # Only the rows of one page are put in order, after an index chose them.
        sorts = sum("TEMP B-TREE FOR ORDER BY" in step for step in steps)
        assert sorts <= ("SCAN looked" in steps), (sql, steps)


def test_what_grew_since_counts_as_of_now(filled: Connection) -> None:
    alert = items.alert_items(filled, [1])[0].alert
    bump(filled, alert, NOW + HOUR, told("siege", level="critical"))
    assert ids(filled, "alerts", since=NOW) == [1, 2]
