"""A poller among feeds that do their worst, for some seconds of real time.

It goes on until each has been tried, however busy the machine is (a minute at most).
A program of its own, with the feeds' server in another, so that memory is measured of the
service's parts alone. Prints JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bot.feeds.fetch.fetcher import FetchLimits
from bot.feeds.parse.apart.pool import LARGE, SMALL, ParserPool
from bot.polling.report import PollPolicy
from bot.polling.schedule import SchedulePolicy
from tests.bot.feeds.documents import numbered, rss
from tests.bot.polling.desk import open_desk
from tests.feed_server import (
    FeedServer,
    Names,
    Request,
    answer,
    endless_body,
    feed_server,
    never_answers,
    slow_loris,
)

INTERVAL = 0.5
PATIENCE = 3.5
"""Seconds after which a feed that answers late is given up."""
LONGEST = 60.0
FAULTS = tuple(
    "slow-loris never-answers endless-body gzip-bomb to-metadata to-loopback6 to-rebinding to-file "
    "to-itself captcha cloudflare 304-without-etag 410 429 truncated 100000-entries nested "
    "attributes entities binary".split()
)
GOOD = tuple(f"good{number}" for number in range(6))


def misbehave(server: FeedServer) -> None:
    """Put every fault of the list at the path of its name."""
    rows = b"<item><title>x</title></item>"
    start, end = b"<rss version='2.0'><channel>", b"</channel></rss>"
    server.handlers["/slow-loris"] = slow_loris
    server.handlers["/never-answers"] = never_answers
    server.handlers["/endless-body"] = endless_body
    bomb = gzip.compress(gzip.compress(start + b" " * 50_000_000, 9), 9)
    server.serve("/gzip-bomb", bomb, headers={"Content-Encoding": "gzip, gzip"})
    for name, target in (
        ("to-metadata", "http://169.254.169.254/latest/meta-data/"),
        ("to-loopback6", "http://[::1]/"),
        ("to-rebinding", server.url("/good0", "rebind.test")),
        ("to-file", "file:///etc/passwd"),
        ("to-itself", "/to-itself"),
    ):
        server.serve(f"/{name}", b"", "302 Found", {"Location": target})
    server.serve("/captcha", b"<html><body class='h-captcha'>prove it</body></html>")
    server.serve("/cloudflare", b"<!doctype html>/cdn-cgi/challenge-platform", "403 Forbidden")
    server.serve("/304-without-etag", b"", "304 Not Modified")
    server.serve("/410", b"", "410 Gone")
    server.serve("/429", b"", "429 Too Many Requests", {"Retry-After": "3600"})
    server.serve("/truncated", rss(numbered(range(40)))[:6_000])
    server.serve("/100000-entries", start + rows * 100_000 + end)
    server.serve("/nested", start + b"<item>" + b"<a>" * 100_000 + b"</a>" * 100_000 + end)
    attributes = b" ".join(b'a%d="1"' % number for number in range(300_000))
    server.serve("/attributes", start + b"<item " + attributes + b">" + end)
    levels = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(15)
    )
    server.serve("/entities", b"<!DOCTYPE rss [" + levels + b"]>" + start + b"&l14;" + end)
    # Not at random a "{", with which JSON begins.
    server.serve("/binary", b"\x89" + os.urandom(900_000))
    assert set(server.handlers) == {f"/{name}" for name in FAULTS}


def serve_good(server: FeedServer) -> None:
    """Feeds with a new entry at every request."""
    asked: Counter[str] = Counter()
    for name in GOOD:

        async def handler(request: Request, writer: asyncio.StreamWriter, name: str = name) -> None:
            asked[name] += 1
            turn = asked[name]
            published = datetime.now(UTC) - timedelta(minutes=1)
            await answer(writer, rss(numbered(range(turn, turn + 9), published)))

        server.handlers[f"/{name}"] = handler


async def serve() -> None:
    """Serve all of it until the input ends; print the port."""
    async with feed_server() as server:
        misbehave(server)
        serve_good(server)
        print(server.port, flush=True)
        await asyncio.to_thread(sys.stdin.buffer.read)


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[tuple[int, int]]:
    """The server as a process: its port and its process."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.polling.fault_run", "serve"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield int(await process.stdout.readline()), process.pid
    finally:
        process.stdin.close()
        await process.wait()


async def run(seconds: float, folder: Path) -> dict[str, object]:
    policy = PollPolicy(
        schedule=SchedulePolicy(
            interval=timedelta(seconds=INTERVAL), claim=timedelta(seconds=5), jitter=0.0
        ),
        patience=timedelta(seconds=0.1),
    )
    # Short enough for slow feeds to be given up in the run, too long for quick ones to be taken
    # for slow; what is cut off by its size needs no haste.
    limits = FetchLimits(total_seconds=PATIENCE, silence_seconds=2.5)
    pool = ParserPool(large=LARGE, small=SMALL)
    names = Names(rebind_test=["10.0.0.1"])
    results: dict[str, dict[str, object]] = {}
    accepted: dict[str, list[float]] = defaultdict(list)
    peak = {"service": 0, "parsers": 0, "together": 0}
    async with (
        serving() as (port, server),
        open_desk(
            folder,
            (*GOOD, *FAULTS),
            port=port,
            policy=policy,
            limits=limits,
            names=names,
            parser=pool,
            host=lambda feed_id: f"{feed_id}.test",
        ) as desk,
    ):
        for feed_id in (*GOOD, *FAULTS):
            names.names[f"{feed_id}.test"] = ["127.0.0.1"]
        before = resident("self")
        started = time.monotonic()
        while (passed := time.monotonic() - started) < seconds or (
            passed < LONGEST and not results.keys() >= set(FAULTS)
        ):
            for report in await desk.poller.tick(datetime.now(UTC)):
                if report.result == "elsewhere":
                    # So slow that the feed was handed out again before: that poll reports.
                    continue
                results[report.feed_id] = {
                    "result": report.result,
                    "error": report.error,
                    "hint": report.hint,
                }
                if report.feed_id in GOOD and report.result == "accepted":
                    accepted[report.feed_id].append(time.monotonic())
            measure(peak, server)
        late = {
            name: max(later - earlier for earlier, later in pairwise(times))
            for name, times in accepted.items()
        }
        stored = len(await desk.entries())
        sound = await desk.database.check() == []
    return {
        "results": results,
        "accepted": {name: len(times) for name, times in accepted.items()},
        "longest_gap": late,
        "resident_before": before,
        "peak": peak,
        "stored": stored,
        "sound": sound,
    }


def measure(peak: dict[str, int], server: int) -> None:
    service = resident("self")
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    listed = children.read_text().split() if children.exists() else []
    parsers = sum(resident(child) for child in listed if child != str(server))
    peak["service"] = max(peak["service"], service)
    peak["parsers"] = max(peak["parsers"], parsers)
    peak["together"] = max(peak["together"], service + parsers)


def resident(process: str) -> int:
    """Bytes of memory that a process holds; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__" and sys.argv[1] == "serve":
    asyncio.run(serve())
elif __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(asyncio.run(run(float(sys.argv[1]), Path(temporary)))))
