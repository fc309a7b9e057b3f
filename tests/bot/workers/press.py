"""Many publishers on loopback, each a host of its own, that can be held up."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

ITEMS = 3


@dataclass
class Press:
    """Serves `feeds` feeds with ITEMS entries each; `open` lets answers go. Counts what it was
    asked for."""

    feeds: int
    open: asyncio.Event = field(default_factory=asyncio.Event)
    asked: Counter[int] = field(default_factory=Counter)
    waiting: int = 0
    port: int = 0
    _runner: web.AppRunner | None = None

    def write_list(self, folder: Path) -> Path:
        path = folder / "feeds.yaml"
        rows = "".join(
            f"- name: Feed {number}\n  url: {self.url(number)}\n  language: ar\n"
            f"  family: f{number}\n"
            for number in range(self.feeds)
        )
        path.write_text(f"feeds:\n{rows}", encoding="utf-8")
        return path

    def url(self, number: int) -> str:
        return f"http://127.0.1.{number + 1}:{self.port}/{number}"

    async def __aenter__(self) -> Press:
        application = web.Application()
        application.router.add_get("/{number}", self._serve)
        self._runner = web.AppRunner(application, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "0.0.0.0", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open.set()
        if self._runner:
            await self._runner.cleanup()

    async def held_up(self, number: int, *, seconds: float = 120) -> None:
        """Until so many ask at once."""
        async with asyncio.timeout(seconds):
            while self.waiting < number:  # noqa: ASYNC110 - a number is no event
                await asyncio.sleep(0.05)

    async def _serve(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        self.asked[number] += 1
        self.waiting += 1
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1
        date = format_datetime(datetime.now(UTC) - timedelta(minutes=5))
        # Every second feed tells of the flood, all of them the same happening.
        titles = [f"خبر {number} {each} من الميدان" for each in range(ITEMS)]
        if number % 2 == 0:
            titles[0] = "غمر الفيضان قرى في وادي النيل"
        items = "".join(
            f"<item><guid isPermaLink='false'>{number}-{each}</guid><title>{title}</title>"
            f"<link>https://f{number}.example/{each}</link><pubDate>{date}</pubDate></item>"
            for each, title in enumerate(titles)
        )
        return web.Response(
            text=f"<?xml version='1.0'?><rss version='2.0'><channel><title>F</title>{items}"
            "</channel></rss>",
            content_type="application/rss+xml",
        )
