"""Every command with arguments that nobody should send, and buttons that nobody showed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.rules_in_force import RulesInForce
from bot.telegram.incoming.floods import FloodLimit, Floods
from bot.telegram.registry import all_commands
from storage.database import Database
from storage.readers import people
from tests.bot.telegram.commands.test_every_command import answered_since
from tests.bot.telegram.desk import OPERATOR, VIEWER, Office, office
from tests.conftest import shipped_rules
from tests.telegram_server import TelegramServer

BEYOND = "9" * 25
"""More than a database holds as a whole number."""
ARGUMENTS = (
    BEYOND,
    f"-100{BEYOND}",
    f"A{BEYOND}",
    f"{BEYOND}d",
    f"10 -100{BEYOND}",
    f"{BEYOND}-{BEYOND}",
    "٩" * 25,
    "²",
    "-1",
    "0",
    "<b>&amp;</i> \u202e\u2066\x07",
    "\U0001f4a3" * 1_000,
    '"' * 300,
    "*",
    "off off",
)
SHOWN_BY_NOBODY = (
    *(f"po:{BEYOND[:24]}", f"po:-{BEYOND[:24]}", f"pp:{BEYOND}", f"au:{BEYOND}", f"au:^{BEYOND}"),
    *(f"fp:{BEYOND}", f"k:A{BEYOND}", f"f:A{BEYOND}:u", f"a:A{BEYOND}", f"w:A{BEYOND}"),
    *(f"m:{BEYOND}", f"d:{BEYOND}", f"x:{BEYOND}", f"e:{BEYOND}:levels", f"ask:{BEYOND}"),
    *(
        f"find:{BEYOND}",
        f"pr?{BEYOND}:viewer",
        f"px!{BEYOND}",
        f"px-{BEYOND}",
        "po:٣",
        "m:²",
        "px-²",
    ),
    *(
        "f:A1:" + "x" * 50,
        "pr?5:king",
        "e::",
        "g::",
        "q:" + "9" * 50,
        "z:../../etc/passwd",
        "s:" * 30,
    ),
    *("a:A0", "k:", "ask:-1", "find:-1", "e:-1:levels", "x:-1", "m:-1", "m:0", "d:0", "l:"),
)


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    rules = RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")
    patient = Floods(FloodLimit(burst=100_000))
    async with office(server, database, rules, tmp_path, floods=patient) as opened:
        yield opened


async def test_no_argument_makes_an_error_and_each_command_answers(
    at_work: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await at_work.ask(OPERATOR, "/start")
    caplog.set_level(logging.ERROR)
    for each in all_commands():
        for argument in ARGUMENTS:
            answer = await at_work.ask(OPERATOR, f"/{each.name} {argument}")
            assert answer.strip(), (each.name, argument)
            await at_work.settled()
    assert [record.getMessage() for record in caplog.records] == []


async def test_no_button_makes_an_error_whatever_it_says(
    at_work: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await at_work.ask(OPERATOR, "/start")
    caplog.set_level(logging.ERROR)
    server = at_work.server
    for data in SHOWN_BY_NOBODY:
        await at_work.ask(OPERATOR, "/help")
        before = len(server.answers)
        server.press(server.sent_to(OPERATOR)[-1], data, was_there=True)
        await server.until(partial(answered_since, server, before))
        await at_work.settled()
        assert [record.getMessage() for record in caplog.records] == [], data


async def test_a_button_with_a_role_that_is_no_more_shuts_nobody_out(at_work: Office) -> None:
    await at_work.ask(OPERATOR, "/people")
    before = len(at_work.server.answers)
    under = at_work.server.sent_to(OPERATOR)[-1]
    at_work.server.press(under, f"pr!{VIEWER}:reader", was_there=True)
    await at_work.server.until(partial(answered_since, at_work.server, before))
    await at_work.settled()
    found = await at_work.database.read(lambda db: people.get(db, VIEWER))
    assert found is not None
    assert found.role == "viewer"
