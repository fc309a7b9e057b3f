"""Every command of the registry, in each kind of chat, by each role, in two languages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.locales import texts
from bot.rules_in_force import RulesInForce
from bot.telegram.registry import Command, Who, all_commands
from storage.file.database import Connection, Database
from storage.readers import chats
from tests.bot.telegram.desk import (
    ANALYST,
    OPERATOR,
    STRANGER,
    VIEWER,
    Office,
    office,
    readable,
)
from tests.conftest import shipped_rules
from tests.storage.make import add_chat
from tests.telegram_server import TelegramServer
from tools.commands_table import PAGE, with_table

GROUP, CHANNEL, TOPIC = -100777, -1007770000000, 44
PEOPLE = {"stranger": STRANGER, "viewer": VIEWER, "analyst": ANALYST, "operator": OPERATOR}


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    rules = RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")
    async with office(server, database, rules, tmp_path) as opened:
        yield opened


def refusal(each: Command, role: str, kind: str) -> str | None:
    """What the registry says of a command by that role in that kind of chat, all registered."""
    operator = role == "operator"
    if each.who is Who.STRANGERS:
        return None
    if kind == "private" and role == "stranger":
        return "refuse.invitation_needed"
    if each.who is Who.ADMINISTRATORS and kind in ("group", "topic"):
        return "refuse.admins_only"
    if each.who is Who.ANALYSTS and not (operator or role == "analyst"):
        return "refuse.analysts_only"
    if each.who in (Who.OPERATORS, Who.OPERATORS_IN_PERSON) and not operator:
        return "refuse.operators_only"
    return "refuse.private_only" if each.private and kind != "private" else None


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_every_command_answers_or_refuses_as_the_registry_says(
    at_work: Office, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    at_work.server.room(GROUP, admins={1}, forum=True)
    at_work.server.room(CHANNEL, "channel")
    registered = [
        *((person, person) for person in PEOPLE.values() if person != STRANGER),
        (GROUP, OPERATOR),
    ]
    for chat, person in registered:
        await at_work.ask(chat, "/start", user_id=person, language_code=language)
    await at_work.database.write(lambda db: add_chat(db, CHANNEL, kind="channel"))
    await at_work.database.write(lambda db: speak(db, CHANNEL, language))
    caplog.set_level(logging.ERROR)
    say = texts(language)
    refusals = {key: readable(say(key)) for key in [*say.keys()] if key.startswith("refuse.")}
    cases = [(kind, role) for kind in ("private", "group", "topic") for role in PEOPLE]
    for kind, role in [*cases, ("channel", "nobody")]:
        person = PEOPLE.get(role, 1)
        chat = {"private": person, "channel": CHANNEL}.get(kind, GROUP)
        for each in all_commands():
            answer = await at_work.ask(
                *(chat, f"/{each.name}"),
                user_id=person,
                language_code=language,
                thread_id=TOPIC if kind == "topic" else None,
            )
            await at_work.settled()
            said = next((key for key, text in refusals.items() if text == answer), None)
            if each.name != "start":  # which lets in, or says why not, by itself
                assert said == refusal(each, role, kind), (each.name, kind, role, answer)
            # Later commands are asked in the same language.
            await at_work.database.write(partial(speak, chat=chat, language=language))
    assert [record.getMessage() for record in caplog.records] == []


def speak(db: Connection, chat: int, language: str) -> None:
    if chats.get(db, chat) is not None:
        chats.set_language(db, chat, language)


def test_the_page_lists_every_command_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "run python -m tools.commands_table"
