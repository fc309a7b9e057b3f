"""/digest, by a real application and a dispatcher: what was not sent at once comes at its hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.locales.bidi import without_controls
from storage.readers import chat_clocks
from storage.readers.chat_clocks import ChatClock
from tests.bot.telegram.conftest import DAMASCUS, Bench
from tests.bot.telegram.sending_desk import Desk
from tests.telegram_server import Message

DESK, GROUP, MEMBER = 21, -100555, 23
HOUR = timedelta(hours=1)
SAYS = {
    "ar": ["الموجز اليومي", "حدث واحد منذ", "🟡 متابعة", "/A1 نقص في الأدوية"],
    "en": ["Daily digest", "One happening since", "🟡 Watch", "/A1 shortage of medicines"],
    "fr": ["Bulletin du jour", "Un événement depuis", "🟡 Veille", "/A1 pénurie de médicaments"],
}
DIGEST_HERE = {
    "ar": "في موجز هذه المحادثة",
    "en": "In the digest of this chat",
    "fr": "Dans le bulletin de cette discussion",
}
NOTHING = {"ar": "لا جديد منذ", "en": "Nothing new since", "fr": "Rien de nouveau depuis"}


async def subscribed(bench: Bench, chat_id: int, language: str = "en", **values: int) -> Desk:
    """The chat chose medicine shortages, and its digest comes in an hour, by its clock."""
    await bench.ask(chat_id, "/start", language_code=language, **values)
    await bench.ask(chat_id, "/subscribe", **values)
    await bench.press(chat_id, "s:medicine-shortage", user_id=values.get("user_id"))
    desk = Desk(bench)
    wall = (desk.now + HOUR).astimezone(DAMASCUS)
    answer = await bench.ask(chat_id, f"/digest {wall:%H:%M}", **values)
    assert f"{wall:%H:%M}" in answer
    await desk.dispatcher.run_once(desk.now)
    return desk


async def clock(bench: Bench, chat_id: int) -> ChatClock:
    return await bench.database.read(lambda db: chat_clocks.get(db, chat_id))


def digest_of(bench: Bench, chat_id: int) -> list[Message]:
    return [each for each in bench.server.sent_to(chat_id) if "🗞" in each.text]


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
async def test_what_was_not_sent_comes_at_its_hour_without_a_sound(
    bench: Bench, language: str
) -> None:
    desk = await subscribed(bench, DESK, language)
    await bench.alert(level="watch")
    await desk.later(minutes=55)
    assert digest_of(bench, DESK) == []
    await desk.later(minutes=5)
    (digest,) = digest_of(bench, DESK)
    shown = without_controls(digest.text)
    assert all(each in shown for each in SAYS[language])
    sent = [values for method, values in bench.server.calls if method == "sendMessage"]
    assert [bool(each.get("disable_notification")) for each in sent if "🗞" in each["text"]] == [
        True
    ]
    # A tap on the id that it shows asks about the alert.
    assert "A1" in await bench.ask(DESK, "/A1")
    assert DIGEST_HERE[language] in await bench.ask(DESK, "/alert A1")
    # A day later there is nothing, and that is said.
    desk = Desk(bench)
    await desk.later(days=1, hours=1)
    assert NOTHING[language] in digest_of(bench, DESK)[-1].text
    assert len(digest_of(bench, DESK)) == 2


async def test_the_hour_passes_while_the_service_is_down(bench: Bench) -> None:
    desk = await subscribed(bench, DESK)
    await bench.alert(level="watch")
    later = Desk(bench)
    later.now = desk.now + timedelta(days=3)
    await later.later(seconds=1)
    (digest,) = digest_of(bench, DESK)
    assert "comes late" in digest.text
    assert "/A1" in digest.text


async def test_a_digest_in_a_topic_of_a_group_by_its_administrators(bench: Bench) -> None:
    bench.server.room(GROUP, admins={DESK})
    await bench.ask(DESK, "/start", language_code="en")
    desk = await subscribed(bench, GROUP, user_id=DESK, thread_id=7)
    for words in ("/digest off", "/digest 10:00"):
        await bench.ask(GROUP, words, user_id=MEMBER, thread_id=7)
    assert (await clock(bench, GROUP)).digest_at not in (None, 600)
    await bench.alert(level="watch")
    await desk.later(hours=1)
    (digest,) = digest_of(bench, GROUP)
    assert digest.thread_id == 7


async def test_now_means_now_and_is_told_once(bench: Bench) -> None:
    desk = await subscribed(bench, DESK)
    await bench.alert(level="watch")
    assert "in a moment" in await bench.ask(DESK, "/digest now")
    desk.now += timedelta(minutes=1)
    await desk.later(seconds=1)
    (first,) = digest_of(bench, DESK)
    assert "/A1" in first.text
    await desk.later(hours=1)
    assert "Nothing new" in digest_of(bench, DESK)[-1].text
    await bench.ask(DESK, "/digest off")
    assert "off" in await bench.ask(DESK, "/digest now")


async def test_buttons_set_the_hour_and_the_week(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    assert "no signals" in await bench.ask(DESK, "/digest now")
    assert "Daily digest: at 08:00." in await bench.ask(DESK, "/digest")
    await bench.press(DESK, "d:1080")
    assert (await clock(bench, DESK)).digest_at == 1080
    await bench.press(DESK, "d:week")
    assert (await clock(bench, DESK)).weekly_day == 0
    assert "on Monday at 18:00" in bench.server.sent_to(DESK)[-1].text
    await bench.press(DESK, "d:week")
    await bench.press(DESK, "d:off")
    assert await clock(bench, DESK) == ChatClock(digest_at=None)
    assert "Weekly summary: on Friday at 08:00" in await bench.ask(DESK, "/digest weekly fri")
    assert "Weekly summary: on Monday" in await bench.ask(DESK, "/digest every Monday")
    await bench.ask(DESK, "/digest weekly fri")
    assert "Weekly summary: off" in await bench.ask(DESK, "/digest أسبوعي إيقاف")
    for words in ("soon", "25:00", "weekly someday"):
        assert "/digest 08:00" in without_controls(await bench.ask(DESK, f"/digest {words}"))


async def test_a_chat_in_another_zone_gets_it_in_its_own_morning(bench: Bench) -> None:
    desk = await subscribed(bench, DESK)
    await bench.ask(DESK, "/timezone Asia/Kabul")  # an hour and a half ahead of Damascus
    await bench.alert(level="watch")
    await desk.later(hours=1)
    assert digest_of(bench, DESK) == []
    await desk.later(hours=22, minutes=28)
    assert digest_of(bench, DESK) == []
    await desk.later(minutes=2)
    assert len(digest_of(bench, DESK)) == 1


async def test_an_id_that_names_another_bot_is_not_for_this_one(bench: Bench) -> None:
    await subscribed(bench, DESK)
    await bench.alert(level="watch")
    before = len(bench.server.sent_to(DESK))
    bench.server.say(DESK, "/A1@other_bot")
    assert "A1" in await bench.ask(DESK, f"/a1@{bench.application.bot.username}")
    assert len(bench.server.sent_to(DESK)) == before + 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", ["ملخص الأسبوع", "حدث واحد في سبعة أيام", "نقص الأدوية: 1 (الأسبوع السابق: 0)"]),
        (
            "en",
            ["The week", "One happening in seven days", "Medicine shortage: 1 (week"],
        ),
        ("fr", ["Résumé de la semaine", "1 événement en sept jours", "Pénurie de médicaments"]),
    ],
)
async def test_the_week_is_summed_up_on_its_day(
    bench: Bench, language: str, words: list[str]
) -> None:
    desk = await subscribed(bench, DESK, language)
    today = (desk.now + HOUR).astimezone(DAMASCUS)
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[today.weekday()]
    await bench.ask(DESK, f"/digest weekly {day}")
    await desk.dispatcher.run_once(desk.now)
    await bench.alert(level="watch")
    await desk.later(hours=1)
    await desk.later(seconds=1)
    (week,) = [each for each in bench.server.sent_to(DESK) if "📊" in each.text]
    shown = without_controls(week.text)
    assert all(each in shown for each in words)
    assert "/A1" in shown
    assert len(digest_of(bench, DESK)) == 1
