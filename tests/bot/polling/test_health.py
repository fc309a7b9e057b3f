from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.catalogue import Feed
from bot.locales import texts
from bot.notices.feeds import FeedNotice
from bot.polling.health import condition, feeds_health, gap_of, health_notice, usual_gap
from tests.bot.polling.states import feed_state

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WELL = feed_state()


def test_a_feed_with_news_of_late_is_well() -> None:
    assert condition(WELL) == "ok"


def test_a_feed_is_broken_after_three_failures_and_told_of_once() -> None:
    failing = [replace(WELL, failures=number) for number in (1, 2, 3, 4)]
    assert [condition(state) for state in failing] == ["failing", "failing", "broken", "broken"]
    assert health_notice(failing[1], "broken") == "broken"
    assert health_notice(replace(failing[2], told_broken=True), "broken") is None


def test_a_feed_that_is_gone_is_broken_at_once() -> None:
    assert condition(replace(WELL, failures=1, failure="gone")) == "broken"


def test_every_feed_is_counted_in_one_condition_and_the_worst_comes_first() -> None:
    rows = {
        "well": WELL,
        "gone": replace(WELL, failures=1, failure="gone"),
        "down": replace(WELL, failures=9),
        "once": replace(WELL, failures=1),
        "held": replace(WELL, held=True),
        "large": replace(WELL, truncated=True),
        "quiet": replace(WELL, last_new_entry_at=NOW - 10 * HOUR),
        "fresh": replace(WELL, last_success_at=None),
        "removed": replace(WELL, failures=9, active=False),
    }
    health = feeds_health(replace(state, id=name) for name, state in rows.items())
    assert health.counts == {
        "unread": 1,
        "ok": 1,
        "failing": 1,
        "broken": 2,
        "silent": 1,
        "held": 1,
        "truncated": 1,
    }
    look = [(state.id, condition) for state, condition in health.to_look_at]
    assert look == [
        ("down", "broken"),
        ("gone", "broken"),
        ("once", "failing"),
        ("held", "held"),
        ("quiet", "silent"),
        ("large", "truncated"),
    ]


def test_recovery_is_told_once_and_only_after_a_breakdown() -> None:
    assert health_notice(replace(WELL, failures=5, told_broken=True), "ok") == "recovered"
    assert health_notice(replace(WELL, failures=1), "ok") is None


def test_a_feed_that_is_too_large_is_told_once() -> None:
    large = replace(WELL, truncated=True)
    assert condition(large) == "truncated"
    assert health_notice(WELL, "truncated") == "truncated"
    assert health_notice(large, "truncated") is None
    assert health_notice(replace(large, told_broken=True), "truncated") == "recovered"


def test_a_feed_is_silent_when_quiet_three_times_longer_than_usual() -> None:
    quiet = replace(WELL, last_new_entry_at=NOW - 8 * HOUR)
    assert condition(quiet) == "ok"
    quiet = replace(WELL, last_new_entry_at=NOW - 10 * HOUR)
    assert condition(quiet) == "silent"
    assert health_notice(quiet, "silent") == "silent"
    assert health_notice(replace(quiet, told_broken=True), "silent") is None


def test_a_busy_feed_is_not_silent_after_minutes() -> None:
    busy = replace(WELL, usual_gap_seconds=60.0, last_new_entry_at=NOW - 2 * HOUR)
    assert condition(busy) == "ok"


def test_silence_is_measured_by_polls_that_worked() -> None:
    """A week without network is our silence, not theirs."""
    back = replace(WELL, last_success_at=NOW - 7 * DAY, last_new_entry_at=NOW - 7 * DAY - HOUR)
    assert condition(back) == "ok"


def test_a_newspaper_that_sleeps_at_night_is_not_silent_in_the_morning() -> None:
    state, told = WELL, []
    for hour in range(24 * 10):
        now = NOW + hour * HOUR
        if now.hour in range(7, 23):  # something new each hour of the day
            state = replace(state, usual_gap_seconds=usual_gap(state), last_new_entry_at=now)
        state = replace(state, last_success_at=now)
        told.append(condition(state))
    assert set(told) == {"ok"}


def test_a_feed_that_became_slower_is_learnt_and_one_that_became_faster_too() -> None:
    week = replace(WELL, last_success_at=NOW, last_new_entry_at=NOW - 7 * DAY)
    assert usual_gap(week) == 7 * 86_400
    state = replace(WELL, usual_gap_seconds=7 * 86_400.0)
    for day in range(60):
        now = NOW + day * DAY
        state = replace(state, last_success_at=now)
        state = replace(state, usual_gap_seconds=usual_gap(state), last_new_entry_at=now)
    assert state.usual_gap_seconds is not None and state.usual_gap_seconds <= 86_400


def test_the_first_document_gives_a_first_guess() -> None:
    dates = [NOW - n * HOUR for n in range(10)] + [NOW - 300 * DAY]
    assert gap_of(dates, NOW) == 3600
    assert gap_of([None, NOW], NOW) is None


@given(st.lists(st.integers(0, 10**6), max_size=30))
def test_the_usual_gap_is_never_longer_than_any_quiet_seen(quiets: list[int]) -> None:
    state = replace(WELL, usual_gap_seconds=None)
    for seconds in quiets:
        state = replace(
            state, last_success_at=NOW, last_new_entry_at=NOW - timedelta(seconds=seconds)
        )
        state = replace(state, usual_gap_seconds=usual_gap(state))
        assert state.usual_gap_seconds is not None
        assert seconds <= state.usual_gap_seconds <= max(quiets)


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
@pytest.mark.parametrize("told", ["broken", "silent", "held", "recovered"])
def test_notices_name_the_feed_in_every_language(language: str, told: str) -> None:
    feed = Feed("enab", "عنب {بلدي}", "https://e.test/?key=secret")
    notice = FeedNotice(feed, told, "challenge", "a Cloudflare check came", 20 * HOUR)  # type: ignore[arg-type]
    text = notice.text(texts(language))
    assert "عنب {بلدي}" in text and "enab" in text
    assert "secret" not in text
    assert ("Cloudflare" in text) == (told == "broken")
