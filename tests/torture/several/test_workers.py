"""Four workers and one bot over a PostgreSQL that restarts: one is killed with polls in flight, one
sleeps through its rescue and wakes. What comes of it is what one process over a file makes of the
same news."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage.file.errors import StorageError
from storage.news import feeds
from storage.postgres import queue
from tests.postgres import Server
from tests.torture.books import Books
from tests.torture.crash import PATIENCE, _until
from tests.torture.several.desk import FEEDS, PER_SECOND, accounts, desk
from tests.torture.several.units import Unit
from tests.torture.several.wires import Wires

WORKERS = 4
# Longer than the bot's lease: it ends, and its supervisor starts it until the server is back.
AWAY = 12.0
# What a worker says whose poll was made by another meanwhile.
REFUSED = "nothing of this poll is stored"


@pytest.fixture
def server() -> Any:
    """A server of this test alone. It may crash, so what it says is written must be."""
    started = Server("-F -c max_connections=100")
    try:
        started.start()
        with psycopg.connect(started.url("postgres"), autocommit=True) as db:
            db.execute("CREATE DATABASE marsad TEMPLATE template0")
        yield started
    finally:
        started.remove()


@pytest.mark.timeout(1_800)
async def test_four_workers_lose_and_double_nothing_whatever_dies(
    tmp_path: Path, server: Server
) -> None:
    where = server.url("marsad")
    for name in ("many", "one"):
        (tmp_path / name).mkdir()
    async with desk(tmp_path / "many", where) as many, AsyncExitStack() as stack:
        workers = [many.unit(f"worker-{n}", "--role", "poll") for n in range(WORKERS)]
        bot = many.unit("bot", "--role", "bot")
        for each in (bot, *workers):
            await each.start()
            stack.push_async_callback(each.close)
        await polled_by_all(many.books, 1)
        publishing = asyncio.create_task(many.wires.publish())
        stack.callback(publishing.cancel)
        await asyncio.sleep(4)

        killed, before = await busiest(many.wires, workers), rescued(workers)
        assert await killed.stop(signal.SIGKILL) == -signal.SIGKILL
        many.wires.answering.set()
        living = [each for each in workers if each is not killed]
        await _until(lambda: rescued(workers) > before, PATIENCE, "the rescue of its polls")
        await asyncio.sleep(4)

        await asyncio.to_thread(server.stop, "immediate")
        await asyncio.to_thread(server.start)
        await polled_by_all(many.books, 2)

        sleeper, before = await busiest(many.wires, living), rescued(workers)
        sleeper.send(signal.SIGSTOP)
        await _until(lambda: rescued(workers) > before, PATIENCE, "the rescue of its polls")
        many.wires.answering.set()
        await polled_by_all(many.books, 2)
        slept = len(sleeper.log)
        sleeper.send(signal.SIGCONT)
        await _until(lambda: REFUSED in sleeper.log[slept:], PATIENCE, "the end of its polls")

        await asyncio.to_thread(server.stop, "fast")
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(server.start)
        await polled_by_all(many.books, 1)
        await asyncio.sleep(4)
        publishing.cancel()

        problems, ours = await accounts(many)
        assert problems == [], logs(workers, bot)
        assert bot.ended, "it lost its lease while the server was away"
        assert set(bot.ended) == {1}
        assert not any(each.ended for each in living), "they wait for the server"
        await queue_runs_dry(where)
        for each in (*living, bot):
            assert await each.stop() == 0
            assert "Marsad stopped" in each.log
        assert under_way(where) == 0
        for each in (*workers, bot):
            assert "Traceback" not in each.log

    async with desk(tmp_path / "one") as alone:
        service = alone.unit("service")
        await service.start()
        try:
            await polled_by_all(alone.books, 1)
            await alone.wires.tell_again(many.wires.told, 3 * PER_SECOND)
            problems, theirs = await accounts(alone)
            assert problems == []
        finally:
            await service.close()
    assert ours.differences(theirs) == {}
    assert len(ours.alerts) > 20, "there was news"


async def busiest(wires: Wires, workers: list[Unit]) -> Unit:
    """Hold all publishers up until many polls wait; the worker that has most of them."""
    wires.answering.clear()
    await _until(lambda: wires.waiting >= FEEDS // 2, PATIENCE, "polls under way")
    found = max(workers, key=lambda each: each.polls_under_way(wires.port))
    assert found.polls_under_way(wires.port) > 0
    return found


def rescued(workers: list[Unit]) -> int:
    return sum(each.log.count("polls of workers that fell silent") for each in workers)


async def polled_by_all(books: Books, more: int) -> None:
    """Until each feed was polled so often more, whatever becomes of the server meanwhile."""

    async def counts() -> dict[str, int]:
        while True:
            try:
                return {s.id: s.polls for s in await books.database.read(feeds.all_states)}
            except StorageError:
                await asyncio.sleep(0.2)

    async with asyncio.timeout(PATIENCE):
        before = await counts()
        while True:
            now = await counts()
            if len(now) == FEEDS and all(now[n] >= before.get(n, 0) + more for n in now):
                return
            await asyncio.sleep(0.2)


async def queue_runs_dry(where: str) -> None:
    """Feeds that nobody asks for any more: every poll that was queued ends."""
    count = f"""
        SELECT count(*) FROM {queue.SCHEMA}.procrastinate_jobs
        WHERE task_name = '{queue.POLL_FEED}'"""  # noqa: S608
    with psycopg.connect(where, autocommit=True) as db:
        async with asyncio.timeout(PATIENCE):
            quiet = 0
            while quiet < 5:
                db.execute("UPDATE feeds SET next_check_at = '2100-01-01T00:00:00+00:00'")
                [left] = db.execute(count.encode()).fetchone() or [1]
                quiet = quiet + 1 if left == 0 else 0
                await asyncio.sleep(0.5)


def under_way(where: str) -> int:
    """Jobs that somebody is said to do."""
    with psycopg.connect(where) as db:
        rows = db.execute(
            f"SELECT 1 FROM {queue.SCHEMA}.procrastinate_jobs WHERE status = 'doing'".encode()  # noqa: S608
        )
        return len(rows.fetchall())


def logs(workers: list[Unit], bot: Unit) -> str:
    return "\n".join(f"--- {n}\n{each.log[-4000:]}" for n, each in enumerate((*workers, bot)))
