"""The office that commands are asked in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rules_in_force import RulesInForce
from storage.database import Database
from tests.bot.telegram.desk import OPERATOR, Office, office
from tests.conftest import shipped_rules
from tests.telegram_server import TelegramServer


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    """With the shipped rules, and an operator who is known already."""
    rules = RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")
    async with office(server, database, rules, tmp_path) as opened:
        await opened.ask(OPERATOR, "/start", language_code="en")
        yield opened
