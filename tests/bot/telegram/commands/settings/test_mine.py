"""/mine, /words, /pause, /stop and /resume against the fake Bot API."""

from __future__ import annotations

from typing import Any

import pytest

from storage.connection import Connection
from storage.readers import chats, subscriptions
from storage.readers.subscriptions import Subscription
from tests.bot.telegram.conftest import Bench
from tests.storage.make import NOW

READER, GROUP, ADMIN, GUEST = 7, -1001234567890, 70, 71


async def asks(bench: Bench, chat_id: int = READER) -> list[Subscription]:
    return await bench.database.read(lambda db: subscriptions.of_chat(db, chat_id))


async def begun(bench: Bench, *signals: str, **values: Any) -> int:
    """A private chat with a subscription; its number."""
    await bench.ask(READER, "/start", **values)

    def write(db: Connection) -> Subscription:
        return subscriptions.add(db, Subscription(READER, signals=frozenset(signals)), NOW)

    return (await bench.database.write(write)).id or 0


async def test_a_subscription_is_read_and_changed_by_buttons(bench: Bench) -> None:
    number = await begun(bench, "evacuation")
    said = await bench.ask(READER, "/mine")
    assert "الإخلاء" in said and "كل الأماكن" in said and "فورًا" in said
    steps = """open signals on:aid-access off:evacuation open places in:SD open levels
        level:critical open deliveries delivery:daily open pause"""
    for step in steps.split():
        await bench.press(READER, f"e:{number}:{step}")
    (one,) = await asks(bench)
    assert one.signals == {"aid-access"}
    assert list(one.places) == ["SD"]
    assert (one.lowest_level, one.delivery, one.paused) == ("critical", "daily", True)
    message = bench.server.sent_to(READER)[-1]
    assert "السودان" in message.text and "وصول المساعدات" in message.text
    assert "موقوف" in message.text
    assert f"e:{number}:resume" in [each["callback_data"] for each in message.buttons]


async def test_a_press_that_comes_twice_does_nothing_more(bench: Bench) -> None:
    number = await begun(bench, "evacuation")
    await bench.ask(READER, "/mine")
    before = bench.server.sent_to(READER)[-1]
    await bench.press(READER, f"e:{number}:open")
    await bench.press(READER, f"e:{number}:signals")
    ticks = bench.server.sent_to(READER)[-1]
    for _ in range(2):
        bench.server.press(ticks, f"e:{number}:on:aid-access")
    await bench.settled()
    (one,) = await asks(bench)
    assert one.signals == {"evacuation", "aid-access"}
    assert before.message_id == ticks.message_id, "all in one message"


async def test_another_is_added_once_and_removed_after_a_question(bench: Bench) -> None:
    number = await begun(bench, "evacuation")
    await bench.ask(READER, "/mine")
    message = bench.server.sent_to(READER)[-1]
    for _ in range(2):
        bench.server.press(message, "e:0:add")
    await bench.settled()
    first, second = await asks(bench)
    await bench.press(READER, f"e:{second.id}:all")
    assert (await asks(bench))[1].everything
    await bench.press(READER, f"e:{second.id}:open")
    await bench.press(READER, f"e:{second.id}:remove")
    assert len(await asks(bench)) == 2
    assert "حُذف" in await bench.press(READER, f"e:{second.id}:removed")
    assert [each.id for each in await asks(bench)] == [first.id] == [number]


async def test_an_old_button_of_a_subscription_that_is_gone_shows_the_list(bench: Bench) -> None:
    number = await begun(bench, "evacuation")
    await bench.ask(READER, "/mine")
    await bench.press(READER, f"e:{number}:open")
    await bench.database.write(lambda db: subscriptions.remove(db, number))
    assert "حُذف هذا الاشتراك" in await bench.press(READER, f"e:{number}:pause")
    buttons = bench.server.sent_to(READER)[-1].buttons
    assert [each["callback_data"] for each in buttons] == ["e:0:add"]
    assert await asks(bench) == []


async def test_nobody_changes_what_is_another_chats(bench: Bench) -> None:
    number = await begun(bench, "evacuation")
    await bench.ask(8, "/start")
    for action in (f"{number}:removed", f"{number}:all", f"{number}:ask_words", "x:open", "٣:on"):
        await bench.ask(8, "/mine")
        message = bench.server.sent_to(8)[-1]
        message.reply_markup = {
            "inline_keyboard": [[{"text": "x", "callback_data": f"e:{action}"}]]
        }
        await bench.press(8, f"e:{action}")
    (one,) = await asks(bench)
    assert one.signals == {"evacuation"}
    assert not one.everything


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
async def test_words_are_set_by_a_command_and_said_again(bench: Bench, language: str) -> None:
    await begun(bench, "evacuation", language_code=language)
    said = await bench.ask(READER, "/words ١ +كوليرا +حصبة −كرة القدم -football")
    assert "كوليرا" in said and "كرة القدم" in said
    (one,) = await asks(bench)
    assert (one.include, one.exclude) == (("كوليرا", "حصبة"), ("كرة القدم", "football"))
    for bad in ("/words كوليرا +x", "/words 2 +x", "/words +$a", "/words +", "/words 0 +x"):
        await bench.ask(READER, bad)
    assert (await asks(bench)) == [one]
    await bench.ask(READER, '/words clean water, "كوليرا"')
    (one,) = await asks(bench)
    assert (one.include, one.exclude) == (("clean water", "كوليرا"), ())
    for none in ({"ar": "بلا", "en": "none", "fr": "aucun"}[language], "clear"):
        await bench.ask(READER, "/words +x")
        await bench.ask(READER, f"/words {none}")
        (one,) = await asks(bench)
        assert (one.include, one.exclude) == ((), ())


async def test_words_and_places_are_answers_to_a_question(bench: Bench) -> None:
    number = await begun(bench, "evacuation")
    await bench.ask(READER, "/mine")
    for step in ("open", "words", "ask_words"):
        await bench.press(READER, f"e:{number}:{step}")
    question = bench.server.sent_to(READER)[-1]
    assert question.reply_markup is not None and question.reply_markup["force_reply"]
    await bench.ask(READER, "+كوليرا -رياضة", answers=question)
    await bench.ask(READER, "/mine")
    for step in ("open", "places", "ask_places"):
        await bench.press(READER, f"e:{number}:{step}")
    question = bench.server.sent_to(READER)[-1]
    assert "السودان" in await bench.ask(READER, "السودان، اليمن", answers=question)
    (one,) = await asks(bench)
    assert (one.include, one.exclude, set(one.places)) == (("كوليرا",), ("رياضة",), {"SD", "YE"})


async def test_stop_pause_and_resume_keep_what_was_chosen(bench: Bench) -> None:
    await begun(bench, "evacuation")
    await bench.database.write(
        lambda db: subscriptions.add(db, Subscription(READER, everything=True), NOW)
    )
    assert "/resume" in await bench.ask(READER, "/stop")
    assert [each.paused for each in await asks(bench)] == [True, True]
    assert await bench.database.read(chats.subscribed) == []
    await bench.ask(READER, "/resume")
    await bench.ask(READER, "/pause ٢")
    assert [each.paused for each in await asks(bench)] == [False, True]
    assert "/mine" in await bench.ask(READER, "/pause 9")
    assert [each.signals for each in await asks(bench)] == [{"evacuation"}, frozenset()]


async def test_each_topic_has_its_own_and_only_administrators_change_them(bench: Bench) -> None:
    bench.server.room(GROUP, admins={ADMIN}, forum=True)
    await bench.ask(GROUP, "/start", user_id=ADMIN)
    for thread_id in (None, 44):
        await bench.ask(GROUP, "/mine", user_id=ADMIN, thread_id=thread_id)
        await bench.press(GROUP, "e:0:add", user_id=ADMIN)
    general, topic = await asks(bench, GROUP)
    assert (general.thread_id, topic.thread_id) == (None, 44)
    assert "للمشرفين" in await bench.press(GROUP, f"e:{topic.id}:all", user_id=GUEST)
    assert "للمشرفين" in await bench.ask(GROUP, "/stop", user_id=GUEST, thread_id=44)
    await bench.press(GROUP, f"e:{topic.id}:all", user_id=ADMIN)
    await bench.ask(GROUP, "/places السودان", user_id=ADMIN, thread_id=44)
    await bench.ask(GROUP, "/pause", user_id=ADMIN)
    general, topic = await asks(bench, GROUP)
    assert (general.everything, general.paused, dict(general.places)) == (False, True, {})
    assert (topic.everything, topic.paused, set(topic.places)) == (True, False, {"SD"})
    assert "القسم" in await bench.ask(GROUP, "/mine", user_id=ADMIN, thread_id=44)


async def test_talk_in_a_group_is_no_answer(bench: Bench) -> None:
    bench.server.room(GROUP, admins={ADMIN})
    await bench.ask(GROUP, "/start", user_id=ADMIN)
    await bench.ask(GROUP, "/mine", user_id=ADMIN)
    card = bench.server.sent_to(GROUP)[-1]
    before = len(bench.server.sent_to(GROUP))
    bench.server.say(GROUP, "شكرًا", user_id=GUEST, answers=card)
    await bench.settled()
    assert len(bench.server.sent_to(GROUP)) == before
