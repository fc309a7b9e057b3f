"""/quiet and /timezone, by a real application: what is set is said, kept and held to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.locales.bidi import without_controls
from storage.readers import chat_clocks
from storage.readers.chat_clocks import ChatClock, QuietHours
from tests.bot.telegram.conftest import DAMASCUS, OPERATOR, Bench
from tests.bot.telegram.sending_desk import Desk

DESK, GROUP, MEMBER = 21, -100555, 23
SET = {
    "ar": "ساعات الهدوء: من 22:00 إلى 07:00، وتبدأ في هذه الأيام: الجمعة والسبت.",
    "en": "Quiet hours: from 22:00 to 07:00, starting on Friday and Saturday.",
    "fr": "Heures calmes\u202f: de 22:00 à 07:00, à partir des jours suivants\u202f: "
    "vendredi et samedi.",
}
HELD = {
    "ar": "تنبيهات حُجزت في ساعات الهدوء: 1",
    "en": "Alerts held back in quiet hours: 1",
    "fr": "Alertes retenues pendant les heures calmes\u202f: 1",
}
ZONE = {"ar": "بتوقيت الخرطوم", "en": "Khartoum", "fr": "de Khartoum"}


async def clock(bench: Bench, chat_id: int) -> ChatClock:
    return await bench.database.read(lambda db: chat_clocks.get(db, chat_id))


@pytest.mark.parametrize(
    ("language", "words"),
    [("ar", "22-7 الجمعة، السبت"), ("en", "22:00-07:00 fri,sat"), ("fr", "22h à 7h ven, sam")],
)
async def test_quiet_hours_are_said_kept_and_ended(bench: Bench, language: str, words: str) -> None:
    await bench.ask(DESK, "/start", language_code=language)
    nothing = without_controls(await bench.ask(DESK, "/quiet"))
    assert "/quiet 22:00-07:00" in nothing
    answer = without_controls(await bench.ask(DESK, f"/quiet {words}"))
    assert SET[language] in answer
    assert (await clock(bench, DESK)).quiet == QuietHours(1320, 420, frozenset({4, 5}))
    assert SET[language] in without_controls(await bench.ask(DESK, "/quiet"))
    assert (await clock(bench, DESK)).quiet is not None
    await bench.ask(DESK, f"/quiet {'إيقاف' if language == 'ar' else 'off'}")
    assert (await clock(bench, DESK)).quiet is None


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
async def test_a_chat_in_its_quiet_hours_gets_what_is_critical_and_the_rest_at_the_end(
    bench: Bench, language: str
) -> None:
    await bench.ask(OPERATOR, "/start", language_code=language)
    desk = Desk(bench)
    wall = desk.now.astimezone(DAMASCUS)
    # Quiet since a minute ago, for an hour and two.
    begin, end = wall - timedelta(minutes=1), wall + timedelta(hours=2)
    answer = await bench.ask(OPERATOR, f"/quiet {begin:%H:%M}-{end:%H:%M}")
    assert f"{end:%H:%M}" in answer
    await desk.alert(OPERATOR, level="alert", title="held")
    _, card = await desk.alert(OPERATOR, title="a critical one")
    assert "a critical one" in card.text
    assert "held" not in bench.server.texts(OPERATOR)[-1]
    assert ": 1" in await bench.ask(OPERATOR, "/status")
    assert f"{end:%H:%M}" in await bench.ask(OPERATOR, "/alert A1")
    before = len(bench.server.sent_to(OPERATOR))
    await desk.later(hours=1, minutes=50)
    assert len(bench.server.sent_to(OPERATOR)) == before
    await desk.later(minutes=10)
    assert HELD[language] in bench.server.texts(OPERATOR)[-1]


async def test_after_a_mute_the_quiet_hours_go_on(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    desk = Desk(bench)
    wall = desk.now.astimezone(DAMASCUS)
    await bench.ask(DESK, f"/quiet {wall - timedelta(minutes=1):%H:%M}-{wall + 2 * HOUR:%H:%M}")
    await bench.ask(DESK, "/mute 1h")
    await desk.dispatcher.run_once(desk.now)
    assert "quiet hours last until" in await bench.ask(DESK, "/unmute")


HOUR = timedelta(hours=1)


async def test_what_is_no_hours_gets_an_example_and_changes_nothing(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    for words in ("late", "22", "22-22", "0-24", "9" * 300, "22-7 someday"):
        assert "/quiet 22:00-07:00" in without_controls(await bench.ask(DESK, f"/quiet {words}"))
    assert (await clock(bench, DESK)).quiet is None


async def test_buttons_set_usual_hours_and_none(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(DESK, "/quiet")
    await bench.press(DESK, "q:23-6")
    assert (await clock(bench, DESK)).quiet == QuietHours(1380, 360)
    assert "from 23:00 to 06:00" in bench.server.sent_to(DESK)[-1].text
    await bench.press(DESK, "q:off")
    assert (await clock(bench, DESK)).quiet is None


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
async def test_times_are_shown_by_the_chats_own_clock(bench: Bench, language: str) -> None:
    await bench.ask(OPERATOR, "/start", language_code=language)
    assert ZONE[language] not in await bench.ask(OPERATOR, "/timezone")
    answer = await bench.ask(OPERATOR, "/timezone السودان")
    assert ZONE[language] in answer
    there = datetime.now(UTC).astimezone(ZoneInfo("Africa/Khartoum"))
    assert any(f"{there - timedelta(minutes=n):%H:%M}" in answer for n in (0, 1))
    assert (await bench.chat(OPERATOR)).timezone == "Africa/Khartoum"
    desk = Desk(bench)
    _, card = await desk.alert(OPERATOR)
    assert ZONE[language] in card.text
    assert ZONE[language] in await bench.ask(OPERATOR, "/mute")


async def test_several_zones_and_slips_are_offered_as_buttons(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    assert "several time zones" in await bench.ask(DESK, "/timezone Palestine")
    assert (await bench.chat(DESK)).timezone is None
    await bench.press(DESK, "z:Asia/Hebron")
    assert (await bench.chat(DESK)).timezone == "Asia/Hebron"
    assert "Did you mean" in await bench.ask(DESK, "/timezone Khartum")
    await bench.press(DESK, "z:Africa/Khartoum")
    assert (await bench.chat(DESK)).timezone == "Africa/Khartoum"
    assert "do not know" in await bench.ask(DESK, "/timezone qwertyzx")
    await bench.press(DESK, "z:Europe/Istanbul")
    assert (await bench.chat(DESK)).timezone == "Europe/Istanbul"


async def test_in_a_group_only_administrators_set_its_clock(bench: Bench) -> None:
    bench.server.room(GROUP, admins={DESK})
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(GROUP, "/start", user_id=DESK, language_code="en")
    for words in ("/quiet 22-7", "/timezone Damascus"):
        await bench.ask(GROUP, words, user_id=MEMBER)
    assert await clock(bench, GROUP) == ChatClock()
    await bench.ask(GROUP, "/quiet 22-7", user_id=DESK)
    await bench.press(GROUP, "q:off", user_id=MEMBER)
    assert (await clock(bench, GROUP)).quiet == QuietHours(1320, 420)


async def test_mine_shows_the_clock_of_the_chat(bench: Bench) -> None:
    await bench.ask(DESK, "/start", language_code="en")
    await bench.ask(DESK, "/quiet 22-7")
    await bench.ask(DESK, "/timezone Khartoum")
    shown = await bench.ask(DESK, "/mine")
    for each in (
        "Quiet hours: from 22:00 to 07:00 every day.",
        "Daily digest: at 08:00.",
        "Khartoum",
    ):
        assert each in shown
