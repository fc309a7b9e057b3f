"""The heartbeat never stands in the way, and complains once."""

from __future__ import annotations

import asyncio
import logging

import httpx
import pytest

from bot.process.heartbeat import Heartbeat

URL = "https://hc.example/secret-uuid"


def heartbeat(answers: list[int | Exception], calls: list[str]) -> Heartbeat:
    def handle(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        answer = answers.pop(0) if answers else 200
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    return Heartbeat(URL, transport=httpx.MockTransport(handle))


async def beat(heart: Heartbeat, times: int = 1) -> None:
    for _ in range(times):
        heart.beat()
        await asyncio.sleep(0.02)


async def test_each_beat_calls_the_address() -> None:
    calls: list[str] = []
    await beat(heartbeat([], calls), 3)
    assert calls == [URL] * 3


async def test_no_address_is_no_heartbeat() -> None:
    heart = Heartbeat(None)
    heart.beat()
    await heart.close()


async def test_a_failure_is_said_once_and_so_is_its_end_and_never_the_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bot.process.heartbeat")
    calls: list[str] = []
    answers: list[int | Exception] = [500, httpx.ConnectError(f"no route to {URL}"), 404]
    heart = heartbeat(answers, calls)
    await beat(heart, 5)
    said = [
        record.getMessage() for record in caplog.records if record.name == "bot.process.heartbeat"
    ]
    assert len(said) == 2
    assert "status 500" in said[0]
    assert "works again" in said[1]
    assert "secret-uuid" not in "".join(said)


async def test_a_beat_that_hangs_blocks_nothing_and_is_not_doubled() -> None:
    calls: list[str] = []

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            calls.append(str(request.url))
            await asyncio.Event().wait()
            raise AssertionError

    heart = Heartbeat(URL, transport=Hanging(), timeout=3_600)
    async with asyncio.timeout(60):
        await beat(heart, 3)
        await heart.close()
    assert len(calls) == 1
