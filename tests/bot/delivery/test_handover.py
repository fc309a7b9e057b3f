"""Critical alerts that nobody acknowledged: when they are passed on, to whom, and only once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.handover import due_at, who_is_due
from storage.clock import move_times
from storage.connection import Connection
from storage.opening import open_database
from storage.readers import chats, supergroups
from storage.sending import acknowledgements, outbox, second_channel
from storage.sending.acknowledgements import Open
from tests.bot.delivery.desk import OPERATOR, START, Desk, chat, make_alert

TEN = timedelta(minutes=10)


async def handing_over(desk: Desk, to: int | None = 2, after: int | None = 10) -> None:
    await desk.database.write(lambda db: chats.set_handover(db, 1, after, to))


async def take(desk: Desk, alert_id: int = 1) -> bool:
    now = desk.clock()
    return await desk.database.write(
        lambda db: acknowledgements.acknowledge(db, alert_id, 1, 7, "Layla", now)
    )


async def told_elsewhere(desk: Desk) -> list[str]:
    waiting = await desk.database.read(lambda db: second_channel.pending(db, START))
    return [notice.body for notice in waiting]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 120))), st.integers(0, 700))
def test_who_is_due_is_who_waited_long_enough(given: list[tuple[int, int]], passed: int) -> None:
    rows = [
        Open(n, 1, START + timedelta(minutes=asked), timedelta(minutes=after), None)
        for n, (asked, after) in enumerate(given)
    ]
    now = START + timedelta(minutes=passed)
    due, later = who_is_due(rows, now)
    rest = [row for row in rows if row not in due]
    assert all(now - row.asked_at >= row.after for row in due)
    assert all(now - row.asked_at < row.after for row in rest)
    assert later == min((due_at(row) for row in rest), default=None)
    assert later is None or later > now


async def test_the_second_chat_gets_the_card_once_when_nobody_takes_it(desk: Desk) -> None:
    await handing_over(desk)
    await desk.alert(1, level="critical")
    await desk.once()
    assert (await desk.once()).wake_at == START + TEN
    desk.clock.pass_(minutes=9, seconds=59)
    await desk.once()
    assert desk.sender.alerts_to(2) == []
    desk.clock.pass_(seconds=1)
    await desk.work(5)
    desk.restarted()
    desk.clock.pass_(hours=1)
    await desk.work(5)
    assert desk.sender.alerts_to(2) == ["A1"]
    assert desk.sender.alerts_to(1) == ["A1"]
    assert await told_elsewhere(desk) == []


async def test_what_somebody_took_goes_nowhere_and_is_taken_once(desk: Desk) -> None:
    await handing_over(desk)
    await desk.alert(1, level="critical")
    await desk.once()
    assert await take(desk)
    assert not await take(desk)
    desk.clock.pass_(hours=2)
    await desk.work(5)
    assert desk.sender.alerts_to(2) == []


async def test_off_and_alerts_that_are_not_critical_ask_nothing(desk: Desk) -> None:
    await desk.alert(1, level="critical")
    await desk.once()
    await handing_over(desk)
    desk.clock.pass_(seconds=2)
    await desk.alert(1, level="alert")
    await desk.once()
    desk.clock.pass_(hours=2)
    await desk.work(5)
    assert desk.sender.alerts_to(2) == []
    assert await desk.database.read(acknowledgements.still_open) == []


async def test_switched_off_while_it_waits_it_stays(desk: Desk) -> None:
    await handing_over(desk)
    await desk.alert(1, level="critical")
    await desk.once()
    await handing_over(desk, None, None)
    desk.clock.pass_(hours=2)
    await desk.work(5)
    assert desk.sender.alerts_to(2) == []


async def test_a_chat_that_has_it_hears_that_nobody_took_it(desk: Desk) -> None:
    await handing_over(desk)
    await desk.alert(1, 2, level="critical")
    await desk.work(2)
    desk.clock.pass_(minutes=10)
    await desk.work(5)
    assert desk.sender.alerts_to(2) == ["A1", "notice"]
    assert "for 10 minutes" in str(desk.sender.to(2)[-1].delivery.text)


async def test_without_a_second_chat_operators_and_the_second_channel_hear_once(desk: Desk) -> None:
    await handing_over(desk, to=None)
    await desk.alert(1, level="critical")
    await desk.once()
    desk.clock.pass_(minutes=10)
    await desk.work(5)
    desk.restarted()
    await desk.work(5)
    assert desk.sender.alerts_to(OPERATOR) == ["notice"]
    (told,) = await told_elsewhere(desk)
    assert "A1" in told
    assert "Chat 1" in told


async def test_a_second_chat_that_cannot_be_reached_is_no_dead_end(desk: Desk) -> None:
    await handing_over(desk)
    await desk.database.write(lambda db: chats.pause(db, 2, "blocked", START))
    await desk.alert(1, level="critical")
    await desk.once()
    desk.clock.pass_(minutes=10)
    await desk.work(3)
    assert len(await told_elsewhere(desk)) == 1
    assert await desk.rows(2) == []


async def test_the_wait_is_as_long_when_the_clock_is_moved(desk: Desk) -> None:
    await handing_over(desk)
    await desk.alert(1, level="critical")
    await desk.once()
    desk.clock.pass_(minutes=5)

    def read(db: Connection) -> timedelta:
        before = acknowledgements.still_open(db)[0].asked_at
        move_times(db, timedelta(hours=3), desk.clock() + timedelta(hours=3), timedelta(seconds=5))
        return acknowledgements.still_open(db)[0].asked_at - before

    assert await desk.database.write(read) == timedelta(hours=3)


async def test_a_group_that_gets_a_new_id_keeps_what_it_asks(desk: Desk) -> None:
    await desk.with_chats(chat(-5, kind="group"), chat(-1005, kind="supergroup"))

    def write(db: Connection) -> None:
        chats.set_handover(db, 1, 10, -5)
        chats.set_handover(db, -5, 10, -1005)
        alert = make_alert(db, [], START, level="critical")
        acknowledgements.ask(db, alert.id, -5, 1, 3, START)
        acknowledgements.ask(db, alert.id, -1005, 1, 4, START)
        acknowledgements.acknowledge(db, alert.id, -5, 7, "Layla", START)
        supergroups.migrate(db, -5, -1005)

    await desk.database.write(write)
    assert (await desk.chat(1)).escalate_to == -1005
    assert (await desk.chat(-1005)).escalate_to is None
    kept = await desk.database.read(lambda db: acknowledgements.get(db, 1, -1005))
    assert kept is not None
    assert kept.by_name == "Layla"
    await desk.database.write(lambda db: supergroups.migrate(db, -1005, -1006))
    assert (await desk.chat(1)).escalate_to == -1006
    assert await desk.database.read(lambda db: acknowledgements.get(db, 1, -1006)) is not None


ACTS = st.lists(st.sampled_from(["look", "wait", "take", "restart", "off", "on"]), max_size=12)


@settings(max_examples=20, deadline=None)
@given(ACTS)
def test_never_twice_and_never_once_taken(acts: Sequence[str]) -> None:
    async def play(file: Path) -> None:
        database = await open_database(file)
        try:
            desk = Desk(database)
            await desk.with_chats(chat(1), chat(2), chat(OPERATOR, role="operator"))
            await handing_over(desk)
            await desk.alert(1, level="critical")
            await desk.once()
            sent_before_taken: int | None = None
            for act in [*acts, "on", "wait"]:
                if act == "wait":
                    desk.clock.pass_(minutes=6)
                elif act == "take" and await take(desk):
                    rows = await desk.database.read(lambda db: outbox.for_chat(db, 2))
                    sent_before_taken = len(rows)
                elif act == "restart":
                    desk.restarted()
                elif act in ("off", "on"):
                    await handing_over(desk, 2, 10 if act == "on" else None)
                await desk.once()
            desk.clock.pass_(minutes=11)
            await desk.work(2)
            expected = 1 if sent_before_taken is None else sent_before_taken
            assert desk.sender.alerts_to(2) == ["A1"] * expected
        finally:
            await database.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "marsad.sqlite"))
