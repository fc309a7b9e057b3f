"""The first questions after /start, answered by taps."""

from __future__ import annotations

from typing import Any

import pytest

from bot.telegram.commands.start import language_named
from storage.readers import subscriptions
from storage.readers.subscriptions import Subscription
from tests.bot.telegram.conftest import Bench, application_over

READER, GROUP, ADMIN, GUEST = 7, -1001234567890, 70, 71
TAPS = ("g:language:ar", "g:places:SD", "g:signals:usual", "g:level:alert", "g:delivery:now")


async def asked(bench: Bench, chat_id: int = READER) -> Subscription:
    (one,) = await bench.database.read(lambda db: subscriptions.of_chat(db, chat_id))
    return one


async def test_five_taps_say_who_hears_of_what_and_when(bench: Bench) -> None:
    assert "أهلًا بك" in await bench.ask(READER, "/start")
    for tap in TAPS:
        await bench.press(READER, tap)
    one = await asked(bench)
    assert (list(one.places), one.lowest_level, one.delivery) == (["SD"], "alert", "now")
    assert one.signals == {"medicine-shortage", "aid-access", "evacuation"}
    last = bench.server.sent_to(READER)[-1]
    assert last.buttons == [] and "السودان" in last.text and "/mine" in last.text
    assert len(bench.server.sent_to(READER)) == 1, "one message, redrawn"


async def test_everything_in_english_for_a_daily_digest(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    taps = ("g:language:en", "g:places:*", "g:signals:everything", "g:level:watch")
    for tap in (*taps, "g:delivery:daily"):
        await bench.press(READER, tap)
    one = await asked(bench)
    assert (one.everything, dict(one.places), one.lowest_level) == (True, {}, "watch")
    assert one.delivery == "daily"
    text = bench.server.sent_to(READER)[-1].text
    assert "every day" in text and "Everywhere" in text


async def test_signals_may_be_chosen_one_by_one_and_places_typed(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await bench.press(READER, "g:language:ar")
    assert "مواضيع" in await bench.ask(READER, "حلب، دارفور")
    assert (await asked(bench)).places
    for tap in ("g:signals:choose", "g:on:evacuation", "g:on:aid-access", "g:off:evacuation"):
        await bench.press(READER, tap)
    await bench.press(READER, "g:signals:done")
    await bench.press(READER, "g:level:critical")
    one = await asked(bench)
    assert one.signals == {"aid-access"}
    assert one.lowest_level == "critical"
    await bench.ask(READER, "اليمن")
    assert (await asked(bench)).places == one.places, "the questions are answered"


async def test_a_double_tap_and_an_old_question_ask_the_next_one_again(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await bench.press(READER, "g:language:ar")
    question = bench.server.sent_to(READER)[-1]
    markup = question.reply_markup
    for _ in range(2):
        question.reply_markup = markup
        bench.server.press(question, "g:places:SD")
        await bench.settled()
    assert list((await asked(bench)).places) == ["SD"]
    await bench.press(READER, "g:signals:usual")
    question.reply_markup = markup
    await bench.press(READER, "g:places:YE")
    one = await asked(bench)
    assert list(one.places) == ["YE"] and one.signals, "later answers stay"


async def test_a_restart_between_two_taps_changes_nothing(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    for tap in TAPS[:2]:
        await bench.press(READER, tap)
    await bench.stop()
    async with application_over(bench.server, bench.database, bench.rules) as again:
        for tap in TAPS[2:]:
            await again.press(READER, tap)
    assert (await asked(bench)).signals == {"medicine-shortage", "aid-access", "evacuation"}


REFUSED = {"ar": "للمشرفين", "en": "Only administrators"}


@pytest.mark.parametrize(("language", "thread_id"), [("ar", 44), ("en", 44), ("en", None)])
async def test_in_a_group_only_administrators_answer(
    bench: Bench, language: str, thread_id: int | None
) -> None:
    server = bench.server
    server.room(GROUP, admins={ADMIN}, forum=thread_id is not None)
    here: dict[str, Any] = {"thread_id": thread_id, "language_code": language}
    await bench.ask(GROUP, "/start", user_id=ADMIN, **here)
    assert REFUSED[language] in await bench.press(GROUP, TAPS[0], user_id=GUEST)
    await bench.press(GROUP, f"g:language:{language}", user_id=ADMIN)
    here["answers"] = server.sent_to(GROUP)[-1]
    name = {"ar": "السودان", "en": "Sudan"}[language]
    assert REFUSED[language] in await bench.ask(GROUP, name, user_id=GUEST, **here)
    signals = {"ar": "مواضيع", "en": "signals"}[language]
    assert signals in await bench.ask(GROUP, name, user_id=ADMIN, **here)
    for tap in TAPS[2:]:
        await bench.press(GROUP, tap, user_id=ADMIN)
    one = await asked(bench, GROUP)
    assert one.thread_id == thread_id
    assert list(one.places) == ["SD"]
    last = server.sent_to(GROUP)[-1]
    assert (last.thread_id, name in last.text) == (thread_id, True)


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_a_channel_is_asked_by_an_administrators_post(bench: Bench, language: str) -> None:
    bench.server.room(GROUP, "channel", admins={ADMIN})
    await bench.ask(GROUP, "/start")
    await bench.press(GROUP, f"g:language:{language}", user_id=ADMIN)
    for tap in TAPS[1:]:
        assert REFUSED[language] in await bench.press(GROUP, tap, user_id=GUEST)
        await bench.press(GROUP, tap, user_id=ADMIN)
    assert list((await asked(bench, GROUP)).places) == ["SD"]
    name = {"ar": "السودان", "en": "Sudan"}[language]
    assert name in bench.server.sent_to(GROUP)[-1].text


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("انجليزي", "en"),
        ("إنجليزي", "en"),
        ("الإنكليزية", "en"),
        ("عربي", "ar"),
        ("العربية", "ar"),
        ("فرنسي", "fr"),
        ("الفرنسيّة", "fr"),
        ("english", "en"),
        ("FR", "fr"),
        ("Français", "fr"),
        ("tr", None),
        ("", None),
    ],
)
def test_languages_are_named_as_people_name_them(said: str, meant: str | None) -> None:
    assert language_named(said) == meant
