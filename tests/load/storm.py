"""What a storm does to critical alerts and to commands: the service at its real pace.

    python -m tests.load.storm            all of it, about seven minutes
    python -m tests.load.storm --short    smaller queues, about five minutes

Each part starts `marsad run` as a process of its own over a prepared database, with the fake Bot
API on loopback, and stops by itself. It prints a table and exits with 1 if a limit was missed.

SIGTERM (exit code 143), SIGINT (130) and the end of its time (1; `--minutes`) stop the service,
close the servers and remove the folder, wherever it stands.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.clock import utc_now
from bot.delivery.deciding.pacing import SendLimits
from bot.delivery.later.catchup import FoldPolicy
from bot.delivery.waiting import read_owed
from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.file.writing import in_transaction
from storage.readers import chats
from tests.bot.delivery.desk import chat, make_alert
from tests.bot.service.newsroom import Newsroom, write_feeds
from tests.telegram_server import TelegramServer

OPERATOR = 900
FIRST_CHAT = 10_000
# Old enough that no ordinary head start applies, young enough that nothing is too old as news.
AGE = timedelta(minutes=30)
ASK_EVERY = 2.0
PATIENCE = 660.0
# Minutes for all of it, in full.
LONGEST = 30.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much waits in each part."""

    waiting: int
    burst: int
    burst_seconds: int
    pending: int


FULL = Size(waiting=2000, burst=2000, burst_seconds=60, pending=1988)
SHORT = Size(waiting=100, burst=300, burst_seconds=20, pending=200)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `good` is None for what has no limit."""

    what: str
    first_version: str
    now: str
    limit: str = ""
    good: bool | None = None
    cost: str = ""


@dataclass(slots=True)
class Running:
    """The service as a process, its database and the world it speaks to."""

    server: TelegramServer
    database: Path
    pid: int
    asked: list[float] = field(default_factory=list)
    began: tuple[float, float] = (0.0, 0.0)

    def begin(self) -> None:
        """What the service computes is counted from here: not how it started."""
        self.began = (time.monotonic(), self.computed())

    def computed(self) -> float:
        """Seconds of CPU the service took so far."""
        stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def cost(self) -> str:
        """How much of a core the service took, and how busy the machine was with all it does.

        The first does not depend on what else the machine does; the seconds of a line do.
        """
        since, before = self.began
        share = (self.computed() - before) / max(0.001, time.monotonic() - since)
        return f"{share:.0%} of a core, load {os.getloadavg()[0]:.1f}"

    def write(self, fn: Callable[[Connection], object]) -> None:
        connection = connect(self.database, busy_timeout_ms=120_000)
        try:
            in_transaction(connection, fn)
        finally:
            connection.close()

    def memory(self, name: str = "VmRSS") -> float:
        """In MB; "VmHWM" is the most there was."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    async def critical(self, chat_ids: Sequence[int], seconds: float = PATIENCE) -> float:
        """Seconds until a new critical alert is with every one of the chats."""
        found: list[str] = []

        def add(db: Connection) -> None:
            alert = make_alert(db, chat_ids, utc_now(), level="critical", title="Hospital hit")
            found.append(alert.short_id)

        await asyncio.to_thread(self.write, add)
        start, seen, read = time.monotonic(), set[int](), 0
        wanted = re.compile(rf"\b{found[0]}\b")
        while time.monotonic() - start < seconds:
            messages = self.server.messages
            while read < len(messages):
                if wanted.search(messages[read].text):
                    seen.add(messages[read].chat_id)
                read += 1
            if seen >= set(chat_ids):
                return time.monotonic() - start
            await asyncio.sleep(0.02)
        return float("inf")

    async def ask(self) -> None:
        """An operator asks again and again; how long each answer took is in `asked`."""
        for number in range(10**6):
            before = len(self.server.sent_to(OPERATOR))
            start = time.monotonic()
            self.server.say(OPERATOR, ("/status", "/help", "/recent")[number % 3])
            try:
                await self.server.next_message(OPERATOR, before, seconds=60)
            except TimeoutError:
                self.asked.append(float("inf"))
                return
            self.asked.append(time.monotonic() - start)
            if self.asked[-1] > 1:
                _say(f"   command {number + 1} took {self.asked[-1]:.1f} s")
            await asyncio.sleep(ASK_EVERY)


class Ended(Exception):
    """The run was told to end."""


_ending = threading.Event()


def prepare(database: Path, chat_ids: Sequence[int], waiting: int, age: timedelta) -> None:
    """A database in which so many alerts wait in each chat."""
    connection = connect(database)
    migrate(connection)

    def fill(db: Connection) -> None:
        then = utc_now() - age
        chats.upsert(db, chat(OPERATOR, role="operator"))
        for chat_id in chat_ids:
            chats.upsert(db, chat(chat_id))
        for number in range(waiting):
            if _ending.is_set():
                raise Ended
            make_alert(db, chat_ids, then + number * timedelta(milliseconds=10), title=_title())

    try:
        in_transaction(connection, fill)
    finally:
        connection.close()


async def to_the_end(work: Callable[..., object], *values: object) -> None:
    """Run it in a thread that is waited for also when this is cancelled: it writes into a folder
    that is removed next. `_ending` makes it short."""
    thread = asyncio.create_task(asyncio.to_thread(work, *values))
    try:
        await asyncio.shield(thread)
    except asyncio.CancelledError:
        with suppress(Ended):
            await thread
        raise


def _title() -> str:
    return "Hospitals in the north run out of insulin and dialysis supplies"


@asynccontextmanager
async def running(room: Path, chat_ids: Sequence[int], waiting: int = 0) -> AsyncIterator[Running]:
    """The service over so much, asked by an operator meanwhile."""
    with tempfile.TemporaryDirectory(dir=room) as name:
        folder = Path(name)
        database = folder / "data" / "marsad.sqlite"
        database.parent.mkdir()
        await to_the_end(prepare, database, chat_ids, waiting, AGE)
        async with Newsroom() as newsroom, TelegramServer() as server:
            environment = {
                "MARSAD_TELEGRAM_TOKEN": server.token,
                "MARSAD_TELEGRAM_BASE_URL": server.base_url,
                "MARSAD_OPERATORS": str(OPERATOR),
                "MARSAD_DATA_DIR": str(database.parent),
                "MARSAD_FEEDS_FILE": str(write_feeds(folder, newsroom)),
                "MARSAD_ALLOW_PRIVATE": "127.0.0.1",
            }
            with (folder / "log").open("wb") as log:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-c", "from bot.cli.main import app; app(['run'])"),
                    env=os.environ | environment,
                    stdout=log,
                    stderr=log,
                )
            asking: asyncio.Task[None] | None = None
            try:
                now = Running(server, database, process.pid)
                await server.until(lambda: server.commands or process.returncode, seconds=120)
                _say("   the service answers")
                asking = asyncio.create_task(now.ask())
                yield now
                _say(f"   a command took {max(now.asked, default=0):.1f} s at most")
            finally:
                if asking:
                    asking.cancel()
                if process.returncode is None:
                    process.terminate()
                try:
                    await asyncio.wait_for(process.wait(), 30)
                except TimeoutError:
                    process.kill()
                    await process.wait()
                with suppress(OSError):
                    text = (folder / "log").read_text(encoding="utf-8", errors="replace")
                    for line in [x for x in text.splitlines() if "Traceback" in x][:3]:
                        _say(f"   the service's log has: {line}")
            if server.violations:
                _say(f"   the Bot API would refuse: {server.violations[:2]}")


def look(room: Path, waiting: int) -> float:
    """Milliseconds for one look at 50 chats in which so many wait."""
    members = [FIRST_CHAT + n for n in range(50)]
    with tempfile.TemporaryDirectory(dir=room) as name:
        path = Path(name) / "marsad.sqlite"
        prepare(path, members, waiting, AGE)
        connection = connect(path, query_only=True)
        taken = []
        for _ in range(5):
            start = time.perf_counter()
            read_owed(connection, (), FoldPolicy(), utc_now())
            taken.append(time.perf_counter() - start)
        connection.close()
    return sorted(taken)[2] * 1000


async def behind(room: Path, number: int, waiting: int, first_version: str) -> list[Figure]:
    """How long a critical alert takes to every chat while so much waits in each."""
    members = [FIRST_CHAT + n for n in range(number)]
    pace = SendLimits().overall_sends / SendLimits().overall_window.total_seconds()
    allowed = number / pace
    what = f"{number} chats, {waiting:,} waiting in each: critical with every chat"
    _say(what)
    async with running(room, members, waiting) as now:
        taken = []
        now.begin()
        for pause in (3, 10, 10):
            await asyncio.sleep(pause)
            taken.append(await now.critical(members, 60))
            _say(f"   {taken[-1]:.1f} s")
        worst, limit = max(taken), 1.2 * allowed
        return [
            Figure(
                *(what, first_version, f"{worst:.1f} s", f"{limit:.1f} s", worst <= limit),
                cost=now.cost(),
            ),
            _answer(now, "   a command meanwhile"),
        ]


async def burst(room: Path, size: Size) -> list[Figure]:
    """A storm of alerts, a tenth of them critical: when is each critical one with its chats?"""
    members = [FIRST_CHAT + n for n in range(50)]
    what = f"{size.burst:,} alerts in {size.burst_seconds} s to 50 chats"
    _say(what)
    async with running(room, members) as now, AsyncExitStack() as stack:
        await asyncio.sleep(10)
        idle = now.memory()
        now.begin()
        critical: list[tuple[str, float]] = []
        written = asyncio.create_task(_pour(now, members, size, critical))
        stack.callback(written.cancel)
        missing: dict[str, set[int]] = {}
        late, read, noted, start = 0.0, 0, 0, time.monotonic()
        while time.monotonic() - start < PATIENCE + size.burst_seconds:
            for short_id, _ in critical[noted:]:
                missing[short_id] = set(members)
            noted = len(critical)
            since = dict(critical)
            for message in now.server.messages[read:]:
                for short_id in re.findall(r"A\d+", message.text):
                    if message.chat_id in missing.get(short_id, ()):
                        missing[short_id].discard(message.chat_id)
                        late = max(late, time.monotonic() - since[short_id])
                read += 1
            if written.done() and noted == len(critical) and not any(missing.values()):
                break
            await asyncio.sleep(0.1)
        await written
        lost = sum(len(each) for each in missing.values())
        await asyncio.sleep(5)
        more = now.memory("VmHWM") - idle
        named = f"{late:.0f} s" if not lost else f"{lost} missing"
        _say(f"   {named}; {len(now.server.messages):,} messages")
        return [
            Figure(
                f"{what}: last critical one sent or named",
                "never all",
                named,
                "600 s",
                not lost and late <= 600,
                now.cost(),
            ),
            Figure(
                f"   memory above idle ({idle:.0f} MB)", "", f"{more:.0f} MB", "100 MB", more <= 100
            ),
            _answer(now, "   a command meanwhile"),
        ]


async def _pour(
    now: Running, members: Sequence[int], size: Size, critical: list[tuple[str, float]]
) -> None:
    start = time.monotonic()
    for second in range(size.burst_seconds):
        number = size.burst // size.burst_seconds

        def add(db: Connection) -> None:
            for each in range(number):  # noqa: B023 it runs before the next second begins
                level = "critical" if each % 10 == 0 else "alert"
                alert = make_alert(db, members, utc_now(), level=level, title=_title())
                if level == "critical":
                    critical.append((alert.short_id, time.monotonic()))

        await asyncio.to_thread(now.write, add)
        await asyncio.sleep(max(0.0, start + second + 1 - time.monotonic()))


async def pending(room: Path, size: Size) -> list[Figure]:
    """Whether anything is sent, and commands answered, with everything pending at once."""
    members = [FIRST_CHAT + n for n in range(50)]
    rows = 50 * size.pending
    _say(f"{rows:,} rows pending")
    async with running(room, members, size.pending) as now:
        before = len(now.server.messages)
        now.begin()
        await asyncio.sleep(20)
        sent = len(now.server.messages) - before
        return [
            Figure(
                *(
                    f"{rows:,} rows pending: sent in 20 s",
                    "0",
                    f"{sent}",
                    "more than 200",
                    sent > 200,
                ),
                cost=now.cost(),
            ),
            _answer(now, "   a command meanwhile", "no answer"),
        ]


def _answer(now: Running, what: str, first_version: str = "") -> Figure:
    worst = max(now.asked, default=float("inf"))
    return Figure(what, first_version, f"{worst:.1f} s at most", "3 s", worst < 3)


def _say(text: str) -> None:
    print(f"{utc_now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


async def measured(room: Path, size: Size) -> list[Figure]:
    """Everything, in the order of the table."""
    quick = await asyncio.to_thread(look, room, size.waiting)
    return [
        Figure(
            f"one look at 50 chats with {size.waiting:,} waiting", "105 s CPU", f"{quick:.0f} ms"
        ),
        *await behind(room, 200, 30, "630 s"),
        *await behind(room, 200, size.waiting, "716 s (behind 20,000 rows)"),
        *await burst(room, size),
        *await pending(room, size),
    ]


async def until_told(room: Path, size: Size, minutes: float) -> list[Figure] | int:
    """The figures; or the exit code, when told to end or out of time."""
    work = asyncio.create_task(measured(room, size))
    told: list[int] = []

    def end(code: int) -> None:
        # Once: what is being tidied up is not broken off by a second signal.
        if not told:
            told.append(code)
            _ending.set()
            work.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, 128 + number)
    loop.call_later(minutes * 60, end, 1)
    try:
        return await work
    except (asyncio.CancelledError, Ended):
        _say(f"{f'not done after {minutes:g} minutes' if told == [1] else 'told to end'}: all ends")
        return told[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="What a storm does: see the module.")
    parser.add_argument("--short", action="store_true", help="smaller queues, five minutes")
    parser.add_argument("--minutes", type=float, default=LONGEST, help="it ends after so many")
    arguments = parser.parse_args()
    size = SHORT if arguments.short else FULL
    # Removed when the loop has ended, and with it every thread that writes in there.
    with tempfile.TemporaryDirectory(prefix="marsad-load-") as room:
        figures = asyncio.run(until_told(Path(room), size, arguments.minutes))
    if isinstance(figures, int):
        sys.exit(figures)
    table = Table("", "first version", "now", "limit", "", "the service took")
    for each in figures:
        verdict = {True: "OK", False: "MISSED", None: ""}[each.good]
        table.add_row(each.what, each.first_version, each.now, each.limit, verdict, each.cost)
    Console(width=120).print(table)
    sys.exit(any(each.good is False for each in figures))


if __name__ == "__main__":
    main()
