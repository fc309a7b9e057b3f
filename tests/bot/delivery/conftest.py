"""A desk on a real SQLite file, or on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.opening import open_database
from tests import postgres
from tests.bot.delivery.desk import OPERATOR, Desk, chat


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Two subscribers (1 and 2) and an operator."""
    with postgres.place(tmp_path / "marsad.sqlite") as where:
        database = await open_database(where, busy_timeout_ms=50)
        desk = Desk(database)
        await desk.with_chats(chat(1), chat(2), chat(OPERATOR, role="operator"))
        yield desk
        await database.close()
