"""What comes of a send: each row of the error table, against the fake Bot API."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from telegram import Bot

from bot.delivery.deciding.outcome import (
    ChatGone,
    Conflict,
    Migrated,
    NeverSent,
    Outcome,
    Outgoing,
    RateLimited,
    Rejected,
    Sent,
    TopicGone,
    Unauthorised,
    Unknown,
)
from bot.telegram.answers import TelegramRequest
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
    request = TelegramRequest(read_timeout=2, connect_timeout=20)
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
    pressed = [button.get("callback_data") for button in message.buttons]
    assert pressed == ["w:A12", None, "k:A12", "f:A12:u", "f:A12:f"]


async def test_an_alert_for_a_forum_topic_goes_to_that_topic(
    sender: TelegramSender, server: TelegramServer
) -> None:
    await sender.send(Outgoing(sample_delivery(thread_id=33), sample_chat(), sample_alert()))
    assert server.messages[0].thread_id == 33


async def test_each_chat_reads_its_own_language(
    sender: TelegramSender, server: TelegramServer
) -> None:
    await sender.send(Outgoing(sample_delivery(), sample_chat(language="fr"), sample_alert()))
    assert "pénurie de médicaments" in server.messages[0].text


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
    await sender.send(Outgoing(delivery, sample_chat(role="operator"), None))
    assert "تعطّل المصدر <x> &" in server.texts(7)[0]
    assert "رسالة إلى المشغّلين" in server.texts(7)[0]


NOT_DELIVERED: list[tuple[Fault, Outcome]] = [
    (faults.flood(3), RateLimited(3)),
    (faults.flood(43_200), RateLimited(43_200)),
    (faults.blocked(), ChatGone("Forbidden: bot was blocked by the user")),
    (faults.kicked(), ChatGone("Forbidden: bot was kicked from the supergroup chat")),
    (faults.chat_not_found(), ChatGone("Chat not found")),
    (faults.no_rights(), ChatGone("Not enough rights to send text messages to the chat")),
    (faults.topic_closed(), TopicGone("Topic_closed")),
    (faults.topic_gone(), TopicGone("Message thread not found")),
    (faults.migrated(-1001), Migrated(-1001)),
    (faults.unauthorised(), Unauthorised("Telegram refuses the bot token")),
    (faults.conflict(), Conflict()),
    (faults.bad_request("BUTTON_DATA_INVALID"), Rejected("Button_data_invalid")),
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


BLOCKED = "Forbidden: bot was blocked by the user"
ANSWERS: list[tuple[str, Fault, Outcome | type[Outcome]]] = [
    ("200 that means 403", faults.refusal_under(200, 403, BLOCKED), ChatGone(BLOCKED)),
    ("502 that means 403", faults.refusal_under(502, 403, BLOCKED), ChatGone(BLOCKED)),
    (
        "200 that means 429",
        faults.refusal_under(200, 429, "Too Many Requests: retry after 7", retry_after=7),
        RateLimited(7),
    ),
    (
        "429 that says it in words only",
        faults.refusal_under(429, 429, "Too Many Requests: retry after 9"),
        RateLimited(9),
    ),
    ("429 without a time", faults.refusal_under(429, 429, "Too Many Requests"), RateLimited(30)),
    (
        "200 that means 400, chat not found",
        faults.refusal_under(200, 400, "Bad Request: chat not found"),
        ChatGone("Chat not found"),
    ),
    (
        "200 that means 400",
        faults.refusal_under(200, 400, "Bad Request: BUTTON_DATA_INVALID"),
        Rejected("Button_data_invalid"),
    ),
    (
        "200 that means a supergroup",
        faults.refusal_under(200, 400, "Bad Request: upgraded", migrate_to_chat_id=-1001),
        Migrated(-1001),
    ),
    (
        "200 that means 401",
        faults.refusal_under(200, 401, "Unauthorized"),
        Unauthorised("Telegram refuses the bot token"),
    ),
    ("200 that means 409", faults.refusal_under(200, 409, "Conflict"), Conflict()),
    ("200 that means 500", faults.refusal_under(200, 500, "Internal Server Error"), Unknown),
    ("200, not ok, no code", faults.body(200, '{"ok": false}'), Unknown),
    ("500 with Telegram's body", faults.server_error(500, True), Unknown),
    ("502 with a page", faults.page(502, "502 Bad Gateway"), Unknown),
    ("504 with a page", faults.page(504, "504 Gateway Time-out"), Unknown),
    ("503 empty", faults.body(503, ""), Unknown),
    ("captive portal, 200", faults.page(200), NeverSent),
    ("captive portal, 302", faults.redirect(), NeverSent),
    ("captive portal, 511", faults.page(511), NeverSent),
    ("a proxy's 403", faults.page(403, "Blocked by policy"), NeverSent),
    ("a proxy's 401", faults.page(401), NeverSent),
    ("a proxy's 404", faults.page(404), NeverSent),
    ("a proxy's 407", faults.body(407, "authenticate"), NeverSent),
    ("JSON that breaks off", faults.truncated(), Unknown),
    ("200 empty", faults.body(200, ""), Unknown),
    ("JSON that is not Telegram's", faults.body(200, '{"status": "ok"}'), Unknown),
    ("JSON that is a list", faults.body(200, "[]"), Unknown),
    ("ok without a result", faults.body(200, '{"ok": true}'), Unknown),
    ("ok with a result that is no message", faults.body(200, '{"ok":true,"result":1}'), Unknown),
    (
        "parameters that are none",
        faults.body(400, '{"ok":false,"error_code":400,"description":"x","parameters":[1]}'),
        Rejected("x"),
    ),
    ("very deep JSON", faults.body(200, "[" * 100_000), Unknown),
]


@pytest.mark.parametrize(
    ("fault", "expected"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS]
)
async def test_an_answer_is_read_by_what_it_says_and_logged_without_a_traceback(
    sender: TelegramSender,
    server: TelegramServer,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    expected: Outcome | type[Outcome],
) -> None:
    server.fail(fault)
    outcome = await sender.send(OUTGOING)
    if isinstance(expected, type):
        assert isinstance(outcome, expected)
    else:
        assert outcome == expected
    loud = [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    assert not [record for record in caplog.records if record.exc_info]
    assert loud == []
    assert "\n" not in str(outcome)
    assert server.token not in str(outcome)
    # Nothing stays broken: the next one arrives.
    assert isinstance(await sender.send(OUTGOING), Sent)


async def test_a_request_that_never_went_out_is_to_be_repeated(server: TelegramServer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    sender, bot = sender_to(f"http://127.0.0.1:{port}/bot", server.token)
    outcome = await sender.send(OUTGOING)
    assert isinstance(outcome, NeverSent)
    assert server.token not in str(outcome)
    await bot.shutdown()


async def test_a_busy_connection_pool_is_to_be_repeated(server: TelegramServer) -> None:
    request = TelegramRequest(connection_pool_size=1, pool_timeout=0.05, read_timeout=1)
    async with Bot(server.token, base_url=server.base_url, request=request) as bot:
        sender = TelegramSender(bot, lambda: SIGNALS, timezone=DAMASCUS)
        server.fail(faults.hang(seconds=0.3))
        first = asyncio.create_task(sender.send(OUTGOING))
        await server.until(lambda: server.messages)
        assert isinstance(await sender.send(OUTGOING), NeverSent)
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


async def test_an_update_answers_the_message_that_it_is_about(
    sender: TelegramSender, server: TelegramServer
) -> None:
    first = await sender.send(OUTGOING)
    assert isinstance(first, Sent)
    later = replace(OUTGOING, answers=first.message_id)
    await sender.send(later)
    assert [message.answers for message in server.messages] == [None, first.message_id]
    # Somebody deleted it: the news comes all the same.
    assert isinstance(await sender.send(replace(OUTGOING, answers=9_999)), Sent)
    assert server.messages[-1].answers is None


async def test_a_digest_that_this_version_cannot_read_is_refused_and_not_shown_raw(
    sender: TelegramSender, server: TelegramServer
) -> None:
    row = sample_delivery(kind="digest", alert_id=None, level="watch", text='{"stream": "yearly"}')
    outcome = await sender.send(Outgoing(row, sample_chat(), None))
    assert isinstance(outcome, Rejected)
    assert server.messages == []
