"""The buttons under a card, by a real application: mute what it is about, say what it was worth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.delivery.deciding.outcome import Outgoing, Reactions, Sent
from bot.locales.bidi import without_controls
from bot.messages.cards.display import Display
from bot.telegram.buttons.card_buttons import SCOPES, CardButtons
from bot.telegram.sender import TelegramSender
from storage import alerts
from storage.alerts import Alert
from storage.news.facts import StoredPlace
from storage.readers import chats, feedback, mutes
from storage.readers.mutes import Mute
from tests.bot.messages.samples import SIGNALS, sample_alert, sample_chat, sample_delivery
from tests.bot.telegram.bot_api import CALLBACK_DATA_BYTES
from tests.bot.telegram.conftest import DAMASCUS, OPERATOR, Bench
from tests.bot.telegram.sending_desk import Desk
from tests.telegram_server import Message

READER, GROUP, ADMIN, MEMBER = 21, -100555, 22, 23
NYALA = StoredPlace(
    *("g1", "SD", "SD-DS", "town", "clause", ("g1", "SD-DS", "SD")),
    {"ar": "نيالا، السودان", "en": "Nyala, Sudan", "fr": "Nyala, Soudan"},
)


async def card(bench: Bench, chat_id: int, *, placed: bool = True, **changes: Any) -> Message:
    """A card in the chat, at Nyala."""
    desk = Desk(bench)
    alert = await bench.alert(**{"level": "alert"} | changes)
    if placed:
        await bench.database.write(lambda db: alerts.set_facts(db, alert.id, [NYALA], []))
    before = len(bench.server.sent_to(chat_id))
    await desk.send(chat_id, alert)
    if len(bench.server.sent_to(chat_id)) == before:  # the chat had a message a moment ago
        await desk.later(seconds=2)
    return bench.server.sent_to(chat_id)[-1]


def rows(message: Message) -> list[list[str]]:
    keyboard = (message.reply_markup or {}).get("inline_keyboard", [])
    return [[each["text"] for each in row] for row in keyboard]


async def standing(bench: Bench, chat_id: int) -> list[Mute]:
    return await bench.database.read(lambda db: mutes.of_chat(db, chat_id, datetime.now(UTC)))


async def marks(bench: Bench) -> list[tuple[int, str, str]]:
    found = await bench.database.read(lambda db: feedback.of_alert(db, 1))
    return [(each.person_id, each.mark, each.role) for each in found]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("ar", ["لماذا؟", "المصدر", "🔕 إسكات"], ["👍 مفيد", "👎 إنذار كاذب"]),
        ("en", ["Why?", "Source", "🔕 Mute"], ["👍 Useful", "👎 False alarm"]),
        ("fr", ["Pourquoi\u202f?", "Source", "🔕 Silence"], ["👍 Utile", "👎 Fausse alerte"]),
    ],
)
async def test_a_story_is_muted_in_three_touches_and_unmuted_in_two(
    bench: Bench, language: str, first: list[str], second: list[str]
) -> None:
    await bench.ask(READER, "/start", language_code=language)
    shown = await card(bench, READER)
    assert rows(shown) == [first, second]
    await bench.press(READER, "k:A1")
    assert len(rows(shown)) == 2
    assert rows(shown)[0] == first
    await bench.press(READER, "k:A1:s")
    await bench.press(READER, "k:A1:s:480")
    (mute,) = await standing(bench, READER)
    assert (mute.target.alert_id, mute.target.level) == (1, "alert")
    assert (mute.until - mute.since).total_seconds() == 8 * 3600
    until = f"{mute.until.astimezone(DAMASCUS):%H:%M}"
    assert until in rows(shown)[0][2]
    note = str(bench.server.answers[-1]["text"])
    assert "/A1" in note and until in note
    await bench.press(READER, "k:A1:s:0")
    assert await standing(bench, READER) == []
    assert rows(shown) == [first, second]


async def test_a_place_or_a_signal_there_is_muted_and_unmute_lists_and_ends_them(
    bench: Bench,
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    shown = await card(bench, READER)
    await bench.press(READER, "k:A1")
    assert rows(shown)[1] == ["This story", "Signal here", "📍 Nyala", "✕"]
    await bench.press(READER, "k:A1:g")
    await bench.press(READER, "k:A1:g:60")
    await bench.press(READER, "k:A1:-")
    assert rows(shown)[1] == ["👍 Useful", "👎 False alarm"]
    # A second touch of the mute offers its end; the place is muted by another card.
    await bench.press(READER, "k:A1")
    assert rows(shown)[1] == ["↩ Signal here", "✕"]
    other = await card(bench, READER, signal="aid-access", direction="improving")
    await bench.press(READER, "k:A2")
    await bench.press(READER, "k:A2:p")
    await bench.press(READER, "k:A2:p:4320")
    assert [(m.target.signal, m.target.place_id) for m in await standing(bench, READER)] == [
        *(("medicine-shortage", "g1"), ("", "g1"))
    ]
    assert "🔕" in rows(other)[0][2]
    answer = without_controls(await bench.ask(READER, "/unmute"))
    assert "“Medicine shortage” in Nyala, Sudan, until" in answer
    assert "all of Nyala, Sudan, until" in answer
    await bench.press(READER, "x:1")
    assert [m.target.place_id for m in await standing(bench, READER)] == ["g1"]
    assert "x:1" not in str(bench.server.sent_to(READER)[-1].reply_markup)
    await bench.press(READER, "x:2")
    assert await standing(bench, READER) == []
    assert "is not muted" in await bench.ask(READER, "/unmute")


async def test_an_alert_whose_place_is_not_known_offers_its_story_alone(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    shown = await card(bench, READER, placed=False)
    await bench.press(READER, "k:A1")
    assert rows(shown)[1] == ["1 hour", "8 hours", "3 days", "✕"]
    # Data of a card whose place is gone since.
    bench.server.press(shown, "k:A1:-")
    await bench.settled()
    assert await standing(bench, READER) == []


async def test_in_a_group_administrators_mute_and_everybody_marks(bench: Bench) -> None:
    bench.server.room(GROUP, admins={ADMIN})
    await bench.ask(GROUP, "/start", user_id=ADMIN, language_code="en")
    await bench.database.write(lambda db: chats.set_language(db, GROUP, "en"))
    shown = await card(bench, GROUP)
    assert "administrators" in await bench.press(GROUP, "k:A1", user_id=MEMBER)
    assert rows(shown)[1] == ["👍 Useful", "👎 False alarm"]
    assert "false alarm" in await bench.press(GROUP, "f:A1:f", user_id=MEMBER)
    assert "already" in await bench.press(GROUP, "f:A1:f", user_id=MEMBER)
    await bench.press(GROUP, "f:A1:f", user_id=OPERATOR)
    assert rows(shown)[1] == ["👍 Useful", "👎 False alarm 2"]
    await bench.press(GROUP, "f:A1:u", user_id=MEMBER)
    assert rows(shown)[1] == ["👍 Useful 1", "👎 False alarm 1"]
    assert sorted(await marks(bench)) == [(MEMBER, "useful", "reader"), (900, "false", "operator")]
    (given, _) = await bench.database.read(lambda db: feedback.of_alert(db, 1))
    assert given.signals[0].clauses == ("near(medicine, lack)",)


async def test_a_mark_and_a_mute_stand_on_cards_that_come_later_and_on_what_an_id_shows(
    bench: Bench,
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    first = await card(bench, READER)
    await bench.press(READER, "f:A1:u")
    assert rows(first)[1] == ["👍 Useful ✓", "👎 False alarm"]
    await bench.press(READER, "k:A1")
    await bench.press(READER, "k:A1:s")
    await bench.press(READER, "k:A1:s:60")
    await bench.ask(READER, "/A1")
    shown = bench.server.sent_to(READER)[-1]
    assert rows(shown)[1] == ["👍 Useful ✓", "👎 False alarm"]
    assert "🔕 " in rows(shown)[0][2] and "Mute" not in rows(shown)[0][2]


async def test_a_card_that_asks_who_takes_it_on_keeps_two_rows(bench: Bench) -> None:
    await bench.ask(OPERATOR, "/start", language_code="en")
    await bench.ask(OPERATOR, "/escalate 10")
    shown = await card(bench, OPERATOR, level="critical")
    assert rows(shown) == [["I have it"], ["Why?", "Source", "🔕", "👍", "👎"]]
    await bench.press(OPERATOR, "k:A1")
    assert rows(shown)[0] == ["I have it"]
    assert len(rows(shown)) == 2
    await bench.press(OPERATOR, "k:A1:-")
    await bench.press(OPERATOR, "f:A1:u")
    await bench.press(OPERATOR, "a:A1")
    assert rows(shown)[0][0].startswith("✓")
    assert rows(shown)[1] == ["Why?", "Source", "🔕", "👍 ✓", "👎"]


async def test_what_is_not_there_or_not_for_the_chat_is_told_and_changes_nothing(
    bench: Bench,
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    shown = await card(bench, READER, audience="operators")
    for data in ("k:A1", "f:A1:u"):
        assert "There is no alert A1" in await bench.press(READER, data)
    assert await marks(bench) == []
    # The message was deleted between two touches.
    await bench.database.write(lambda db: db.execute("UPDATE alerts SET audience = 'everyone'"))
    bench.server.press(shown, "f:A1:u")
    bench.server.messages.remove(shown)
    await bench.settled()
    assert await marks(bench) == [(READER, "useful", "viewer")]


async def test_a_button_that_telegram_refuses_costs_no_alert(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    bench.server.refused_host = "intranet"
    sender = TelegramSender(bench.application.bot, lambda: SIGNALS, timezone=DAMASCUS)
    chat = sample_chat(id=READER)
    outgoing = Outgoing(sample_delivery(), chat, sample_alert(link="http://intranet/1"))
    assert isinstance(await sender.send(outgoing), Sent)
    assert "المصدر" not in rows(bench.server.sent_to(READER)[-1])[0]


def test_callback_data_fits_for_the_longest_id() -> None:
    alert: Alert = sample_alert(short_id="A" + "9" * 12, places=(NYALA,))
    display = Display("fr", SIGNALS, datetime.now(UTC), DAMASCUS)
    buttons = CardButtons(alert, display, Reactions(useful=10**6, false=10**6), private=False)
    every = [buttons.scopes(), *(buttons.lengths(scope) for scope in SCOPES)]
    for choice in (None, *every):
        for row in buttons.keyboard(choice).inline_keyboard:
            for each in row:
                data = each.callback_data
                size = len(data.encode()) if isinstance(data, str) else 0
                assert each.url or 0 < size <= CALLBACK_DATA_BYTES
