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
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import count
from pathlib import Path

from aiohttp import web

from storage.connection import Connection
from storage.file.database import connect
from storage.news import feeds
from storage.readers import chats
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription
from tests.bot.telegram.faults import Fault, page, refusal_under, server_error
from tests.storage.make import choose
from tests.telegram_server import Message, TelegramServer
from tests.torture.books import Books, open_books
from tests.torture.crash import PATIENCE, Service, _environment, _until
from tests.torture.newsroom import (
    ALERT,
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
                *(role, datetime.now(UTC), None),
                subscriptions=(Subscription(chat_id, signals=signals, lowest_level="info"),),
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

    async def stored(self, query: str, value: str) -> str:
        """The first column of the first row, once there is one that counts."""
        async with asyncio.timeout(PATIENCE):
            while True:
                books = await open_books(self.folder / "data" / "marsad.sqlite")
                rows = await books.database.read(lambda db: db.execute(query, [value]).fetchall())
                await books.close()
                if rows and rows[0][0]:
                    return str(rows[0][0])
                await asyncio.sleep(0.2)

    async def answer(self, user: int, text: str) -> str:
        """What the bot answers somebody who writes this in private."""
        before = len(self.telegram.texts(user))
        self.telegram.say(user, text, user_id=user)
        await _until(lambda: len(self.telegram.texts(user)) > before, PATIENCE, text)
        return self.telegram.texts(user)[-1]

    def move_clock(self, by: timedelta) -> None:
        """From now on the service's machine shows another time."""
        (self.folder / "clock").write_text(str(by.total_seconds()), "ascii")

    async def everyone(self) -> dict[int, Chat]:
        books = await open_books(self.folder / "data" / "marsad.sqlite")
        found = await books.database.read(chats.everyone)
        await books.close()
        return {chat.id: chat for chat in found}


@asynccontextmanager
async def stage(folder: Path, *, new: bool = False, **settings: str) -> AsyncIterator[Stage]:
    """The service before its first start; `new`: as installed, without an operator or a reader."""
    async with AsyncExitStack() as stack:
        newsroom = Newsroom(random.Random(1), 1.0)
        url = await newsroom.start()
        stack.push_async_callback(newsroom.stop)
        telegram = await stack.enter_async_context(TelegramServer())
        write_rules(folder / "rules")
        write_catalogue(folder / "feeds.yaml", url)
        log = folder / "service.log"
        clock = {"TORTURE_CLOCK": str(folder / "clock")}
        ours = clock | {"MARSAD_ACCESS": "invited"} | settings
        environment = _environment(folder, telegram, log) | ours
        if not new:
            environment["MARSAD_OPERATORS"] = str(OPERATOR)
        service = Service(environment, log, nursery=True)
        await service.prepare()
        stack.push_async_callback(service.close)
        now = Stage(folder, service, telegram, newsroom, count(50_000))
        if not new:
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
        await books.database.write(lambda db: choose(db, OPERATOR, signals=frozenset(WORDS)))
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
    async with stage(tmp_path, new=False, **settings) as now:
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


async def test_the_printed_code_makes_the_first_operator_and_a_stranger_learns_no_id(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, new=True) as now:
        await now.up()
        file = tmp_path / "data" / "first-operator.txt"
        code = file.read_text("ascii").split()[-1]
        assert file.stat().st_mode & 0o077 == 0
        assert code not in now.log
        title = now.critical()
        alert = await now.stored("SELECT short_id FROM alerts WHERE title = ?", title)

        refused = await now.answer(STRANGER, f"/start {code[:-6]}guessed")
        asked = [await now.answer(STRANGER, f"/alert {one}") for one in (alert, "A99999")]
        assert asked[0].replace(alert, "") == asked[1].replace("A99999", "")
        assert title not in refused + asked[0]
        assert STRANGER not in await now.everyone()

        await now.answer(OPERATOR, f"/start {code}")
        assert title in await now.answer(OPERATOR, f"/alert {alert}")
        # It is good once, also after a restart, which takes the file away.
        assert await now.service.end(signal.SIGTERM) == 0
        await now.service.start()
        assert await now.answer(STRANGER, f"/start {code}") == refused
        assert STRANGER not in await now.everyone()
        assert not file.exists()
        assert await now.service.end(signal.SIGTERM) == 0
        assert "Traceback" not in now.log


async def test_of_a_document_that_is_too_large_what_can_be_read_is_told_and_the_rest_is_said(
    tmp_path: Path,
) -> None:
    listed, news = 2_500, list[str]()

    def item(n: int, title: str, at: datetime) -> str:
        return (
            f"<item><title>{title}</title><guid>g{n}</guid>"
            f"<pubDate>{format_datetime(at)}</pubDate><x:note>{'unread ' * 330}</x:note></item>"
        )

    async def archive(_: web.Request) -> web.Response:
        today, earlier = datetime.now(UTC), datetime.now(UTC) - timedelta(days=3)
        items = [item(90_000 + n, title, today) for n, title in enumerate(news)]
        items += [item(n, f"Observer {n} sees a calm market", earlier) for n in range(listed)]
        start = "<rss version='2.0' xmlns:x='urn:x'><channel><title>Archive</title>"
        body = f"{start}{''.join(items)}</channel></rss>"
        return web.Response(text=body, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/archive", archive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with stage(tmp_path) as now:
        with (tmp_path / "feeds.yaml").open("a", encoding="utf-8") as catalogue:
            catalogue.write(
                "  - id: archive\n    name: Archive\n    language: en\n    family: archive\n"
                f"    url: http://127.0.0.1:{runner.addresses[0][1]}/archive\n    region: Test\n"
            )
        await now.up()
        read = await now.stored("SELECT count(*) FROM entries WHERE feed_id = ?", "archive")
        print(f"{listed} entries in a document of 6 MB: {read} read")
        assert 1_000 < int(read) <= 2_000
        await _until(
            lambda: any("Archive" in text for text in now.telegram.texts(OPERATOR)),
            PATIENCE,
            "words to the operator",
        )
        news.append(title := f"Observer 1 reports heavy {WORDS[CRITICAL]} near gate 1")
        _, took = await now.card(READER, title)
        print(f"news at its top: a card after {took:.0f} s")
        assert await now.service.end(signal.SIGTERM) == 0
        assert "Traceback" not in now.log
    await runner.cleanup()


async def test_no_step_of_the_machines_clock_holds_critical_news_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as now:
        await now.up()
        await now.card(READER, now.critical())
        shown = timedelta()
        for by in (timedelta(hours=-6), timedelta(hours=9), timedelta(days=-2), timedelta(hours=1)):
            shown += by
            now.move_clock(shown)
            _, took = await now.card(READER, now.critical())
            print(f"clock moved by {by}: a card after {took:.1f} s")
            assert took < 60
            way = "forward" if by > timedelta() else "back"
            await _until(lambda way=way: f"was set {way}" in now.log, PATIENCE, "words about it")
        for by in (timedelta(days=-1), timedelta(hours=5)):
            assert await now.service.end(signal.SIGTERM) == 0
            shown += by
            now.move_clock(shown)
            await now.service.start()
            _, took = await now.card(READER, now.critical())
            print(f"moved by {by} while it was stopped: a card after {took:.1f} s")
            assert took < 60
        assert await now.service.end(signal.SIGTERM) == 0
        assert "Traceback" not in now.log


async def test_a_mute_holds_all_but_the_critical_and_ends_by_itself(tmp_path: Path) -> None:
    told: list[str] = []

    async def receive(request: web.Request) -> web.Response:
        told.append(await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_post("/", receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    channel = f"json://127.0.0.1:{runner.addresses[0][1]}/"
    async with stage(tmp_path, MARSAD_NOTIFY_URLS=channel, MARSAD_ACCESS="open") as now:
        await now.up()
        await now.answer(READER, "/mute 15m")
        _, took = await now.card(READER, title := now.critical())
        print(f"muted: a critical card after {took:.1f} s all the same")
        # The second channel has it too, whatever chats do.
        await _until(lambda: any(title in each for each in told), PATIENCE, "the second channel")
        entry = Published(next(now.numbers), ALERT, datetime.now(UTC))
        now.newsroom.shows(0).append(entry)
        await now.stored("SELECT short_id FROM alerts WHERE title = ?", entry.title)
        await asyncio.sleep(3)
        assert not [text for text in now.telegram.texts(READER) if entry.title in text]
        # Fifteen minutes are over in five seconds. (A clock that is moved ends no mute.)
        books = await open_books(tmp_path / "data" / "marsad.sqlite")
        over = datetime.now(UTC) + timedelta(seconds=5)
        await books.database.write(lambda db: chats.mute(db, READER, over, datetime.now(UTC)))
        await books.close()
        await _until(
            lambda: any(entry.title in text for text in now.telegram.texts(READER)),
            PATIENCE,
            "what was held",
        )
        assert await now.service.end(signal.SIGTERM) == 0
        assert "Traceback" not in now.log
    await runner.cleanup()
