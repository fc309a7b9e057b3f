"""A publisher on loopback, and a fake Bot API."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.service.newsroom import Newsroom
from tests.telegram_server import TelegramServer


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    async with Newsroom() as serving:
        yield serving


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as serving:
        yield serving
    assert not serving.violations
