"""What a mute of a story, a signal or a place holds is named when it ends, and never lost."""

from __future__ import annotations

from datetime import timedelta

from storage.alerts import Alert
from storage.readers import chats, mutes
from storage.readers.mutes import Mute, Target
from storage.sending import outbox
from storage.sending.deliveries import NewDelivery
from tests.bot.delivery.desk import Desk, bump

HOUR = timedelta(hours=1)


async def muted(desk: Desk, alert: Alert, level: str = "alert") -> Mute:
    now = desk.clock()
    return await desk.database.write(
        lambda db: mutes.put(db, 1, Target(level, alert_id=alert.id), 7, now + HOUR, now)
    )


async def grows(desk: Desk, alert: Alert, mute: Mute | None, level: str = "alert") -> Alert:
    """Its next version, which the mute holds back in chat 1."""

    def write(db: object) -> Alert:
        now = desk.clock()
        grown = bump(db, alert, now, level)  # type: ignore[arg-type]
        row = NewDelivery(grown.id, 1, "update", grown.version, level, now)
        held = row if mute is None else row._replace(not_before=mute.until, mute_id=mute.id)
        outbox.enqueue(db, [held, row._replace(chat_id=2)], now)  # type: ignore[arg-type]
        return grown

    return await desk.database.write(write)


async def test_what_was_held_is_named_in_one_line_at_the_end_and_other_chats_wait_for_nothing(
    desk: Desk,
) -> None:
    alert = await desk.alert(1, 2)
    await desk.work(3)
    mute = await muted(desk, alert)
    alert = await grows(desk, alert, mute)
    alert = await grows(desk, alert, mute)
    await desk.work(5)
    assert desk.sender.alerts_to(1) == ["A1"]
    assert desk.sender.alerts_to(2) == ["A1", "A1"]
    desk.restarted()
    desk.clock.pass_(hours=1)
    await desk.work(5)
    assert desk.sender.alerts_to(1) == ["A1", "catchup"]
    line = desk.sender.to(1)[-1].delivery.text or ""
    assert "their story, signal or place was muted here: 1" in line
    assert "/A1 " in line
    assert await desk.states(1) == ["sent", "expired", "expired", "sent"]


async def test_it_is_named_at_once_when_the_mute_is_ended_and_later_than_usual_news(
    desk: Desk,
) -> None:
    alert = await desk.alert(1)
    await desk.work(3)
    now = desk.clock()
    mute = await desk.database.write(
        lambda db: mutes.put(db, 1, Target("alert", alert_id=alert.id), 7, now + 72 * HOUR, now)
    )
    await grows(desk, alert, mute)
    desk.clock.pass_(hours=30)
    await desk.database.write(lambda db: mutes.end(db, 1, mute.id, desk.clock()))
    await desk.work(5)
    assert "was muted here: 1" in (desk.sender.to(1)[-1].delivery.text or "")


async def test_what_is_graver_than_when_it_was_muted_goes_out_in_place_of_what_was_held(
    desk: Desk,
) -> None:
    alert = await desk.alert(1)
    await desk.work(3)
    mute = await muted(desk, alert)
    alert = await grows(desk, alert, mute)
    await grows(desk, alert, None, "critical")
    await desk.work(5)
    assert desk.sender.alerts_to(1) == ["A1", "A1"]
    desk.clock.pass_(hours=2)
    await desk.work(5)
    assert desk.sender.alerts_to(1) == ["A1", "A1"], "nothing is left to be named"


async def test_a_chat_that_is_muted_whole_hears_of_all_when_both_are_over(desk: Desk) -> None:
    alert = await desk.alert(1)
    await desk.work(3)
    mute = await muted(desk, alert)
    now = desk.clock()
    await desk.database.write(lambda db: chats.mute(db, 1, now + 3 * HOUR, now))
    await grows(desk, alert, mute)
    desk.clock.pass_(hours=2)
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["A1"]
    desk.clock.pass_(hours=1)
    await desk.work(3)
    assert desk.sender.alerts_to(1) == ["A1", "catchup"]
