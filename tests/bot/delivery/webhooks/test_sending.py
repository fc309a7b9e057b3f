"""Receivers get each alert at least once, signed, in order; one that is dead delays no other."""

from __future__ import annotations

import asyncio
import logging
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.delivery.webhooks import signing
from bot.delivery.webhooks.deciding import WebhookPolicy
from bot.delivery.webhooks.sending import Webhooks
from storage.alerts import Alert
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageFull
from storage.sending import outbox, webhooks
from storage.sending.webhooks import Message
from tests import postgres
from tests.bot.delivery.webhooks.conftest import (
    QUICK,
    SECRET,
    Clock,
    as_exported,
    receiver_at,
    sending_to,
)
from tests.bot.delivery.webhooks.receiver import Got, WebhookReceiver, webhook_receiver
from tests.storage.make import HOUR, NOW, add_alert, add_chat, bump

SECOND = timedelta(seconds=1)


async def alert_in(database: Database, **changes: object) -> Alert:
    return await database.write(lambda db: add_alert(db, **changes))  # type: ignore[arg-type]


async def backlog(database: Database, receiver: WebhookReceiver) -> webhooks.Backlog:
    key = receiver_at(receiver.url).key
    found = await database.read(lambda db: webhooks.backlog(db, key, NOW))
    assert found is not None
    return found


async def test_an_alert_arrives_as_the_row_of_the_exports_and_is_signed(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    alert = await alert_in(database, level="critical", title="حصار «حلب» يشتد")
    assert await sending.run_until_idle() == 1
    (got,) = receiver.got
    expected = signing.headers(SECRET, got.id, int(NOW.timestamp()), got.body)
    assert {name: got.headers[name] for name in expected} == expected
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert (got.event["type"], got.event["timestamp"]) == ("alert.created", "2026-03-01T12:00:00Z")
    told = got.event["data"]
    assert (told["kind"], told["id"], told["level"]) == ("alert", alert.short_id, "critical")
    assert told["title"] == "حصار «حلب» يشتد"
    assert told["licence"] and alert.snippet not in got.body.decode()
    await database.write(lambda db: bump(db, alert, level="critical"))
    assert await sending.run_until_idle() == 1
    assert [(each.event["type"], each.event["data"]["version"]) for each in receiver.got] == [
        ("alert.created", 1),
        ("alert.updated", 2),
    ]
    assert receiver.got[1].event["data"]["uid"] == told["uid"]
    assert await sending.run_until_idle() == 0


@pytest.mark.parametrize("head", ["500 No", "302 Found\r\nlocation: http://127.0.0.1:1/", "401 No"])
async def test_while_a_receiver_takes_nothing_all_wait_and_the_order_stays(
    database: Database, clock: Clock, receiver: WebhookReceiver, head: str
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    made = [(await alert_in(database)).short_id for _ in range(3)]
    receiver.always(head)
    assert await sending.run_until_idle() == 0
    assert await sending.run_until_idle() == 0
    assert len(receiver.got) == 1, "not before the wait is over"
    clock.now += 5 * SECOND
    await sending.run_until_idle()
    assert len(receiver.got) == 2
    receiver.always("200 OK")
    clock.now += 10 * SECOND
    assert await sending.run_until_idle() == 3
    first, second, *taken = receiver.got
    assert first.id == second.id == taken[0].id and first.body == second.body == taken[0].body
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert [each.event["data"]["id"] for each in taken] == made
    assert (await backlog(database, receiver)).failing_since is None


async def test_a_receiver_that_asks_for_time_gets_it(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    await alert_in(database)
    receiver.always("429 Too Many Requests\r\nretry-after: 90")
    await sending.run_until_idle()
    receiver.always("200 OK")
    clock.now += 89 * SECOND
    assert await sending.run_until_idle() == 0
    clock.now += 1 * SECOND
    assert await sending.run_until_idle() == 1


async def test_a_message_that_is_not_liked_holds_up_no_other(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    bad, good = await alert_in(database), await alert_in(database)

    async def picky(got: Got) -> str:
        return "400 No" if got.event["data"]["id"] == bad.short_id else "200 OK"

    receiver.answer = picky
    assert await sending.run_until_idle() == 1
    assert [each.event["data"]["id"] for each in receiver.got] == [bad.short_id, good.short_id]
    assert sending.problems(clock.now) == []
    receiver.always("200 OK")
    clock.now += 5 * SECOND
    assert await sending.run_until_idle() == 1
    assert receiver.got[-1].id == receiver.got[0].id


async def test_a_message_that_cannot_be_made_holds_up_no_other(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    broken = True

    def render(db: Connection, message: Message, now: datetime) -> bytes | None:
        if broken and message.alert_id == bad.id:
            raise ValueError
        return as_exported(db, message, now)

    sending = await sending_to(database, clock, receiver.url, render=render)
    bad, good = await alert_in(database), await alert_in(database)
    assert await sending.run_until_idle() == 1
    assert [each.event["data"]["id"] for each in receiver.got] == [good.short_id]
    broken = False
    clock.now += 5 * SECOND
    assert await sending.run_until_idle() == 1
    assert receiver.got[-1].event["data"]["id"] == bad.short_id


async def test_what_was_taken_and_cannot_be_noted_is_not_sent_all_the_time(
    database: Database, clock: Clock, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    await alert_in(database)

    def full(*given: object) -> None:
        raise StorageFull("no room left")

    monkeypatch.setattr(webhooks, "mark_sent", full)
    stop = asyncio.Event()
    running = asyncio.create_task(sending.run(stop))
    async with asyncio.timeout(60):
        while not receiver.got:  # noqa: ASYNC110 no event is set by a receiver
            await asyncio.sleep(0.02)
    await asyncio.sleep(20 * QUICK.idle.total_seconds())
    assert len(receiver.got) == 1
    stop.set()
    await running


async def test_no_answer_and_a_cut_connection_are_no_loss(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    await alert_in(database)

    async def hangs(got: Got) -> str | None:
        await asyncio.sleep(60)
        return None

    async def cuts(got: Got) -> str | None:
        return None

    for behave, error in ((hangs, "no answer within"), (cuts, "the call failed")):
        receiver.answer = behave
        assert await sending.run_until_idle() == 0
        assert error in (await backlog(database, receiver)).error
        clock.now += HOUR
    receiver.always("200 OK")
    assert await sending.run_until_idle() == 1
    assert len({each.id for each in receiver.got}) == 1


async def test_a_dead_receiver_delays_no_other(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    async def hangs(got: Got) -> str | None:
        await asyncio.sleep(60)
        return None

    all_came = asyncio.Event()

    async def counts(got: Got) -> str:
        if len(receiver.got) == 5:
            all_came.set()
        return "200 OK"

    receiver.answer = counts
    async with webhook_receiver() as dead:
        dead.answer = hangs
        sending = await sending_to(database, clock, dead.url, receiver.url)
        for _ in range(5):
            await alert_in(database)
        stop = asyncio.Event()
        running = asyncio.create_task(sending.run(stop))
        async with asyncio.timeout(20):
            await all_came.wait()
        assert len(dead.got) == 1
        stop.set()
        await running


async def test_operators_are_told_of_a_receiver_that_is_dead_and_of_what_is_given_up(
    database: Database,
    clock: Clock,
    receiver: WebhookReceiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    receiver.always("500 No")
    sending = await sending_to(database, clock, receiver.url)
    await database.write(lambda db: add_chat(db, 7, role="operator"))
    await alert_in(database)

    async def notices() -> list[str]:
        rows = await database.read(lambda db: outbox.for_chat(db, 7))
        return [each.text or "" for each in rows if each.kind == "notice"]

    await sending.run_until_idle()
    clock.now += HOUR - SECOND
    await sending.run_until_idle()
    assert (await notices(), sending.problems(clock.now)) == ([], [])
    clock.now += HOUR
    await sending.run_until_idle()
    clock.now += HOUR
    await sending.run_until_idle()
    (notice,) = await notices()
    assert "MARSAD_WEBHOOK_URLS, 1" in notice and "500" in notice
    (problem,) = sending.problems(clock.now)
    assert problem.startswith("the webhook of 127.0.0.1 (MARSAD_WEBHOOK_URLS, 1) takes nothing")
    young = await alert_in(database, at=NOW + timedelta(days=4))
    clock.now = NOW + timedelta(days=5, seconds=1)
    await sending.run_until_idle()
    assert len(await notices()) == 3, "dead for another day, and given up"
    receiver.always("200 OK")
    clock.now += HOUR
    assert await sending.run_until_idle() == 1
    assert receiver.got[-1].event["data"]["id"] == young.short_id
    assert sending.problems(clock.now) == []
    assert (await backlog(database, receiver)).given_up == 1
    said = caplog.text + notice + problem
    assert "secret-of-the-address" not in said and "given up" in said


async def test_a_working_receiver_gets_what_a_wrong_clock_made_old(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    await alert_in(database)
    clock.now += timedelta(days=400)
    assert await sending.run_until_idle() == 1


@pytest.mark.skipif(bool(postgres.ASKED), reason="the process opens the file")
async def test_a_kill_between_sending_and_its_mark_repeats_under_the_same_id(
    database: Database, tmp_path: Path, clock: Clock, receiver: WebhookReceiver
) -> None:
    sending = await sending_to(database, clock, receiver.url)
    made = [(await alert_in(database)).short_id for _ in range(2)]
    child: asyncio.subprocess.Process | None = None

    async def kill(got: Got) -> str:
        assert child is not None
        child.kill()
        await child.wait()
        return "200 OK"

    receiver.answer = kill
    module = "tests.bot.delivery.webhooks.killed"
    file = str(tmp_path / "marsad.sqlite")
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", module, file, receiver.url)
    try:
        async with asyncio.timeout(60):
            assert await child.wait() == -9
    finally:
        if child.returncode is None:
            child.kill()
    (killed,) = receiver.got
    # What became known meanwhile is no part of what goes out again under this id.
    await database.write(lambda db: bump(db, add_alert(db)))
    receiver.always("200 OK")
    clock.now += timedelta(days=400)
    assert await sending.run_until_idle() == 3
    _, again, *others = receiver.got
    assert (again.id, again.body) == (killed.id, killed.body)
    assert [each.event["data"]["id"] for each in (again, others[0])] == made


async def test_a_stop_waits_for_no_receiver(
    database: Database, clock: Clock, receiver: WebhookReceiver
) -> None:
    started = asyncio.Event()

    async def hangs(got: Got) -> str | None:
        started.set()
        await asyncio.sleep(60)
        return None

    receiver.answer = hangs
    policy = WebhookPolicy(idle=timedelta(seconds=0.02), grace=timedelta(seconds=0.05))
    sending: Webhooks = await sending_to(database, clock, receiver.url, policy=policy)
    await alert_in(database)
    stop = asyncio.Event()
    running = asyncio.create_task(sending.run(stop))
    await started.wait()
    stop.set()
    async with asyncio.timeout(10):
        await running
    receiver.always("200 OK")
    assert await sending.run_until_idle() == 1
    assert receiver.got[0].id == receiver.got[1].id
