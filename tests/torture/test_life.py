"""The real process among its neighbours: a second instance, SIGHUP, a full outbox, a held feed."""

from __future__ import annotations

import asyncio
import random
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from bot.locales import texts
from storage.connection import Connection
from storage.news import feeds
from storage.readers import chats
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription
from storage.sending import outbox
from storage.sending.outbox import NewDelivery
from tests.telegram_server import TelegramServer
from tests.torture.books import Books, open_books
from tests.torture.crash import PATIENCE, Service, _environment, _until
from tests.torture.newsroom import (
    ALERT,
    FEEDS,
    WORDS,
    Newsroom,
    Published,
    write_catalogue,
    write_rules,
)

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
OPERATOR, OTHER_OPERATOR, VISITOR = 501, 502, 601
PENDING = 20_000


@dataclass(slots=True)
class Instance:
    """A data directory, its service and its database, read from outside."""

    folder: Path
    service: Service
    books: Books
    telegram: TelegramServer

    @property
    def log(self) -> str:
        file = self.folder / "service.log"
        return file.read_text("utf-8") if file.exists() else ""

    async def is_up(self) -> None:
        """Wait until the service answers people."""
        before = len(self.telegram.sent_to(VISITOR))
        self.telegram.say(VISITOR, "/start")
        await _until(
            lambda: len(self.telegram.sent_to(VISITOR)) > before, PATIENCE, "an answer to /start"
        )


@asynccontextmanager
async def instance(
    folder: Path, telegram: TelegramServer, url: str, operator: int = OPERATOR, /, **settings: str
) -> AsyncIterator[Instance]:
    write_rules(folder / "rules")
    write_catalogue(folder / "feeds.yaml", url)
    log = folder / "service.log"
    environment = _environment(folder, telegram, log) | settings
    environment["MARSAD_OPERATORS"] = str(operator)
    async with AsyncExitStack() as stack:
        books = await open_books(folder / "data" / "marsad.sqlite")
        stack.push_async_callback(books.close)
        # No nursery: its rules are loaded once for all.
        service = Service(environment, log, nursery=False)
        stack.push_async_callback(service.close)
        yield Instance(folder, service, books, telegram)


@asynccontextmanager
async def one(folder: Path) -> AsyncIterator[tuple[Instance, Newsroom]]:
    newsroom = Newsroom(random.Random(1), 1.0)
    url = await newsroom.start()
    try:
        async with (
            TelegramServer() as telegram,
            instance(folder, telegram, url) as found,
        ):
            yield found, newsroom
    finally:
        await newsroom.stop()


async def seat(
    books: Books, chat_id: int, role: Literal["operator", "subscriber"] = "operator"
) -> None:
    chat = Chat(
        id=chat_id,
        thread_id=None,
        kind="private",
        title=f"Chat {chat_id}",
        language="en",
        state="active",
        paused_reason=None,
        role=role,
        created_at=datetime.now(UTC),
        blocked_until=None,
        subscriptions=(Subscription(chat_id, signals=frozenset(WORDS), lowest_level="info"),),
    )
    await books.database.write(partial(chats.upsert, chat=chat))


async def until_told(telegram: TelegramServer, chat_id: int, words: str) -> None:
    await _until(
        lambda: any(words in text for text in telegram.texts(chat_id)), PATIENCE, f"“{words}”"
    )


async def test_of_two_instances_with_one_token_the_newcomer_yields(tmp_path: Path) -> None:
    newsroom = Newsroom(random.Random(1), 1.0)
    url = await newsroom.start()
    slow = {"TORTURE_PROBATION": "6"}  # the product's own
    async with (
        TelegramServer() as telegram,
        instance(tmp_path / "old", telegram, url, **slow) as incumbent,
        instance(tmp_path / "new", telegram, url, OTHER_OPERATOR, **slow) as newcomer,
    ):
        await seat(incumbent.books, OPERATOR)
        await seat(newcomer.books, OTHER_OPERATOR)
        await incumbent.service.start()
        await incumbent.is_up()
        await newcomer.service.start()
        code = await asyncio.wait_for(newcomer.service.ended(), PATIENCE)
        # One line says why, the process ends with its own code, and systemd leaves it ended.
        assert code == 3, newcomer.log
        for unit in ("marsad.service", "marsad-bot.service"):
            [codes] = re.findall(
                r"^RestartPreventExitStatus=(.*)$", (UNITS / unit).read_text("utf-8"), re.M
            )
            assert str(code) in codes.split()
        assert newcomer.log.count("was there first") == 1, newcomer.log
        assert "Traceback" not in newcomer.log
        assert telegram.sent_to(OTHER_OPERATOR) == []
        # The incumbent says so to its operators, and goes on.
        await until_told(telegram, OPERATOR, texts("en")("notice.token_shared"))
        await incumbent.is_up()
        assert await incumbent.service.end(signal.SIGTERM) == 0
        assert "was there first" not in incumbent.log
    await newsroom.stop()


async def test_sighup_reads_rules_and_feeds_again_and_the_process_lives(tmp_path: Path) -> None:
    async with one(tmp_path) as (found, _):
        await seat(found.books, OPERATOR)
        await found.service.start()
        await found.is_up()
        (tmp_path / "rules" / "signals" / f"{ALERT}.yaml").unlink()
        text = (tmp_path / "feeds.yaml").read_text("utf-8")
        (tmp_path / "feeds.yaml").write_text(text[: text.rindex("  - id:")], "utf-8")
        found.service.signal(signal.SIGHUP)
        say = texts("en")
        await until_told(found.telegram, OPERATOR, say("notice.feeds_swapped", feeds=FEEDS - 1))
        [signals] = re.findall(r"Marsad runs: .* (\d+) signals", found.log)
        swapped = say("notice.rules_swapped", signals=int(signals) - 1, hash="").strip()
        await until_told(found.telegram, OPERATOR, swapped)
        # What is wrong is refused in words, and changes nothing.
        (tmp_path / "feeds.yaml").write_text("feeds: [", "utf-8")
        found.service.signal(signal.SIGHUP)
        kept = say("notice.feeds_kept").splitlines()[0]
        await until_told(found.telegram, OPERATOR, kept)
        await found.is_up()
        states = await found.books.database.read(feeds.all_states)
        assert sum(state.active for state in states) == FEEDS - 1
        assert await found.service.end(signal.SIGTERM) == 0
        assert "Traceback" not in found.log


async def test_a_stop_with_20000_messages_waiting_ends_soon_and_keeps_them(tmp_path: Path) -> None:
    async with one(tmp_path) as (found, _):
        readers = range(1_000, 1_100)
        for reader in readers:
            await seat(found.books, reader, "subscriber")
        now = datetime.now(UTC)
        rows = [
            NewDelivery(
                alert_id=None,
                chat_id=readers[n % len(readers)],
                kind="notice",
                version=0,
                level="alert",
                not_before=now,
                text=f"Notice {n}",
                key=f"notice-{n}",
            )
            for n in range(PENDING)
        ]
        await found.books.database.write(lambda db: outbox.enqueue(db, rows, now))
        found.telegram.latency = 0.5
        await found.service.start()
        await _until(lambda: len(found.telegram.messages) >= 20, PATIENCE, "messages")
        async with asyncio.timeout(30):
            assert await found.service.end(signal.SIGTERM) == 0
        assert "Marsad stopped" in found.log and "Traceback" not in found.log
        counts = await found.books.database.read(outbox.counts)
        delivered = len({message.text for message in found.telegram.messages})
        assert delivered == len(found.telegram.messages)
        # Nothing is in doubt, and nothing is gone: each was sent once or waits.
        assert (counts["sending"], counts["unknown"]) == (0, 0)
        assert (counts["sent"], counts["pending"]) == (delivered, PENDING - delivered)
        assert counts["pending"] > PENDING / 2


async def test_what_a_held_feed_showed_survives_a_kill(tmp_path: Path) -> None:
    async with one(tmp_path) as (found, newsroom):
        await seat(found.books, OPERATOR)
        await found.service.start()

        def state_of(db: Connection) -> tuple[bool, bool]:
            [state] = [each for each in feeds.all_states(db) if each.id == "wire-0"]
            return state.seeded, state.held

        await until_state(found, state_of, (True, False))
        # A site that puts new names on all it shows, and one piece of news among it.
        shown = newsroom.shows(0)
        shown.clear()
        old = datetime.now(UTC) - timedelta(days=1)
        shown.extend(Published(n, None, old) for n in range(5_000, 5_040))
        shown.append(Published(5_999, ALERT, datetime.now(UTC)))
        newsroom.hang_after(0)
        await until_state(found, state_of, (True, True))
        assert await found.service.end(signal.SIGKILL) == -signal.SIGKILL
        assert not await stored(found, "urn:torture:5999")
        # The feed drops the news while the service is down.
        shown.pop()
        newsroom.go_on()
        await found.service.start()
        await until_told(found.telegram, OPERATOR, "Observer 5999")
        await until_state(found, state_of, (True, False))
        assert await stored(found, "urn:torture:5999")
        assert await found.service.end(signal.SIGTERM) == 0


async def until_state(found: Instance, read: object, wanted: tuple[bool, bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if await found.books.database.read(read) == wanted:  # type: ignore[arg-type]
                    return
            except ValueError:  # the feed is not there yet
                pass
            await asyncio.sleep(0.02)


async def stored(found: Instance, guid: str) -> bool:
    def count(db: Connection) -> bool:
        rows = db.execute("SELECT 1 FROM entries WHERE guid = ?", (guid,))
        return rows.fetchone() is not None

    return await found.books.database.read(count)
