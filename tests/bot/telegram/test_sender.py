"""What comes of a send: each row of the error table, against the fake Bot API."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.delivery.outcome import (
    ChatGone,
    Conflict,
    Migrated,
    Outcome,
    Outgoing,
    RateLimited,
    Rejected,
    Retry,
    Sent,
    Unauthorised,
    Unknown,
)
from bot.telegram.sender import TelegramSender
from tests.bot.messages.samples import (
    NOW,
    SIGNALS,
    TITLE,
    sample_alert,
    sample_chat,
    sample_delivery,
)
from tests.bot.telegram import faults
from tests.bot.telegram.conftest import DAMASCUS
from tests.bot.telegram.faults import Fault
from tests.telegram_server import TelegramServer

OUTGOING = Outgoing(sample_delivery(), sample_chat(), sample_alert())


def sender_to(base_url: str, token: str) -> tuple[TelegramSender, Bot]:
    request = HTTPXRequest(read_timeout=2, connect_timeout=20)
    bot = Bot(token, base_url=base_url, request=request)
    sender = TelegramSender(bot, lambda: SIGNALS, timezone=DAMASCUS, clock=lambda: NOW)
    return sender, bot


@pytest.fixture
async def sender(server: TelegramServer) -> AsyncIterator[TelegramSender]:
    made, bot = sender_to(server.base_url, server.token)
    async with bot:
        yield made


async def test_an_alert_arrives_as_a_card_with_a_button_that_asks_why(
    sender: TelegramSender, server: TelegramServer
) -> None:
    outcome = await sender.send(OUTGOING)
    (message,) = server.sent_to(7)
    assert outcome == Sent(message.message_id)
    assert TITLE in message.text
    assert [button["callback_data"] for button in message.buttons] == ["w:A12"]


async def test_an_alert_for_a_forum_topic_goes_to_that_topic(
    sender: TelegramSender, server: TelegramServer
) -> None:
    await sender.send(Outgoing(sample_delivery(), sample_chat(thread_id=33), sample_alert()))
    assert server.messages[0].thread_id == 33


async def test_each_chat_reads_its_own_language(
    sender: TelegramSender, server: TelegramServer
) -> None:
    await sender.send(Outgoing(sample_delivery(), sample_chat(language="fr"), sample_alert()))
    assert "Pénurie de médicaments" in server.messages[0].text


async def test_a_possible_repeat_says_so(sender: TelegramSender, server: TelegramServer) -> None:
    delivery = sample_delivery(possible_repeat=True)
    await sender.send(Outgoing(delivery, sample_chat(), sample_alert()))
    notice = sample_delivery(possible_repeat=True, alert_id=None, kind="catchup", text="ملخص")
    await sender.send(Outgoing(notice, sample_chat(), None))
    assert all("احتمال تكرار" in text for text in server.texts(7))


async def test_a_notice_to_operators_is_sent_as_its_own_text(
    sender: TelegramSender, server: TelegramServer
) -> None:
    delivery = sample_delivery(alert_id=None, kind="notice", text="تعطّل المصدر <x> & /status")
    await sender.send(Outgoing(delivery, sample_chat(), None))
    assert "تعطّل المصدر <x> &" in server.texts(7)[0]
    assert "رسالة إلى المشغّلين" in server.texts(7)[0]


NOT_DELIVERED: list[tuple[Fault, Outcome]] = [
    (faults.flood(3), RateLimited(3)),
    (faults.flood(43_200), RateLimited(43_200)),
    (faults.blocked(), ChatGone("Forbidden: bot was blocked by the user")),
    (faults.kicked(), ChatGone("Forbidden: bot was kicked from the supergroup chat")),
    (faults.chat_not_found(), ChatGone("Chat not found")),
    (faults.no_rights(), ChatGone("Not enough rights to send text messages to the chat")),
    (faults.topic_closed(), ChatGone("Topic_closed")),
    (faults.topic_gone(), ChatGone("Message thread not found")),
    (faults.migrated(-1001), Migrated(-1001)),
    (faults.unauthorised(), Unauthorised("Telegram refuses the bot token")),
    (faults.conflict(), Conflict()),
    (faults.bad_request("BUTTON_URL_INVALID"), Rejected("Button_url_invalid")),
]


@pytest.mark.parametrize(("fault", "expected"), NOT_DELIVERED, ids=lambda each: str(each)[:60])
async def test_a_refusal_is_told_apart_by_what_to_do_about_it(
    sender: TelegramSender, server: TelegramServer, fault: Fault, expected: Outcome
) -> None:
    server.fail(fault)
    assert await sender.send(OUTGOING) == expected
    assert server.messages == []


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error(500),
        faults.server_error(502, delivered=True),
        faults.reset(),
        faults.reset(delivered=True),
        faults.hang(),
    ],
    ids=["500", "502 after all", "reset", "reset after all", "hang"],
)
async def test_no_answer_to_a_request_that_went_out_is_unknown(
    sender: TelegramSender, server: TelegramServer, fault: Fault
) -> None:
    server.fail(fault)
    assert isinstance(await sender.send(OUTGOING), Unknown)


async def test_a_request_that_never_went_out_is_to_be_repeated(server: TelegramServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    sender, bot = sender_to(f"http://127.0.0.1:{port}/bot", server.token)
    outcome = await sender.send(OUTGOING)
    assert isinstance(outcome, Retry)
    assert server.token not in str(outcome)
    await bot.shutdown()


async def test_a_busy_connection_pool_is_to_be_repeated(server: TelegramServer) -> None:
    request = HTTPXRequest(connection_pool_size=1, pool_timeout=0.05, read_timeout=1)
    async with Bot(server.token, base_url=server.base_url, request=request) as bot:
        sender = TelegramSender(bot, lambda: SIGNALS, timezone=DAMASCUS)
        server.fail(faults.hang(seconds=0.3))
        first = asyncio.create_task(sender.send(OUTGOING))
        await server.until(lambda: server.messages)
        assert isinstance(await sender.send(OUTGOING), Retry)
        assert isinstance(await first, Unknown)


async def test_a_card_that_telegram_cannot_parse_goes_out_once_as_plain_text(
    sender: TelegramSender, server: TelegramServer
) -> None:
    server.fail(faults.cannot_parse())
    assert isinstance(await sender.send(OUTGOING), Sent)
    (message,) = server.messages
    assert message.parse_mode is None
    assert TITLE in message.text


async def test_a_card_that_is_refused_as_plain_text_too_is_rejected(
    sender: TelegramSender, server: TelegramServer
) -> None:
    server.fail(faults.cannot_parse(), times=2)
    assert isinstance(await sender.send(OUTGOING), Rejected)


async def test_a_card_that_is_too_long_after_all_goes_out_shorter(
    sender: TelegramSender, server: TelegramServer
) -> None:
    server.fail(faults.too_long())
    assert isinstance(await sender.send(OUTGOING), Sent)
    assert len(server.messages[0].text) <= 2000


async def test_a_card_that_cannot_be_made_is_rejected_and_raises_nothing(
    server: TelegramServer,
) -> None:
    def broken() -> None:
        raise LookupError("no rules")

    async with Bot(server.token, base_url=server.base_url) as bot:
        sender = TelegramSender(bot, broken, timezone=DAMASCUS)  # type: ignore[arg-type]
        assert isinstance(await sender.send(OUTGOING), Rejected)
