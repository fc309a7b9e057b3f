"""One installation of several processes, with its publishers, its Telegram and its books."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.telegram_server import TelegramServer
from tests.torture.books import NUMBER, Books, audit, open_books, seat_chats
from tests.torture.crash import PATIENCE, Result, SlowTelegram, _environment, _settled
from tests.torture.newsroom import write_rules
from tests.torture.several import outcome
from tests.torture.several.outcome import Outcome
from tests.torture.several.units import Unit
from tests.torture.several.wires import Wires

FEEDS = 16
PER_SECOND = 2.0
# What a run may break off in the middle of a message: a kill of the bot is none, but each restart.
DOUBTS = 2


@dataclass(slots=True)
class Desk:
    """The parts of one installation, read from outside."""

    wires: Wires
    telegram: TelegramServer
    books: Books
    environment: dict[str, str]
    folder: Path

    def unit(self, name: str, *arguments: str) -> Unit:
        return Unit(name, ("run", *arguments), self.environment, self.folder)


@asynccontextmanager
async def desk(folder: Path, where: str = "") -> AsyncIterator[Desk]:
    """Over the server's database at `where`, or over a file."""
    write_rules(folder / "rules")
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(SlowTelegram(random.Random(1)))
        wires = Wires(random.Random(2), PER_SECOND, FEEDS)
        await wires.open(folder)
        stack.push_async_callback(wires.stop)
        books = await open_books(where or folder / "data" / "marsad.sqlite")
        stack.push_async_callback(books.close)
        await seat_chats(books)
        environment = _environment(folder, telegram, folder / "log") | {
            "MARSAD_DATABASE_URL": where,
            "PYTHONUNBUFFERED": "1",
        }
        yield Desk(wires, telegram, books, environment, folder)


async def accounts(desk: Desk) -> tuple[list[str], Outcome]:
    """Wait until all is stored and nothing is owed; what is wrong then, and what came of it."""
    wires, books, result = desk.wires, desk.books, Result(0)
    wanted = Counter(
        (f"wire-{feed}", told.entry.title) for told in wires.told for feed in told.feeds
    )
    async with asyncio.timeout(2 * PATIENCE):
        while wanted - await books.database.read(outcome.entries_of):  # noqa: ASYNC110 by others
            await asyncio.sleep(0.3)
    await _settled(books, wires, PATIENCE, result)
    _, found = await audit(books, wires, desk.telegram, DOUBTS, starved=False)
    problems = result.problems + result.starved + found
    stored = await books.database.read(outcome.entries_of)
    if stored != wanted:
        problems.append(f"stored: {stored - wanted} too much, {wanted - stored} missing")
    told = {
        (message.chat_id, int(number[1]))
        for message in desk.telegram.messages
        if (number := NUMBER.search(message.text))
    }
    read = books.database.read
    return problems, Outcome(
        stored,
        await read(outcome.detections_of),
        await read(outcome.stories_of),
        await read(outcome.alerts_of),
        Counter(told),
    )
