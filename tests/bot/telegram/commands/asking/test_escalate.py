"""/escalate and its button, by a real application: who has it, and what goes on when nobody has."""

from __future__ import annotations

import pytest

from storage.sending import acknowledgements, outbox
from tests.bot.telegram.conftest import OPERATOR, Bench
from tests.bot.telegram.sending_desk import Desk

DESK, SECOND, GROUP, MEMBER = 21, 22, -100555, 23
BUTTON = {"ar": "تولّيتُ الأمر", "en": "I have it", "fr": "Je m'en occupe"}


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
async def test_the_first_press_counts_and_everybody_sees_whose_it_was(
    bench: Bench, language: str
) -> None:
    await bench.ask(OPERATOR, "/start", language_code=language)
    assert str(10) in await bench.ask(OPERATOR, "/escalate 10")
    desk = Desk(bench)
    _, card = await desk.alert(OPERATOR)
    assert BUTTON[language] in [button["text"] for button in card.buttons]
    first = await bench.press(OPERATOR, "a:A1")
    second = await bench.press(OPERATOR, "a:A1")
    assert first
    assert second != first
    shown = bench.server.sent_to(OPERATOR)[-1].buttons
    assert shown[0]["text"].startswith("✓")
    assert shown[1]["callback_data"] == "w:A1"
    stored = await bench.database.read(lambda db: acknowledgements.get(db, 1, OPERATOR))
    assert stored is not None
    assert stored.by_name is not None
    assert stored.by_name in shown[0]["text"]
    assert stored.by_name in await bench.ask(OPERATOR, "/alert A1")
    await desk.later(hours=1)
    assert await bench.database.read(lambda db: outbox.for_chat(db, OPERATOR)) != []
    assert stored.escalated_at is None


async def test_when_nobody_presses_the_second_chat_gets_the_card_once(bench: Bench) -> None:
    for chat_id in (OPERATOR, SECOND):
        await bench.ask(chat_id, "/start", language_code="en")
    assert str(SECOND) in await bench.ask(OPERATOR, f"/escalate 10 {SECOND}")
    desk = Desk(bench)
    alert, _ = await desk.alert(OPERATOR)
    before = len(bench.server.sent_to(SECOND))
    await desk.later(minutes=9)
    assert len(bench.server.sent_to(SECOND)) == before
    await desk.later(minutes=1)
    await desk.later(hours=3)
    (card,) = bench.server.sent_to(SECOND)[before:]
    assert alert.title in card.text
    assert "Passed on because nobody" in await bench.ask(OPERATOR, "/alert A1")


async def test_off_means_no_button_and_nothing_passed_on(bench: Bench) -> None:
    for chat_id in (OPERATOR, SECOND):
        await bench.ask(chat_id, "/start", language_code="en")
    await bench.ask(OPERATOR, f"/escalate ١٠ {SECOND}")
    assert "do not ask" in await bench.ask(OPERATOR, "/escalate off")
    desk = Desk(bench)
    _, card = await desk.alert(OPERATOR)
    assert "a:A1" not in [button.get("callback_data") for button in card.buttons]
    before = len(bench.server.sent_to(SECOND))
    await desk.later(hours=3)
    assert len(bench.server.sent_to(SECOND)) == before


async def test_what_cannot_be_set_is_said_and_changes_nothing(bench: Bench) -> None:
    for chat_id in (DESK, SECOND, OPERATOR):
        await bench.ask(chat_id, "/start", language_code="en")
    for words, minutes in (("15 minutes", 15), ("بعد ساعة", 60), ("١٠ دقائق", 10)):
        await bench.ask(OPERATOR, f"/escalate {words}")
        assert (await bench.chat(OPERATOR)).escalate_after == minutes
    await bench.ask(OPERATOR, "/escalate إيقاف")
    for words in ("0", "-3", "x", "1441", "10 x", "9" * 400, "2 days"):
        assert "/escalate off" in await bench.ask(OPERATOR, f"/escalate {words}"), words
    absent = await bench.ask(DESK, "/escalate 10 999")
    others = await bench.ask(DESK, f"/escalate 10 {SECOND}")
    assert absent.replace("999", str(SECOND)) == others
    huge = await bench.ask(OPERATOR, f"/escalate 10 {'9' * 19}")
    assert "I cannot pass alerts" in huge
    assert "operators" in await bench.ask(DESK, "/escalate 10")
    assert (await bench.chat(DESK)).escalate_after is None
    assert (await bench.chat(OPERATOR)).escalate_after is None


async def test_only_administrators_set_it_in_a_group_and_only_its_chats(bench: Bench) -> None:
    bench.server.room(GROUP, admins={DESK})
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(GROUP, "/start", user_id=DESK, language_code="en")
    assert "administrators" in await bench.ask(GROUP, "/escalate 10", user_id=MEMBER)
    assert str(DESK) in await bench.ask(GROUP, f"/escalate 10 {DESK}", user_id=DESK)
    assert str(GROUP) in await bench.ask(DESK, f"/escalate 5 {GROUP}")
    assert (await bench.chat(GROUP)).escalate_to == DESK


async def test_a_press_on_what_is_not_there_gets_an_answer(bench: Bench) -> None:
    await bench.ask(OPERATOR, "/start", language_code="en")
    await bench.ask(OPERATOR, "/escalate 10")
    desk = Desk(bench)
    await desk.alert(OPERATOR)
    await bench.alert(title="another")
    shown = bench.server.sent_to(OPERATOR)[-1]
    for data, expected in (
        ("a:A99", "There is no alert A99"),
        ("a:A2", "was not sent"),
        ("a:", "?"),
    ):
        shown.reply_markup = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
        assert expected in await bench.press(OPERATOR, data), data
    opened = await bench.database.read(acknowledgements.still_open)
    assert [row.alert_id for row in opened] == [1]


async def test_two_who_press_at_once_are_one_who_has_it(bench: Bench) -> None:
    bench.server.room(GROUP, admins={DESK})
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(GROUP, "/start", user_id=DESK, language_code="en")
    await bench.ask(GROUP, f"/escalate 10 {DESK}", user_id=DESK)
    _, card = await Desk(bench).alert(GROUP)
    before = len(bench.server.answers)
    for person in (DESK, MEMBER):
        bench.server.press(card, "a:A1", user_id=person)
    await bench.server.until(lambda: len(bench.server.answers) >= before + 2)
    said = [str(answer.get("text")) for answer in bench.server.answers[before:]]
    assert sum("You have it" in text for text in said) == 1
