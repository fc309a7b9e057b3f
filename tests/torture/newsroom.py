"""A feed server on loopback that never stops publishing, and the rules its entries are for.

Every entry has a number of its own in its title. Loud entries hold a made-up word that only the
torture's own rules know, so that these tests do not depend on what the shipped rules find.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

from aiohttp import web

CRITICAL, ALERT = "torture-critical", "torture-alert"
WORDS = {CRITICAL: "zorbulite", ALERT: "quandrium"}
LEVELS = {CRITICAL: "critical", ALERT: "alert"}
FEEDS = 3
# A feed shows so many entries: the newest. Far more than come out while the service is down.
SHOWN = 250
FILLERS = 100

# Without a vowel nothing becomes a word that the rules know: "mock" is a drill.
_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")

_RULE = """\
id: {id}
title: {{ar: {id}, en: {id}, fr: {id}}}
description: {id}
sector: Test
level: {level}
terms:
  mark: {{en: [{word}]}}
  heavy: {{en: [heavy]}}
when:
  - any: [mark]
  - near: [heavy, mark]
tests:
  fires: [heavy {word} near the gate]
  silent: [a quiet day at the gate]
"""


def write_rules(directory: Path) -> None:
    """The two rules of the torture, as an operator's rules directory."""
    signals = directory / "signals"
    signals.mkdir(parents=True)
    for signal, word in WORDS.items():
        text = _RULE.format(id=signal, level=LEVELS[signal], word=word)
        (signals / f"{signal}.yaml").write_text(text, encoding="utf-8")


def write_catalogue(path: Path, *urls: str) -> None:
    """feeds.yaml for these feeds; `urls` are of the servers on which they are in turn."""
    feeds = [
        f"  - id: wire-{n}\n    name: Wire {n}\n    url: {urls[n % len(urls)]}/feed/{n}\n"
        f"    language: en\n    family: wire-{n}\n    region: Test\n"
        for n in range(max(FEEDS, len(urls)))
    ]
    path.write_text("feeds:\n" + "".join(feeds), encoding="utf-8")


@dataclass(frozen=True)
class Published:
    """One entry. `signal` is None for a silent one."""

    number: int
    signal: str | None
    at: datetime

    @property
    def title(self) -> str:
        if self.signal is None:
            return f"Observer {self.number} sees a calm market at gate {self.number}"
        return f"Observer {self.number}: heavy {WORDS[self.signal]} {_of_its_own(self.number)}"


def _of_its_own(number: int) -> str:
    """Words that no other entry has: each tells a happening of its own."""
    digest = hashlib.sha512(str(number).encode()).hexdigest().translate(_LETTERS)
    return " ".join(digest[at : at + 4] for at in range(0, 44, 4))


class Newsroom:
    """Publishes at random; `published` holds all of it but the old entries it began with."""

    def __init__(
        self,
        chance: random.Random,
        per_second: float,
        *,
        feeds: int = FEEDS,
        fillers: int = FILLERS,
    ) -> None:
        self.published: list[Published] = []
        self.requests = 0
        self._chance = chance
        self._per_second = per_second
        self._shown: list[deque[Published]] = [deque(maxlen=SHOWN) for _ in range(feeds)]
        old = datetime.now(UTC) - timedelta(days=2)
        for n in range(feeds * fillers):
            self._shown[n % feeds].append(Published(n, None, old))
        self._next = 10_000
        # By ETag, which entries a document showed. Who sends an ETag back has stored them.
        self._documents: dict[str, set[int]] = {}
        self._stored: set[int] = set()
        self.missed: set[int] = set()
        """Entries that left their feed before the service is known to have stored them."""
        self._left: dict[int, int] = {}
        self._going_on = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def shows(self, feed: int) -> deque[Published]:
        """What the feed shows from now on, the newest last: to be changed by who asks."""
        return self._shown[feed]

    def hang_after(self, feed: int, answers: int = 1) -> None:
        """After so many more answers the feed gives none, until `go_on`."""
        self._going_on.clear()
        self._left[feed] = answers

    def go_on(self) -> None:
        self._left.clear()
        self._going_on.set()

    async def start(self, hosts: Sequence[str] = ("127.0.0.1",)) -> str:
        """Serve on these addresses, on one port; returns the URL of the first."""
        app = web.Application()
        app.router.add_get("/feed/{n}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        port = 0
        for host in hosts:
            await web.TCPSite(self._runner, host, port).start()
            port = self._runner.addresses[0][1]
        return f"http://{hosts[0]}:{port}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def publish(self) -> None:
        """Publish until cancelled."""
        while True:
            await asyncio.sleep(self._chance.expovariate(self._per_second))
            self.publish_one()

    def publish_one(self) -> None:
        """One entry more, in one of the feeds."""
        signal = self._chance.choice([CRITICAL, ALERT, ALERT, None])
        entry = Published(self._next, signal, datetime.now(UTC))
        self._next += 1
        self.published.append(entry)
        feed = self._chance.choice(self._shown)
        oldest = feed[0]
        if len(feed) == SHOWN and oldest.signal and oldest.number not in self._stored:
            self.missed.add(oldest.number)
        feed.append(entry)

    async def _serve(self, request: web.Request) -> web.Response:
        self.requests += 1
        number = int(request.match_info["n"])
        if number in self._left:
            self._left[number] -= 1
            if self._left[number] < 0:
                await self._going_on.wait()
        items = "".join(
            f"<item><title>{escape(entry.title)}</title><guid>urn:torture:{entry.number}</guid>"
            f"<link>http://wire-{number}.example/{entry.number}</link>"
            f"<pubDate>{format_datetime(entry.at)}</pubDate></item>"
            for entry in reversed(self._shown[number])
        )
        body = f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
        known = request.headers.get("If-None-Match", "")
        self._stored |= self._documents.get(known, set())
        self._documents[etag] = {entry.number for entry in self._shown[number]}
        if known == etag:
            return web.Response(status=304, headers={"ETag": etag})
        headers = {"ETag": etag, "Content-Type": "application/rss+xml; charset=utf-8"}
        return web.Response(body=body.encode(), headers=headers)
