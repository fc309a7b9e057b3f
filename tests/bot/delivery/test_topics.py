"""Forum topics are told each for itself; one that is gone takes nothing with it."""

from __future__ import annotations

from dataclasses import replace

from bot.delivery.deciding.outcome import TopicGone
from storage.connection import Connection
from storage.readers.subscriptions import Subscription
from storage.sending import outbox
from storage.sending.outbox import NewDelivery
from tests.bot.delivery.desk import OPERATOR, Desk, bump, chat

FORUM = -100
ASKS = Subscription(FORUM, signals=frozenset({"medicine-shortage"}), lowest_level="info")


async def forum(desk: Desk) -> None:
    asked = (ASKS, replace(ASKS, thread_id=44))
    group = replace(chat(FORUM, kind="supergroup"), subscriptions=asked)
    await desk.with_chats(group, chat(OPERATOR, role="operator"))


async def owe(desk: Desk, *threads: int | None, versions: int = 1, level: str = "alert") -> None:
    alert = await desk.alert(level=level)

    def write(db: Connection) -> None:
        for version in range(1, versions + 1):
            if version > 1:
                bump(db, alert, desk.clock(), level)
            rows = [
                NewDelivery(
                    *(alert.id, FORUM, "update" if version > 1 else "alert", version, level),
                    desk.clock(),
                    thread_id=thread_id,
                )
                for thread_id in threads
            ]
            outbox.enqueue(db, rows, desk.clock())

    await desk.database.write(write)


def sent(desk: Desk) -> list[tuple[int | None, str, int | None]]:
    return [
        (each.delivery.thread_id, each.delivery.kind, each.answers)
        for each in desk.sender.to(FORUM)
    ]


async def test_a_version_replaces_the_one_before_in_its_own_topic_alone(desk: Desk) -> None:
    await forum(desk)
    await owe(desk, None, 44)
    await desk.work(4)
    await owe(desk, 44, None, versions=2)
    await desk.work(6)
    assert sorted(sent(desk), key=str) == sorted(
        [(None, "alert", None), (44, "alert", None), (44, "update", None), (None, "update", None)],
        key=str,
    )


async def test_a_catch_up_line_stands_in_the_topic_that_it_is_for(desk: Desk) -> None:
    await forum(desk)
    for thread_id in (None, 44, 44):
        await owe(desk, thread_id)
    desk.clock.pass_(hours=13)
    await desk.work(8)
    lines = [each.delivery for each in desk.sender.to(FORUM)]
    assert {(row.thread_id, row.kind) for row in lines} == {(None, "catchup"), (44, "catchup")}
    folded = {row.thread_id: 0 for row in lines} | {
        each.delivery.thread_id: each.folded for each in desk.sender.to(FORUM)
    }
    assert folded == {None: 1, 44: 2}


async def test_a_topic_that_is_gone_leaves_the_group_and_all_it_was_owed(desk: Desk) -> None:
    await forum(desk)
    for _ in range(3):
        await owe(desk, 44)
    desk.sender.script[FORUM] = [TopicGone("Message thread not found")]
    await desk.work(8)
    assert [each[0] for each in sent(desk)] == [44, None, None, None]
    found = await desk.chat(FORUM)
    assert (found.state, {each.thread_id for each in found.subscriptions}) == ("active", {None})
    (notice,) = [each.delivery for each in desk.sender.to(OPERATOR)]
    assert "topic" in (notice.text or "") and "Message thread not found" in (notice.text or "")
    assert set(await desk.states(FORUM)) == {"sent"}


async def test_a_closed_general_topic_pauses_the_group(desk: Desk) -> None:
    await forum(desk)
    await owe(desk, None)
    desk.sender.script[FORUM] = [TopicGone("Topic_closed")]
    await desk.work(2)
    assert (await desk.chat(FORUM)).state == "paused"
