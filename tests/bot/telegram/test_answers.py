"""Answers that no Bot API gives: numbers out of any range, and pieces without an end."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from telegram.error import RetryAfter, TimedOut

from bot.telegram.answers import LONGEST_WAIT, USUAL_WAIT, NoAnswer, TelegramRequest, read_answer
from tests.loopback import served

BEYOND = 10**400


def refusal(code: object, **parameters: object) -> bytes:
    said = {"ok": False, "error_code": code, "description": "no", "parameters": parameters}
    return json.dumps(said).encode()


@pytest.mark.parametrize("asked", [BEYOND, 2**53 - 1, 10**12, LONGEST_WAIT + 1])
def test_no_answer_asks_for_a_wait_of_years(asked: int) -> None:
    with pytest.raises(RetryAfter) as raised:
        read_answer(429, refusal(429, retry_after=asked))
    wait: Any = raised.value.retry_after
    assert wait <= LONGEST_WAIT


@pytest.mark.parametrize("asked", [-5, 0, "soon", None, True, [9]])
def test_a_wait_that_is_none_is_the_usual_one(asked: object) -> None:
    with pytest.raises(RetryAfter) as raised:
        read_answer(429, refusal(429, retry_after=asked))
    assert raised.value.retry_after == USUAL_WAIT


@pytest.mark.parametrize("code", [BEYOND, -3, 200, 7, 0.5, "x", None])
def test_a_code_that_is_no_refusals_is_that_of_the_answer(code: object) -> None:
    assert read_answer(403, refusal(code))[0] == 403
    with pytest.raises(NoAnswer):
        read_answer(200, refusal(code))


@pytest.mark.parametrize(
    ("before", "piece"),
    [
        (b"", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", b" "),
    ],
    ids=["1xx", "spaces"],
)
async def test_pieces_without_an_end_are_no_answer(before: bytes, piece: bytes) -> None:
    async def never_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(before)
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()

    async with served(never_silent) as port:
        request = TelegramRequest(read_timeout=0.5)
        request.beside_silence = 0.0
        with pytest.raises(TimedOut):
            await request.post(f"http://127.0.0.1:{port}/bot1:x/getMe")
        await request.shutdown()
