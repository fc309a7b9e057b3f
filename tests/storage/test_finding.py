"""Alerts are found by what they are about, page by page, and it costs what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from storage import alerts, finding, page
from storage.alerts import Alert
from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.file.migrations import MIGRATIONS
from storage.finding import Cursor, Wanted
from storage.news import facts, search
from storage.news.facts import StoredPlace
from storage.readers import audit, questions
from tests.storage.make import DAY, HOUR, NOW, add_alert, add_chat, add_entry, as_today, bump, told

ALEPPO = StoredPlace(
    *("g170063", "SY", "SY-HL", "town", "clause"),
    within=("g170063", "SY-HL", "SY"),
    names={"ar": "حلب، سوريا", "en": "Aleppo, Syria", "fr": "Alep, Syrie"},
)
NYALA = StoredPlace(
    *("g369004", "SD", "SD-DS", "town", "clause"),
    within=("g369004", "SD-DS", "SD"),
    names={"ar": "نيالا، السودان", "en": "Nyala, Sudan", "fr": "Nyala, Soudan"},
)
LONG_AGO = NOW - 300 * DAY


def at(db: Connection, alert: Alert, place: StoredPlace) -> Alert:
    alerts.set_facts(db, alert.id, [place], [])
    return alert


def ids(db: Connection, **wanted: object) -> list[int]:
    since = wanted.pop("since", LONG_AGO)
    asked = Wanted(since=since, **wanted)  # type: ignore[arg-type]
    return [each.id for each in finding.find(db, asked, 50)]


def test_by_place_signal_level_direction_and_time(db: Connection) -> None:
    first = at(db, add_alert(db, "siege", NOW - 2 * DAY, level="critical"), ALEPPO).id
    second = at(db, add_alert(db, "evacuation", NOW - DAY, direction="improving"), ALEPPO).id
    third = at(db, add_alert(db, "siege", NOW), NYALA).id
    assert ids(db) == [third, second, first]
    assert ids(db, places=["SY-HL"]) == ids(db, places=["SY", "g170063"]) == [second, first]
    assert ids(db, signals=["siege"]) == [third, first]
    assert ids(db, signals=["siege"], places=["SY"]) == [first]
    assert ids(db, levels=["critical"]) == [first]
    assert ids(db, directions=["improving"]) == [second]
    assert ids(db, since=NOW - DAY) == [third, second]
    assert ids(db, until=NOW - DAY) == [first]
    assert ids(db, signals=["siege", "evacuation"], places=["SY", "SD"]) == [third, second, first]


def test_a_direction_is_of_the_signal_that_is_asked_for(db: Connection) -> None:
    alert = add_alert(db, "siege")
    bump(db, alert, NOW, told("siege"), told("evacuation", direction="improving"))
    assert ids(db, directions=["improving"]) == [alert.id]
    assert ids(db, signals=["siege"], directions=["improving"]) == []
    assert ids(db, signals=["evacuation"], directions=["improving"]) == [alert.id]


def facets(db: Connection) -> list[tuple[str, ...]]:
    rows = db.execute("SELECT facet, at, alert_id FROM alert_facets ORDER BY 1, 2, 3")
    return [tuple(map(str, row)) for row in rows.fetchall()]


def test_an_alert_that_grows_is_found_as_it_is_now(db: Connection) -> None:
    alert = at(db, add_alert(db, "siege", NOW - DAY), ALEPPO)
    bump(db, alert, NOW, told("siege", direction="improving", level="critical"))
    assert {at for _, at, _ in facets(db)} == {"2026-03-01T12:00:00.000000+00:00"}
    assert {facet for facet, _, _ in facets(db)} == {
        *("l:critical", "d:improving", "s:siege", "s:siege/improving"),
        *("p:g170063", "p:SY-HL", "p:SY"),
    }
    db.execute("DELETE FROM alerts")
    assert facets(db) == []


def test_alerts_that_were_there_before_are_found_the_same(tmp_path: Path) -> None:
    old = connect(tmp_path / "old.sqlite")
    MIGRATIONS.apply(old, stop_before="m023_subscriptions")
    with as_today(old):
        alert = at(old, add_alert(old, "siege", NOW - DAY), ALEPPO)
        at(old, bump(old, alert, NOW, told("siege"), told("evacuation", level="critical")), NYALA)
    old.conn.commit()
    migrate(old)
    new = connect(tmp_path / "new.sqlite")
    migrate(new)
    alert = at(new, add_alert(new, "siege", NOW - DAY), ALEPPO)
    at(new, bump(new, alert, NOW, told("siege"), told("evacuation", level="critical")), NYALA)
    assert facets(old) == facets(new) != []
    assert [each.entry_id for each in search.due(old, 9)] == [1]


def test_pages_follow_each_other_without_a_gap(db: Connection) -> None:
    made = [add_alert(db, "siege", NOW - (number // 3) * HOUR).id for number in range(10)]
    seen: list[int] = []
    after = None
    while some := finding.find(db, Wanted(since=LONG_AGO, signals=["siege"]), 4, after=after):
        seen += [each.id for each in some]
        after = Cursor(some[-1].updated_at, some[-1].id)
    assert sorted(seen) == made
    assert len(seen) == len(made)


def test_by_words_of_the_reports(db: Connection) -> None:
    alert = add_alert(db, "siege")
    entry = add_entry(db, title="x")
    for entry_id, words in ((alert.entry_id, "سوق"), (entry, "سوق")):
        search.put(db, [search.Folded(entry_id, 0, words, "")])
    assert ids(db, match='"سوق"') == [alert.id]
    assert ids(db, match='"سوق"', signals=["evacuation"]) == []
    assert ids(db, match='"بحر"') == []


def test_words_and_what_is_shut_out_count_wherever_alerts_are_counted(db: Connection) -> None:
    market = at(db, add_alert(db, "siege", level="critical"), ALEPPO)
    sea = at(db, add_alert(db, "flood"), NYALA)
    for alert, words in ((market, "سوق"), (sea, "بحر")):
        search.put(db, [search.Folded(alert.entry_id, 0, words, "")])
    both, asked = {market.id, sea.id}, Wanted(since=LONG_AGO)
    for wanted, found in (
        (asked, both),
        (replace(asked, match='"سوق"'), {market.id}),
        (replace(asked, match=None), set()),
        (replace(asked, match=None, signals=["siege"]), set()),
        (replace(asked, unmatched='"سوق" OR "نهر"'), {sea.id}),
        (replace(asked, match='"سوق"', unmatched='"سوق"'), set()),
        (replace(asked, without=["p:SY"]), {sea.id}),
        (replace(asked, without=["s:flood", "s:evacuation"]), {market.id}),
        (replace(asked, without=["s:flood"], signals=["flood", "siege"]), {market.id}),
        (replace(asked, without=["s:flood"], match='"بحر"'), set()),
    ):
        assert {each.id for each in finding.find(db, wanted, 9)} == found, wanted
        assert finding.count(db, wanted, 9) == len(found)
        places = {"g170063": market.id, "g369004": sea.id}
        assert {places[each.place_id] for each in finding.by_place(db, wanted, 9)} == found
        assert sum(each.alerts for each in finding.made(db, wanted)) == len(found), wanted
        assert sum(page.by_level(db, wanted).values()) == len(found)


def test_a_beginning_is_words_that_are_stored_the_shortest_first(db: Connection) -> None:
    entries = [add_entry(db, title=str(number)) for number in range(4)]
    stored = ("مستشف", "مستشفي حلب", "مست", "مستشار")
    for entry_id, words in zip(entries, stored, strict=True):
        search.put(db, [search.Folded(entry_id, 0, words, "")])
    found = search.find(db, '("مستش" OR "مستش" *)', 9)
    assert [each.entry_id for each in found] == [entries[3], entries[1], entries[0]]
    match = search.with_beginnings(db, '("مستش" OR "مستش" *) NOT "حلب" *')
    assert match == ('("مستش" OR ("مستش" OR "مستشف" OR "مستشار" OR "مستشفي")) NOT ("حلب")'), (
        "nothing is left for FTS5 to gather"
    )


def test_a_beginning_of_many_words_is_bounded(db: Connection) -> None:
    words = " ".join(f"حلب{a}{b}" for a in "ابتثجحخدذر" for b in "ابتثجحخدذرزسش")
    search.put(db, [search.Folded(add_entry(db), 0, words, "")])
    match = search.with_beginnings(db, '"حلب" *')
    assert match.count(" OR ") == search.MOST_TERMS
    assert len(search.find(db, match, 9)) == 1


def test_alerts_of_rules_on_test_are_for_operators(db: Connection) -> None:
    alert = add_alert(db, audience="operators")
    for wanted in ({}, {"signals": ["siege"]}):
        assert ids(db, **wanted) == []
        assert ids(db, for_operators=True, **wanted) == [alert.id]


def test_counts_by_when_they_were_made_and_by_place(db: Connection) -> None:
    alert = at(db, add_alert(db, "siege", NOW - 10 * DAY), ALEPPO)
    bump(db, alert, NOW)
    at(db, add_alert(db, "siege", NOW, level="critical"), ALEPPO)
    at(db, add_alert(db, "evacuation", NOW), NYALA)
    told_at = finding.made(db, Wanted(since=NOW - 20 * DAY, places=["SY"]))
    assert [(each.at, each.alerts) for each in told_at] == [(NOW - 10 * DAY, 1), (NOW, 1)]
    assert [each.alerts for each in finding.made(db, Wanted(since=NOW - DAY))] == [2]
    counted = finding.by_place(db, Wanted(since=NOW - DAY), 9)
    assert [(each.place_id, each.alerts, each.level) for each in counted] == [
        ("g170063", 2, "critical"),
        ("g369004", 1, "alert"),
    ]


def test_of_places_with_as_many_alerts_the_gravest_comes_first(db: Connection) -> None:
    at(db, add_alert(db, "siege", NOW, level="watch"), ALEPPO)
    at(db, add_alert(db, "siege", NOW, level="critical"), NYALA)
    counted = finding.by_place(db, Wanted(since=NOW - DAY), 9)
    assert [each.level for each in counted] == ["critical", "watch"]


def test_a_question_is_kept_for_its_chat_alone(db: Connection) -> None:
    add_chat(db, 1)
    add_chat(db, 2)
    kept = questions.put(db, 1, '{"s":["siege"]}', NOW)
    assert questions.put(db, 1, '{"s":["siege"]}', NOW + HOUR) == kept
    assert questions.get(db, kept, 1) == '{"s":["siege"]}'
    assert questions.get(db, kept, 2) is None
    assert questions.words_in(questions.of_words("حلب")) == "حلب"
    assert questions.words_in('{"s":["siege"]}') is None


ASKED: dict[str, Callable[[Connection], object]] = {
    "newest": lambda db: ids(db),
    "place": lambda db: ids(db, places=["SY-HL", "SD"]),
    "all at once": lambda db: ids(
        *(db,), places=["SY"], signals=["siege"], directions=["improving"], levels=["critical"]
    ),
    "levels": lambda db: ids(db, levels=["critical"]),
    "words": lambda db: ids(db, match='"سوق"', places=["SY"]),
    "made": lambda db: finding.made(db, Wanted(since=NOW, places=["SY"], signals=["siege"])),
    "made of all": lambda db: finding.made(db, Wanted(since=NOW)),
    "by place": lambda db: finding.by_place(db, Wanted(since=NOW, signals=["siege"]), 9),
    "links": lambda db: finding.links_of(db, [1]),
    "how many": lambda db: finding.count(db, Wanted(since=NOW, signals=["siege"]), 9),
    "behind": lambda db: search.is_behind(db, 9),
    "search": lambda db: search.find(db, '"سوق"', 9),
    "the page before": lambda db: finding.find(
        db, Wanted(since=NOW, places=["SY"], signals=["siege"]), 9, above=Cursor(NOW, 1)
    ),
    "newest of all before": lambda db: finding.find(db, Wanted(since=NOW), 9, above=Cursor(NOW, 1)),
    "newer hits": lambda db: search.find_newer(db, '"سوق"', 9, after=1),
    "acts": lambda db: audit.newer(db, 9, 1),
    "beginning": lambda db: search.find(db, '"سوق" *', 9),
    "due": lambda db: search.due(db, 9),
    "put": lambda db: search.put(db, [search.Folded(1, 0, "سوق", "")]),
    "question": lambda db: questions.put(db, 1, "{}", NOW),
    "kept": lambda db: questions.get(db, 1, 1),
    "place of an alert": lambda db: facts.add_to_alert(db, 1, [ALEPPO]),
}
# What a question found so far, and what waits, which is read from its end as far as asked.
# FTS5 reads its settings, a handful of rows, with a statement of its own.
MAY_BE_SCANNED = ("hit", "chosen", "waiting", "main.search_words_config")


@pytest.mark.parametrize("asked", ASKED)
def test_no_question_walks_through_a_table(db: Connection, asked: str) -> None:
    at(db, add_alert(db, "siege"), NYALA)
    add_chat(db, 1)
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    ASKED[asked](db)
    db.conn.set_trace_callback(None)
    plans = [each for each in statements if not each.startswith(("--", "BEGIN"))]
    assert plans
    for sql in plans:
        for row in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall():
            step = str(row[3])
            # A virtual table is FTS5, which is an index, or a list that the question brings.
            if step.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in step:
                assert step.split()[1] in MAY_BE_SCANNED, (sql, step)
