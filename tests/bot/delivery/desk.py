"""A small desk for delivery tests: a real SQLite file, chats, alerts, and a sender by script."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.delivery.deciding.outcome import Edit, Outcome, Outgoing, Sent
from bot.delivery.dispatcher import DeliveryPolicy, Dispatcher, DispatchReport
from storage import alerts
from storage.alerts import Alert, AlertText
from storage.connection import Connection
from storage.database import Database
from storage.news import entries, feeds, stories
from storage.news.entries import Entry
from storage.readers import chat_clocks, chats
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription
from storage.sending import outbox
from storage.sending.outbox import Delivery, NewDelivery
from tests.storage.make import told

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
OPERATOR = 900


def chat(
    chat_id: int, *, kind: str = "private", role: str = "subscriber", language: str = "en"
) -> Chat:
    return Chat(
        id=chat_id,
        thread_id=None,
        kind=kind,
        title=f"Chat {chat_id}",
        language=language,
        state="active",
        paused_reason=None,
        role=role,
        created_at=START,
        blocked_until=None,
        subscriptions=(
            Subscription(chat_id, signals=frozenset({"medicine-shortage"}), lowest_level="info"),
        ),
    )


def delivery(number: int = 1, **given: Any) -> Delivery:
    """A delivery as the pure deciders see it."""
    values: dict[str, Any] = {
        "id": number,
        "alert_id": number,
        "chat_id": 1,
        "kind": "alert",
        "version": 1,
        "state": "pending",
        "level": "alert",
        "attempts": 0,
        "not_before": START,
        "lease_until": None,
        "message_id": None,
        "error": None,
        "created_at": START,
        "updated_at": START,
        "possible_repeat": False,
        "text": None,
    }
    return Delivery(**values | given)


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **amount: float) -> None:
        self.at += timedelta(**amount)


@dataclass
class ScriptedSender:
    """Answers each chat by its script, then with Sent; remembers what it was given."""

    clock: Callable[[], datetime]
    script: dict[int, list[Outcome | Exception]] = field(default_factory=lambda: defaultdict(list))
    hang: set[int] = field(default_factory=set)
    got: list[tuple[datetime, Outgoing]] = field(default_factory=list)
    edit_script: dict[int, list[Outcome | Exception]] = field(
        default_factory=lambda: defaultdict(list)
    )
    edits_hang: bool = False
    editing: asyncio.Event = field(default_factory=asyncio.Event)
    edits: list[tuple[datetime, Edit]] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.got.append((self.clock(), outgoing))
        if outgoing.chat.id in self.hang:
            await asyncio.Event().wait()
        answers = self.script.get(outgoing.chat.id)
        answer = answers.pop(0) if answers else Sent(len(self.got))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def edit(self, edit: Edit) -> Outcome:
        self.edits.append((self.clock(), edit))
        self.editing.set()
        if self.edits_hang:
            await asyncio.Event().wait()
        answers = self.edit_script.get(edit.chat.id)
        answer = answers.pop(0) if answers else Sent(edit.message.message_id or 0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def to(self, chat_id: int) -> list[Outgoing]:
        return [outgoing for _, outgoing in self.got if outgoing.chat.id == chat_id]

    def alerts_to(self, chat_id: int) -> list[str]:
        return [o.alert.short_id if o.alert else o.delivery.kind for o in self.to(chat_id)]


class Desk:
    """The database and the dispatcher under test."""

    def __init__(self, database: Database, policy: DeliveryPolicy | None = None) -> None:
        self.database = database
        self.clock = Clock()
        self.sender = ScriptedSender(self.clock)
        self.policy = policy or DeliveryPolicy()
        self.dispatcher = self.restarted()

    def restarted(self) -> Dispatcher:
        """A new process on the same file."""
        self.dispatcher = Dispatcher(
            *(self.database, self.sender, self.policy, self.clock), editor=self.sender
        )
        return self.dispatcher

    async def with_chats(self, *members: Chat) -> None:
        """Without digests: tests of these ask for them."""

        def write(db: Connection) -> None:
            for member in members:
                chats.upsert(db, member)
                chat_clocks.set_digest(db, member.id, None)

        await self.database.write(write)

    async def alert(self, *chat_ids: int, level: str = "alert", title: str = "") -> Alert:
        """A new alert, owed to these chats."""
        return await self.database.write(
            lambda db: make_alert(db, chat_ids, self.clock(), level=level, title=title)
        )

    async def alerts(self, count: int, *chat_ids: int, level: str = "alert") -> list[Alert]:
        return [await self.alert(*chat_ids, level=level) for _ in range(count)]

    async def once(self) -> DispatchReport:
        return await self.dispatcher.run_once(self.clock())

    async def work(self, looks: int = 50, **step: float) -> None:
        """Look again and again, the clock going on between (1.2 s unless told)."""
        for _ in range(looks):
            await self.once()
            self.clock.pass_(**(step or {"seconds": 1.2}))

    async def rows(self, chat_id: int) -> list[Delivery]:
        return await self.database.read(lambda db: outbox.for_chat(db, chat_id))

    async def states(self, chat_id: int) -> list[str]:
        return [row.state for row in await self.rows(chat_id)]

    async def chat(self, chat_id: int) -> Chat:
        found = await self.database.read(lambda db: chats.get(db, chat_id))
        assert found is not None
        return found


def make_alert(
    db: Connection,
    chat_ids: Iterable[int],
    now: datetime,
    *,
    level: str = "alert",
    title: str = "",
) -> Alert:
    feeds.sync(db, [("feed", "https://example.org/feed")], now)
    story = stories.create(db, title or "Hospitals run out of insulin", now)
    entry = Entry(
        id=None,
        feed_id="feed",
        guid=None,
        link=None,
        title=title or "Hospitals run out of insulin",
        summary="",
        content_hash="h",
        language="en",
        published_at=now,
        first_seen_at=now,
        updated_at=None,
        seeded=False,
    )
    entry_id = entries.add(db, entry, [f"hash:{story}"])
    alert = alerts.create(
        db,
        story,
        [told("medicine-shortage", entry_id, level=level)],
        alert_text(entry_id, title),
        now,
    )
    owe(db, alert, chat_ids, now)
    return alert


def bump(db: Connection, alert: Alert, now: datetime, level: str = "alert") -> Alert:
    """The alert's next version."""
    signal = replace(alert.gravest, level=level)
    return alerts.bump(db, alert.id, [signal], alert_text(alert.entry_id), now)


def alert_text(entry_id: int, title: str = "") -> AlertText:
    return AlertText(
        audience="everyone",
        title=title or "Hospitals run out of insulin",
        snippet="Three hospitals have no insulin left.",
        link="https://example.org/1",
        feed_name="Example",
        language="en",
        rules_hash="r",
        reason="new",
        entry_id=entry_id,
        families=1,
    )


def owe(db: Connection, alert: Alert, chat_ids: Iterable[int], now: datetime) -> None:
    rows = [
        NewDelivery(
            alert_id=alert.id,
            chat_id=chat_id,
            kind="alert" if alert.version == 1 else "update",
            version=alert.version,
            level=alert.level,
            not_before=now,
        )
        for chat_id in chat_ids
    ]
    outbox.enqueue(db, rows, now)
