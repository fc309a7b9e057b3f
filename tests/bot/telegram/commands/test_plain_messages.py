"""Private messages without a slash: settings in words, links, what is no text."""

from __future__ import annotations

from typing import Any

import pytest

from storage.readers import chat_clocks, subscriptions
from tests.bot.telegram.conftest import OPERATOR, Bench
from tests.bot.telegram.desk import readable

READER = 7
LINK = "https://feed.example/1"


async def subscribed(bench: Bench, chat: int = READER) -> None:
    await bench.ask(chat, "/start", language_code="en")
    await bench.ask(chat, "/subscribe all")


async def ask(bench: Bench, text: str, chat: int = READER) -> str:
    return readable(await bench.ask(chat, text))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("mute 2 hours", "muted until"),
        ("Mute: until 7", "muted until"),
        ("اسكت ساعتين", "muted until"),
        ("silence 2 heures", "muted until"),
        ("pause 2 hours", "muted until"),
        ("quiet 22-7", "Quiet hours: from 22:00"),
        ("digest 18:00", "Daily digest: at 18:00"),
        ("language english", "Messages will be in English"),
        ("unsubscribe evacuation", "No more alerts: Evacuation"),
        ("اشترك في الإخلاء", "You will get alerts: Evacuation"),
        ("mine", "Subscriptions of this chat"),
        ("search cholera", "Search: cholera"),
    ],
)
async def test_a_setting_needs_no_slash(bench: Bench, said: str, answer: str) -> None:
    await subscribed(bench)
    assert answer in await ask(bench, said)


@pytest.mark.parametrize(
    "said", ["stop the bombing of Nyala", "words of the minister", "rules of war", "people in need"]
)
async def test_a_question_may_begin_like_a_command(bench: Bench, said: str) -> None:
    await subscribed(bench)
    await ask(bench, said)
    mine = (await bench.database.read(lambda db: subscriptions.of_topic(db, READER, None)))[0]
    assert not mine.paused
    assert not (mine.include or mine.exclude)
    assert (await bench.database.read(lambda db: chat_clocks.get(db, READER))).quiet is None


async def test_what_an_operator_alone_may_is_no_command_of_others(bench: Bench) -> None:
    await subscribed(bench)
    assert "operators" not in await ask(bench, "feeds")


async def test_an_operator_is_told_what_became_of_a_link(bench: Bench) -> None:
    await subscribed(bench)
    await subscribed(bench, OPERATOR)
    told = await bench.alert(link=LINK)
    assert f"/{told.short_id}" in await ask(bench, LINK, OPERATOR)
    assert "No stored news has this address" in await ask(bench, f"{LINK}/other", OPERATOR)
    assert "I do not open links" in await ask(bench, LINK)


@pytest.mark.parametrize(
    "shown",
    [
        {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
        {"location": {"latitude": 36.2, "longitude": 37.1}},
        {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 5, "height": 5}]},
        {"contact": {"phone_number": "1", "first_name": "x"}},
        {"document": {"file_id": "d", "file_unique_id": "d", "file_name": "report.pdf"}},
    ],
)
async def test_what_is_no_text_is_not_read(bench: Bench, shown: dict[str, Any]) -> None:
    await subscribed(bench)
    before = len(bench.server.sent_to(READER))
    person = {"id": READER, "is_bot": False, "first_name": "L", "language_code": "en"}
    chat = {"id": READER, "type": "private", "first_name": "L"}
    bench.server.inject(
        {"message": {"message_id": 900, "date": 1, "chat": chat, "from": person, **shown}}
    )
    assert "I read written words alone" in (await bench.server.next_message(READER, before)).text


async def test_each_of_several_places_is_answered(bench: Bench) -> None:
    await subscribed(bench)
    before = len(bench.server.sent_to(READER))
    bench.server.say(READER, "/status Aleppo and Idlib")
    await bench.server.next_message(READER, before + 1)
    first, second = (each.text for each in bench.server.sent_to(READER)[before:])
    assert "Aleppo" in first
    assert "Idlib" in second
    assert "Homs" in await ask(bench, "/status Homs, Syria")


async def test_the_country_behind_a_place_says_where_it_lies(bench: Bench) -> None:
    await subscribed(bench)
    await ask(bench, "/places Homs, Syria")
    mine = (await bench.database.read(lambda db: subscriptions.of_topic(db, READER, None)))[0]
    assert [each["en"] for each in mine.places.values()] == ["Homs, Syria"]


@pytest.mark.parametrize(
    "asked",
    ["how do I stop this?", "كيف أوقف التنبيهات", "comment changer la langue ?", "too many alerts"],
)
async def test_who_asks_how_something_is_set_is_told(bench: Bench, asked: str) -> None:
    await subscribed(bench)
    answer = await ask(bench, asked)
    assert all(command in answer for command in ("/mine", "/stop", "/mute", "/language"))


@pytest.mark.parametrize("asked", ["only evacuation", "rien sauf évacuation", "فقط الإخلاء"])
async def test_only_shuts_nothing_out(bench: Bench, asked: str) -> None:
    await subscribed(bench)
    told = await bench.alert("evacuation")
    assert f"/{told.short_id}" in await ask(bench, asked)


async def test_help_of_one_command_is_its_line(bench: Bench) -> None:
    await subscribed(bench)
    for asked in ("/help mute", "/help /mute", "/aide silence"):
        answer = await ask(bench, asked)
        assert answer.startswith("/mute – ")
        assert "/subscribe" not in answer
    assert "/subscribe" in await ask(bench, "/help")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("/export 7d pdf", "I make no pdf files"),
        ("/export 7d word", "There are: csv, xlsx"),
    ],
)
async def test_a_format_that_is_not_made_is_no_word_of_the_news(
    bench: Bench, asked: str, answer: str
) -> None:
    await subscribed(bench, OPERATOR)
    await bench.alert()
    assert answer in await ask(bench, asked, OPERATOR)


async def test_excel_is_a_format(bench: Bench) -> None:
    await subscribed(bench, OPERATOR)
    await bench.alert()
    before = len(bench.server.documents)
    bench.server.say(OPERATOR, "/export 7d Excel")
    await bench.server.until(lambda: len(bench.server.documents) > before)
    assert bench.server.documents[-1][1].endswith(".xlsx")


@pytest.mark.parametrize("said", ["/recent siege", "siege in Sudan"])
async def test_who_mends_a_message_is_told_to_send_it_again(bench: Bench, said: str) -> None:
    await subscribed(bench)
    before = len(bench.server.sent_to(READER))
    person = {"id": READER, "is_bot": False, "first_name": "L"}
    chat = {"id": READER, "type": "private", "first_name": "L"}
    edited = {"message_id": 900, "date": 1, "edit_date": 2, "chat": chat, "from": person}
    bench.server.inject({"edited_message": edited | {"text": said}})
    told = await bench.server.next_message(READER, before)
    assert "Please send it again" in told.text
