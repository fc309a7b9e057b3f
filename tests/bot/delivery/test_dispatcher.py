"""The error table, each row on a real outbox: what the chat got, and what the rows say after."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.clock import utc_now
from bot.delivery.deciding.outcome import (
    ChatGone,
    Conflict,
    Migrated,
    NeverSent,
    RateLimited,
    Rejected,
    Unauthorised,
    Unknown,
)
from bot.delivery.deciding.pacing import SendLimits
from bot.delivery.dispatcher import DeliveryPolicy, Dispatcher
from bot.delivery.results import give_up_held
from storage.connection import Connection
from storage.file.errors import StorageError
from storage.readers import chats
from storage.sending import lots, outbox, second_channel
from tests import postgres
from tests.bot.delivery.desk import OPERATOR, START, Desk, bump, chat, owe


async def test_an_alert_reaches_each_chat_once(desk: Desk) -> None:
    await desk.alert(1, 2)
    report = await desk.once()
    assert report.sent == 2
    await desk.work()
    assert desk.sender.alerts_to(1) == desk.sender.alerts_to(2) == ["A1"]
    assert await desk.states(1) == ["sent"]


async def test_order_is_kept_and_a_second_lies_between_messages(desk: Desk) -> None:
    await desk.alerts(4, 1)
    await desk.work(100, seconds=0.1)
    assert desk.sender.alerts_to(1) == ["A1", "A2", "A3", "A4"]
    times = [at for at, _ in desk.sender.got]
    assert all(b - a >= timedelta(seconds=1) for a, b in pairwise(times))


async def test_what_did_not_go_out_is_sent_later_and_nothing_overtakes_it(desk: Desk) -> None:
    desk.sender.script[1] = [NeverSent(None, "connect timeout")] * 3
    await desk.alerts(2, 1)
    await desk.alert(2)
    await desk.work(40)
    assert desk.sender.alerts_to(1) == ["A1"] * 4 + ["A2"]
    assert not any(outgoing.delivery.possible_repeat for outgoing in desk.sender.to(1))
    assert desk.sender.alerts_to(2) == ["A3"]
    first, _ = await desk.rows(1)
    assert first.state == "sent"
    assert first.attempts == 4


async def test_a_short_rate_limit_holds_only_its_own_chat(desk: Desk) -> None:
    desk.sender.script[1] = [RateLimited(3)]
    await desk.alert(1, 2)
    await desk.once()
    assert desk.sender.alerts_to(2) == ["A1"]
    assert (await desk.chat(1)).blocked_until == START + timedelta(seconds=4)
    await desk.work(3, seconds=1)
    assert desk.sender.alerts_to(1) == ["A1"]
    await desk.work(3, seconds=1)
    assert desk.sender.alerts_to(1) == ["A1", "A1"]
    assert await desk.states(1) == ["sent"]


async def test_a_rate_limit_of_twelve_hours_holds_one_chat_and_survives_a_restart(
    desk: Desk,
) -> None:
    desk.sender.script[1] = [RateLimited(12 * 3600)]
    await desk.alert(1, 2, level="critical")
    await desk.alert(1)
    await desk.once()
    desk.restarted()
    for _ in range(11):
        desk.clock.pass_(hours=1)
        await desk.alert(2)
        await desk.once()
    assert len(desk.sender.to(1)) == 1
    assert len(desk.sender.to(2)) == 12
    desk.clock.pass_(hours=1, seconds=2)
    await desk.work(10)
    # The critical one is still news; the other is told in a line.
    assert desk.sender.alerts_to(1) == ["A1", "A1", "catchup"]
    assert await desk.states(1) == ["sent", "expired", "sent"]


async def test_a_chat_that_is_gone_is_paused_with_its_rows_and_operators_hear_once(
    desk: Desk,
) -> None:
    desk.sender.script[1] = [ChatGone("bot was blocked by the user")]
    await desk.alerts(3, 1, 2)
    await desk.work()
    assert (await desk.chat(1)).state == "paused"
    assert await desk.states(1) == ["paused"] * 3
    assert desk.sender.alerts_to(2) == ["A1", "A2", "A3"]
    notices = [o.delivery.text or "" for o in desk.sender.to(OPERATOR)]
    assert len(notices) == 1
    assert "Chat 1" in notices[0]
    assert "bot was blocked by the user" in notices[0]


async def test_a_chat_that_lets_the_bot_in_again_gets_what_it_missed(desk: Desk) -> None:
    desk.sender.script[1] = [ChatGone("kicked")]
    await desk.alert(1)
    await desk.once()
    await desk.database.write(lambda db: chats.resume(db, 1, desk.clock()))
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["A1", "A1"]
    assert await desk.states(1) == ["sent"]


async def test_what_was_in_doubt_for_a_chat_that_stays_gone_ends_too(desk: Desk) -> None:
    desk.sender.script[1] = [Unknown("reset"), ChatGone("kicked")]
    await desk.alerts(2, 1)
    await desk.work(3)
    assert await desk.states(1) == ["unknown", "paused"]
    week = timedelta(days=7)
    for days in (8, 1):
        desk.clock.pass_(days=days)
        now = desk.clock()
        given_up = await desk.database.write(
            lambda db: give_up_held(db, now - week, now)  # noqa: B023
        )
        assert await desk.states(1) == ["expired", "expired"]
        assert [each.message for each in given_up] == (["2"] if days == 8 else [])
    words = [row.text or "" for row in await desk.rows(OPERATOR) if row.kind == "notice"]
    assert len(words) == 2, "that the chat is gone, and what that came to"
    assert "Chat 1 (1)" in words[1] and "kicked" in words[1]
    assert "given up: \u20682\u2069" in words[1]


async def test_of_a_chat_that_stays_gone_operators_hear_once_a_month(desk: Desk) -> None:
    for now in (START, START + timedelta(hours=1), START + timedelta(days=31)):
        desk.clock.at = now
        await desk.alert(1)
        await desk.database.write(lambda db: chats.pause(db, 1, "kicked", now))  # noqa: B023
        await desk.database.write(lambda db: give_up_held(db, now + timedelta(1), now))  # noqa: B023
    words = [row.text or "" for row in await desk.rows(OPERATOR)]
    assert [each.count("given up") for each in words] == [1, 1]


async def test_an_operator_that_is_gone_leaves_the_word_to_the_second_channel(desk: Desk) -> None:
    desk.sender.script[OPERATOR] = [ChatGone("never wrote to the bot")]
    await desk.alert(OPERATOR)
    await desk.once()
    queued = await desk.database.read(lambda db: second_channel.pending(db, START))
    assert len(queued) == 1 and f"Chat 900 ({OPERATOR})" in queued[0].body


async def test_a_group_that_became_a_supergroup_gets_it_under_its_new_id(desk: Desk) -> None:
    await desk.with_chats(chat(-5, kind="group"))
    desk.sender.script[-5] = [Migrated(-1005)]
    await desk.alerts(2, -5)
    await desk.work()
    assert len(desk.sender.to(-5)) == 1
    assert desk.sender.alerts_to(-1005) == ["A1", "A2"]
    assert await desk.states(-1005) == ["sent", "sent"]
    moved = await desk.chat(-1005)
    assert moved.kind == "supergroup"
    assert moved.signals == {"medicine-shortage"}


@pytest.mark.parametrize("error", ["message is too long", "BUTTON_DATA_INVALID"])
async def test_a_refused_message_fails_and_the_next_goes_out(desk: Desk, error: str) -> None:
    desk.sender.script[1] = [Rejected(error)]
    await desk.alerts(2, 1)
    await desk.work()
    first, second = await desk.rows(1)
    assert (first.state, second.state) == ("failed", "sent")
    assert error in (first.error or "")
    notice = desk.sender.to(OPERATOR)[0].delivery.text or ""
    assert error in notice
    assert "A1" in notice


async def test_refused_notices_do_not_make_more_notices(desk: Desk) -> None:
    await desk.with_chats(chat(901, role="operator"))
    for member in (1, OPERATOR, 901):
        desk.sender.script[member] = [Rejected("bad card")] * 20
    await desk.alert(1)
    await desk.work(20)
    assert len(desk.sender.to(OPERATOR)) == len(desk.sender.to(901)) == 1


async def test_a_refused_token_stops_everything_and_one_message_probes(desk: Desk) -> None:
    desk.sender.script[1] = [Unauthorised("401")] * 2
    await desk.alert(1)
    await desk.once()
    await desk.alerts(3, 1, 2)
    await desk.work(100)
    assert len(desk.sender.got) == 1
    assert desk.dispatcher.health.halted is not None
    desk.clock.pass_(minutes=5)
    await desk.once()
    assert len(desk.sender.got) == 2
    desk.clock.pass_(minutes=5)
    await desk.work()
    assert desk.dispatcher.health.halted is None
    assert set(await desk.states(1)) | set(await desk.states(2)) == {"sent"}


async def test_another_instance_stops_everything(desk: Desk) -> None:
    desk.sender.script[1] = [Conflict()]
    await desk.alerts(2, 1)
    await desk.work()
    halted = desk.dispatcher.health.halted
    assert halted is not None
    assert halted.conflict
    assert await desk.states(1) == ["pending", "pending"]


async def test_a_critical_alert_of_unknown_outcome_is_repeated_once_and_marked(
    desk: Desk,
) -> None:
    desk.sender.script[1] = [Unknown("read timeout")]
    await desk.alert(1, level="critical")
    await desk.work(10)
    assert [o.delivery.possible_repeat for o in desk.sender.to(1)] == [False, True]
    assert await desk.states(1) == ["sent"]


async def test_a_critical_alert_lost_twice_is_repeated_as_a_card_until_it_arrives(
    desk: Desk,
) -> None:
    desk.sender.script[1] = [Unknown("Bad Gateway")] * 2
    await desk.alert(1, level="critical")
    await desk.work(80)
    assert desk.sender.alerts_to(1) == ["A1", "A1", "A1"]
    assert [o.delivery.possible_repeat for o in desk.sender.to(1)] == [False, True, True]
    assert await desk.states(1) == ["sent"]
    assert desk.sender.got[2][0] - desk.sender.got[0][0] < timedelta(seconds=30)


async def test_a_critical_alert_that_is_never_answered_is_repeated_five_times_an_hour(
    desk: Desk,
) -> None:
    desk.sender.script[1] = [Unknown("read timeout")] * 100
    await desk.alert(1, level="critical")
    await desk.work(360, seconds=40)
    times = [at for at, outgoing in desk.sender.got if outgoing.chat.id == 1]
    hour = timedelta(hours=1)
    assert max(sum(1 for at in times if first <= at < first + hour) for first in times) == 5
    assert len(times) >= 12, "it does not end"
    # Operators hear of it once, and by the second channel too.
    assert [outgoing.delivery.kind for outgoing in desk.sender.to(OPERATOR)] == ["notice"]
    text = desk.sender.to(OPERATOR)[0].delivery.text or ""
    assert "A1" in text
    assert "read timeout" in text
    since = desk.clock() - timedelta(days=1)
    queued = await desk.database.read(lambda db: second_channel.pending(db, since))
    assert [("A1" in notice.body) for notice in queued] == [True]


async def test_a_critical_alert_in_doubt_holds_up_nothing_behind_it(desk: Desk) -> None:
    desk.sender.script[1] = [Unknown("read timeout")] * 4
    await desk.alert(1, level="critical")
    await desk.work(10, seconds=60)
    await desk.alert(1, level="critical")
    await desk.work(3)
    # The answer to it then brings the other out of its wait.
    assert desk.sender.alerts_to(1) == ["A1"] * 4 + ["A2", "A1"]


async def test_when_telegram_answers_again_a_critical_alert_in_doubt_goes_at_once(
    desk: Desk,
) -> None:
    desk.sender.script[1] = [Unknown("Bad Gateway")] * 4
    desk.sender.script[2] = [Unknown("Bad Gateway")]
    await desk.alert(1, level="critical")
    await desk.alert(2)
    await desk.work(10, seconds=30)
    assert len(desk.sender.to(1)) == 4
    await desk.alert(2)
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["A1"] * 5
    assert (await desk.rows(1))[0].state == "sent"


async def test_other_alerts_of_unknown_outcome_are_told_in_one_line(desk: Desk) -> None:
    desk.sender.script[1] = [Unknown("reset")] * 3
    await desk.alerts(4, 1)
    await desk.work(80)
    assert desk.sender.alerts_to(1) == ["A1", "A2", "A3", "A4", "catchup"]
    line = desk.sender.to(1)[-1]
    assert line.folded == 3
    assert all(short_id in (line.delivery.text or "") for short_id in ("A1", "A2", "A3"))
    assert await desk.states(1) == ["expired"] * 3 + ["sent", "sent"]
    assert "its outcome is unknown" in ((await desk.rows(1))[0].error or "")


async def test_a_line_that_may_be_lost_is_repeated_and_marked(desk: Desk) -> None:
    desk.sender.script[1] = [Unknown("reset"), Unknown("reset")]
    await desk.alert(1)
    await desk.work(100)
    lines = [o.delivery for o in desk.sender.to(1) if o.delivery.kind == "catchup"]
    assert [line.possible_repeat for line in lines] == [False, True]
    assert await desk.states(1) == ["expired", "sent"]


async def test_a_sender_with_a_bug_loses_nothing(desk: Desk) -> None:
    desk.sender.script[1] = [TypeError("bug")]
    await desk.alert(1, 2, level="critical")
    await desk.work(10)
    assert await desk.states(1) == await desk.states(2) == ["sent"]


async def test_a_storm_is_capped_and_the_line_says_how_many(desk: Desk) -> None:
    await desk.alerts(25, 1)
    await desk.work(100)
    got = desk.sender.alerts_to(1)
    assert got[:10] == [f"A{n}" for n in range(1, 11)]
    assert got[10:] == ["catchup"]
    line = desk.sender.to(1)[-1]
    assert line.folded == 15
    assert "15" in (line.delivery.text or "")
    assert all(f"A{n}" in (line.delivery.text or "") for n in range(11, 26))
    assert await desk.states(1) == ["sent"] * 10 + ["expired"] * 15 + ["sent"]


async def test_after_an_outage_what_is_old_comes_in_one_line(desk: Desk) -> None:
    await desk.alerts(30, 1)
    desk.clock.pass_(hours=13)
    await desk.alert(1)
    await desk.work(10)
    assert desk.sender.alerts_to(1) == ["A31", "catchup"]
    assert desk.sender.to(1)[1].folded == 30


async def test_two_waiting_versions_are_one_message(desk: Desk) -> None:
    alert = await desk.alert(1)

    def newer_version(db: Connection) -> None:
        newer = bump(db, alert, desk.clock())
        owe(db, newer, [1], desk.clock())

    await desk.database.write(newer_version)
    await desk.work(5)
    assert [o.delivery.version for o in desk.sender.to(1)] == [2]
    first, _ = await desk.rows(1)
    assert first.state == "expired"
    assert "version 2" in (first.error or "")


async def test_an_update_answers_the_first_message_of_its_alert(desk: Desk) -> None:
    alert = await desk.alert(1)
    await desk.work(5)

    def newer_version(db: Connection) -> None:
        owe(db, bump(db, alert, desk.clock()), [1, 2], desk.clock())

    await desk.database.write(newer_version)
    await desk.work(5)
    (first,) = [row.message_id for row in await desk.rows(1) if row.version == 1]
    assert first is not None
    assert [each.answers for each in desk.sender.to(1)] == [None, first]
    assert [each.answers for each in desk.sender.to(2)] == [None], "it was told nothing before"


async def test_a_chat_that_hangs_delays_no_other(desk: Desk) -> None:
    desk.dispatcher = Dispatcher(
        desk.database,
        desk.sender,
        DeliveryPolicy(send_timeout=timedelta(hours=1), idle=timedelta(seconds=0.05)),
    )
    desk.sender.hang = {1}
    desk.clock.at = utc_now()
    await desk.alerts(2, 1)
    await desk.alert(2, level="critical")
    stop = asyncio.Event()
    running = asyncio.create_task(desk.dispatcher.run(stop))
    async with asyncio.timeout(60):
        while "sent" not in await desk.states(2):  # noqa: ASYNC110 the rows are the claim
            await asyncio.sleep(0.02)
    assert (await desk.states(1))[0] == "sending"
    stop.set()
    await running
    assert await desk.dispatcher.drain(timedelta(seconds=0.05))
    assert (await desk.states(1))[0] == "unknown"


async def test_a_console_gets_everything_at_once(desk: Desk) -> None:
    desk.dispatcher = Dispatcher(desk.database, desk.sender, DeliveryPolicy.at_once(), desk.clock)
    await desk.alerts(25, 1)
    desk.clock.pass_(hours=20)
    report = await desk.dispatcher.run_until_idle()
    assert report.sent == 25
    assert desk.sender.alerts_to(1) == [f"A{n}" for n in range(1, 26)]


async def test_stopping_lets_answers_come_in(desk: Desk) -> None:
    asked = asyncio.Barrier(3)

    class Slow:
        async def send(self, outgoing):  # type: ignore[no-untyped-def]
            await asked.wait()
            await asyncio.sleep(0.2)
            return await desk.sender.send(outgoing)

    desk.dispatcher = Dispatcher(desk.database, Slow())
    desk.clock.at = utc_now()
    await desk.alert(1, 2)
    stop = asyncio.Event()
    running = asyncio.create_task(desk.dispatcher.run(stop))
    await asyncio.wait_for(asked.wait(), 60)  # for both
    stop.set()
    await running
    assert await desk.dispatcher.drain()
    assert await desk.states(1) == await desk.states(2) == ["sent"]


async def test_what_was_under_way_when_the_process_died_is_unknown_not_lost(desk: Desk) -> None:
    await desk.alert(1, level="critical")
    await desk.alert(2)
    ids = [(await desk.rows(n))[0].id for n in (1, 2)]
    until = desk.clock() + timedelta(minutes=10)
    await desk.database.write(lambda db: outbox.lease(db, ids, until))
    desk.restarted()
    await desk.work(80)
    assert [o.delivery.possible_repeat for o in desk.sender.to(1)] == [True]
    assert desk.sender.alerts_to(2) == ["catchup"]
    # Pacing remembers it too: it may have arrived just before.
    assert desk.sender.got[0][0] >= START + timedelta(seconds=1)


async def test_pacing_survives_a_restart(desk: Desk) -> None:
    await desk.with_chats(chat(-7, kind="group"))
    await desk.alerts(20, -7, level="critical")
    await desk.work(20)
    assert len(desk.sender.got) == 20
    await desk.alert(-7, level="critical")
    desk.restarted()
    await desk.once()
    assert len(desk.sender.got) == 20
    desk.clock.at = START + desk.policy.limits.group_window
    await desk.once()
    assert len(desk.sender.got) == 21


async def test_a_mark_that_cannot_be_written_is_written_before_anything_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.alerts(2, 1)
    write, failing = desk.database.write, True

    async def broken(fn):  # type: ignore[no-untyped-def]
        if failing and desk.sender.got:
            raise StorageError("no room left for the database")
        return await write(fn)

    monkeypatch.setattr(desk.database, "write", broken)
    await desk.work(20)
    assert desk.sender.alerts_to(1) == ["A1"]
    assert await desk.states(1) == ["sending", "pending"]
    assert desk.dispatcher.health.stuck_since is not None
    failing = False
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["A1", "A2"]
    assert await desk.states(1) == ["sent", "sent"]
    assert desk.dispatcher.health.stuck_since is None


@pytest.mark.skipif(bool(postgres.ASKED), reason="locks the file")
async def test_a_locked_database_is_waited_for(desk: Desk) -> None:
    import sqlite3

    await desk.alert(1)
    other = sqlite3.connect(desk.database.path)
    other.execute("BEGIN IMMEDIATE")
    await desk.once()
    assert not desk.sender.got
    other.rollback()
    other.close()
    await desk.once()
    assert await desk.states(1) == ["sent"]


@pytest.mark.skipif(bool(postgres.ASKED), reason="locks the file")
async def test_a_database_locked_during_a_send_keeps_the_mark_for_later(desk: Desk) -> None:
    import sqlite3

    other = sqlite3.connect(desk.database.path)

    class Locking:
        async def send(self, outgoing):  # type: ignore[no-untyped-def]
            if not desk.sender.got:
                other.execute("BEGIN IMMEDIATE")
            return await desk.sender.send(outgoing)

    desk.dispatcher = Dispatcher(desk.database, Locking(), clock=desk.clock)
    await desk.alerts(2, 1, 2)
    await desk.work(2)
    assert sorted(desk.sender.alerts_to(1) + desk.sender.alerts_to(2)) == ["A1", "A1"]
    other.rollback()
    other.close()
    await desk.work(3)
    assert desk.sender.alerts_to(1) == desk.sender.alerts_to(2) == ["A1", "A2"]
    assert not any(outgoing.delivery.possible_repeat for _, outgoing in desk.sender.got)


async def test_a_backlog_of_many_chats_is_fair_and_never_too_fast(desk: Desk) -> None:
    members = list(range(10, 70))
    await desk.with_chats(*(chat(n) for n in members))
    await desk.alerts(3, *members)
    await desk.work(45, seconds=0.25)
    assert len(desk.sender.got) == 180
    times = [at for at, _ in desk.sender.got]
    assert all(b - a >= timedelta(seconds=1) for a, b in zip(times, times[25:], strict=False))
    # Every chat has its first message before any has its third.
    kinds = [o.alert.short_id for _, o in desk.sender.got if o.alert is not None]
    assert set(kinds[:60]) == {"A1"}


async def test_the_log_has_a_line_for_each_send_with_its_ids(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    desk.sender.script[2] = [Rejected("bad")]
    await desk.alert(1, 2)
    await desk.once()
    lines = [each.getMessage() for each in caplog.records if "dispatch: delivery" in each.message]
    assert sorted(lines) == [
        "dispatch: delivery 1 (A1 version 1) to chat 1: sent, message 1",
        "dispatch: delivery 2 (A1 version 1) to chat 2: refused by Telegram: bad",
    ]


async def test_a_critical_alert_overtakes_one_that_waits_in_another_chat(desk: Desk) -> None:
    desk.dispatcher = Dispatcher(
        desk.database, desk.sender, DeliveryPolicy(limits=SendLimits(overall_sends=1)), desk.clock
    )
    await desk.alert(1)
    desk.clock.pass_(minutes=5)
    await desk.alert(2, level="critical")
    await desk.once()
    assert [outgoing.chat.id for _, outgoing in desk.sender.got] == [2]


async def test_but_what_waited_long_is_not_overtaken_for_ever(desk: Desk) -> None:
    desk.dispatcher = Dispatcher(
        desk.database, desk.sender, DeliveryPolicy(limits=SendLimits(overall_sends=1)), desk.clock
    )
    await desk.alert(1)
    desk.clock.pass_(hours=11, minutes=1)
    await desk.alert(2, level="critical")
    await desk.once()
    assert [outgoing.chat.id for _, outgoing in desk.sender.got] == [1]


async def test_a_critical_alert_goes_before_all_that_waits_in_its_chat(desk: Desk) -> None:
    await desk.alerts(60, 1)
    critical = await desk.alert(1, level="critical")
    await desk.work(3)
    assert desk.sender.alerts_to(1) == [critical.short_id, "A1", "A2"]


async def test_a_retry_does_not_hold_back_a_critical_alert(desk: Desk) -> None:
    desk.sender.script[1] = [NeverSent(None, "connect timeout")]
    await desk.alerts(2, 1)
    await desk.once()
    await desk.alert(1, level="critical")
    desk.clock.pass_(seconds=2)
    await desk.once()
    assert desk.sender.alerts_to(1) == ["A1", "A3"]
    await desk.work(10)
    assert desk.sender.alerts_to(1) == ["A1", "A3", "A1", "A2"]


async def test_a_critical_version_that_overtakes_the_first_is_the_only_message(desk: Desk) -> None:

    first = await desk.alerts(20, 1)
    escalated = first[-1]

    def newer_version(db):  # type: ignore[no-untyped-def]
        owe(db, bump(db, escalated, desk.clock(), "critical"), [1], desk.clock())

    await desk.database.write(newer_version)
    await desk.work(100)
    assert desk.sender.alerts_to(1).count(escalated.short_id) == 1
    assert desk.sender.alerts_to(1)[0] == escalated.short_id
    line = desk.sender.to(1)[-1].delivery.text or ""
    assert "A19" in line and escalated.short_id not in line
    assert (await desk.rows(1))[19].state == "expired"


async def test_every_critical_alert_of_a_storm_is_sent_or_named_first(desk: Desk) -> None:
    for number in range(300):
        await desk.alert(1, level="critical" if number % 6 == 0 else "alert")
    await desk.work(250)
    critical = [f"A{number + 1}" for number in range(0, 300, 6)]
    sent = {name for name in desk.sender.alerts_to(1) if name != "catchup"}
    lines = [o.delivery.text or "" for o in desk.sender.to(1) if o.delivery.kind == "catchup"]
    left = [name for name in critical if name not in sent]
    assert left, "the storm is larger than what is sent of it"
    assert all(name in lines[0] for name in left)
    named = re.findall(r"/(A\d+)", lines[0])
    assert named.index(left[-1]) < named.index("A2")
    desk.clock.pass_(minutes=11)
    await desk.work(30)
    assert not {"pending", "unknown"} & set(await desk.states(1))


async def test_an_alert_that_is_owed_in_lots_reaches_each_chat_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lots, "SIZE", 1)
    await desk.alert(1, 2)
    assert await desk.states(1) == []
    await desk.work()
    for each in (1, 2):
        assert desk.sender.alerts_to(each) == ["A1"]
        assert await desk.states(each) == ["sent"]
