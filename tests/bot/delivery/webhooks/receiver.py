"""A receiver of webhooks on loopback that can misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.loopback import served

Says = Callable[["Got"], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Got:
    """A message as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        return json.loads(self.body)


async def takes(got: Got) -> str:
    return "204 No Content"


@dataclass
class WebhookReceiver:
    """`answer` says with which status (and further lines of the head) each message is answered;
    None: the connection is closed."""

    port: int = 0
    answer: Says = takes
    got: list[Got] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/secret-of-the-address"

    def always(self, head: str) -> None:
        async def answer(got: Got) -> str:
            return head

        self.answer = answer

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            assert head[0].startswith("POST /hook/")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            got = Got(headers, body)
            self.got.append(got)
            said = await self.answer(got)
            if said is not None:
                ends = "content-length: 0\r\nconnection: close\r\n\r\n"
                writer.write(f"HTTP/1.1 {said}\r\n{ends}".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    async with served(receiver.handle) as receiver.port:
        yield receiver
