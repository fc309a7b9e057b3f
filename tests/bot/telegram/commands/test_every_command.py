"""Every command of the registry, in each kind of chat, by each role: in person in two languages, in
rooms in one; its buttons in one."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.locales import texts
from bot.rules_in_force import RulesInForce
from bot.telegram.registry import Button, Command, Who, all_buttons, all_commands
from storage.connection import Connection
from storage.database import Database
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


# A press that each pattern of the registry takes: of what is there, of what never was, of nonsense.
PRESSES = {
    r"^ask:": "ask:1",
    r"^find:": "find:1",
    r"^m:": "m:60",
    r"^x:": "x:7",
    r"^k:": "k:A99",
    r"^f:": "f:A99:u",
    r"^d:": "d:480",
    r"^a:": "a:A99",
    r"^w:": "w:A99",
    r"^fg[?]\d{1,15}$": "fg?5",
    r"^fg-\d{1,15}$": "fg-5",
    r"^fg!\d{1,15}$": "fg!5",
    r"^fp:\d+$": "fp:0",
    r"^fo:[0-9a-f]{12}$": "fo:0123456789ab",
    r"^f[pr]![0-9a-f]{12}$": "fp!0123456789ab",
    r"^fx[?][0-9a-f]{12}$": "fx?0123456789ab",
    r"^fx-[0-9a-f]{12}$": "fx-0123456789ab",
    r"^fx![0-9a-f]{12}$": "fx!0123456789ab",
    r"^ob$": "ob",
    r"^ob:\d{1,15}$": "ob:77",
    r"^o[rd][?]\d{1,15}$": "or?77",
    r"^o[rd]!\d{1,15}$": "od!77",
    r"^o[rd]-\d{1,15}$": "or-77",
    r"^pp:\d+$": "pp:0",
    r"^po:-?\d+$": "po:5",
    r"^p[rx][?]": "pr?5:viewer",
    r"^p[rx]!": "px!5",
    r"^p[rx]-": "px-5",
    r"^au:\^?\d+$": "au:0",
    r"^rv:A\d{1,12}$": "rv:A99",
    r"^rp:A\d{1,12}:\d{1,2}$": "rp:A99:0",
    r"^vb:\d{1,15}$": "vb:77",
    r"^rf[?]\d{1,15}$": "rf?77",
    r"^rf-\d{1,15}$": "rf-77",
    r"^rf!\d{1,15}$": "rf!77",
    r"^rd:\d{1,15}$": "rd:77",
    r"^g:": "g:level:alert",
    r"^e:": "e:99:levels",
    r"^q:": "q:off",
    r"^[su]([:!].+|\*|-)$": "s:siege",
    r"^z:": "z:Asia/Damascus",
    r"^l:": "l:xx",
}
# Telegram lets anybody press what a channel shows.
ROOMS = {"private": None, "group": GROUP, "topic": GROUP, "channel": CHANNEL}


def refusal(each: Command | Button, role: str, kind: str, *, press: bool = False) -> str | None:
    """What the registry says of a command or a press by that role in that kind of chat, all
    registered. Posts of a channel are its administrators'; presses are anybody's."""
    operator = role == "operator"
    if each.who is Who.STRANGERS:
        return None
    if kind == "private" and role == "stranger":
        return "refuse.invitation_needed"
    in_room = kind in ("group", "topic") or (press and kind == "channel")
    if each.who is Who.ADMINISTRATORS and in_room:
        return "refuse.admins_only"
    if each.who is Who.ANALYSTS and not (operator or role == "analyst"):
        return "refuse.analysts_only"
    if each.who in (Who.OPERATORS, Who.OPERATORS_IN_PERSON) and not operator:
        return "refuse.operators_only"
    return "refuse.private_only" if each.private and kind != "private" else None


async def furnish(office: Office, language: str) -> None:
    """A forum and a channel that were let in, and everybody who was, by that language."""
    office.server.room(GROUP, admins={1}, forum=True)
    office.server.room(CHANNEL, "channel")
    registered = [
        *((person, person) for person in PEOPLE.values() if person != STRANGER),
        (GROUP, OPERATOR),
    ]
    for chat, person in registered:
        await office.ask(chat, "/start", user_id=person, language_code=language)
    await office.database.write(lambda db: add_chat(db, CHANNEL, kind="channel"))
    await office.database.write(lambda db: speak(db, CHANNEL, language))


def refusals_in(language: str) -> dict[str, str]:
    say = texts(language)
    return {key: readable(say(key)) for key in [*say.keys()] if key.startswith("refuse.")}


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_every_command_answers_or_refuses_as_the_registry_says(
    at_work: Office, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(at_work, language)
    caplog.set_level(logging.ERROR)
    refusals = refusals_in(language)
    kinds = ("private", "group") if language == "ar" else ("private", "topic")
    cases = [(kind, role) for kind in kinds for role in PEOPLE]
    for kind, role in [*cases, ("channel", "nobody")]:
        person = PEOPLE.get(role, 1)
        chat, thread_id = ROOMS[kind] or person, TOPIC if kind == "topic" else None
        for each in all_commands():
            here: dict[str, Any] = {"language_code": language, "thread_id": thread_id}
            answer = await at_work.ask(chat, f"/{each.name}", user_id=person, **here)
            await at_work.settled()
            assert at_work.server.sent_to(chat)[-1].thread_id == thread_id, (each.name, kind)
            assert speaks(answer, language), (each.name, kind, role, answer)
            said = next((key for key, text in refusals.items() if text == answer), None)
            if each.name != "start":  # which lets in, or says why not, by itself
                assert said == refusal(each, role, kind), (each.name, kind, role, answer)
            # Later commands are asked in the same language.
            await at_work.database.write(partial(speak, chat=chat, language=language))
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize("language", ["ar"])  # 4,700 presses
async def test_every_button_answers_or_refuses_as_the_registry_says(
    at_work: Office, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also of messages that are long gone, and of what was there once."""
    await furnish(at_work, language)
    assert {each.pattern for each in all_buttons()} == set(PRESSES)
    caplog.set_level(logging.ERROR)
    server, refusals = at_work.server, refusals_in(language)
    for kind, room in ROOMS.items():
        for role, person in PEOPLE.items():
            chat, thread_id = room or person, TOPIC if kind == "topic" else None
            here: dict[str, Any] = {"language_code": language, "thread_id": thread_id}
            await at_work.ask(chat, "/help", user_id=person, **here)
            under = server.sent_to(chat)[-1]
            for each in all_buttons():
                before = len(server.answers)
                pressed: dict[str, Any] = {"user_id": person, "language_code": language}
                server.press(under, PRESSES[each.pattern], was_there=True, **pressed)
                await server.until(partial(answered_since, server, before))
                note = readable(str(server.answers[-1].get("text", "")))
                said = next((key for key, text in refusals.items() if text == note), None)
                expected = refusal(each, role, kind, press=True)
                if each.pattern.startswith("^fg!") and expected is None and role != "operator":
                    expected = "refuse.operators_only"  # the data are somebody else's
                if each.pattern == "^a:" and expected is None and role == "stranger":
                    expected = "refuse.invitation_needed"  # in a room that was let in, too
                assert said == expected, (each.pattern, kind, role, note)
    assert [record.getMessage() for record in caplog.records] == []


def answered_since(server: TelegramServer, before: int) -> bool:
    return len(server.answers) > before


def speaks(answer: str, language: str) -> bool:
    """Whether its letters are mostly of the language's script."""
    letters = [each for each in answer if each.isalpha()]
    arabic = sum("\u0600" <= each <= "\u06ff" for each in letters)
    # Names of rules and commands are Latin everywhere.
    return arabic > 0 if language == "ar" else arabic < len(letters) / 2


def speak(db: Connection, chat: int, language: str) -> None:
    if chats.get(db, chat) is not None:
        chats.set_language(db, chat, language)


def test_the_page_lists_every_command_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page), "run python -m tools.commands_table"
