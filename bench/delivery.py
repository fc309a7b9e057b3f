"""What many chats cost: the rows of an alert for all of them, a look at the outbox, its pace.

    python -m bench.delivery [--full] [--json]

A database with so many chats; everything else is the service's own: the pipeline that owes an
alert to each, and the dispatcher that sends them at Telegram's pace to a sender that takes all.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bench.report import Figure, show
from bot.clock import utc_now
from bot.delivery.deciding.outcome import Outcome, Outgoing, Sent
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.delivery.dispatcher import Dispatcher
from storage.connection import Connection
from storage.database import Database
from storage.opening import open_database
from storage.readers import chats
from storage.sending import digest_turns, lots, outbox
from tests.bot.alerts.newsroom import Newsroom, of_its_own
from tests.storage.make import chat

MESSAGES = count(1)


class Taking:
    """Takes every message after a tenth of a second; notes when each critical one came."""

    def __init__(self) -> None:
        self.sent = 0
        self.critical: list[tuple[int, float]] = []

    async def send(self, outgoing: Outgoing) -> Outcome:
        await asyncio.sleep(0.1)
        self.sent += 1
        if outgoing.delivery.level == "critical":
            self.critical.append((outgoing.chat.id, time.monotonic()))
        return Sent(next(MESSAGES))


class Watched:
    """How long the writing thread was held, in milliseconds, and of the processor; `committed`: of
    the processor with the commit."""

    def __init__(self) -> None:
        self.held: list[float] = []
        self.worked: list[float] = []
        self.committed = 0.0

    def __call__(self, write: Callable[[Connection], Any]) -> Callable[[Connection], Any]:
        def held(db: Connection) -> Any:
            start, begun = time.perf_counter(), time.thread_time()
            try:
                return write(db)
            finally:
                self.held.append(1e3 * (time.perf_counter() - start))
                self.worked.append(1e3 * (time.thread_time() - begun))

        return held


async def seat(database: Database, number: int, now: datetime) -> None:
    def write(db: Connection) -> None:
        for chat_id in range(1, number + 1):
            chats.upsert(db, chat(chat_id, "siege", created_at=now))

    await database.write(write)


async def alert(database: Database, number: int, *, critical: bool = False) -> Watched:
    """An entry that every chat is told of; how long its transaction held the writer."""
    watch = Watched()
    sign = "خطير " if critical else ""

    def write(db: Connection) -> None:
        newsroom = NEWSROOMS.setdefault(id(database), Newsroom(db))
        newsroom.db = db
        newsroom.says(
            f"حصار {sign}{of_its_own(number, 8)}",
            of_its_own(number, 30),
            guid=f"g{number}",
            now=utc_now(),
        )

    begun = time.process_time()
    await database.write(watch(write))
    watch.committed = 1e3 * (time.process_time() - begun)
    return watch


async def written_out(database: Database) -> list[Watched]:
    """Each lot of what is owed to many chats, as who sends writes it out before a look."""
    found = []
    while await database.read(lots.waiting):
        found.append(watch := Watched())
        await database.write(watch(lots.write_out))
    return found


NEWSROOMS: dict[int, Newsroom] = {}


async def looks(database: Database, runs: int) -> tuple[float, float]:
    """Milliseconds of a look that may send nothing: by the clock, and of the processor."""
    policy = DeliveryPolicy(concurrency=0)
    dispatcher = Dispatcher(database, Taking(), policy)
    await dispatcher.run_once(utc_now())
    taken, worked = [], []
    for _ in range(runs):
        start, begun = time.perf_counter(), time.process_time()
        await dispatcher.run_once(utc_now())
        taken.append(1e3 * (time.perf_counter() - start))
        worked.append(1e3 * (time.process_time() - begun))
    return statistics.median(taken), statistics.median(worked)


async def at_pace(
    database: Database, members: int, seconds: float
) -> tuple[float, float, float, float, float]:
    """Messages a second, the share of a core at first, while digests are planned, and later, and
    how long a critical alert took to its first and to its last of a hundred chats."""
    sender = Taking()
    dispatcher = Dispatcher(database, sender, DeliveryPolicy())
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    await asyncio.sleep(2)
    pace, at_first = await share(sender, seconds)
    for _ in range(240):
        if not await database.read(unplanned):
            break
        await asyncio.sleep(0.5)
    _, later = await share(sender, seconds)
    hundred = list(range(members - min(100, members) + 1, members + 1))

    def urgent(db: Connection) -> None:
        from tests.bot.delivery.desk import make_alert

        make_alert(db, hundred, utc_now(), level="critical")

    await database.write(urgent)
    asked = time.monotonic()
    dispatcher.wake()
    for _ in range(2_400):
        if len(sender.critical) >= len(hundred):
            break
        await asyncio.sleep(0.05)
    stop.set()
    await running
    await dispatcher.drain(timedelta(seconds=2))
    first = sender.critical[0][1] - asked if sender.critical else float("inf")
    last = sender.critical[-1][1] - asked if len(sender.critical) >= len(hundred) else float("inf")
    return pace, at_first, later, first, last


async def share(sender: Taking, seconds: float) -> tuple[float, float]:
    """Messages a second, and the share of a core."""
    begun, start, before = time.process_time(), time.monotonic(), sender.sent
    await asyncio.sleep(seconds)
    passed = time.monotonic() - start
    return (sender.sent - before) / passed, (time.process_time() - begun) / passed


def unplanned(db: Connection) -> bool:
    return bool(digest_turns.without(db, 1) or digest_turns.unplanned(db, 1))


async def measure(folder: Path, members: int, few: int, rows: int, runs: int) -> list[Figure]:
    found: list[Figure] = []
    database = await open_database(folder / "many.sqlite")
    await seat(database, members, utc_now())
    found.append(
        Figure(f"a look, nothing waits, {members:,} chats", *_ms(await looks(database, runs)))
    )
    held = [await alert(database, number) for number in range(3)]
    best = min(held, key=lambda watch: watch.held[0])
    found.append(
        Figure(f"an alert owed to {members:,} chats: writer held", best.held[0], "ms", 150)
    )
    found.append(Figure("  of that processor", best.worked[0], "ms", 150))
    found.append(Figure("  and of its commit", best.committed - best.worked[0], "ms"))
    each = sorted(lot.worked[0] for lot in await written_out(database))
    if each:
        found.append(Figure("  each lot of it, later: median", statistics.median(each), "ms"))
        found.append(Figure("  each lot of it, later: worst", each[-1], "ms", 100))
    waiting = await database.read(lambda db: outbox.counts(db)["pending"])
    look = await looks(database, runs)
    found.append(Figure(f"a look, {waiting:,} rows in {members:,} chats", *_ms(look)))
    found += _paced(f"{members:,} chats", await at_pace(database, members, 8))
    await database.close()
    NEWSROOMS.clear()

    database = await open_database(folder / "few.sqlite")
    await seat(database, few, utc_now())
    for number in range(max(1, rows // few)):
        await alert(database, number)
    waiting = await database.read(lambda db: outbox.counts(db)["pending"])
    look = await looks(database, runs)
    found.append(Figure(f"a look, {waiting:,} rows in {few:,} chats", *_ms(look)))
    found += _paced(f"{few:,} chats", await at_pace(database, few, 8))
    await database.close()
    return found


def _ms(taken: tuple[float, float]) -> tuple[float, str]:
    return taken[1], "ms of the processor"


def _paced(of: str, found: tuple[float, float, float, float, float]) -> list[Figure]:
    pace, at_first, later, first, last = found
    return [
        Figure(f"{of}: messages a second", pace, "", 20, least=True),
        Figure(f"{of}: a core, while digests are planned", 100 * at_first, "%", 20),
        Figure(f"{of}: a core, later", 100 * later, "%", 20),
        Figure(f"{of}: critical past the rest, first chat", first, "s", 2),
        Figure(f"{of}: critical past the rest, 100 chats", last, "s", 8),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="20,000 chats, 20,000 rows")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    members, few, rows = (20_000, 200, 20_000) if given.full else (5_000, 100, 2_000)
    with tempfile.TemporaryDirectory(prefix="marsad-bench-") as folder:
        figures = asyncio.run(measure(Path(folder), members, few, rows, 5))
    show("delivery", figures, as_json=given.json)


if __name__ == "__main__":
    main()
