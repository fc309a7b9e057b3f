"""Blocked and let in again, another instance, faults, and updates kept over a restart."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.telegram.app import build_application, polling_of
from bot.telegram.polling import Polling
from storage.connection import Connection
from storage.database import Database
from storage.file.database import FileDatabase
from storage.file.errors import StorageBusy
from storage.readers import chats
from tests.bot.telegram import faults
from tests.bot.telegram.conftest import DAMASCUS, Bench, Rules
from tests.telegram_server import TelegramServer

READER, GROUP, NEW_GROUP, ADMIN = 7, -55, -1009876543210, 70


class Troubles(list[str]):
    """What polling reported."""

    def __init__(self) -> None:
        super().__init__()
        self.happened = asyncio.Event()

    def note(self, trouble: str) -> None:
        self.append(trouble)
        self.happened.set()


async def test_a_chat_that_blocks_the_bot_is_paused_and_resumed_with_its_settings(
    bench: Bench,
) -> None:
    await bench.ask(READER, "/start")
    await bench.ask(READER, "/subscribe")
    await bench.press(READER, "s:evacuation")
    bench.server.membership(READER, "member", "kicked")
    await bench.settled()
    assert (await bench.chat(READER)).state == "paused"
    bench.server.membership(READER, "kicked", "member")
    await bench.settled()
    chat = await bench.chat(READER)
    assert (chat.state, chat.signals) == ("active", frozenset({"evacuation"}))


@pytest.mark.parametrize(
    "broken",
    [
        {"message": {"message_id": 5, "date": 10**15, "chat": {"id": 9, "type": "private"}}},
        {"message": "secret"},
        {"callback_query": {"id": "secret"}},
        {"my_chat_member": [1]},
        {"inline_query": {"query": "secret"}},
    ],
)
async def test_an_update_that_cannot_be_read_keeps_none_behind_it_from_being_heard(
    bench: Bench, caplog: pytest.LogCaptureFixture, broken: dict[str, Any]
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    number = bench.server.inject(broken)
    assert "/subscribe" in await bench.ask(READER, "/help")
    assert f"update {number} ({next(iter(broken))}) cannot be read" in caplog.text
    assert "secret" not in caplog.text


async def test_a_paused_private_chat_that_writes_is_resumed(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await _pause(bench, READER)
    await bench.ask(READER, "/help")
    assert (await bench.chat(READER)).state == "active"


async def test_a_paused_group_is_resumed_by_subscribe(bench: Bench) -> None:
    bench.server.room(GROUP, "group", admins={ADMIN})
    await bench.ask(GROUP, "/start", user_id=ADMIN)
    await _pause(bench, GROUP)
    await bench.ask(GROUP, "/subscribe", user_id=ADMIN)
    assert (await bench.chat(GROUP)).state == "active"


async def _pause(bench: Bench, chat_id: int) -> None:
    now = datetime.now(UTC)
    await bench.database.write(lambda db: chats.pause(db, chat_id, "topic closed", now))


async def test_a_group_that_adds_the_bot_is_greeted_and_one_that_removes_it_is_paused(
    bench: Bench,
) -> None:
    bench.server.membership(GROUP, "left", "member", user_id=ADMIN)
    greeting = await bench.server.next_message(GROUP)
    assert "/start" in greeting.text
    bench.server.membership(GROUP, "member", "left", user_id=ADMIN)
    await bench.settled()
    assert (await bench.chat(GROUP)).state == "paused"


async def test_a_group_that_becomes_a_supergroup_keeps_its_settings(bench: Bench) -> None:
    bench.server.room(GROUP, "group", admins={ADMIN})
    await bench.ask(GROUP, "/start", user_id=ADMIN)
    await bench.ask(GROUP, "/subscribe", user_id=ADMIN)
    await bench.press(GROUP, "s:evacuation", user_id=ADMIN)
    await _becomes_a_supergroup(bench)
    assert (await bench.chat(NEW_GROUP)).signals == {"evacuation"}
    assert await bench.database.read(lambda db: chats.get(db, GROUP)) is None


@pytest.mark.parametrize("greeted", [False, True])
async def test_leaving_the_old_group_for_the_new_one_pauses_nothing(
    bench: Bench, greeted: bool
) -> None:
    bench.server.room(GROUP, "group", admins={ADMIN})
    await bench.ask(GROUP, "/start", user_id=ADMIN)
    await bench.ask(GROUP, "/subscribe", user_id=ADMIN)
    await bench.press(GROUP, "s:evacuation", user_id=ADMIN)
    bench.server.membership(GROUP, "member", "left", user_id=ADMIN)
    if greeted:
        bench.server.membership(NEW_GROUP, "left", "member", user_id=ADMIN)
    await _becomes_a_supergroup(bench)
    chat = await bench.chat(NEW_GROUP)
    assert (chat.state, chat.signals) == ("active", frozenset({"evacuation"}))


async def _becomes_a_supergroup(bench: Bench) -> None:
    for chat_id, field, other in (
        (GROUP, "migrate_to_chat_id", NEW_GROUP),
        (NEW_GROUP, "migrate_from_chat_id", GROUP),
    ):
        kind = "group" if chat_id == GROUP else "supergroup"
        chat = {"id": chat_id, "type": kind, "title": "مجموعة"}
        bench.server.inject({"message": {"message_id": 1, "date": 0, "chat": chat, field: other}})
    await bench.settled()


async def test_a_fault_of_ours_is_logged_without_the_token_and_answered_with_an_apology(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.ask(READER, "/start")

    def broken(db: Connection, *_: object, **__: object) -> None:
        raise RuntimeError(f"https://api.telegram.org/bot{bench.server.token}/sendMessage failed")

    monkeypatch.setattr(chats, "get", broken)
    with caplog.at_level(logging.ERROR):
        answer = await bench.ask(READER, "/recent")
    assert "تعذّر تنفيذ طلبك" in answer
    assert "RuntimeError" not in answer
    assert "RuntimeError" in caplog.text
    assert bench.server.token not in caplog.text


async def test_a_busy_database_is_said_to_be_busy_and_is_no_bug_in_the_log(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def busy(*_: object) -> None:
        raise StorageBusy("the database is busy")

    monkeypatch.setattr(FileDatabase, "read", busy)
    assert "مشغولة" in await bench.ask(READER, "/recent")
    assert "a handler failed: the database is busy" in caplog.messages
    assert "Traceback" not in caplog.text


async def test_an_answer_that_fails_does_not_stop_the_next_one(bench: Bench) -> None:
    bench.server.fail(faults.server_error(500), chat_id=READER)
    bench.server.fail(faults.server_error(500), chat_id=READER)
    bench.server.say(READER, "/start")
    await bench.settled()
    assert "مرصد" in await bench.ask(READER, "/start")


async def test_another_instance_is_noticed(bench: Bench) -> None:
    bench.server.fail(faults.conflict(), method="getUpdates")
    bench.server.say(READER, "/start")  # ends the long poll that is under way
    await bench.server.until(lambda: bench.troubles == ["conflict"])


async def test_updates_that_are_numbered_anew_after_a_long_silence_are_heard_and_none_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offset() -> object:
        asked = [values for method, values in bench.server.calls if method == "getUpdates"]
        return asked[-1].get("offset")

    await bench.ask(READER, "/start", language_code="en")
    monkeypatch.setattr("bot.telegram.polling._NUMBERS_GO_ON", -1.0)
    assert "/subscribe" in await bench.ask(READER, "/help")
    await bench.server.until(lambda: bench.server.unread == 0 and offset() is not None)
    bench.server.say(READER, "/help")  # ends the request under way: the next is without a number
    await bench.server.until(lambda: offset() is None)
    bench.server.number_anew(5)
    assert "/subscribe" in await bench.ask(READER, "/help")
    await bench.settled()
    assert len(bench.server.sent_to(READER)) == 4


@pytest.mark.parametrize("failing", [0, 1])
async def test_a_webhook_that_another_program_sets_is_taken_away_and_people_are_heard(
    bench: Bench, caplog: pytest.LogCaptureFixture, failing: int
) -> None:
    await bench.ask(READER, "/start")
    bench.server.webhook = "https://other.example/hook"
    if failing:
        bench.server.fail(faults.server_error(502), method="deleteWebhook", times=failing)
    assert "/subscribe" in await bench.ask(READER, "/help", language_code="en")
    assert bench.server.webhook == ""
    assert len(bench.troubles) >= 1 + failing
    assert bench.troubles[0] == "conflict"
    assert "another program set a webhook" in caplog.text


async def test_a_refused_token_is_reported_once_and_stopping_is_safe(
    database: Database,
) -> None:
    troubles = Troubles()
    async with asyncio.timeout(60), TelegramServer() as server:
        polling = _polling(server.base_url, "110201543:some-other-token", database, troubles)
        await polling.start()
        await troubles.happened.wait()
        await polling.stop()
    assert troubles == ["refused"]


async def test_the_bot_starts_while_telegram_is_away_and_answers_when_it_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.polling._FIRST_WAIT", 0.05)
    async with TelegramServer() as server:
        server.fail(faults.server_error(502), method="getMe", times=2)
        server.say(READER, "/start")
        async with _polling(server.base_url, server.token, database):
            assert "مرصد" in (await server.next_message(READER)).text


async def test_stopping_while_telegram_is_away_takes_no_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.polling._FIRST_WAIT", 3_600)
    polling = _polling("http://127.0.0.1:9/bot", "110201543:x", database)
    await polling.start()
    await asyncio.sleep(0.05)
    async with asyncio.timeout(60):
        await polling.stop()


async def test_what_was_written_while_the_bot_was_down_is_answered(
    server: TelegramServer, database: Database
) -> None:
    async with _polling(server.base_url, server.token, database) as polling:
        await polling.ready.wait()
    server.say(READER, "/start")
    async with _polling(server.base_url, server.token, database):
        assert "مرصد" in (await server.next_message(READER)).text
    assert server.allowed_updates is not None
    assert "my_chat_member" in server.allowed_updates


def _polling(
    base_url: str, token: str, database: Database, troubles: Troubles | None = None
) -> Polling:
    noted = troubles if troubles is not None else Troubles()
    rules = Rules()
    application = build_application(
        token=token,
        base_url=base_url,
        operators=[],
        timezone=DAMASCUS,
        database=database,
        rules=lambda: rules,  # type: ignore[arg-type,return-value]
        catalogue=lambda: (),
        access="open",
    )
    return polling_of(
        application,
        on_conflict=lambda: noted.note("conflict"),
        on_refused=lambda: noted.note("refused"),
    )
