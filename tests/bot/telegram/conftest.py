"""A real application against the fake Bot API, over a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.telegram.app import build_application, polling_of
from bot.telegram.services import Access, App
from rules import StateKind
from storage import alerts, decisions
from storage.alerts import Alert
from storage.connection import Connection
from storage.database import Database
from storage.decisions import Decision
from storage.news import entries, feeds, stories
from storage.news.entries import Entry, StoredDetection
from storage.opening import open_database
from storage.readers import chats
from storage.readers.chats import Chat
from tests.bot.messages.samples import SIGNALS, Signal, alert_text, sample_signal
from tests.bot.telegram.bot_api import Description
from tests.bot.telegram.world import PATIENCE
from tests.storage.make import parted
from tests.telegram_server import TelegramServer

OPERATOR = 900
DAMASCUS = ZoneInfo("Asia/Damascus")


@dataclass
class Rules:
    """What the bot asks of a rule set; tests change it."""

    hash: str = "sha256:0123456789abcdef"
    signals: dict[str, Signal] = field(default_factory=lambda: dict(SIGNALS))
    states: Mapping[str, StateKind] = field(default_factory=dict)

    def note(self, signal: str, clause: str) -> str | None:
        return None

    def related(self, word: str) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class NamedFeed:
    id: str
    name: str
    family: str = ""


@dataclass
class Bench:
    """Everything a test of the bot looks at."""

    server: TelegramServer
    database: Database
    application: App
    rules: Rules
    troubles: list[str]
    stop: Callable[[], Coroutine[Any, Any, None]]
    """Ends the process; another may follow it."""

    async def ask(self, chat_id: int, text: str, **values: Any) -> str:
        """What a person writes, and the bot's answer to it."""
        before = len(self.server.sent_to(chat_id))
        self.server.say(chat_id, text, **values)
        return (await self.server.next_message(chat_id, before)).text

    async def press(self, chat_id: int, data: str, *, user_id: int | None = None) -> str:
        """Press a button of the chat's newest message with buttons; returns the note shown."""
        before = len(self.server.answers)
        message = [m for m in self.server.sent_to(chat_id) if m.buttons][-1]
        self.server.press(message, data, user_id=user_id)
        await self.server.until(lambda: len(self.server.answers) > before)
        await self.settled()
        return str(self.server.answers[-1].get("text", ""))

    async def settled(self) -> None:
        """Until every update is confirmed and handled."""
        await self.server.until(lambda: self.server.unread == 0)

    async def chat(self, chat_id: int) -> Chat:
        found = await self.database.read(lambda db: chats.get(db, chat_id))
        assert found is not None
        return found

    async def alert(self, signal: str = "medicine-shortage", **changes: Any) -> Alert:
        """An alert with its feed, entry, detection and decision, as the pipeline stores it."""
        now = datetime.now(UTC)

        def write(db: Connection) -> Alert:
            feeds.sync(db, [("feed", "https://feed.example/rss")], now)
            ours, others = parted(changes)
            text, said = alert_text(**others), sample_signal(signal=signal, **ours)
            entry_id = entries.add(
                db,
                Entry(
                    id=None,
                    feed_id="feed",
                    guid=None,
                    link=text.link,
                    title=text.title,
                    summary=text.snippet,
                    content_hash="hash",
                    language="ar",
                    published_at=now,
                    first_seen_at=now,
                    updated_at=None,
                    seeded=False,
                ),
                [],
            )
            entries.add_detections(
                db,
                entry_id,
                StoredDetection(
                    signal=signal,
                    direction=said.direction,
                    score=130,
                    threshold=100,
                    level=said.level,
                    evidence_json=said.evidence_json,
                    explanation=said.explanation,
                    rules_hash=text.rules_hash,
                    created_at=now,
                ),
            )
            story_id = _story(db, text.title, entry_id, now)
            signals = [replace(said, entry_id=entry_id)]
            made = alerts.create(
                db, story_id, signals, alert_text(entry_id=entry_id, **others), now
            )
            decisions.record(
                db,
                Decision(
                    entry_id=entry_id,
                    alert_id=made.id,
                    signal=signal,
                    action="send",
                    reason="first-telling",
                    rules_hash=text.rules_hash,
                    at=now,
                    direction=said.direction,
                    version=1,
                ),
            )
            return made

        return await self.database.write(write)


def _story(db: Connection, title: str, entry_id: int, now: datetime) -> int:
    story_id = stories.create(db, title, now)
    stories.attach(db, story_id, entry_id, "family", now)
    return story_id


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as running:
        yield running
        assert running.violations == []
        for method, values in running.calls:
            Description.short().read(method, values)  # holds where the full one is not at hand


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(tmp_path / "marsad.sqlite")
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def menus(monkeypatch: pytest.MonkeyPatch) -> None:
    """The menus of commands, eight calls or more for each start, are told to Telegram in tests of
    menus alone."""

    async def publish(application: App, operators: Sequence[int] = ()) -> None:
        """Nothing."""

    monkeypatch.setattr("bot.telegram.app.publish_commands", publish)


@pytest.fixture
def access() -> Access:
    """Who may come in; tests of invitations say otherwise."""
    return "open"


@asynccontextmanager
async def application_over(
    server: TelegramServer,
    database: Database,
    rules: Rules | None = None,
    access: Access = "open",
) -> AsyncIterator[Bench]:
    """A process of the bot, polling."""
    asked, troubles = rules or Rules(), list[str]()
    application = build_application(
        token=server.token,
        base_url=server.base_url,
        operators=[OPERATOR],
        timezone=DAMASCUS,
        database=database,
        rules=lambda: asked,  # type: ignore[arg-type,return-value]
        catalogue=lambda: [NamedFeed("feed", "الجزيرة نت")],
        access=access,
    )
    polling = polling_of(
        application,
        on_conflict=lambda: troubles.append("conflict"),
        on_refused=lambda: troubles.append("refused"),
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(polling)
        async with asyncio.timeout(PATIENCE):
            await polling.ready.wait()
        yield Bench(server, database, application, asked, troubles, stack.aclose)


@pytest.fixture
async def bench(server: TelegramServer, database: Database, access: Access) -> AsyncIterator[Bench]:
    async with application_over(server, database, access=access) as running:
        yield running
