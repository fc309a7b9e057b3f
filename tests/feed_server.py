"""A feed server on loopback that can misbehave: handlers write bytes as they like."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from tests.loopback import served

Headers = dict[str, str]


@dataclass
class Request:
    path: str
    headers: Headers


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FeedServer:
    """Paths to handlers. `requests` counts what was asked, `seen` keeps it; `connections` counts
    those that said nothing as well."""

    port: int = 0
    handlers: dict[str, Handler] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    seen: list[Request] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0

    def url(self, path: str, host: str = "feeds.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(
        self, path: str, body: bytes, status: str = "200 OK", headers: Headers | None = None
    ) -> None:
        """Always the same answer at `path`."""

        async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
            await answer(writer, body, status, headers)

        self.handlers[path] = handler

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            request = Request(path, headers)
            self.requests[path] += 1
            self.seen.append(request)
            handler = self.handlers.get(path)
            if handler is None:
                await answer(writer, b"", "404 Not Found")
            else:
                await handler(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open_now -= 1
            writer.close()


async def answer(
    writer: asyncio.StreamWriter,
    body: bytes,
    status: str = "200 OK",
    headers: Headers | None = None,
    *,
    length: int | None = None,
) -> None:
    """A whole answer; `length` lies about how long it is."""
    given = {"content-type": "application/rss+xml"} | {
        name.lower(): value for name, value in (headers or {}).items()
    }
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body) if length is None else length}"]
    lines += [f"{name}: {value}" for name, value in given.items()]
    lines += ["connection: close"]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
    await writer.drain()


async def slow_loris(request: Request, writer: asyncio.StreamWriter) -> None:
    """A byte now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\n\r\n<rss")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless_body(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/rss+xml\r\n\r\n<rss><channel>")
    item = b"<item><title>more</title></item>" * 2_000
    while True:
        writer.write(item)
        await writer.drain()
        await asyncio.sleep(0)


async def never_answers(request: Request, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@contextlib.asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    serving = FeedServer()
    async with served(serving.handle) as serving.port:
        yield serving


class Names:
    """A resolver whose answers are given; a list of lists answers in turn (a rebinding name)."""

    def __init__(self, **names: list[str] | list[list[str]]) -> None:
        self.names: dict[str, list[str] | list[list[str]]] = {"feeds.test": ["127.0.0.1"]}
        self.names |= {name.replace("_", "."): found for name, found in names.items()}
        self.asked: Counter[str] = Counter()

    async def __call__(self, host: str, port: int) -> list[str]:
        turn = self.asked[host]
        self.asked[host] += 1
        found = self.names.get(host)
        if found is None:
            if host[:1].isdigit() or ":" in host:
                return [host]
            raise OSError("no such name")
        if found and isinstance(found[0], list):
            answers = [each for each in found if isinstance(each, list)]
            return answers[min(turn, len(answers) - 1)]
        return [each for each in found if isinstance(each, str)]
