"""Updates across kills and stops of the real process: none is lost, and a stop takes no time."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from storage.readers import chats
from tests.telegram_server import TelegramServer
from tests.torture.books import open_books
from tests.torture.crash import PATIENCE, Service, SlowTelegram, _environment, _until
from tests.torture.newsroom import write_catalogue, write_rules

PEOPLE = range(1_000, 1_300)


class Telegram(SlowTelegram):
    """Takes `delay` seconds for each message."""

    delay = 0.0

    def __init__(self) -> None:
        TelegramServer.__init__(self)

    async def call(self, method: str, values: dict[str, object]) -> object:
        if method == "sendMessage":
            await asyncio.sleep(self.delay)
        return await TelegramServer.call(self, method, values)

    @property
    def answered(self) -> set[int]:
        return {message.chat_id for message in self.messages}


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[tuple[Telegram, Service]]:
    """A service that can be started, and a feed that never answers."""

    async def hang(_: web.Request) -> web.Response:
        await asyncio.sleep(3_600)
        return web.Response()

    app = web.Application()
    app.router.add_get("/{path:.*}", hang)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    write_rules(folder / "rules")
    write_catalogue(folder / "feeds.yaml", f"http://127.0.0.1:{runner.addresses[0][1]}")
    log = folder / "service.log"
    telegram = Telegram()
    async with telegram:
        service = Service(_environment(folder, telegram, log), log, nursery=True)
        await service.prepare()
        try:
            yield telegram, service
        finally:
            await service.close()
            await runner.cleanup()


async def registered(folder: Path) -> set[int]:
    books = await open_books(folder / "data" / "marsad.sqlite")
    found = await books.database.read(chats.everyone)
    await books.close()
    return {chat.id for chat in found}


async def test_of_300_people_who_say_start_around_two_kills_none_is_lost(tmp_path: Path) -> None:
    async with stage(tmp_path) as (telegram, service):
        telegram.delay = 0.05
        for person in PEOPLE:
            telegram.say(person, "/start")
        for some in (20, 150):
            await service.start()
            await _until(lambda: len(telegram.answered) >= some, PATIENCE, "answers")  # noqa: B023
            assert telegram.unread > 0
            await service.end(signal.SIGKILL)
        telegram.delay = 0.0
        await service.start()
        await _until(lambda: telegram.unread == 0, PATIENCE, "the last answers")
        assert await service.end(signal.SIGTERM) == 0
        assert telegram.answered >= set(PEOPLE)
        # At most those that were being handled at a kill were answered again.
        assert len(telegram.messages) <= len(PEOPLE) + 2 * 8
        assert await registered(tmp_path) >= set(PEOPLE)


async def test_a_stop_takes_under_30_seconds_whatever_waits_and_loses_nothing(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as (telegram, service):
        telegram.delay = 2.0
        for person in PEOPLE:
            telegram.say(person, "/start")
        await service.start()
        await _until(lambda: len(telegram.answered) >= 5, PATIENCE, "answers")
        async with asyncio.timeout(30):
            assert await service.end(signal.SIGTERM) == 0
        assert telegram.unread > 200
        telegram.delay = 0.0
        await service.start()
        await _until(lambda: telegram.unread == 0, PATIENCE, "the last answers")
        assert await service.end(signal.SIGTERM) == 0
        assert await registered(tmp_path) >= set(PEOPLE)
        # What was handled before the stop was confirmed by it.
        assert len(telegram.messages) == len(PEOPLE)
