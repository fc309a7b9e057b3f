"""One who floods is told so once; what people do not mean as a command is answered shortly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rules_in_force import RulesInForce
from bot.telegram.incoming.floods import Bucket, FloodLimit, Floods, taken
from storage.database import Database
from storage.readers import chats, people
from tests.bot.telegram.desk import OPERATOR, VIEWER, Office, office
from tests.conftest import shipped_rules
from tests.storage.make import NOW
from tests.telegram_server import TelegramServer

LIMIT = FloodLimit(burst=4, every=timedelta(seconds=10))


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    rules = RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")
    async with office(server, database, rules, tmp_path, floods=Floods(LIMIT)) as opened:
        yield opened


def test_too_many_is_said_once_until_half_of_the_burst_is_there_again() -> None:
    bucket: Bucket | None = None
    verdicts = []
    for seconds in (0, 0, 0, 0, 1, 2, 9, 12, 25, 26, 27):
        bucket, verdict = taken(bucket, LIMIT, NOW + timedelta(seconds=seconds))
        verdicts.append(verdict)
    assert verdicts == ["answer"] * 4 + ["say so"] + ["silence"] * 3 + ["answer"] * 2 + ["say so"]


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    bucket, verdict = taken(Bucket(2.0, NOW + timedelta(days=900)), LIMIT, NOW)
    assert verdict == "answer" and bucket.at == NOW


async def test_one_who_floods_hears_so_once_and_others_are_answered(at_work: Office) -> None:
    await at_work.ask(VIEWER, "/start", language_code="en")
    for _ in range(8):
        at_work.server.say(VIEWER, "/help", language_code="en")
    await at_work.settled()
    said = at_work.server.texts(VIEWER)
    assert sum("a lot at once" in text for text in said) == 1
    assert len(said) == 5
    assert "Welcome" in await at_work.ask(OPERATOR, "/start", language_code="en")


async def test_stickers_and_edits_get_a_short_answer(at_work: Office) -> None:
    await at_work.ask(VIEWER, "/start", language_code="en")
    person = {"id": VIEWER, "is_bot": False, "first_name": "x"}
    message = {
        "message_id": 70,
        "from": person,
        "chat": {"id": VIEWER, "type": "private", "first_name": "x"},
        "date": 1_790_000_000,
    }
    sticker = {
        **{"file_id": "s", "file_unique_id": "s", "type": "regular"},
        **{"width": 1, "height": 1, "is_animated": False, "is_video": False},
    }
    entity = {"type": "bot_command", "offset": 0, "length": 5}
    edited = {"text": "/help", "entities": [entity], "edit_date": 1_790_000_001}
    at_work.server.inject({"message": {**message, "sticker": sticker}})
    assert "Write a place" in (await at_work.server.next_message(VIEWER, 1)).text
    at_work.server.inject({"edited_message": {**message, **edited}})
    assert "send it again" in (await at_work.server.next_message(VIEWER, 2)).text


async def test_a_person_has_what_is_kept_of_them_removed(at_work: Office) -> None:
    await at_work.ask(VIEWER, "/start", language_code="en")
    await at_work.ask(VIEWER, "/forget")
    await at_work.press(VIEWER, f"fg?{VIEWER}")
    await at_work.press(VIEWER, f"fg!{VIEWER}")
    assert at_work.newest(VIEWER) == "Removed."
    found = await at_work.database.read(lambda db: (people.get(db, VIEWER), chats.get(db, VIEWER)))
    assert found == (None, None)


async def test_only_operators_forget_others(at_work: Office) -> None:
    await at_work.ask(VIEWER, "/start", language_code="en")
    assert "operators" in await at_work.ask(VIEWER, f"/forget {OPERATOR}")
    await at_work.ask(VIEWER, "/forget")
    message = at_work.server.sent_to(VIEWER)[-1]
    message.reply_markup = {
        "inline_keyboard": [[{"text": "x", "callback_data": "fg!902"}]]
    }  # a forged button
    assert "operators" in await at_work.press(VIEWER, "fg!902")
    assert await at_work.database.read(lambda db: people.get(db, 902)) is not None
    await at_work.ask(OPERATOR, "/start", language_code="en")
    await at_work.ask(OPERATOR, f"/forget {VIEWER}")
    await at_work.press(OPERATOR, f"fg?{VIEWER}")
    await at_work.press(OPERATOR, f"fg!{VIEWER}")
    assert await at_work.database.read(lambda db: people.get(db, VIEWER)) is None
