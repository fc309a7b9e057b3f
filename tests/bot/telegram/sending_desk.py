"""What sends alerts to the chats of a bench, with a clock of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.delivery.dispatcher import Dispatcher
from bot.telegram.sender import TelegramSender
from storage.alerts import Alert
from storage.sending import outbox
from storage.sending.outbox import NewDelivery
from tests.bot.messages.samples import SIGNALS
from tests.bot.telegram.conftest import DAMASCUS, Bench
from tests.telegram_server import Message


class Desk:
    """What sends, with a clock of its own."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.now = bench, datetime.now(UTC)
        sender = TelegramSender(
            bench.application.bot, lambda: SIGNALS, timezone=DAMASCUS, clock=lambda: self.now
        )
        self.dispatcher = Dispatcher(
            bench.database, sender, clock=lambda: self.now, timezone=DAMASCUS
        )

    async def alert(self, chat_id: int, **changes: Any) -> tuple[Alert, Message]:
        alert = await self.bench.alert(**{"level": "critical"} | changes)
        await self.send(chat_id, alert)
        return alert, self.bench.server.sent_to(chat_id)[-1]

    async def send(self, chat_id: int, alert: Alert) -> None:
        row = NewDelivery(alert.id, chat_id, "alert", alert.version, alert.level, self.now)
        await self.bench.database.write(lambda db: outbox.enqueue(db, [row], self.now))
        await self.dispatcher.run_once(self.now)

    async def later(self, **amount: float) -> None:
        self.now += timedelta(**amount)
        for _ in range(3):
            await self.dispatcher.run_once(self.now)
            self.now += timedelta(seconds=2)
