"""Digests at the dispatcher: each in its hour, once, with all that was not sent at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.alerts.summaries.digest import Digest, chosen
from bot.alerts.summaries.weekly import Counted, Weekly
from bot.delivery.deciding.outcome import ChatGone, Rejected, Unknown
from bot.delivery.later.digests import make_digest
from storage import alerts, decisions
from storage.alerts import Alert
from storage.connection import Connection
from storage.decisions import Decision
from storage.news import feeds
from storage.news.feeds import FeedState
from storage.readers import chat_clocks, chats, subscriptions
from storage.readers.chat_clocks import USUAL_DIGEST, QuietHours
from storage.readers.subscriptions import Subscription
from storage.sending import digest_turns, outbox
from storage.sending.outbox import Recipient
from tests.bot.delivery.desk import Desk, bump, make_alert, owe
from tests.storage.make import feed_state


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def becomes_known(desk: Desk, level: str = "watch", *, pushed: tuple[int, ...] = ()) -> Alert:
    """An alert with its decision, sent at once to these chats alone."""

    def write(db: Connection) -> Alert:
        alert = make_alert(db, pushed, desk.clock(), level=level)
        decided(db, alert, desk.clock())
        return alert

    return await desk.database.write(write)


def decided(db: Connection, alert: Alert, at_: datetime, version: int | None = 1) -> None:
    decisions.record(
        db,
        Decision(
            entry_id=alert.entry_id,
            alert_id=alert.id,
            signal="medicine-shortage",
            action="store" if version else "suppress",
            reason="level-not-pushed",
            rules_hash="r",
            at=at_,
            direction="worsening",
            version=version,
        ),
    )


async def clock(desk: Desk, chat_id: int = 1, zone: str = "UTC", **changes: Any) -> None:
    def write(db: Connection) -> None:
        chat_clocks.set_timezone(db, chat_id, zone)
        for name, value in changes.items():
            getattr(chat_clocks, f"set_{name}")(db, chat_id, value)

    await desk.database.write(write)


@pytest.fixture
async def morning(desk: Desk) -> Desk:
    """Two chats that chose medicine shortages; it is 12:00, and their digest comes at 08:00."""
    for chat_id in (1, 2):
        await clock(desk, chat_id, digest=USUAL_DIGEST)
    await desk.once()
    return desk


def digests_to(desk: Desk, chat_id: int = 1) -> list[Digest]:
    return [e.digest for e in desk.sender.to(chat_id) if isinstance(e.digest, Digest)]


async def test_what_was_not_sent_at_once_comes_in_the_morning_and_once(morning: Desk) -> None:
    watch = await becomes_known(morning)
    await becomes_known(morning, "info")
    pushed = await becomes_known(morning, "alert", pushed=(1, 2))
    missed = await becomes_known(morning, "alert", pushed=(2,))
    await morning.work(3)
    morning.clock.at = at("2026-02-01T07:59:59")
    await morning.once()
    assert digests_to(morning) == []
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(3)
    (digest,) = digests_to(morning)
    assert digest.alerts == (missed.id, watch.id)
    assert pushed.id not in digest.alerts
    assert not digest.is_late
    (other,) = digests_to(morning, 2)
    assert other.alerts == (watch.id,)
    # The next one is of what became known since.
    morning.clock.at = at("2026-02-02T08:00:00")
    await morning.work(3)
    assert [each.alerts for each in digests_to(morning)] == [digest.alerts, ()]
    assert digests_to(morning)[1].since == digest.until


async def test_an_empty_day_is_told_with_who_was_heard(morning: Desk) -> None:
    def write(db: Connection) -> None:
        feeds.sync(db, [(name, f"https://{name}.example") for name in ("a", "b")], morning.clock())
        for name, failures in (("a", 0), ("b", 5)):
            state = feed_state(db, name)
            feeds.save(db, replace_health(state, failures, morning.clock()))

    await morning.database.write(write)
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    (digest,) = digests_to(morning)
    assert digest.alerts == ()
    assert (digest.sources.number, digest.sources.unheard) == (2, ("b",))


def replace_health(state: FeedState, failures: int, now: datetime) -> FeedState:
    return replace(state, failures=failures, last_success_at=now, last_checked_at=now)


async def test_a_kill_between_making_and_sending_loses_and_repeats_nothing(morning: Desk) -> None:
    watch = await becomes_known(morning)
    morning.clock.at = at("2026-02-01T08:00:00")
    turns = await morning.database.read(lambda db: digest_turns.due(db, morning.clock(), 9))
    assert {turn.chat_id for turn in turns} >= {1, 2}
    # Made by a process that ends before it sends.
    for turn in turns:
        await morning.database.write(
            partial(make_digest, turn=turn, timezone=UTC, now=morning.clock())
        )
    assert await morning.states(1) == ["pending"]
    morning.restarted()
    await morning.work(3)
    assert [each.alerts for each in digests_to(morning)] == [(watch.id,)]
    # A process that read what was due before this one made it makes nothing.
    for turn in turns:
        assert (
            await morning.database.write(
                partial(make_digest, turn=turn, timezone=UTC, now=morning.clock())
            )
            == 0
        )


async def test_a_kill_while_it_is_sent_repeats_it_with_a_mark(morning: Desk) -> None:
    await becomes_known(morning)
    morning.clock.at = at("2026-02-01T08:00:00")
    morning.sender.script[1] = [Unknown("timeout")]
    await morning.work(5)
    first, second = (each for each in morning.sender.to(1) if each.digest)
    assert first.digest == second.digest
    assert (first.delivery.possible_repeat, second.delivery.possible_repeat) == (False, True)


async def test_after_days_down_one_late_digest_and_not_seven(morning: Desk) -> None:
    watch = await becomes_known(morning)
    morning.clock.at = at("2026-02-07T10:00:00")
    morning.restarted()
    await morning.work(5)
    (digest,) = digests_to(morning)
    assert digest.is_late
    assert digest.due == at("2026-02-01T08:00:00")
    assert digest.alerts == (watch.id,)
    morning.clock.at = at("2026-02-08T08:00:00")
    await morning.work(3)
    assert [each.is_late for each in digests_to(morning)] == [True, False]


async def test_a_mute_and_quiet_hours_hold_the_digest_until_both_are_over(morning: Desk) -> None:
    await clock(morning, quiet=QuietHours(22 * 60, 9 * 60))
    await morning.once()
    watch = await becomes_known(morning)
    muted_until = at("2026-02-01T10:00:00")
    await morning.database.write(lambda db: chats.mute(db, 1, muted_until, morning.clock()))
    for moment in ("08:00", "09:30", "09:59:59"):
        morning.clock.at = at(f"2026-02-01T{moment}")
        await morning.work(2, seconds=0.1)
        assert digests_to(morning) == []
    assert len(digests_to(morning, 2)) == 1
    held = await becomes_known(morning, "alert", pushed=(1,))
    morning.clock.at = muted_until
    await morning.work(4)
    (digest,) = digests_to(morning)
    assert digest.alerts == (watch.id,)
    assert digest.is_late
    assert morning.sender.alerts_to(1).count("catchup") == 1
    assert held.id not in digest.alerts


async def test_each_chat_has_its_own_morning(morning: Desk) -> None:
    await clock(morning, 1, "Asia/Damascus")
    await clock(morning, 2, "America/New_York", digest=18 * 60)
    await morning.once()
    for moment, counts in (
        ("2026-01-31T22:59", (0, 0)),
        ("2026-01-31T23:00", (0, 1)),
        ("2026-02-01T04:59", (0, 1)),
        ("2026-02-01T05:00", (1, 1)),
    ):
        morning.clock.at = at(moment)
        await morning.work(2, seconds=0.1)
        assert (len(digests_to(morning, 1)), len(digests_to(morning, 2))) == counts, moment


async def test_an_hour_that_is_set_just_before_it_comes_is_kept(morning: Desk) -> None:
    morning.clock.at = at("2026-02-01T17:59:59")
    await morning.work(3, seconds=0.1)
    await clock(morning, digest=18 * 60)
    assert len(digests_to(morning)) == 1
    morning.clock.at = at("2026-02-01T18:00:00")
    await morning.work(3)
    assert [each.due for each in digests_to(morning)][1:] == [at("2026-02-01T18:00:00")]


async def test_a_digest_that_is_off_tells_nothing_of_that_time_later(morning: Desk) -> None:
    await clock(morning, digest=None)
    await becomes_known(morning)
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    assert digests_to(morning) == []
    await clock(morning, digest=9 * 60)
    await morning.once()
    later = await becomes_known(morning)
    morning.clock.at = at("2026-02-01T09:00:00")
    await morning.work(2)
    assert [each.alerts for each in digests_to(morning)] == [(later.id,)]


async def test_a_chat_that_chose_nothing_gets_none(morning: Desk) -> None:
    (own,) = (await morning.chat(1)).subscriptions
    paused = replace(own, paused=True)
    await morning.database.write(lambda db: subscriptions.save(db, paused))
    await becomes_known(morning)
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    assert digests_to(morning) == []
    assert len(digests_to(morning, 2)) == 1
    # And later nothing of the time in which it had chosen nothing.
    await morning.database.write(lambda db: subscriptions.save(db, own))
    morning.clock.at = at("2026-02-02T08:00:00")
    await morning.work(2)
    assert [each.alerts for each in digests_to(morning)] == [()]


async def test_a_chat_that_could_not_be_reached_gets_one_when_it_can(morning: Desk) -> None:
    watch = await becomes_known(morning)
    await morning.database.write(lambda db: chats.pause(db, 1, "blocked", morning.clock()))
    for day in (1, 2, 3):
        morning.clock.at = at(f"2026-02-0{day}T08:00:00")
        await morning.work(2)
    assert digests_to(morning) == []
    await morning.database.write(lambda db: chats.resume(db, 1, morning.clock()))
    await morning.work(2)
    (digest,) = digests_to(morning)
    assert digest.alerts == (watch.id,)
    assert digest.is_late


async def test_a_digest_to_a_chat_that_is_gone_waits_with_the_rest(morning: Desk) -> None:
    await becomes_known(morning)
    morning.sender.script[1] = [ChatGone("blocked")]
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    assert await morning.states(1) == ["paused"]
    await morning.database.write(lambda db: chats.resume(db, 1, morning.clock()))
    await morning.work(2)
    assert await morning.states(1) == ["sent"]


async def test_what_a_poll_brings_while_the_digest_is_made_is_in_the_next(morning: Desk) -> None:
    """Its alert bears an earlier time than the digest, but is committed later."""
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)

    def write(db: Connection) -> Alert:
        alert = make_alert(db, (), at("2026-02-01T07:59:58"), level="watch")
        decided(db, alert, at("2026-02-01T07:59:58"))
        return alert

    late = await morning.database.write(write)
    morning.clock.at = at("2026-02-02T08:00:00")
    await morning.work(2)
    assert [each.alerts for each in digests_to(morning)] == [(), (late.id,)]


async def test_what_grew_is_news_again_and_what_was_only_repeated_is_not(morning: Desk) -> None:
    first, second = await becomes_known(morning), await becomes_known(morning)
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)

    def write(db: Connection) -> None:
        decided(db, bump(db, first, morning.clock(), "watch"), morning.clock(), 2)
        decided(db, second, morning.clock(), None)

    await morning.database.write(write)
    morning.clock.at = at("2026-02-02T08:00:00")
    await morning.work(2)
    assert [set(each.alerts) for each in digests_to(morning)] == [
        {first.id, second.id},
        {first.id},
    ]


async def test_a_message_that_never_arrived_is_in_the_digest(morning: Desk) -> None:
    morning.sender.script[1] = [Rejected("too strange")]
    refused = await becomes_known(morning, "alert", pushed=(1,))
    await morning.work(3)
    assert await morning.states(1) == ["failed"]
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    assert [each.alerts for each in digests_to(morning)] == [(refused.id,)]


async def test_a_clock_that_was_ahead_does_not_put_off_the_digest_for_days(morning: Desk) -> None:
    await morning.dispatcher.run_once(at("2026-03-31T12:00:00"))
    await morning.dispatcher.run_once(at("2026-01-31T12:01:00"))
    morning.sender.got.clear()
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    assert len(digests_to(morning)) == 1
    assert morning.clock() - digests_to(morning)[0].until < timedelta(minutes=1)


async def test_the_digest_is_quiet_about_alerts_that_are_told_in_a_catch_up(morning: Desk) -> None:
    alert = await becomes_known(morning, "alert")
    old = morning.clock() - timedelta(hours=20)
    await morning.database.write(lambda db: owe(db, alert, [1], old))
    await morning.work(3)
    assert morning.sender.alerts_to(1) == ["catchup"]
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    assert [each.alerts for each in digests_to(morning)] == [()]
    assert await morning.database.read(
        lambda db: (
            digest_turns.pushed(db, Recipient(1), [alert.id]) == {alert.id}
            and outbox.counts(db)["unknown"] == 0
            and alerts.get(db, alert.id) is not None
        )
    )


async def test_what_is_asked_for_hourly_comes_hourly_and_the_rest_once_a_day(
    morning: Desk,
) -> None:
    (own,) = (await morning.chat(1)).subscriptions
    hourly = replace(own, delivery="hourly", lowest_level="alert")
    await morning.database.write(lambda db: subscriptions.save(db, hourly))
    await morning.once()
    alert, watch = await becomes_known(morning, "alert"), await becomes_known(morning)
    morning.clock.at = at("2026-01-31T12:59:59")
    await morning.once()
    assert digests_to(morning) == []
    morning.clock.at = at("2026-01-31T13:00:00")
    await morning.work(2)
    assert [(each.stream, each.alerts) for each in digests_to(morning)] == [("hourly", (alert.id,))]
    # An hour without news is not told of.
    morning.clock.at = at("2026-01-31T14:00:00")
    await morning.work(2)
    assert len(digests_to(morning)) == 1
    # At eight both are due: what the hourly one tells, the daily one does not repeat.
    morning.clock.at = at("2026-02-01T07:30:00")
    late = await becomes_known(morning, "alert")
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(4)
    assert [(each.stream, each.alerts) for each in digests_to(morning)][1:] == [
        ("hourly", (late.id,)),
        ("daily", (watch.id,)),
    ]
    # Nobody asks for them any more: what was to come hourly comes with the day.
    morning.clock.at = at("2026-02-01T08:10:00")
    last = await becomes_known(morning, "alert")
    await morning.database.write(lambda db: subscriptions.save(db, own))
    morning.clock.at = at("2026-02-02T08:00:00")
    await morning.work(4)
    assert [(each.stream, each.alerts) for each in digests_to(morning)][3:] == [
        ("daily", (last.id,))
    ]
    assert await morning.database.read(lambda db: digest_turns.get(db, 1, "hourly")) is None


async def test_each_topic_gets_a_digest_of_what_it_chose(morning: Desk) -> None:
    (own,) = (await morning.chat(1)).subscriptions
    other = replace(own, thread_id=7, signals=frozenset({"siege"}))
    await morning.database.write(lambda db: subscriptions.add(db, other, morning.clock()))
    watch = await becomes_known(morning)
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(4)
    told = {
        each.delivery.thread_id: each.digest.alerts
        for each in morning.sender.to(1)
        if isinstance(each.digest, Digest)
    }
    assert told == {None: (watch.id,), 7: ()}


async def test_words_are_asked_for_as_when_an_alert_is_sent(morning: Desk) -> None:
    (own,) = (await morning.chat(1)).subscriptions
    worded = replace(own, include=("insulin",))
    await morning.database.write(lambda db: subscriptions.save(db, worded))
    watch = await becomes_known(morning)
    (turn,) = [
        each
        for each in await morning.database.read(
            lambda db: digest_turns.due(db, at("2026-02-01T08:00:00"), 9)
        )
        if each.chat_id == 1
    ]
    asked: list[tuple[int, frozenset[str]]] = []

    def find(db: Connection, story_id: int, words: frozenset[str]) -> frozenset[str]:
        asked.append((story_id, words))
        return words

    now = at("2026-02-01T08:00:00")
    write = partial(make_digest, turn=turn, timezone=UTC, now=now, find_words=find)
    assert await morning.database.write(write) == 1
    assert asked == [(watch.story_id, frozenset({"insulin"}))]
    morning.clock.at = now
    await morning.work(2)
    assert [each.alerts for each in digests_to(morning)] == [(watch.id,)]


async def test_a_bug_in_a_digest_stops_no_alert_and_no_other_digest(
    morning: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(topic: Sequence[Subscription], *given: Any) -> tuple[Alert, ...]:
        if topic[0].chat_id == 1:
            raise ZeroDivisionError
        return chosen(topic, *given)

    watch = await becomes_known(morning)
    monkeypatch.setattr("bot.delivery.later.digests.chosen", fails)
    morning.clock.at = at("2026-02-01T08:00:00")
    await morning.work(2)
    alert = await becomes_known(morning, "alert", pushed=(1,))
    await morning.work(2)
    assert morning.sender.alerts_to(1) == [alert.short_id]
    assert len(digests_to(morning, 2)) == 1
    monkeypatch.undo()
    morning.clock.pass_(minutes=11)
    await morning.work(2)
    assert [each.alerts for each in digests_to(morning)] == [(watch.id,)]


async def test_the_weekly_summary_comes_on_its_day_and_counts_against_the_week_before(
    morning: Desk,
) -> None:
    """2026-02-02 is a Monday."""
    now = morning.clock()
    await clock(morning, digest=None)
    await morning.database.write(lambda db: chat_clocks.set_weekly(db, 1, 0, now))
    await morning.once()
    morning.clock.at = at("2026-01-25T12:00:00")
    await becomes_known(morning)
    morning.clock.at = at("2026-01-31T12:10:00")
    told = await becomes_known(morning, "alert", pushed=(1,))
    await becomes_known(morning)
    await becomes_known(morning, "info")
    await morning.work(2)
    morning.clock.at = at("2026-02-02T08:00:00")
    await morning.work(4)
    (weekly,) = [e.digest for e in morning.sender.to(1) if isinstance(e.digest, Weekly)]
    assert weekly.happenings == Counted(2, 1)
    assert [(each.signal, each.counted) for each in weekly.signals] == [
        ("medicine-shortage", Counted(2, 1))
    ]
    assert weekly.gravest[0] == told.id
    assert not weekly.is_late
    morning.clock.at = at("2026-02-09T08:00:00")
    await morning.work(4)
    weeks = [e.digest for e in morning.sender.to(1) if isinstance(e.digest, Weekly)]
    assert [each.happenings for each in weeks] == [Counted(2, 1), Counted(0, 2)]
    assert digests_to(morning) == []
