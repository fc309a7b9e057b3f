"""A database, a receiver on loopback, and what sends to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.delivery.webhooks.deciding import WebhookPolicy
from bot.delivery.webhooks.receivers import Receiver
from bot.delivery.webhooks.sending import Render, Webhooks
from bot.exports.event import event
from bot.exports.naming import Naming
from bot.locales import texts
from rules import Gazetteer
from storage.database import Database
from storage.opening import open_database
from storage.sending import webhooks
from tests import postgres
from tests.bot.delivery.webhooks.receiver import WebhookReceiver, webhook_receiver
from tests.bot.messages.samples import SIGNALS
from tests.storage.make import NOW

SECRET = bytes(range(32))
QUICK = WebhookPolicy(timeout=timedelta(seconds=0.3), idle=timedelta(seconds=0.02))
EMPTY = Gazetteer({}, {}, {}, {}, {}, {}, frozenset(), frozenset())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    with postgres.place(tmp_path / "marsad.sqlite") as where:
        opened = await open_database(where)
        yield opened
        await opened.close()


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock()


NAMING = Naming(texts("ar"), SIGNALS, EMPTY, {})
as_exported: Render = partial(event, naming=lambda: NAMING)


def receiver_at(url: str, number: int = 1) -> Receiver:
    return Receiver(number, "127.0.0.1", url, SECRET)


async def sending_to(
    database: Database,
    clock: Callable[[], datetime],
    *urls: str,
    policy: WebhookPolicy = QUICK,
    render: Render | None = None,
) -> Webhooks:
    """What sends alerts of all levels to these addresses from now on."""
    there = [receiver_at(url, number) for number, url in enumerate(urls, start=1)]
    keys = [each.key for each in there]
    await database.write(lambda db: webhooks.set_receivers(db, keys, "info"))
    return Webhooks(database, there, render or as_exported, policy=policy, clock=clock)
