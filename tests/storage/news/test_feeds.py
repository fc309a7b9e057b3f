from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.connection import Connection
from storage.news import feeds
from tests.storage.make import HOUR, NOW, feed_state


def test_a_new_feed_is_due_at_once(db: Connection) -> None:
    feeds.sync(db, [("عنب-بلدي", "https://enab.example/rss")], NOW)
    assert [feed.id for feed in feeds.due(db, NOW, 10)] == ["عنب-بلدي"]
    assert feeds.due(db, NOW - HOUR, 10) == []


def test_the_longest_waiting_goes_first_up_to_the_limit(db: Connection) -> None:
    feeds.sync(db, [(name, f"https://{name}.example") for name in "abc"], NOW)
    feeds.claim(db, "a", NOW - HOUR)
    feeds.claim(db, "b", NOW - 2 * HOUR)
    assert [feed.id for feed in feeds.due(db, NOW, 2)] == ["b", "a"]


def test_a_claimed_feed_is_not_due_again(db: Connection) -> None:
    feeds.sync(db, [("a", "https://a.example")], NOW)
    feeds.claim(db, "a", NOW + HOUR)
    assert feeds.due(db, NOW, 10) == []


def test_a_clock_that_was_ahead_and_is_set_right_stops_no_feed(db: Connection) -> None:
    feeds.sync(db, [("a", "https://a.example")], NOW)
    fresh, ahead = feed_state(db, "a"), NOW + timedelta(days=900)
    feeds.save(db, replace(fresh, last_checked_at=ahead, next_check_at=ahead + HOUR))
    assert [feed.id for feed in feeds.due(db, NOW, 10)] == ["a"]
    feeds.save(db, replace(fresh, last_checked_at=NOW, next_check_at=NOW + HOUR))
    assert feeds.due(db, NOW, 10) == []


def test_all_but_id_and_url_is_saved(db: Connection) -> None:
    feeds.sync(db, [("a", "https://a.example")], NOW)
    state = feeds.FeedState(
        id="a",
        url="https://elsewhere.example",
        etag='"x"',
        last_modified="Sun, 01 Mar 2026 12:00:00 GMT",
        body_hash="b",
        next_check_at=NOW + HOUR,
        last_checked_at=NOW,
        last_success_at=NOW,
        last_new_entry_at=NOW - HOUR,
        failures=3,
        error="timeout",
        hint="try later",
        seeded=True,
        held=True,
        told_broken=True,
        usual_gap_seconds=3600.5,
        polls=7,
        active=True,
    )
    feeds.save(db, state)
    assert feed_state(db, "a") == replace(state, url="https://a.example")


def test_no_poll_is_stored_of_a_feed_that_is_not_there(db: Connection) -> None:
    feeds.sync(db, [("a", "https://a.example")], NOW)
    with pytest.raises(feeds.PolledMeanwhile):
        feeds.require_unpolled(db, replace(feed_state(db, "a"), id="b"))


def test_a_changed_url_forgets_the_old_servers_validators(db: Connection) -> None:
    feeds.sync(db, [("a", "https://a.example")], NOW)
    state = replace(feed_state(db, "a"), etag='"x"', body_hash="b", failures=4, seeded=True)
    feeds.save(db, replace(state, next_check_at=NOW + HOUR))
    feeds.sync(db, [("a", "https://a.example")], NOW)
    assert feed_state(db, "a").etag == '"x"', "an unchanged one keeps them"
    feeds.sync(db, [("a", "https://new.example")], NOW)
    moved = feed_state(db, "a")
    assert (moved.etag, moved.body_hash, moved.failures, moved.seeded) == (None, None, 0, True)
    assert moved.next_check_at == NOW


def test_a_removed_feed_rests_and_returns_with_its_memory(db: Connection) -> None:
    feeds.sync(db, [("a", "https://a.example")], NOW)
    feeds.save(db, replace(feed_state(db, "a"), seeded=True, polls=9))
    feeds.sync(db, [], NOW)
    assert feeds.due(db, NOW, 10) == []
    feeds.sync(db, [("a", "https://a.example")], NOW)
    assert feed_state(db, "a").polls == 9
    assert feed_state(db, "a").active


def test_times_come_back_aware_and_in_utc(db: Connection) -> None:
    damascus = timezone(timedelta(hours=3))
    feeds.sync(db, [("a", "https://a.example")], datetime(2026, 3, 1, 15, tzinfo=damascus))
    assert feed_state(db, "a").next_check_at == NOW
    assert feed_state(db, "a").next_check_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(db: Connection) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        feeds.sync(db, [("a", "https://a.example")], datetime(2026, 3, 1))  # noqa: DTZ001


def test_of_feeds_that_moved_to_one_address_one_is_read_there(db: Connection) -> None:
    feeds.sync(db, [(each, f"https://{each}.test/rss") for each in "abc"], NOW)

    def moved(feed_id: str, failures: int = 0) -> None:
        state = feed_state(db, feed_id)
        feeds.save(db, replace(state, moved_to="//new.test/rss", failures=failures))

    def read_by(feed_id: str) -> str | None:
        return feeds.read_there_by(db, "//new.test/rss", feed_state(db, feed_id))

    assert read_by("a") is None
    moved("b")
    assert [read_by(each) for each in "abc"] == ["b", None, "b"]
    moved("a")
    assert [read_by(each) for each in "abc"] == [None, "a", "a"]
    moved("a", failures=feeds.FAILS_FOR_LONG)
    assert [read_by(each) for each in "bc"] == [None, "b"]
    feeds.sync(db, [("b", "https://other.test/rss"), ("c", "https://c.test/rss")], NOW)
    assert read_by("c") is None
