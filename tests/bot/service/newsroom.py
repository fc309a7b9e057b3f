"""A publisher on loopback whose feed a test writes, and a place to run the service in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

from aiohttp import web

SHORTAGE = "نقص حاد في الأدوية في مستشفى تعز"
SPORT = "تعادل مثير في ختام الدوري"


@dataclass(slots=True)
class Newsroom:
    """Serves one RSS feed at `url`; `publish` adds to it. Counts how often it was asked."""

    asked: int = 0
    items: list[str] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/rss"

    def publish(self, title: str, *, age: timedelta = timedelta(minutes=5)) -> None:
        number = len(self.items) + 1
        date = format_datetime(datetime.now(UTC) - age)
        self.items.insert(
            0,
            f"<item><guid isPermaLink='false'>g{number}</guid><title>{escape(title)}</title>"
            f"<link>https://newsroom.example/{number}</link><pubDate>{date}</pubDate></item>",
        )

    def edit(self, number: int, title: str) -> None:
        """Another headline for the item of this number (from 1), same id, link and date."""
        place = len(self.items) - number
        item = self.items[place]
        begin, end = item.index("<title>") + len("<title>"), item.index("</title>")
        self.items[place] = f"{item[:begin]}{escape(title)}{item[end:]}"

    async def __aenter__(self) -> Newsroom:
        application = web.Application()
        application.router.add_get("/rss", self._serve)
        self._runner = web.AppRunner(application, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, _: web.Request) -> web.Response:
        self.asked += 1
        text = (
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
            "<title>صحيفة الاختبار</title><link>https://newsroom.example/</link>"
            f"<description>-</description>{''.join(self.items)}</channel></rss>"
        )
        return web.Response(
            body=text.encode("utf-8"), content_type="application/rss+xml", charset="utf-8"
        )


def write_feeds(folder: Path, newsroom: Newsroom) -> Path:
    """A feeds.yaml with the newsroom's feed, as an operator would write it."""
    path = folder / "feeds.yaml"
    path.write_text(
        f"feeds:\n- name: صحيفة الاختبار\n  url: {newsroom.url}\n  language: ar\n",
        encoding="utf-8",
    )
    return path
