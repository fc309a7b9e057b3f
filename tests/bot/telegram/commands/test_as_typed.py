"""Commands as tired people type them, at the fake Bot API."""

from __future__ import annotations

import pytest

from tests.bot.telegram.conftest import Bench
from tests.bot.telegram.desk import readable

READER, GROUP = 7, -100300


async def registered(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")


async def answers(bench: Bench, chat: int, text: str, number: int) -> list[str]:
    """That many answers to one message."""
    before = len(bench.server.sent_to(chat))
    bench.server.say(chat, text)
    await bench.server.next_message(chat, before + number - 1)
    return [readable(each.text) for each in bench.server.sent_to(chat)[before:]]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        # What is glued to a command, which Telegram hands over without it
        ("/mute2h", "muted until"),
        ("/mute:2h", "muted until"),
        ("/mute, 2 hours", "muted until"),
        ("/mute_2h", "muted until"),
        ("/muteساعتين", "muted until"),
        ("/ mute 2h", "muted until"),
        ("/A1?", "medicines"),
        ("/a1.", "medicines"),
        ("A1?", "medicines"),
        ("#A1", "medicines"),
        ("alert 1", "medicines"),
        ("تنبيه رقم ١", "medicines"),
        ("l'alerte n° 1", "medicines"),
        # Other words for a command
        ("/كتم ساعتين", "muted until"),
        ("/silence 2 heures", "muted until"),
        ("/aide", "Marsad's commands"),
        ("/المساعدة", "Marsad's commands"),
        ("/s'abonner", "Choose the signals"),
    ],
)
async def test_a_command_is_understood_as_it_was_typed(
    bench: Bench, typed: str, answer: str
) -> None:
    await registered(bench)
    await bench.alert()
    assert answer in readable(await bench.ask(READER, typed))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/hepl", "/help"), ("/serach cholera", "/search"), ("/chercer", "/search")],
)
async def test_a_misspelt_command_names_the_one_that_was_meant(
    bench: Bench, typed: str, meant: str
) -> None:
    await registered(bench)
    assert f"Did you mean {meant}" in await bench.ask(READER, typed)


async def test_a_misspelt_command_offers_none_that_the_person_may_not_use(bench: Bench) -> None:
    await registered(bench)
    assert "Did you mean" not in await bench.ask(READER, "/bakcup")


async def test_each_command_of_a_message_is_answered(bench: Bench) -> None:
    await registered(bench)
    await bench.alert()
    await bench.alert("siege")
    muted, digest = await answers(bench, READER, "/mute 2h\n/digest off", 2)
    assert "muted until" in muted
    assert "Daily digest: off" in digest
    first, second = await answers(bench, READER, "/A1 /A2 /A1", 2)
    assert "/A1" in first
    assert "/A2" in second
    *_, last = await answers(bench, READER, "/A1 /A2 /mine /quiet /digest /unmute", 6)
    assert "I answer 5 commands" in last


async def test_what_follows_a_search_is_its_text(bench: Bench) -> None:
    await registered(bench)
    assert "mine" in await bench.ask(READER, "/search cholera /mine")
    assert "not muted" in await bench.ask(READER, "/unmute")


async def test_in_a_group_other_bots_keep_their_commands(bench: Bench) -> None:
    bench.server.room(GROUP, admins={READER})
    await bench.ask(GROUP, "/start", user_id=READER, language_code="en")
    before = len(bench.server.sent_to(GROUP))
    for other in ("/aide", "/mute2h", "/A1@other_bot", "/mine@other_bot", "/hepl"):
        bench.server.say(GROUP, other, user_id=READER)
    name = bench.application.bot.username
    assert "muted until" in await bench.ask(GROUP, f"/كتم@{name} ساعتين", user_id=READER)
    assert len(bench.server.sent_to(GROUP)) == before + 1


@pytest.mark.parametrize(
    "asked", ["من قال هذا؟", "what is this?", "où ?", "when?", "source", "/alert", "pourquoi ?"]
)
async def test_who_answers_a_card_asks_about_that_alert(bench: Bench, asked: str) -> None:
    await registered(bench)
    await bench.alert()
    await bench.alert("siege")
    await bench.ask(READER, "/A1")
    card = bench.server.sent_to(READER)[-1]
    answer = readable(await bench.ask(READER, asked, answers=card))
    assert "/A1" in answer
    assert "Not sent" in answer or "Sent" in answer


async def test_an_answer_to_a_card_may_be_another_question(bench: Bench) -> None:
    await registered(bench)
    await bench.alert()
    await bench.ask(READER, "/A1")
    card = bench.server.sent_to(READER)[-1]
    assert "welcome" in await bench.ask(READER, "thanks", answers=card)
    assert "Siege" in await bench.ask(READER, "siege?", answers=card)


async def test_the_name_of_the_bot_is_no_word_of_a_question(bench: Bench) -> None:
    await registered(bench)
    await bench.alert()
    answer = await bench.ask(READER, f"@{bench.application.bot.username}, medicines")
    assert "No alert has" not in answer
    assert "/A1" in answer
