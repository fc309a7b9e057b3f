"""/mute, by a real application: quiet for a while, nothing critical held back, nothing lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.telegram.services import Access
from storage.database import Database
from storage.readers.chats import Chat
from storage.rows import fetch
from tests.bot.telegram.conftest import DAMASCUS, OPERATOR, Bench
from tests.bot.telegram.sending_desk import Desk

DESK, GROUP, CHANNEL, MEMBER = 21, -100555, -100556, 23
MUTED = {"ar": "أُسكتت هذه المحادثة حتى", "en": "muted until", "fr": "est en silence"}
HELD = {
    "ar": "تنبيهات حُجزت حين كانت هذه المحادثة مُسكتة: 2",
    "en": "Alerts held back while this chat was muted: 2",
    "fr": "Alertes retenues pendant le silence de cette discussion",
}
ENDED = {"ar": "لم تعد", "en": "not muted any more", "fr": "terminé"}


def clock_of(chat: Chat) -> str:
    assert chat.muted_until is not None
    return f"{chat.muted_until.astimezone(DAMASCUS):%H:%M}"


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
async def test_a_muted_chat_gets_what_is_critical_and_the_rest_in_a_line_at_the_end(
    bench: Bench, language: str
) -> None:
    await bench.ask(OPERATOR, "/start", language_code=language)
    answer = await bench.ask(OPERATOR, "/mute")
    chat = await bench.chat(OPERATOR)
    assert chat.muted_at is not None and chat.muted_until is not None
    assert chat.muted_until - chat.muted_at == timedelta(hours=8)
    assert MUTED[language] in answer
    for view in (answer, await bench.ask(OPERATOR, "/status")):
        assert clock_of(chat) in view
    assert clock_of(chat) in await bench.ask(OPERATOR, "/subscribe")

    desk, before = Desk(bench), len(bench.server.sent_to(OPERATOR))
    for title in ("first held", "second held"):
        await bench_alert(desk, title)
    assert len(bench.server.sent_to(OPERATOR)) == before
    _, card = await desk.alert(OPERATOR, title="a critical one")
    assert "a critical one" in card.text
    await desk.later(hours=7, minutes=50)
    assert len(bench.server.sent_to(OPERATOR)) == before + 1

    # A new process on the same file: the mute and what it holds are there.
    desk = Desk(bench)
    desk.now = chat.muted_until
    await desk.later(seconds=1)
    (line,) = bench.server.sent_to(OPERATOR)[before + 1 :]
    assert HELD[language] in line.text
    assert "A1" in line.text and "A2" in line.text and "A3" not in line.text
    await bench_alert(desk, "after the end")
    assert "after the end" in bench.server.sent_to(OPERATOR)[-1].text


async def bench_alert(desk: Desk, title: str) -> None:
    await desk.alert(OPERATOR, level="alert", title=title)
    await desk.later(seconds=2)


async def test_unmute_tells_at_once_what_was_held_back(bench: Bench) -> None:
    await bench.ask(OPERATOR, "/start", language_code="en")
    await bench.ask(OPERATOR, "/mute 2 days")
    desk = Desk(bench)
    await bench_alert(desk, "held")
    assert "not muted any more" in await bench.ask(OPERATOR, "/unmute")
    desk.now += timedelta(seconds=5)
    await desk.later(seconds=1)
    assert "Alerts held back while this chat was muted: 1" in bench.server.texts(OPERATOR)[-1]
    assert "is not muted" in await bench.ask(OPERATOR, "/unmute")
    assert "Muted until" not in await bench.ask(OPERATOR, "/status")


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2h", 2), ("30m", 0.5), ("1d", 24), ("٣ ساعات", 3), ("2 heures", 2), ("7 days", 168)],
)
async def test_a_mute_is_as_long_as_it_says(bench: Bench, text: str, hours: float) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(DESK, f"/mute {text}")
    chat = await bench.chat(DESK)
    assert chat.muted_at is not None and chat.muted_until is not None
    assert chat.muted_until - chat.muted_at == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("until 7", "07:00"),
        ("حتى الصباح", "07:00"),
        ("حتى السادسة صباحا", "06:00"),
        ("jusqu'à 18h30", "18:30"),
        ("until tomorrow evening", "19:00"),
    ],
)
async def test_a_mute_lasts_until_the_chats_clock_shows_it(
    bench: Bench, text: str, until: str
) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(DESK, "/timezone Damascus")
    assert until in await bench.ask(DESK, f"/mute {text}")
    chat = await bench.chat(DESK)
    assert clock_of(chat) == until
    assert chat.muted_at is not None and chat.muted_until is not None
    begun, ends = (at.astimezone(DAMASCUS).date() for at in (chat.muted_at, chat.muted_until))
    days = (ends - begun).days
    assert days == 1 if "tomorrow" in text else days <= 1


async def test_a_mute_may_end_in_a_few_minutes_where_the_clock_is_named(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(DESK, "/timezone Damascus")
    soon = f"{datetime.now(DAMASCUS) + timedelta(minutes=5):%H:%M}"
    assert soon in await bench.ask(DESK, f"/mute until {soon}")
    assert clock_of(await bench.chat(DESK)) == soon


@pytest.mark.parametrize(
    ("language", "example"),
    [("ar", "/mute 3 ساعات"), ("en", "/mute 2 hours"), ("fr", "/mute 2 heures")],
)
async def test_what_is_no_length_of_time_gets_an_example_and_changes_nothing(
    bench: Bench, language: str, example: str
) -> None:
    await bench.ask(DESK, "/start", language_code=language)
    for text in ("8", "soon", "14 minutes", "8 days", "-2h", "9" * 300, "1e9 h"):
        answer = await bench.ask(DESK, f"/mute {text}")
        assert example in answer.replace("\u2068", "").replace("\u2069", ""), text
    assert (await bench.chat(DESK)).muted_until is None
    # The example is understood by whoever gave it.
    assert MUTED[language] in await bench.ask(DESK, example)


async def test_the_buttons_say_how_long_and_end_it(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(DESK, "/mute")
    shown = bench.server.sent_to(DESK)[-1]
    assert [button["text"] for button in shown.buttons] == ["1 hour", "8 hours", "1 day", "End now"]
    for data, hours in (("m:60", 1), ("m:1440", 24), ("m:480", 8)):
        await bench.press(DESK, data)
        chat = await bench.chat(DESK)
        assert chat.muted_at is not None and chat.muted_until is not None
        assert chat.muted_until - chat.muted_at == timedelta(hours=hours)
        assert clock_of(chat) in bench.server.sent_to(DESK)[-1].text
    await bench.press(DESK, "m:0")
    assert "not muted any more" in bench.server.sent_to(DESK)[-1].text
    chat = await bench.chat(DESK)
    for data in ("m:61", "m:", "m:-1", "m:x"):
        shown.reply_markup = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
        await bench.press(DESK, data)
    assert await bench.chat(DESK) == chat
    await bench.ask(DESK, "/mute")
    assert "not muted any more" in await bench.ask(DESK, "/mute off")


async def test_only_who_may_change_a_chats_settings_mutes_it(bench: Bench) -> None:
    bench.server.room(GROUP, admins={DESK})
    bench.server.room(CHANNEL, "channel", admins={DESK})
    await bench.ask(GROUP, "/start", user_id=DESK, language_code="en")
    assert "administrators" in await bench.ask(GROUP, "/mute", user_id=MEMBER)
    assert (await bench.chat(GROUP)).muted_until is None
    await bench.ask(GROUP, "/mute", user_id=DESK)
    until = (await bench.chat(GROUP)).muted_until
    assert "administrators" in await bench.ask(GROUP, "/unmute", user_id=MEMBER)
    for data in ("m:0", "m:60"):
        assert "administrators" in await bench.press(GROUP, data, user_id=MEMBER)
    assert (await bench.chat(GROUP)).muted_until == until

    bench.server.membership(CHANNEL, "left", "administrator", user_id=DESK)
    await bench.ask(CHANNEL, "/start")
    await bench.ask(CHANNEL, "/mute 1h")
    until = (await bench.chat(CHANNEL)).muted_until
    assert until is not None
    await bench.press(CHANNEL, "m:0", user_id=MEMBER)
    assert (await bench.chat(CHANNEL)).muted_until == until
    await bench.press(CHANNEL, "m:0", user_id=DESK)
    assert (await bench.chat(CHANNEL)).muted_until != until


async def test_a_chat_that_never_said_start_is_told_to(bench: Bench) -> None:
    assert "/start" in await bench.ask(MEMBER, "/mute 1h", language_code="en")


class TestInvited:
    """Where people come in by invitation."""

    @pytest.fixture
    def access(self) -> Access:
        return "invited"

    async def test_a_stranger_mutes_nothing(self, bench: Bench, database: Database) -> None:
        for text in ("/mute", "/mute 1h", "/unmute"):
            assert "invited" in await bench.ask(MEMBER, text, language_code="en"), text
        rows = await database.read(lambda db: fetch(db, "SELECT muted_until FROM chats"))
        assert all(row["muted_until"] is None for row in rows)
