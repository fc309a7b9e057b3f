"""A stranger whose connections ask nothing locks nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from bot.web.connections import MOST, PatientProtocol
from bot.web.server import PageServer
from tests.bot.web.conftest import Desk

HALF_A_HEAD = b"GET / HTTP/1.1\r\nhost: page"
HALF_A_FORM = (
    b"POST /sign-in HTTP/1.1\r\nhost: page.example\r\ncontent-length: 100\r\n"
    b"content-type: application/x-www-form-urlencoded\r\n\r\nkey="
)
ANSWERED = b"GET /static/icon.svg HTTP/1.1\r\nhost: page.example\r\n\r\n"

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def server(desk: Desk) -> AsyncIterator[PageServer]:
    running = PageServer(desk.site, "127.0.0.1", 0)
    yield running
    await running.close()


async def opened(server: PageServer, stack: AsyncExitStack, said: bytes, host: str) -> Pair:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, local_addr=(host, 0))
    stack.callback(writer.close)
    writer.write(said)
    await writer.drain()
    return reader, writer


async def status(server: PageServer) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
        return (await browser.get(f"http://127.0.0.1:{server.port}/")).status_code


@pytest.mark.parametrize("said", [b"", HALF_A_HEAD, HALF_A_FORM])
async def test_who_asks_nothing_makes_room(server: PageServer, said: bytes) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2 * MOST):
            await opened(server, stack, said, "127.0.0.2")
        assert await status(server) == 401
        assert await status(server) == 401


async def test_another_address_keeps_its_place(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientProtocol, "most", 20)
    async with AsyncExitStack() as stack:
        reader, writer = await opened(server, stack, b"", "127.0.0.3")
        for _ in range(60):
            await opened(server, stack, b"", "127.0.0.2")
        writer.write(ANSWERED)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("said", [b"", HALF_A_HEAD, HALF_A_FORM, ANSWERED + HALF_A_HEAD])
async def test_a_connection_that_waits_for_nothing_ends(
    server: PageServer, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(PatientProtocol, "patience", 0.2)
    async with AsyncExitStack() as stack, asyncio.timeout(20):
        reader, _ = await opened(server, stack, said, "127.0.0.2")
        try:
            while await reader.read(65_536):
                pass
        except ConnectionError:
            return


async def test_a_visitor_who_goes_on_asking_stays(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientProtocol, "patience", 0.5)
    async with AsyncExitStack() as stack, asyncio.timeout(20):
        reader, writer = await opened(server, stack, b"", "127.0.0.2")
        for _ in range(8):
            await asyncio.sleep(0.2)
            writer.write(ANSWERED)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            length = next(
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)


@pytest.mark.parametrize("answered_first", [False, True])
async def test_nonsense_in_place_of_a_body_ends_the_connection_and_is_no_bug(
    server: PageServer, answered_first: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        head = b"POST /sign-in HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
        first = head if answered_first else head + b"nonsense\r\n"
        reader, writer = await opened(server, stack, first, "127.0.0.4")
        said = await reader.readuntil(b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 411" if answered_first else b"HTTP/1.1 400")
        if answered_first:
            writer.write(b"nonsense\r\n")
        async with asyncio.timeout(60):
            await reader.read()
        assert await status(server) == 401
    assert not [each for each in caplog.records if each.exc_info]
