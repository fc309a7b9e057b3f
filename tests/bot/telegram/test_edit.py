"""A card is edited through the Bot API: what the chat then has, and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.deciding.outcome import (
    ChatGone,
    Edit,
    Migrated,
    NeverSent,
    Outcome,
    Outgoing,
    RateLimited,
    Rejected,
    Sent,
    Unauthorised,
    Unknown,
)
from bot.messages.cards.card import alert_card
from bot.messages.cards.display import Display
from bot.telegram.sender import TelegramSender
from storage.alerts import AlertFigure, AlertSource
from storage.sending.acknowledgements import Acknowledgement
from tests.bot.messages.samples import (
    NOW,
    SIGNALS,
    TITLE,
    sample_alert,
    sample_chat,
    sample_delivery,
    sample_signal,
)
from tests.bot.telegram import faults
from tests.bot.telegram.conftest import DAMASCUS
from tests.bot.telegram.faults import Fault
from tests.bot.telegram.test_sender import sender_to
from tests.telegram_server import Message, TelegramServer

KILLED = AlertFigure(what="killed", first=12, latest=14)
SOURCES = (
    AlertSource(family="aj", feed_id="aj", link=None, published_at=None, entry_id=1),
    AlertSource(family="ReliefWeb", feed_id="rw", link=None, published_at=None, entry_id=2),
)
BEFORE = sample_alert(figures=(replace(KILLED, latest=12),), sources=SOURCES[:1])
AFTER = replace(BEFORE, figures=(KILLED,), families=2, sources=SOURCES)
CHANGED = NOW + timedelta(minutes=17)


@pytest.fixture
async def sender(server: TelegramServer) -> AsyncIterator[TelegramSender]:
    made, bot = sender_to(server.base_url, server.token)
    async with bot:
        yield made


async def sent(sender: TelegramSender, server: TelegramServer, **given: Any) -> Edit:
    """The card before is in the chat; returns the edit that is owed."""
    chat = sample_chat(**given.pop("chat", {}))
    delivery = sample_delivery(state="sent", **given)
    outcome = await sender.send(Outgoing(delivery, chat, BEFORE))
    assert isinstance(outcome, Sent)
    message = replace(delivery, message_id=outcome.message_id)
    return Edit(message, chat, AFTER, CHANGED)


def only(server: TelegramServer) -> Message:
    (message,) = server.messages
    return message


async def test_the_card_says_what_is_known_now_and_keeps_its_button(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server)
    before = only(server).text
    assert await sender.edit(edit) == Sent(edit.message.message_id or 0)
    message = only(server)
    assert TITLE in message.text
    for new in ("14", "ReliefWeb", "حُدّث الساعة 15:47"):
        assert new in message.text
        assert new not in before
    pressed = [button.get("callback_data") for button in message.buttons]
    assert pressed == ["w:A12", None, "k:A12", "f:A12:u", "f:A12:f"]
    card = alert_card(AFTER, Display("ar", SIGNALS, NOW, DAMASCUS), edited=CHANGED)
    assert message.source == card.html
    assert server.violations == []


@pytest.mark.parametrize(
    ("language", "words"), [("en", "updated at 15:47"), ("fr", "mis à jour à 15:47")]
)
async def test_each_chat_reads_when_in_its_own_language(
    sender: TelegramSender, server: TelegramServer, language: str, words: str
) -> None:
    edit = await sent(sender, server, chat={"language": language})
    await sender.edit(edit)
    assert words in only(server).text
    # On another day the date belongs to it.
    await sender.edit(replace(edit, changed_at=NOW + timedelta(days=1)))
    later = {"en": "updated on 1 February, 15:30", "fr": "mis à jour le 1er février, 15:30"}
    assert later[language] in only(server).text


async def test_neither_the_mark_of_a_repeat_nor_what_was_folded_comes_back(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server, possible_repeat=True)
    assert "احتمال تكرار" in only(server).text
    await sender.edit(edit)
    assert "احتمال تكرار" not in only(server).text


async def test_an_update_stays_one(sender: TelegramSender, server: TelegramServer) -> None:
    await sender.edit(await sent(sender, server, kind="update", version=2))
    assert " · تحديث\n" in only(server).text


async def test_the_button_that_asks_who_takes_it_on_stays(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server, chat={"escalate_after": 10, "language": "en"})
    await sender.edit(edit)
    assert only(server).buttons[0]["text"] == "I have it"


async def test_the_button_goes_on_saying_who_has_it(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server, chat={"escalate_after": 10, "language": "en"})
    taken = Acknowledgement(12, 7, 1, NOW, 1, 5, "Layla", NOW, None)
    await sender.edit(replace(edit, asked=taken))
    labels = [button["text"] for button in only(server).buttons]
    assert "Layla" in labels[0]
    assert "15:30" in labels[0]
    assert labels[1] == "Why?"


async def test_an_edit_that_is_made_twice_is_no_failure(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server)
    assert await sender.edit(edit) == await sender.edit(edit)
    assert [method for method, _ in server.calls].count("editMessageText") == 2


async def test_a_card_that_telegram_cannot_parse_is_edited_as_plain_text(
    sender: TelegramSender, server: TelegramServer
) -> None:
    server.fail(faults.cannot_parse())
    edit = await sent(sender, server)
    assert only(server).parse_mode is None
    server.fail(faults.cannot_parse(), method="editMessageText")
    assert isinstance(await sender.edit(edit), Sent)
    message = only(server)
    assert message.parse_mode is None
    assert "ReliefWeb" in message.text
    assert message.buttons


async def test_a_card_of_a_chat_that_chose_one_signal_tells_that_one(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server)
    both = replace(AFTER, signals=(*AFTER.signals, sample_signal(signal="siege")))
    await sender.edit(replace(edit, alert=both.seen_by(edit.chat.signals)))
    assert "الحصار" not in only(server).text


FAILURES: list[tuple[Fault, Outcome | type[Outcome]]] = [
    (faults.flood(7), RateLimited(7)),
    (faults.bad_request("message to edit not found"), Rejected("Message to edit not found")),
    (faults.bad_request("message can't be edited"), Rejected("Message can't be edited")),
    (faults.bad_request("MESSAGE_ID_INVALID"), Rejected("Message_id_invalid")),
    (faults.blocked(), ChatGone("Forbidden: bot was blocked by the user")),
    (faults.chat_not_found(), ChatGone("Chat not found")),
    (faults.migrated(-1001), Migrated(-1001)),
    (faults.unauthorised(), Unauthorised("Telegram refuses the bot token")),
    (faults.server_error(502), Unknown),
    (faults.reset(), Unknown),
    (faults.hang(), Unknown),
    (faults.truncated(), Unknown),
    (faults.body(200, '{"ok":true,"result":1}'), Unknown),
    (faults.page(200), NeverSent),
]


@pytest.mark.parametrize(("fault", "expected"), FAILURES, ids=lambda each: str(each)[:60])
async def test_a_failure_is_told_apart_by_what_to_do_about_it(
    sender: TelegramSender,
    server: TelegramServer,
    fault: Fault,
    expected: Outcome | type[Outcome],
) -> None:
    edit = await sent(sender, server)
    server.fail(fault, method="editMessageText")
    outcome = await sender.edit(edit)
    if isinstance(expected, type):
        assert isinstance(outcome, expected)
    else:
        assert outcome == expected
    assert server.token not in str(outcome)
    assert len(server.messages) == 1, "no message in its place"


async def test_a_message_that_was_deleted_is_left_alone(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server)
    server.messages.clear()
    assert isinstance(await sender.edit(edit), Rejected)
    assert server.messages == []


async def test_a_card_that_cannot_be_made_is_refused_in_words(
    sender: TelegramSender, server: TelegramServer
) -> None:
    edit = await sent(sender, server)
    broken = replace(edit, alert=replace(AFTER, signals=(replace(AFTER.gravest, level=None),)))  # type: ignore[arg-type]
    broken = replace(broken, alert=replace(broken.alert, updated_at=None))  # type: ignore[arg-type]
    assert isinstance(await sender.edit(broken), Rejected)
