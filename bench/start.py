"""How long until a command does what it was asked for, and what the service holds.

    python -m bench.start [--feeds 500] [--json]

Processes as an operator starts them, with the compiled rules in the cache of a start before.
Processor time of all their threads; the clock beside it, which a busy machine stretches. Linux
only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bench.report import Figure, show
from tests.feed_server import FeedServer, Request, answer, feed_server
from tests.telegram_server import TelegramServer

TEXT = "قتل عشرة أشخاص في غارة على غزة، ونفدت الأدوية من المستشفى"
FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>{n}</title>"
    "<link>https://f{n}.example/</link><description>-</description>{items}</channel></rss>"
)
ITEM = (
    "<item><guid isPermaLink='false'>{n}-{at}</guid><title>خبر {at} من صحيفة {n}</title>"
    "<description>المنتخب يفوز في مباراة ودية رقم {at} أمام جمهور كبير</description></item>"
)
ENTRIES = 20
RUNS = 5
PATIENCE = 600.0
"""Seconds; only a start that hangs takes so long."""
SETTLED = 10.0
"""Seconds after the last feed was asked for."""
_TICKS = os.sysconf("SC_CLK_TCK")


def processor(pid: int) -> float:
    """Seconds that a process has computed so far, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def held(pid: int) -> float:
    """Megabytes of memory of a process and of those that it started."""
    total = 0.0
    for each in [pid, *children(pid)]:
        with suppress(OSError):
            for line in Path(f"/proc/{each}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) / 1024
    return total


def children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it ended meanwhile
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += [int(each) for each in (task / "children").read_text().split()]
    return found + [deeper for each in found for deeper in children(each)]


async def command(environment: Mapping[str, str], *arguments: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor that a command takes."""
    before, started = os.times(), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if await process.wait():
        raise SystemExit(f"marsad {' '.join(arguments)} failed")
    after = os.times()
    spent = after.children_user - before.children_user
    return time.perf_counter() - started, (spent + after.children_system - before.children_system)


class Publishers:
    """So many feeds, and which of them were asked for."""

    def __init__(self, server: FeedServer, feeds: int) -> None:
        self.asked: set[str] = set()
        self.first = asyncio.Event()
        self.all = asyncio.Event()
        self._feeds = feeds
        for number in range(feeds):
            server.handlers[f"/f/{number}"] = self._handle

    async def _handle(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.asked.add(request.path)
        self.first.set()
        if len(self.asked) == self._feeds:
            self.all.set()
        number = request.path.rpartition("/")[2]
        items = "".join(ITEM.format(n=number, at=at) for at in range(ENTRIES))
        await answer(writer, FEED.format(n=number, items=items).encode())


async def service(
    environment: Mapping[str, str], telegram: TelegramServer, publishers: Publishers
) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor to the first request of any kind, and megabytes
    when all feeds were polled once."""
    calls, started = len(telegram.calls), time.perf_counter()
    publishers.asked.clear()
    publishers.first.clear()
    publishers.all.clear()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            while len(telegram.calls) == calls and not publishers.first.is_set():
                if process.returncode is not None:
                    raise SystemExit("marsad run ended before it asked for anything")
                await asyncio.sleep(0.005)
            clock, computed = time.perf_counter() - started, processor(process.pid)
            await publishers.all.wait()
            await asyncio.sleep(SETTLED)
            return clock, computed, held(process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 60)
        if process.returncode is None:
            process.kill()


async def measured(feeds: int, folder: Path) -> Sequence[Figure]:
    figures = []
    async with feed_server() as server, TelegramServer() as telegram:
        publishers = Publishers(server, feeds)
        listed = "".join(
            f"- {{name: f{n}, url: 'http://127.0.0.1:{server.port}/f/{n}', language: ar}}\n"
            for n in range(feeds)
        )
        (folder / "feeds.yaml").write_text("feeds:\n" + listed, encoding="utf-8")
        # Where compiled modules may not be written each start compiles a thousand of them.
        environment = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith("MARSAD_") and k != "PYTHONDONTWRITEBYTECODE"
        } | {
            "MARSAD_TELEGRAM_TOKEN": telegram.token,
            "MARSAD_TELEGRAM_BASE_URL": telegram.base_url,
            "MARSAD_DATA_DIR": str(folder / "data"),
            "MARSAD_MARKER_DIR": str(folder / "marker"),
            "MARSAD_FEEDS_FILE": str(folder / "feeds.yaml"),
            "MARSAD_ALLOW_PRIVATE": "127.0.0.0/8",
        }
        await service(environment, telegram, publishers)  # makes the cache
        # A database of its own: in the first one no feed is due.
        shutil.copytree(folder / "data" / "cache", folder / "again" / "cache")
        environment["MARSAD_DATA_DIR"] = str(folder / "again")
        clock, computed, memory = await service(environment, telegram, publishers)
        figures += [
            Figure("marsad run: to the first request, processor", computed, "s", 2),
            Figure("marsad run: to the first request, clock", clock, "s"),
            Figure(f"marsad run: {feeds} feeds polled, memory", memory, "MB", 250),
        ]
        for name, arguments, limit in (
            ("marsad --help", ("--help",), 0.3),
            ("marsad rules explain", ("rules", "explain", TEXT), 1.0),
        ):
            await command(environment, *arguments)
            taken = [await command(environment, *arguments) for _ in range(RUNS)]
            figures += [
                Figure(f"{name}: processor", statistics.median(c for _, c in taken), "s", limit),
                Figure(f"{name}: clock", statistics.median(w for w, _ in taken), "s"),
            ]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--full", action="store_true", help="500 feeds")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="marsad-bench-") as name:
        figures = asyncio.run(measured(500 if given.full else given.feeds, Path(name)))
    show("starts", figures, as_json=given.json)


if __name__ == "__main__":
    main()
