"""The crash test: a service that is killed again and again must lose nothing and hide no repeat.

    python -m tests.torture.crash --kills 120        what `make torture` runs

The real service runs as a process over a real SQLite file, between a feed server that never stops
publishing and a fake Bot API that answers slowly. It gets SIGKILL at random moments and starts
again. In the end: each alert that should exist was told to each chat that should have it; what
came twice was marked as a possible repeat; and there were at most as many repeats in a chat as
there were crashes. `--seed` repeats a run as far as the machine's own timing allows.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bot.telegram.bot_api import Description
from tests.telegram_server import TelegramServer
from tests.torture.books import Books, Tally, audit, open_books, seat_chats
from tests.torture.newsroom import Newsroom, write_catalogue, write_rules

# Seconds for what is certain to come unless something is lost: a machine may be very busy.
PATIENCE = 240
FIRST_VISITOR = 100_000


class SlowTelegram(TelegramServer):
    """Delivers, then takes its time to answer: there is a kill's worth of doubt in each send."""

    def __init__(self, chance: random.Random, description: Description | None = None) -> None:
        super().__init__(description=description)
        self.chance = chance
        self.sending = asyncio.Event()
        self.in_doubt = 0

    async def call(self, method: str, values: dict[str, Any]) -> Any:
        if method != "sendMessage":
            return await super().call(method, values)
        self.sending.set()
        await asyncio.sleep(self.chance.uniform(0, 0.12))
        result = await super().call(method, values)
        self.in_doubt += 1
        try:
            await asyncio.sleep(self.chance.uniform(0, 0.12))
        finally:
            self.in_doubt -= 1
        return result


class Service:
    """`marsad run` as a process: from a nursery that forks it (fast), or started anew each time."""

    def __init__(self, environment: dict[str, str], log: Path, *, nursery: bool) -> None:
        self._environment = environment
        self._log = log
        self._nursery = nursery
        self._process: asyncio.subprocess.Process | None = None
        self.pid = 0
        self.sessions: list[int] = []

    async def prepare(self) -> None:
        if not self._nursery:
            return
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.torture.service", "--nursery"),
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        await self._line("ready")

    async def start(self) -> None:
        if self._nursery:
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(b"\n")
            self.pid = int((await self._line("pid")).split()[1])
        else:
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "tests.torture.service"),
                    env=self._environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self.pid = self._process.pid
        self.sessions.append(self.pid)

    async def end(self, number: signal.Signals) -> int:
        """Send the signal, wait for the end, return the exit code (negative: the signal's)."""
        os.kill(self.pid, number)
        if self._nursery:
            return int((await self._line("exit")).split()[1])
        assert self._process is not None
        return await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def ended(self) -> int:
        """Wait for it to end by itself (not from a nursery), return the exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            if self._process.stdin:
                # A nursery waits for its child: after a test that failed, for ever.
                for pid in self.left_over():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self._process.stdin.close()
            else:
                self._process.kill()
            await self._process.wait()

    def left_over(self) -> list[int]:
        """Processes that a killed service left behind (its workers must end by themselves)."""
        mine, found = set(self.sessions), []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                session = int(entry.read_text().rsplit(")", 1)[1].split()[3])
            except (OSError, ValueError):
                continue
            if session in mine:
                found.append(int(entry.parent.name))
        return found

    async def _line(self, start: str) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        line = (await asyncio.wait_for(self._process.stdout.readline(), PATIENCE)).decode()
        if not line.startswith(start):
            raise RuntimeError(f"the service's nursery said {line!r}: see {self._log}")
        return line


@dataclass
class Result:
    """What a run showed. `problems` is empty when every claim held.

    `starved` says what the machine was too slow for: that was not tried, and is no loss.
    """

    seed: int
    kills: int = 0
    stops: int = 0
    killed_starting: int = 0
    killed_in_doubt: int = 0
    seconds: float = 0.0
    published: int = 0
    loud: int = 0
    visitors: list[int] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    starved: list[str] = field(default_factory=list)


async def torture(
    folder: Path,
    *,
    kills: int,
    seed: int,
    nursery: bool,
    per_second: float = 5.0,
    longest_life: float = 2.5,
    seconds: float = 3600.0,
    settle: float = 90.0,
) -> Result:
    """Kill the service `kills` times, or as often as fits into `seconds`, and audit the books."""
    chance, result = random.Random(seed), Result(seed)
    began = time.monotonic()
    log = folder / "service.log"
    async with AsyncExitStack() as stack:
        telegram = SlowTelegram(random.Random(seed + 1))
        await stack.enter_async_context(telegram)
        newsroom = Newsroom(random.Random(seed + 2), per_second)
        url = await newsroom.start()
        stack.push_async_callback(newsroom.stop)
        write_rules(folder / "rules")
        write_catalogue(folder / "feeds.yaml", url)
        books = await open_books(folder / "data" / "marsad.sqlite")
        await seat_chats(books)
        await books.close()
        service = Service(_environment(folder, telegram, log), log, nursery=nursery)
        await service.prepare()
        stack.push_async_callback(service.close)

        # The first life is long enough to read every feed once: what follows is news.
        await service.start()
        await _until(
            lambda: telegram.unread == 0 and newsroom.requests >= 6, PATIENCE, "the first polls"
        )
        publishing = asyncio.create_task(newsroom.publish())
        stack.callback(publishing.cancel)
        visiting = asyncio.create_task(_visit(telegram, random.Random(seed + 3), result))
        stack.callback(visiting.cancel)
        up_at = time.monotonic()
        while result.kills < kills and time.monotonic() - up_at < seconds:
            up = await _random_moment(chance, telegram, newsroom, longest_life, result)
            if up and chance.random() < 0.15:
                result.problems += await _stopped_well(service, log)
                result.stops += 1
                await service.start()
                continue
            result.killed_in_doubt += telegram.in_doubt > 0
            code = await service.end(signal.SIGKILL)
            if code != -signal.SIGKILL:
                result.problems.append(f"the service ended by itself with exit code {code}")
                break
            result.kills += 1
            await service.start()
        publishing.cancel()
        visiting.cancel()
        result.published = len(newsroom.published)
        result.loud = sum(entry.signal is not None for entry in newsroom.published)

        books = await open_books(folder / "data" / "marsad.sqlite")
        stack.push_async_callback(books.close)
        if result.kills < kills:
            result.starved.append(f"{result.kills} kills of {kills} fitted into {seconds:g} s")
        if newsroom.missed:
            missed = len(newsroom.missed)
            result.starved.append(f"{missed} entries left their feed before they were read")
        out_of_time = await _settled(books, newsroom, settle, result)
        # Whoever wrote is answered: an update that a kill took is a loss like any other.
        with contextlib.suppress(RuntimeError):
            await _until(lambda: telegram.unread == 0, settle, "the last updates")
        lost = [visitor for visitor in result.visitors if not telegram.sent_to(visitor)]
        if lost:
            result.problems.append(
                f"{len(lost)} of {len(result.visitors)} people who said /start got no answer"
            )
        result.problems += await _stopped_well(service, log)
        try:
            await _until(lambda: not service.left_over(), PATIENCE, "the end of every process")
        except RuntimeError:
            left = len(service.left_over())
            result.problems.append(f"{left} processes of killed services are still there")
        result.tallies, found = await audit(
            books, newsroom, telegram, result.kills, starved=out_of_time
        )
        result.problems += found
    result.seconds = time.monotonic() - began
    return result


async def _visit(telegram: SlowTelegram, chance: random.Random, result: Result) -> None:
    """Let people say /start, now and then many at once, until cancelled."""
    while True:
        await asyncio.sleep(chance.expovariate(1.0))
        for _ in range(chance.choice([1, 1, 12])):
            visitor = FIRST_VISITOR + len(result.visitors)
            result.visitors.append(visitor)
            telegram.say(visitor, "/start")


async def _random_moment(
    chance: random.Random,
    telegram: SlowTelegram,
    newsroom: Newsroom,
    longest_life: float,
    result: Result,
) -> bool:
    """Let the service live for a while: not at all, for some time, or until it is sending.

    Returns whether it is up.
    """
    way = chance.random()
    if way < 0.1:
        await asyncio.sleep(chance.uniform(0, 0.6))
        result.killed_starting += 1
        return False
    asked = newsroom.requests
    await _until(lambda: newsroom.requests > asked, PATIENCE, "a poll after a start")
    await asyncio.sleep(chance.uniform(0, longest_life))
    if way < 0.6:
        telegram.sending.clear()
        try:
            async with asyncio.timeout(3):
                await telegram.sending.wait()
        except TimeoutError:
            return True
        await asyncio.sleep(chance.uniform(0, 0.12))
    return True


async def _stopped_well(service: Service, log: Path) -> list[str]:
    """SIGTERM, as operators stop the service: nothing under way may be left in doubt."""

    def said() -> bytes:
        return log.read_bytes() if log.exists() else b""

    before = len(said())
    code = await service.end(signal.SIGTERM)
    words = said()[before:].decode()
    problems = [] if code == 0 else [f"SIGTERM: exit code {code}"]
    if "Marsad stopped" not in words or "unknown" in words or "Traceback" in words:
        problems.append(f"SIGTERM: it did not stop well: {words[:2000]}")
    return problems


async def _settled(books: Books, newsroom: Newsroom, seconds: float, result: Result) -> bool:
    """Wait until everything published is stored and nothing is owed to anyone.

    Returns whether time ran out while things still moved: a slow machine. When nothing moves
    for `seconds` something is stuck, and that is a problem.
    """
    loud = {e.number for e in newsroom.published if e.signal is not None} - newsroom.missed
    began = moved_at = time.monotonic()
    left, quiet = await books.unsettled(loud), 0
    while quiet < 3:
        await asyncio.sleep(0.4)
        before, left = left, await books.unsettled(loud)
        now = time.monotonic()
        moved_at = now if left != before else moved_at
        quiet = quiet + 1 if left == (0, 0) else 0
        words = f"{left[0]} deliveries are owed and {left[1]} entries unread"
        if not quiet and now - moved_at > seconds:
            result.problems.append(f"stuck: {words}, and nothing moved for {seconds:g} s")
            return False
        if not quiet and now - began > 4 * seconds:
            result.starved.append(f"{words} after {4 * seconds:g} s, and things still move")
            return True
    return False


async def _until(condition: Any, seconds: float, what: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 what is waited for is in another process
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise RuntimeError(f"{what} did not come within {seconds:g} s") from None


def _environment(folder: Path, telegram: TelegramServer, log: Path) -> dict[str, str]:
    # Not measured: a process that is killed writes no coverage, and counts lines at three times the
    # price of running them.
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("MARSAD_", "COVERAGE_"))}
    return kept | {
        "MARSAD_TELEGRAM_TOKEN": telegram.token,
        "MARSAD_ACCESS": "open",
        "MARSAD_TELEGRAM_BASE_URL": telegram.base_url,
        "MARSAD_DATA_DIR": str(folder / "data"),
        "MARSAD_RULES_DIR": str(folder / "rules"),
        "MARSAD_FEEDS_FILE": str(folder / "feeds.yaml"),
        "MARSAD_ALLOW_PRIVATE": "127.0.0.0/8",
        "MARSAD_LOG_LEVEL": "INFO",
        "TORTURE_LOG": str(log),
    }


def print_result(result: Result) -> None:
    """The table of what each chat got, and what was found wrong."""
    table = Table(
        *("chat", "wanted", "told", "as cards", "in lines", "marked", "really twice", "unmarked"),
        title=(
            f"{result.kills} kills ({result.killed_in_doubt} with answers under way, "
            f"{result.killed_starting} while starting) and {result.stops} stops in "
            f"{result.seconds:.0f} s, seed {result.seed}: {result.published} entries, "
            f"{result.loud} of them alerts; {len(result.visitors)} people said /start"
        ),
    )
    for tally in result.tallies:
        table.add_row(
            tally.chat,
            *(str(n) for n in (tally.wanted, tally.told, tally.cards, tally.in_lines)),
            *(str(n) for n in (tally.marked, tally.twice, tally.unmarked)),
        )
    console = Console(width=120)
    console.print(table)
    for problem in result.problems:
        console.print(f"PROBLEM: {problem}", markup=False)
    for short in result.starved:
        console.print(f"TOO SLOW A MACHINE: {short}", markup=False)
    if not result.problems:
        console.print("Nothing lost, no repeat without its mark.")


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill the service again and again.")
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--seconds", type=float, default=1800, help="no new kill after this long")
    parser.add_argument(
        "--nursery", action="store_true", help="fork the service instead of starting it anew"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the database and the log")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="marsad-torture-") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "service.log"
        run = torture(
            folder,
            kills=arguments.kills,
            seed=arguments.seed,
            nursery=arguments.nursery,
            seconds=arguments.seconds,
        )
        result = Result(arguments.seed, problems=["the run did not end"])
        try:
            result = asyncio.run(run)
        finally:
            print_result(result)
            if result.problems and log.exists():
                print(f"--- the end of {log}", *log.read_text().splitlines()[-40:], sep="\n")
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
