"""What Marsad promises when Telegram, the disk or people misbehave, shown on the real process.

Times are the torture's (`tests.torture.service`), but a minute of /escalate is a minute. Each part
prints what it took.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

from aiohttp import web

from storage import chats, feeds
from storage.chats import Chat
from storage.file.database import Connection, connect
from tests.bot.telegram.faults import Fault, page, refusal_under, server_error
from tests.telegram_server import Message, TelegramServer
from tests.torture.books import Books, open_books
from tests.torture.crash import PATIENCE, Service, _environment, _until
from tests.torture.newsroom import (
    CRITICAL,
    WORDS,
    Newsroom,
    Published,
    write_catalogue,
    write_rules,
)

OPERATOR, READER, SECOND, STRANGER, GROUP = 501, 601, 602, 666, -1_000_777


@dataclass(slots=True)
class Stage:
    folder: Path
    service: Service
    telegram: TelegramServer
    newsroom: Newsroom
    numbers: count[int]

    @property
    def log(self) -> str:
        return (self.folder / "service.log").read_text("utf-8")

    async def seated(self, books: Books) -> None:
        """Who reads: the reader and the operator all, the second chat nothing by itself."""
        for chat_id, role, signals in (
            (OPERATOR, "operator", frozenset[str]()),
            (READER, "subscriber", frozenset(WORDS)),
            (SECOND, "subscriber", frozenset[str]()),
        ):
            chat = Chat(
                *(chat_id, None, "private", f"Chat {chat_id}", "en", "active", None),
                *(role, signals, "info", datetime.now(UTC), None),
            )
            await books.database.write(partial(chats.upsert, chat=chat))

    async def up(self) -> None:
        """Start, and wait until the feeds were read once: what follows is news."""
        await self.service.start()

        def seeded(db: Connection) -> bool:
            states = feeds.all_states(db)
            return bool(states) and all(state.seeded for state in states)

        async with asyncio.timeout(PATIENCE):
            while True:
                books = await open_books(self.folder / "data" / "marsad.sqlite")
                found = await books.database.read(seeded)
                await books.close()
                if found:
                    return
                await asyncio.sleep(0.2)

    def critical(self) -> str:
        """Publish critical news; returns its title."""
        entry = Published(next(self.numbers), CRITICAL, datetime.now(UTC))
        self.newsroom.shows(0).append(entry)
        return entry.title

    async def card(self, chat_id: int, title: str) -> tuple[Message, float]:
        """The card of that news in the chat, and the seconds until it was there."""
        began, found = time.monotonic(), list[Message]()

        def there() -> bool:
            found[:] = [m for m in self.telegram.sent_to(chat_id) if title in m.text and m.buttons]
            return bool(found)

        await _until(there, PATIENCE, f"a card in {chat_id}")
        return found[0], time.monotonic() - began

    async def everyone(self) -> dict[int, Chat]:
        books = await open_books(self.folder / "data" / "marsad.sqlite")
        found = await books.database.read(chats.everyone)
        await books.close()
        return {chat.id: chat for chat in found}


@asynccontextmanager
async def stage(folder: Path, **settings: str) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        newsroom = Newsroom(random.Random(1), 1.0)
        url = await newsroom.start()
        stack.push_async_callback(newsroom.stop)
        telegram = await stack.enter_async_context(TelegramServer())
        write_rules(folder / "rules")
        write_catalogue(folder / "feeds.yaml", url)
        log = folder / "service.log"
        environment = _environment(folder, telegram, log) | settings
        environment["MARSAD_OPERATORS"] = str(OPERATOR)
        del environment["MARSAD_ACCESS"]
        service = Service(environment, log, nursery=True)
        await service.prepare()
        stack.push_async_callback(service.close)
        now = Stage(folder, service, telegram, newsroom, count(50_000))
        books = await open_books(folder / "data" / "marsad.sqlite")
        await now.seated(books)
        await books.close()
        yield now


async def test_telegrams_bad_days_strangers_and_nobody_at_the_phone(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.up()
        bad_days: dict[str, tuple[Fault, int]] = {
            "502 twice": (server_error(502), 2),
            "a captive portal three times": (page(200), 3),
            "200 with ok false, 429 for 2 s": (
                refusal_under(200, 429, "Too Many Requests: retry after 2", retry_after=2),
                1,
            ),
        }
        for what, (fault, times) in bad_days.items():
            now.telegram.fail(fault, chat_id=READER, times=times)
            card, took = await now.card(READER, title := now.critical())
            print(f"{what}: a card of its own after {took:.1f} s")
            assert [m for m in now.telegram.sent_to(READER) if title in m.text] == [card]
            if "429" in what:
                assert took >= 2

        # A stranger's /start, in private and in a group, stores nothing and lets nobody in.
        before = await now.everyone()
        now.telegram.room(GROUP, admins={STRANGER})
        for chat_id in (STRANGER, GROUP):
            now.telegram.say(chat_id, "/start", user_id=STRANGER)
        await _until(lambda: now.telegram.unread == 0, PATIENCE, "the stranger's updates")
        assert await now.everyone() == before

        # Nobody takes a critical alert on: after the minutes that were set another chat has it.
        now.telegram.say(OPERATOR, f"/escalate 1 {SECOND}")
        await _until(lambda: now.telegram.unread == 0, PATIENCE, "the setting")
        await asyncio.sleep(1)
        books = await open_books(tmp_path / "data" / "marsad.sqlite")
        await books.database.write(
            lambda db: chats.set_signals(db, OPERATOR, WORDS, datetime.now(UTC))
        )
        await books.close()
        title = now.critical()
        await now.card(OPERATOR, title)
        assert not [text for text in now.telegram.texts(SECOND) if title in text]
        _, took = await now.card(SECOND, title)
        print(f"nobody pressed for a minute: the second chat had it {took:.0f} s later")
        assert took > 50

        # Refused under 200: a chat that blocked the bot is paused.
        blocked = refusal_under(200, 403, "Forbidden: bot was blocked by the user")
        now.telegram.fail(blocked, chat_id=READER, times=None)
        now.critical()
        async with asyncio.timeout(PATIENCE):
            while (await now.everyone())[READER].state != "paused":  # noqa: ASYNC110 a process'
                await asyncio.sleep(0.2)
        assert await now.service.end(signal.SIGTERM) == 0
        assert "Traceback" not in now.log


async def test_what_cannot_be_stored_stops_the_heartbeat_and_a_lost_disk_the_start(
    tmp_path: Path,
) -> None:
    beats: list[float] = []

    async def beat(_: web.Request) -> web.Response:
        beats.append(time.monotonic())
        return web.Response()

    app = web.Application()
    app.router.add_get("/", beat)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = {
        "MARSAD_HEARTBEAT_URL": f"http://127.0.0.1:{runner.addresses[0][1]}/",
        "MARSAD_MARKER_DIR": str(tmp_path / "elsewhere"),
    }
    data = tmp_path / "data"
    async with stage(tmp_path, **settings) as now:
        await now.up()
        await _until(lambda: len(beats) >= 3, PATIENCE, "heartbeats")
        # Another program keeps the database to itself: nothing can be stored, and it is said.
        holder = connect(data / "marsad.sqlite", busy_timeout_ms=60_000)
        holder.conn.execute("BEGIN IMMEDIATE")
        await _until(lambda: "trying again" in now.log, PATIENCE, "words about it")
        await asyncio.sleep(1)  # a beat that was under way
        stopped, began = len(beats), time.monotonic()
        await asyncio.sleep(8)
        assert len(beats) == stopped
        holder.conn.execute("ROLLBACK")
        holder.close()
        await _until(lambda: len(beats) > stopped, PATIENCE, "the next heartbeat")
        print(f"locked: no beat in {time.monotonic() - began:.0f} s, and then again")
        assert await now.service.end(signal.SIGTERM) == 0

        # The disk is not mounted: an empty folder. Then the database alone is gone, then empty.
        held = await now.everyone()
        data.rename(tmp_path / "unmounted")
        for loss in ("not mounted", "missing", "empty"):
            if loss == "missing":
                shutil.copytree(tmp_path / "unmounted", data, dirs_exist_ok=True)
                for part in data.glob("marsad.sqlite*"):
                    part.unlink()
            elif loss == "empty":
                (data / "marsad.sqlite").write_bytes(b"")
            else:
                data.mkdir(mode=0o700)
            before = len(now.log)
            await now.service.start()
            code = int((await now.service._line("exit")).split()[1])
            words = now.log[before:]
            assert code == 1, words
            assert "begin-anew" in words, words
            assert "Traceback" not in words
            print(f"{loss}: refused with {code}")
        shutil.rmtree(data)
        (tmp_path / "unmounted").rename(data)
        again = len(beats)
        await now.service.start()
        await _until(lambda: len(beats) > again, PATIENCE, "a heartbeat over the old database")
        assert await now.everyone() == held
        assert await now.service.end(signal.SIGTERM) == 0
    await runner.cleanup()
