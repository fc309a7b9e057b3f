"""A muted chat at the dispatcher: nothing critical waits, nothing is told early or lost."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.delivery.deciding.outcome import NeverSent, Unknown
from storage.alerts import Alert
from storage.connection import Connection
from storage.opening import open_database
from storage.readers import chats
from tests.bot.delivery.desk import Desk, bump, chat, owe

HOUR = timedelta(hours=1)


async def mute(desk: Desk, length: timedelta, chat_id: int = 1) -> None:
    now = desk.clock()
    await desk.database.write(partial(chats.mute, chat_id=chat_id, until=now + length, now=now))


async def grow(desk: Desk, alert: Alert, level: str) -> None:
    """A new version of the alert, owed to the chat."""
    now = desk.clock()

    def write(db: Connection) -> None:
        owe(db, bump(db, alert, now, level), [1], now)

    await desk.database.write(write)


async def test_a_version_that_is_held_back_does_not_take_a_critical_ones_place(desk: Desk) -> None:
    await desk.with_chats(chat(1))
    await mute(desk, HOUR)
    alert = await desk.alert(1, level="critical")
    await grow(desk, alert, "alert")
    await desk.work(3)
    assert desk.sender.alerts_to(1) == [alert.short_id]
    assert await desk.states(1) == ["sent", "pending"]
    desk.clock.pass_(hours=1)
    await desk.work(3)
    assert desk.sender.alerts_to(1) == [alert.short_id, "catchup"]


async def test_a_critical_version_takes_the_place_of_one_that_is_held_back(desk: Desk) -> None:
    await desk.with_chats(chat(1))
    await mute(desk, HOUR)
    alert = await desk.alert(1)
    await grow(desk, alert, "critical")
    await desk.work(3)
    assert desk.sender.alerts_to(1) == [alert.short_id]
    desk.clock.pass_(hours=1)
    await desk.work(3)
    assert await desk.states(1) == ["expired", "sent"]
    assert len(desk.sender.to(1)) == 1


async def test_what_may_be_lost_is_told_when_the_mute_ends(desk: Desk) -> None:
    await desk.with_chats(chat(1))
    desk.sender.script[1] = [Unknown("timeout")]
    await desk.alert(1)
    await desk.once()
    await mute(desk, HOUR)
    await desk.work(100, minutes=0.5)
    assert len(desk.sender.to(1)) == 1
    desk.clock.pass_(hours=1)
    await desk.work(3)
    assert desk.sender.alerts_to(1)[1:] == ["catchup"]


async def test_a_storm_of_critical_alerts_is_folded_without_what_is_held_back(desk: Desk) -> None:
    await desk.with_chats(chat(1))
    await mute(desk, 5 * HOUR)
    (held,) = await desk.alerts(1, 1)
    critical = await desk.alerts(33, 1, level="critical")
    await desk.work(100)
    lines = [o.delivery.text or "" for o in desk.sender.to(1) if o.delivery.kind == "catchup"]
    assert len(desk.sender.to(1)) == 31
    assert all(alert.short_id in lines[0] for alert in critical[30:])
    assert f"/{held.short_id} " not in lines[0]
    assert (await desk.states(1))[0] == "pending"


async def test_two_thousand_held_back_are_all_named_soon_and_what_is_new_does_not_wait(
    desk: Desk,
) -> None:
    await desk.with_chats(chat(1))
    await mute(desk, HOUR)
    held = await desk.alerts(450, 1)
    await desk.work(3)
    assert desk.sender.to(1) == []
    desk.clock.pass_(hours=1)
    (new,) = await desk.alerts(1, 1)
    await desk.work(8)
    told = desk.sender.alerts_to(1)
    assert sorted(told) == sorted([new.short_id, *["catchup"] * 3])
    lines = " ".join(o.delivery.text or "" for o in desk.sender.to(1))
    assert all(f"{alert.short_id}" in lines for alert in held)


acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["alert", "alert", "critical", "mute", "unmute", "restart", "fail", "doubt", "grow"]
        ),
        st.sampled_from([1, 30, 700, 5000]),
    ),
    max_size=14,
)


@settings(max_examples=12, deadline=None)
@given(acts)
@example([("alert", 1), ("mute", 1), ("grow", 1), ("alert", 700), ("unmute", 1), ("mute", 1)])
@example([("mute", 1), ("alert", 1), ("restart", 5000), ("critical", 1), ("grow", 5000)])
def test_whatever_is_muted_each_alert_is_a_card_or_named_in_a_line(
    done: list[tuple[str, int]],
) -> None:
    async def play(path: Path) -> None:
        database = await open_database(path)
        try:
            desk = Desk(database)
            await desk.with_chats(chat(1))
            made: list[Alert] = []
            for what, seconds in done:
                if what in ("alert", "critical"):
                    made.append(await desk.alert(1, level=what))
                elif what == "grow" and made:
                    await grow(desk, made[-1], made[-1].level)
                elif what == "mute":
                    await mute(desk, HOUR)
                elif what == "unmute":
                    now = desk.clock()
                    await database.write(partial(chats.unmute, chat_id=1, now=now))
                elif what == "restart":
                    desk.restarted()
                elif what in ("fail", "doubt"):
                    desk.sender.script[1] = [
                        NeverSent(None, "-") if what == "fail" else Unknown("-")
                    ]
                await desk.work(4, seconds=seconds / 4)
                told_critical = desk.sender.alerts_to(1)
                if what == "critical" and seconds > 30:
                    assert made[-1].short_id in told_critical
            desk.sender.script.clear()
            desk.clock.pass_(hours=1)
            await desk.work(60, seconds=30)
            cards = set(desk.sender.alerts_to(1))
            lines = " ".join(o.delivery.text or "" for o in desk.sender.to(1))
            for alert in made:
                assert alert.short_id in cards or f"/{alert.short_id} " in lines, alert.short_id
            assert {"pending", "unknown", "sending"}.isdisjoint(await desk.states(1))
        finally:
            await database.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "marsad.sqlite"))
