"""The fake Bot API is as strict as the real one, and as its documentation."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, TelegramError
from telegram.request import HTTPXRequest

from tests.bot.telegram import faults
from tests.bot.telegram.bot_api import FULL_DESCRIPTION, BadHtml, Description, parse_html
from tests.telegram_server import TelegramServer

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=["full", "short"])
async def strict(request: pytest.FixtureRequest) -> AsyncIterator[TelegramServer]:
    if request.param == "full" and not FULL_DESCRIPTION.is_file():
        pytest.skip("the full Bot API description is not at hand")
    description = Description.load() if request.param == "full" else Description.short()
    async with TelegramServer(description=description) as server:
        yield server


async def post(server: TelegramServer, method: str, **values: object) -> dict[str, object]:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{server.base_url}{server.token}/{method}", json=values)
    read: dict[str, object] = answer.json()
    return read


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("sendMesage", {"chat_id": 1, "text": "x"}),
        ("sendMessage", {"chat_id": 1}),
        ("sendMessage", {"text": "x"}),
        ("sendMessage", {"chat_id": 1, "text": "x", "colour": "red"}),
        ("sendMessage", {"chat_id": 1.5, "text": "x"}),
        ("sendMessage", {"chat_id": 1, "text": 7}),
        ("sendMessage", {"chat_id": 1, "text": "x", "disable_notification": 1}),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": "x"}}),
        ("sendMessage", {"chat_id": 1, "text": "x" * 4097}),
        ("sendMessage", {"chat_id": 1, "text": " "}),
        ("sendMessage", {"chat_id": 1, "text": "<b>x", "parse_mode": "HTML"}),
        ("sendMessage", {"chat_id": 1, "text": "<b>x</b>" * 101, "parse_mode": "HTML"}),
        ("setMyCommands", {"commands": [{"command": "اشترك", "description": "x"}]}),
        ("setMyCommands", {"commands": [{"command": "x", "description": "x" * 257}]}),
    ],
)
async def test_what_the_bot_api_would_not_take_is_refused_and_noted(
    strict: TelegramServer, method: str, values: dict[str, object]
) -> None:
    answer = await post(strict, method, **values)
    assert answer["ok"] is False
    assert len(strict.violations) == 1
    assert strict.messages == []


async def test_callback_data_is_counted_in_bytes(strict: TelegramServer) -> None:
    async with Bot(strict.token, base_url=strict.base_url) as bot:
        for data, taken in (("ن" * 32, True), ("ن" * 33, False)):
            keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data=data)]])
            if taken:
                await bot.send_message(1, "x", reply_markup=keyboard)
            else:
                with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
                    await bot.send_message(1, "x", reply_markup=keyboard)


@pytest.mark.parametrize(
    "source",
    [
        "a < b",
        "a > b",
        "a & b",
        "&nbsp;",
        "<b>x</i>",
        "<b>x",
        "x</b>",
        "<div>x</div>",
        "<a>x</a>",
        "<a href=x>y</a>",
        "<b class='x'>y</b>",
        "<br/>",
        "&#0;",
        "&#55296;",
    ],
)
def test_bad_html_is_told(source: str) -> None:
    with pytest.raises(BadHtml):
        parse_html(source)


def test_good_html_gives_text_and_entities() -> None:
    text, entities = parse_html(
        '<b>أ &lt;<i>x</i></b> <a href="https://e.org/?a=1&amp;b=2">&quot;&#1605;</a>'
    )
    assert text == 'أ <x "م'
    assert [(e.tag, text[e.start : e.end], e.href) for e in entities] == [
        ("b", "أ <x", None),
        ("i", "x", None),
        ("a", '"م', "https://e.org/?a=1&b=2"),
    ]


async def test_updates_come_until_they_are_confirmed(server: TelegramServer) -> None:
    async with Bot(server.token, base_url=server.base_url) as bot:
        first, second = server.say(7, "/start"), server.say(7, "/help")
        assert [u.update_id for u in await bot.get_updates()] == [first, second]
        assert [u.update_id for u in await bot.get_updates(offset=second)] == [second]
        assert await bot.get_updates(offset=second + 1) == ()
        assert server.unread == 0


async def test_a_second_poller_ends_the_first_with_a_conflict(server: TelegramServer) -> None:
    request = HTTPXRequest(connection_pool_size=1)
    async with (
        Bot(server.token, base_url=server.base_url) as one,
        Bot(server.token, base_url=server.base_url, get_updates_request=request) as two,
    ):
        waiting = asyncio.create_task(one.get_updates(timeout=5))
        await server.until(lambda: any(method == "getUpdates" for method, _ in server.calls))
        await two.get_updates()
        with pytest.raises(Conflict):
            await waiting


async def test_faults_follow_their_script_by_chat_and_number_of_times(
    server: TelegramServer,
) -> None:
    server.fail(faults.blocked(), chat_id=1, times=None)
    server.fail(faults.flood(1), chat_id=2, times=2)
    got: list[str] = []
    async with Bot(server.token, base_url=server.base_url) as bot:
        for chat_id in (1, 2, 3, 2, 2, 1):
            try:
                await bot.send_message(chat_id, "x")
                got.append("sent")
            except TelegramError as error:
                got.append(type(error).__name__)
    assert got == ["Forbidden", "RetryAfter", "sent", "RetryAfter", "sent", "Forbidden"]


def test_on_its_own_it_logs_each_delivery_at_once_and_takes_orders(tmp_path: Path) -> None:
    log = tmp_path / "delivered.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.telegram_server", "--log", str(log)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            url, token = started["url"], started["token"]
            httpx.post(f"{url}/bot{token}/sendMessage", json={"chat_id": 7, "text": "مرحبا"})
            (line,) = [json.loads(each) for each in log.read_text().splitlines()]
            assert (line["event"], line["chat_id"], line["text"]) == ("sent", 7, "مرحبا")
            order = {"fault": "flood", "values": {"seconds": 9}, "chat_id": 7}
            httpx.post(f"{url}/control/fail", json=order)
            values = {"chat_id": 7, "text": "x"}
            refused = httpx.post(f"{url}/bot{token}/sendMessage", json=values).json()
            assert refused["parameters"] == {"retry_after": 9}
            httpx.post(f"{url}/control/say", json={"chat_id": 7, "text": "/start"})
            assert httpx.get(f"{url}/control/state").json()["unread"] == 1
        finally:
            process.send_signal(signal.SIGKILL)
