"""Quiet hours at the dispatcher: nothing critical waits, nothing is told early or lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from storage.readers import chat_clocks, chats
from storage.readers.chat_clocks import QuietHours
from tests.bot.delivery.desk import Desk

NIGHT = QuietHours(22 * 60, 7 * 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def quiet(
    desk: Desk, hours: QuietHours | None, chat_id: int = 1, zone: str = "Asia/Damascus"
) -> None:
    """Damascus is three hours before UTC, all year."""

    await desk.database.write(partial(chat_clocks.set_timezone, chat_id=chat_id, timezone=zone))
    await desk.database.write(partial(chat_clocks.set_quiet, chat_id=chat_id, quiet=hours))


async def test_what_is_not_critical_waits_for_the_end_and_is_told_in_one_message(
    desk: Desk,
) -> None:
    desk.clock.at = at("2026-02-01T18:59:50")
    await quiet(desk, NIGHT)
    before = await desk.alert(1)
    await desk.once()
    assert desk.sender.alerts_to(1) == [before.short_id]
    desk.clock.at = at("2026-02-01T19:00:00")
    held = await desk.alerts(2, 1)
    critical = await desk.alert(1, level="critical")
    elsewhere = await desk.alert(2)
    await desk.work(5)
    assert desk.sender.alerts_to(1) == [before.short_id, critical.short_id]
    assert desk.sender.alerts_to(2) == [elsewhere.short_id]
    desk.clock.at = at("2026-02-02T03:59:59")
    await desk.once()
    assert len(desk.sender.to(1)) == 2
    desk.clock.at = at("2026-02-02T04:00:00")
    await desk.work(3)
    line = desk.sender.to(1)[-1]
    assert desk.sender.alerts_to(1)[2:] == ["catchup"]
    assert line.delivery.text is not None
    assert "Alerts held back in quiet hours: 2" in line.delivery.text
    assert all(each.short_id in line.delivery.text for each in held)
    later = await desk.alert(1)
    await desk.work(3)
    assert desk.sender.alerts_to(1)[3:] == [later.short_id]


async def test_a_new_process_knows_of_the_night_it_begins_in(desk: Desk) -> None:
    await quiet(desk, NIGHT)
    desk.clock.at = at("2026-02-01T20:00:00")
    desk.restarted()
    await desk.alert(1)
    await desk.once()
    assert desk.sender.to(1) == []


async def test_a_night_that_the_service_was_down_for_is_told_of_in_the_morning(desk: Desk) -> None:
    await quiet(desk, NIGHT)
    desk.clock.at = at("2026-02-01T23:00:00")
    await desk.alert(1)
    desk.restarted()
    desk.clock.at = at("2026-02-02T06:00:00")
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["catchup"]


async def test_quiet_that_is_ended_early_ends_now(desk: Desk) -> None:
    desk.clock.at = at("2026-02-01T20:00:00")
    await quiet(desk, NIGHT)
    await desk.alert(1)
    await desk.work(2)
    assert desk.sender.to(1) == []
    await quiet(desk, None)
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["catchup"]


async def test_a_mute_and_quiet_hours_end_with_the_later_of_the_two(desk: Desk) -> None:
    desk.clock.at = at("2026-02-01T20:00:00")
    await quiet(desk, NIGHT)
    muted_until = at("2026-02-02T06:00:00")
    await desk.database.write(lambda db: chats.mute(db, 1, muted_until, desk.clock()))
    await desk.alert(1)
    await desk.once()
    desk.clock.at = at("2026-02-02T04:30:00")
    await desk.alert(1)
    await desk.work(2)
    assert desk.sender.to(1) == []
    desk.clock.at = muted_until
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["catchup"]
    # A mute that ends within the night ends nothing.
    desk.clock.at = at("2026-02-02T20:00:00")
    await desk.database.write(lambda db: chats.mute(db, 1, at("2026-02-02T21:00:00"), desk.clock()))
    await desk.alert(1)
    await desk.work(2)
    desk.clock.at = at("2026-02-02T21:00:30")
    await desk.work(2)
    assert len(desk.sender.to(1)) == 1
    desk.clock.at = at("2026-02-03T04:00:00")
    await desk.work(3)
    assert desk.sender.alerts_to(1)[1:] == ["catchup"]


async def test_a_clock_that_is_set_takes_the_quiet_hours_with_it(desk: Desk) -> None:
    """The wall says when it is quiet, whatever was thought before it was set right."""
    desk.clock.at = at("2026-02-01T12:00:00")
    await quiet(desk, NIGHT)
    await desk.once()
    assert not (await desk.chat(1)).is_held(desk.clock())
    step = await desk.dispatcher.run_once(at("2026-02-01T20:00:00"))
    assert step.attempted == 0
    assert (await desk.chat(1)).quiet_until == at("2026-02-02T04:00:00")
    await desk.dispatcher.run_once(at("2026-02-01T12:00:10"))
    assert not (await desk.chat(1)).is_held(at("2026-02-01T12:00:10"))


async def test_chats_in_other_zones_have_their_own_night(desk: Desk) -> None:
    await quiet(desk, NIGHT, 1, "Asia/Damascus")
    await quiet(desk, NIGHT, 2, "America/New_York")
    desk.clock.at = at("2026-02-01T19:30:00")
    first = await desk.alert(1, 2)
    await desk.work(2)
    assert desk.sender.to(1) == []
    assert desk.sender.alerts_to(2) == [first.short_id]
    desk.clock.at = at("2026-02-02T03:30:00")
    await desk.alert(2)
    await desk.work(2)
    assert len(desk.sender.to(2)) == 1
    desk.clock.pass_(hours=1)
    await desk.work(2)
    assert desk.sender.alerts_to(1) == ["catchup"]
    assert desk.clock() - at("2026-02-02T04:30:00") < timedelta(minutes=1)
