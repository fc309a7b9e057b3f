from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.decide import Reason
from bot.alerts.pipeline import Pipeline
from bot.alerts.routing.readers import Readership
from bot.alerts.routing.words import words_in_story
from bot.rules_in_force import shipped_places
from rules import word_finder
from rules.loading.schema import Direction
from storage import alerts, decisions
from storage.alerts import Alert
from storage.connection import Connection
from storage.news import entries, stories
from storage.opening import open_database
from storage.readers import chats
from storage.rows import fetch
from storage.sending import outbox, owed
from tests.bot.alerts.newsroom import (
    URGENT,
    Newsroom,
    OneWord,
    change,
    feed,
    find,
    item,
    of_its_own,
    pipeline,
    rules,
)
from tests.conftest import shipped_rules
from tests.storage.make import DAY, HOUR, NOW, add_chat, add_feed, choose

SIEGE = "الأمم المتحدة: حصار خانق على مدينة الفاشر منذ أشهر"
LIFTED = "الأمم المتحدة: رفع حصار خانق على مدينة الفاشر منذ أشهر"


def only_alert(newsroom: Newsroom) -> Alert:
    found = alerts.recent(newsroom.db, None, NOW - 30 * DAY, 10, for_operators=True)
    assert len(found) == 1
    return found[0]


def test_a_new_signal_becomes_an_alert_that_is_owed_to_its_subscribers(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    add_chat(newsroom.db, 2, "evacuation")
    accepted = newsroom.says(SIEGE, "قال ناشطون إن حصار المدينة مستمر. وغادروا.")
    assert (accepted.new, accepted.detections, accepted.deliveries) == (1, 1, 1)
    assert accepted.reasons == {Reason.FIRST_REPORT: 1}
    alert = only_alert(newsroom)
    assert accepted.alerts == (alert,)
    assert (alert.gravest.signal, alert.gravest.direction, alert.level, alert.version) == (
        "siege",
        "worsening",
        "alert",
        1,
    )
    assert (alert.title, alert.feed_name, alert.language) == (SIEGE, "موقع enab", "ar")
    assert alert.snippet == SIEGE, "the evidence is in the title"
    assert json.loads(alert.gravest.evidence_json)[0]["quote"] == "حصار"
    assert (alert.rules_hash, alert.reason, alert.families) == ("r1", "first-telling", 1)
    assert [row.chat_id for row in owed.ready(newsroom.db, NOW, 10)] == [1]


def test_every_decision_is_kept_with_its_reason_and_the_rules(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    newsroom.rules.hash = "r2"
    newsroom.says(SIEGE, family="sana")
    kept = decisions.of_alert(newsroom.db, only_alert(newsroom).id)
    assert [(d.action, d.reason, d.rules_hash, d.version) for d in kept] == [
        ("send", "first-telling", "r1", 1),
        ("suppress", "other-family-repeat", "r2", None),
    ]


def test_a_silent_entry_is_stored_and_nothing_else(newsroom: Newsroom) -> None:
    accepted = newsroom.says("فوز المنتخب في المباراة النهائية")
    assert (accepted.new, accepted.detections, accepted.reasons) == (1, 0, {})
    assert len(entries.recent(newsroom.db, NOW, 10)) == 1
    assert stories.reports(newsroom.db, NOW) == []


def test_other_families_are_counted_not_told(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    newsroom.says(SIEGE)
    repeated = newsroom.says(f"عاجل: {SIEGE}", family="enab", guid="2")
    copied = newsroom.says(SIEGE, family="copyist")
    assert only_alert(newsroom).families == 1, "a copy is no second source"
    corroborated = newsroom.says(SIEGE, of_its_own(1), family="sana")
    assert repeated.reasons == {Reason.SAME_FAMILY_REPEAT: 1}
    assert copied.reasons == corroborated.reasons == {Reason.OTHER_FAMILY_REPEAT: 1}
    alert = only_alert(newsroom)
    assert (alert.families, alert.version) == (2, 1)
    assert outbox.counts(newsroom.db)["pending"] == 1


def test_feeds_without_a_family_are_families_of_their_own(newsroom: Newsroom) -> None:
    for number, name in enumerate(("a", "b")):
        entry = item(SIEGE, of_its_own(number))
        newsroom.poll(replace(feed(name), family=""), [change(entry)])
    assert only_alert(newsroom).families == 2


def test_an_end_is_a_new_version_for_who_read_the_beginning(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege", lowest_level="alert")
    newsroom.says(SIEGE)
    add_chat(newsroom.db, 2, "siege")
    told = newsroom.says(LIFTED, family="sana", now=NOW + HOUR)
    assert told.reasons == {Reason.DIRECTION_CHANGED: 1}
    alert = only_alert(newsroom)
    assert (alert.version, alert.gravest.direction, alert.title) == (2, "improving", LIFTED)
    rows = [(r.chat_id, r.kind, r.version) for r in owed.ready(newsroom.db, NOW + DAY, 10)]
    assert sorted(rows) == [(1, "alert", 1), (1, "update", 2), (2, "alert", 2)]
    late = newsroom.says(SIEGE, family="third", now=NOW + 2 * HOUR)
    assert late.reasons == {Reason.DIRECTION_KNOWN: 1}
    assert only_alert(newsroom).version == 2


BOTH = "حصار المدينة يمنع إخلاء الجرحى من المستشفى"


def test_two_signals_in_one_entry_are_one_alert_and_one_message(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege", "evacuation")
    add_chat(newsroom.db, 2, "evacuation")
    accepted = newsroom.says(BOTH)
    alert = only_alert(newsroom)
    assert accepted.alerts == (alert,)
    assert {each.signal for each in alert.signals} == {"siege", "evacuation"}
    assert accepted.reasons == {Reason.FIRST_REPORT: 2}
    rows = owed.ready(newsroom.db, NOW, 10)
    assert sorted((row.chat_id, row.kind) for row in rows) == [(1, "alert"), (2, "alert")]
    decided = decisions.of_alert(newsroom.db, alert.id)
    assert {(each.signal, each.version) for each in decided} == {("siege", 1), ("evacuation", 1)}


def test_a_weaker_report_of_a_grave_happening_makes_it_no_less_grave(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    text = of_its_own(1)
    newsroom.says(f"{URGENT} {SIEGE}", f"سقط 12 قتيلا. {text}")
    assert only_alert(newsroom).level == "critical"
    grown = newsroom.says(SIEGE, f"سقط 40 قتيلا. {text}", family="sana", now=NOW + HOUR)
    assert grown.reasons == {Reason.FIGURE_JUMPED: 1}
    assert only_alert(newsroom).level == "critical"
    newsroom.says(LIFTED, text, family="wafa", now=NOW + 2 * HOUR)
    assert only_alert(newsroom).level == "alert", "the end of it is"


def test_a_signal_that_another_publisher_adds_joins_the_alert(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege", "evacuation")
    add_chat(newsroom.db, 2, "evacuation")
    newsroom.says(SIEGE)
    newsroom.rules.signals["evacuation"] = OneWord("critical")
    told = newsroom.says(f"{SIEGE} وإخلاء", of_its_own(1), family="sana", now=NOW + HOUR)
    assert told.reasons[Reason.SIGNAL_JOINED] == 1
    alert = only_alert(newsroom)
    assert {each.signal: each.version for each in alert.signals} == {"evacuation": 2, "siege": 1}
    assert alert.families == 2
    rows = owed.ready(newsroom.db, NOW + HOUR, 10)
    new = sorted((row.chat_id, row.kind) for row in rows if row.version == 2)
    assert new == [(1, "update"), (2, "alert")]


def test_a_signal_on_test_is_an_alert_of_its_own_until_its_rule_is_stable(
    newsroom: Newsroom,
) -> None:
    add_chat(newsroom.db, 1, "siege", "evacuation")
    add_chat(newsroom.db, 9, "ceasefire", role="operator")
    newsroom.rules.signals["evacuation"] = OneWord("critical", "test")
    newsroom.says(BOTH)
    found = {
        alert.audience: alert
        for alert in alerts.recent(newsroom.db, None, NOW, 10, for_operators=True)
    }
    told = {audience: [each.signal for each in alert.signals] for audience, alert in found.items()}
    assert told == {"everyone": ["siege"], "operators": ["evacuation"]}
    owed_to = {row.chat_id: row.alert_id for row in owed.ready(newsroom.db, NOW, 10)}
    assert owed_to == {1: found["everyone"].id, 9: found["operators"].id}


def test_another_happening_is_another_alert(newsroom: Newsroom) -> None:
    newsroom.says("حصار خانق على مدينة الفاشر في دارفور")
    newsroom.says("حصار خانق على مدينة بابنوسة في كردفان")
    assert len(alerts.recent(newsroom.db, None, NOW, 10)) == 2


def test_a_story_that_was_silent_for_long_is_told_again(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    later = newsroom.says(SIEGE, now=NOW + timedelta(hours=97), guid="2")
    assert later.reasons == {Reason.FIRST_REPORT: 1}


def test_what_was_there_at_the_first_poll_is_stored_in_silence(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    accepted = newsroom.says(SIEGE, kind="seed")
    assert (accepted.seeded, accepted.deliveries, accepted.alerts) == (1, 0, ())
    assert accepted.reasons == {Reason.ENTRY_SEEDED: 1}
    stored = entries.recent(newsroom.db, NOW, 1)[0]
    assert stored.seeded
    assert stored.id is not None
    assert len(entries.detections_of(newsroom.db, stored.id)) == 1
    decided = fetch(
        newsroom.db, "SELECT reason FROM decisions WHERE entry_id = :it", {"it": stored.id}
    )
    assert [row["reason"] for row in decided] == ["entry-seeded"]
    fresh = newsroom.says(SIEGE, of_its_own(1), family="sana")
    assert fresh.reasons == {Reason.FIRST_REPORT: 1}, "nobody was told of it yet"
    assert fresh.alerts[0].families == 2


def edit(newsroom: Newsroom, title: str, text: str = "", hours: int = 1) -> object:
    stored = entries.recent(newsroom.db, NOW - DAY, 1)[0]
    now = NOW + hours * HOUR
    entry = item(title, text, updated_at=now)
    return newsroom.poll(feed(), [change(entry, "updated", stored.id)], now).reasons


def test_an_edit_that_gains_a_signal_alerts(newsroom: Newsroom) -> None:
    newsroom.says("أنباء عن معارك حول المدينة")
    assert edit(newsroom, "أنباء عن حصار المدينة بعد معارك") == {Reason.FIRST_REPORT: 1}
    assert only_alert(newsroom).version == 1


def test_an_edit_that_says_the_same_is_silent(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    assert edit(newsroom, SIEGE, "مع تفاصيل أخرى") == {Reason.UPDATE_SAYS_THE_SAME: 1}
    stored = entries.recent(newsroom.db, NOW, 1)[0]
    assert stored.summary == "مع تفاصيل أخرى"
    assert stored.id is not None
    assert len(entries.detections_of(newsroom.db, stored.id)) == 1, "of the present text only"


def test_an_edit_that_takes_it_back_is_told(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    assert edit(newsroom, "نفى المجلس وجود حصار على الفاشر") == {Reason.DIRECTION_CHANGED: 1}
    assert only_alert(newsroom).gravest.direction == "denied"


def test_an_edit_of_history_alerts_only_for_what_is_new_in_it(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE, kind="seed")
    assert edit(newsroom, SIEGE, "تفاصيل") == {Reason.ENTRY_SEEDED: 1}
    assert edit(newsroom, SIEGE, "وبدأ إخلاء السكان", hours=2) == {
        Reason.ENTRY_SEEDED: 1,
        Reason.FIRST_REPORT: 1,
    }


def test_a_live_page_that_takes_up_another_happening_alerts_again(newsroom: Newsroom) -> None:
    newsroom.says("حصار خانق على مدينة الفاشر", kind="seed")
    assert edit(newsroom, "قوات تفرض حصار بلدة مضايا") == {Reason.FIRST_REPORT: 1}
    assert edit(newsroom, "حلب القديمة تحت حصار", hours=2) == {Reason.FIRST_REPORT: 1}
    assert len(alerts.recent(newsroom.db, None, NOW, 10)) == 2


def test_old_news_is_not_pushed(newsroom: Newsroom) -> None:
    accepted = newsroom.says(SIEGE, published_at=NOW - 4 * DAY)
    assert accepted.reasons == {Reason.ENTRY_TOO_OLD: 1}
    undated = newsroom.says(SIEGE, published_at=None, guid="2")
    assert undated.reasons == {Reason.FIRST_REPORT: 1}, "an entry without a date is from now"


def test_a_rule_is_tried_by_operators_before_readers_see_it(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    add_chat(newsroom.db, 2, "evacuation", role="operator")
    newsroom.rules.change("siege", status="experimental")
    assert newsroom.says(SIEGE).reasons == {Reason.RULE_EXPERIMENTAL: 1}
    newsroom.rules.change("siege", status="test")
    newsroom.says(SIEGE, family="sana")
    assert [row.chat_id for row in owed.ready(newsroom.db, NOW, 10)] == [2]
    assert only_alert(newsroom).audience == "operators"
    newsroom.rules.change("siege", status="stable")
    assert newsroom.says(SIEGE, family="third").reasons == {Reason.RULE_NOW_STABLE: 1}
    assert only_alert(newsroom).audience == "everyone"
    assert [row.chat_id for row in owed.ready(newsroom.db, NOW, 10)] == [2, 1]


def test_lower_levels_can_be_looked_up_and_are_pushed_once_raised(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    newsroom.rules.change("siege", level="watch")
    stored = newsroom.says(SIEGE)
    assert (stored.reasons, stored.deliveries) == ({Reason.LEVEL_NOT_PUSHED: 1}, 0)
    assert only_alert(newsroom).level == "watch"
    newsroom.rules.change("siege", level="critical")
    assert newsroom.says(SIEGE, family="sana").reasons == {Reason.LEVEL_RAISED: 1}
    assert [(r.kind, r.level) for r in owed.ready(newsroom.db, NOW, 9)] == [("alert", "critical")]


def test_a_paused_chat_is_owed_and_not_sent(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 1, "siege")
    chats.pause(newsroom.db, 1, "blocked", NOW)
    newsroom.says(SIEGE)
    assert outbox.counts(newsroom.db)["paused"] == 1
    chats.resume(newsroom.db, 1, NOW)
    assert len(owed.ready(newsroom.db, NOW, 10)) == 1


def test_a_rule_removed_after_detection_is_named(newsroom: Newsroom) -> None:
    add_feed(newsroom.db, feed().id)
    found = newsroom.found([find(rules(), SIEGE, "", "ar")])
    newsroom.rules.signals.clear()
    accepted = newsroom.pipeline.accept(newsroom.db, feed(), [change(item(SIEGE))], found, NOW)
    assert accepted.reasons == {Reason.RULE_REMOVED: 1}


def test_entries_and_detections_must_match(newsroom: Newsroom) -> None:
    with pytest.raises(ValueError, match="1 entries but detections of 0"):
        newsroom.pipeline.accept(
            newsroom.db, feed(), [change(item(SIEGE))], newsroom.found([]), NOW
        )


async def test_detections_carry_the_rules_that_found_them(newsroom: Newsroom) -> None:
    add_feed(newsroom.db, feed().id)
    found = await newsroom.pipeline.detect([item(SIEGE), item("رياضة")], "ar")
    assert [len(each) for each in found.per_entry] == [1, 0]
    newsroom.pipeline = pipeline(rules())
    newsroom.pipeline._rules().hash = "reloaded meanwhile"  # type: ignore[misc]
    changes = [change(item(SIEGE)), change(item("رياضة"))]
    accepted = newsroom.pipeline.accept(newsroom.db, feed(), changes, found, NOW)
    assert accepted.alerts[0].rules_hash == "r1"


async def test_an_entry_that_the_rules_cannot_read_keeps_no_other_back(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(rule_set: Any, title: str, text: str, language: str | None) -> Any:
        if "عثرة" in title:
            raise RecursionError("a bug in the rules")
        return find(rule_set, title, text, language)

    add_feed(newsroom.db, feed().id)
    add_chat(newsroom.db, 1, "siege")
    add_chat(newsroom.db, 9, language="en", role="operator")
    stumbling = Pipeline(lambda: newsroom.rules, detector=stumble)  # type: ignore[arg-type, return-value]
    for day in (0, 0, 1):
        batch = [item(f"عثرة {SIEGE}", link="https://enab.example/1"), item(SIEGE), item("عثرة")]
        found = await stumbling.detect(batch, "ar")
        assert [len(each) for each in found.per_entry] == [0, 1, 0]
        changes = [change(each) for each in batch]
        if not day:
            accepted = stumbling.accept(newsroom.db, feed(), changes, found, NOW)
            assert accepted.new == 3, "what cannot be read is stored all the same"
        else:
            stumbling.accept(newsroom.db, feed(), changes, found, NOW + DAY)
    assert "RecursionError: a bug in the rules" in caplog.text, "the bug itself is in the log"
    alert = outbox.for_chat(newsroom.db, 1)[0]
    assert alert.kind == "alert"
    rows = outbox.for_chat(newsroom.db, 9)
    notices = [row.text or "" for row in rows if row.kind == "notice"]
    assert len(notices) == 2, "one for the feed and day"
    assert "موقع enab" in notices[0] and "RecursionError" in notices[0]
    assert f"عثرة {SIEGE}" in notices[0] and "https://enab.example/1" in notices[0]
    assert "Other entries of the same feed: 1" in notices[0]


async def test_the_catalogue_knows_the_language_better_than_the_entry() -> None:
    heard: list[str | None] = []

    def listen(_: object, title: str, text: str, language: str | None) -> tuple[()]:
        heard.append(language)
        return ()

    listening = Pipeline(rules, detector=listen)  # type: ignore[arg-type]
    entry = item(SIEGE, language="en")
    for catalogued in ("ar", None, "de"):
        await listening.detect([entry], catalogued)
    await listening.detect([item(SIEGE, language="ckb")], None)
    assert heard == ["ar", "en", None, None]


async def test_the_shipped_rules_alert_on_an_arabic_entry(tmp_path: Path) -> None:
    real = Pipeline(shipped_rules)
    database = await open_database(tmp_path / "marsad.sqlite")
    text = "قال الأطباء إنه لا توجد أدوية لعلاج المرضى. وأضافوا أن مخزون الأدوية نفد."
    entry = item("مستشفيات المدينة تطلب العون", text)
    found = await real.detect([entry], "ar")

    def take(db: object) -> tuple[Alert, ...]:
        add_feed(db, feed().id)  # type: ignore[arg-type]
        add_chat(db, 1, "medicine-shortage")  # type: ignore[arg-type]
        return real.accept(db, feed(), [change(entry)], found, NOW).alerts  # type: ignore[arg-type]

    told = await database.write(take)
    shortage = next(alert for alert in told if alert.of("medicine-shortage"))
    assert shortage.snippet == "قال الأطباء إنه لا توجد أدوية لعلاج المرضى."
    assert shortage.rules_hash == shipped_rules().hash
    assert (await database.read(outbox.counts))["pending"] == 1
    await database.close()


def test_the_log_has_a_line_for_each_alert_with_its_ids(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    add_chat(newsroom.db, 1, "siege")
    newsroom.says(SIEGE)
    assert "alert A1 version 1 (siege, worsening, " in caplog.text
    assert "first-telling; entry 1 of enab-feed, chats: 1" in caplog.text


@pytest.mark.parametrize("order", [("worsening", "denied"), ("denied", "worsening")])
def test_of_two_directions_with_one_score_the_first_is_reported(
    newsroom: Newsroom, order: tuple[Direction, Direction]
) -> None:
    add_feed(newsroom.db, feed().id)
    (found,) = find(rules(), SIEGE, "", "ar")
    tied = tuple(replace(found, direction=direction) for direction in order)
    accepted = newsroom.pipeline.accept(
        newsroom.db, feed(), [change(item(SIEGE))], newsroom.found([tied]), NOW
    )
    assert [alert.gravest.direction for alert in accepted.alerts] == [order[0]]
    assert accepted.reasons[Reason.WEAKER_IN_SAME_ENTRY] == 1


async def test_readers_and_their_words_are_looked_for_before_the_transaction(
    newsroom: Newsroom,
) -> None:
    db, words, asked = newsroom.db, frozenset({"كوليرا"}), 0
    add_chat(db, 7, "siege")
    choose(db, 7, include=tuple(words))

    async def read(fn: Callable[[Connection], Readership]) -> Readership:
        nonlocal asked
        asked += 1
        return fn(db)

    rules_now = shipped_rules()
    reading = Pipeline(lambda: rules_now, gazetteer=shipped_places, read=read)
    told = change(item(SIEGE, "انتشار الكوليرا داخل المدينة"))
    silent = change(item("فوز المنتخب في المباراة النهائية", guid="2"))
    found = await reading.detect([told.entry, silent.entry], "ar")
    await reading.detect([silent.entry], "ar")
    assert asked == 1, "not for what is told to nobody"
    add_feed(db, "enab-feed")
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    accepted = reading.accept(db, feed("enab"), [told, silent], found, NOW)
    db.conn.set_trace_callback(None)
    assert accepted.deliveries and not [sql for sql in statements if "FROM chats" in sql]
    looked = word_finder(words, rules_now.words.as_known).find
    before = looked.cache_info()
    assert words_in_story(db, rules_now, only_alert(newsroom).story_id, words) == words
    after = looked.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1)


async def test_however_many_polls_there_are_one_entry_is_read_at_a_time() -> None:
    """Two threads at Python's lock are no faster, and the event loop waits behind both."""
    at_once = most = 0
    guard = threading.Lock()

    def counted(*_: object) -> tuple[()]:
        nonlocal at_once, most
        with guard:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.002)
        with guard:
            at_once -= 1
        return ()

    rules_now = rules()
    reading = Pipeline(lambda: rules_now, detector=counted)  # type: ignore[arg-type, return-value]
    await asyncio.gather(*(reading.detect([item(f"news {n}")], "en") for n in range(20)))
    assert most == 1
