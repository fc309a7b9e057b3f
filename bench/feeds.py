"""A thousand feeds on loopback: how long all of them take, and what the event loop waits meanwhile.

    python -m bench.feeds [--feeds 1000] [--new 20] [--texts FILE] [--json]

Four rounds: all feeds for the first time, all "not modified", all with the same body again, all
with so many new entries. The feeds are served by a process of their own. lemon24/reader polls the
same feeds in the same run, where it is installed (`uv sync --group bench`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import islice
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from bench.news import Article, articles
from bench.report import Figure, show
from bot.alerts.pipeline import Pipeline
from bot.clock import utc_now
from bot.feeds.catalogue import Feed
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher
from bot.polling.poller import Poller
from bot.polling.report import PollPolicy
from bot.process.event_loop import let_the_loop_run
from bot.rules_in_force import make_ready, shipped_places
from rules import load_rules
from storage.opening import open_database
from tests.feed_server import Names, Request, answer, feed_server

FIRST = 20
"""Entries of a feed at first; it goes on listing them."""
ROUNDS = ("first", "not modified", "same body", "new entries")


# The publishers: a process of their own.


@dataclass(slots=True)
class Publishers:
    """Feeds by number. `answers_304`: whether they give validators and mind them."""

    feeds: int
    new: int
    texts: Path | None
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    bodies: list[bytes] = field(default_factory=list)
    answers_304: bool = True

    def write(self, *, more: bool) -> None:
        news = _texts(self.texts)
        self.bodies = []
        for number in range(self.feeds):
            listed = [_item(number, at, each, self.started) for at, each in _of_feed(news, FIRST)]
            added = list(_of_feed(news, self.new))
            if more:
                late = self.started + timedelta(minutes=1)
                listed += [_item(number, FIRST + at, each, late) for at, each in added]
            self.bodies.append(
                "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
                f"<title>صحيفة {number}</title><link>https://f{number}.example/</link>"
                f"<description>-</description>{''.join(reversed(listed))}</channel></rss>".encode()
            )

    async def handle(self, request: Request, writer: asyncio.StreamWriter) -> None:
        number = int(request.path.rpartition("/")[2])
        tag = f'"{number}-{len(self.bodies[number])}"'
        if not self.answers_304:
            await answer(writer, self.bodies[number])
        elif request.headers.get("if-none-match") == tag:
            await answer(writer, b"", "304 Not Modified", {"etag": tag})
        else:
            await answer(writer, self.bodies[number], headers={"etag": tag})


def _of_feed(news: Iterator[Article], number: int) -> Iterator[tuple[int, Article]]:
    return enumerate(islice(news, number))


def _texts(file: Path | None) -> Iterator[Article]:
    if file is None:
        yield from articles(7)
    assert file is not None
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    while True:
        for each in lines:
            yield Article(each["title"], each["text"])


def _item(feed: int, number: int, each: Article, at: datetime) -> str:
    return (
        f"<item><guid isPermaLink='false'>{feed}-{number}</guid><title>{escape(each.title)}</title>"
        f"<link>https://f{feed}.example/{number}</link><pubDate>{format_datetime(at)}</pubDate>"
        f"<description>{escape(each.text)}</description></item>"
    )


def publish(pipe: Pipe, feeds: int, new: int, texts: Path | None) -> None:
    """Serve until told "stop"; each other word makes the feeds say what that round is about."""

    async def serve() -> None:
        publishers = Publishers(feeds, new, texts)
        publishers.write(more=False)
        async with feed_server() as server:
            for number in range(feeds):
                server.handlers[f"/f/{number}"] = publishers.handle
            pipe.send(server.port)
            while (word := await asyncio.to_thread(pipe.recv)) != "stop":
                publishers.answers_304 = word in ("first", "not modified")
                if word in ("first", "new entries"):
                    publishers.write(more=word == "new entries")
                server.seen.clear()
                pipe.send(word)

    asyncio.run(serve())


# Who polls.


@dataclass(slots=True)
class Lag:
    """How late the event loop runs what is due, in milliseconds."""

    seen: list[float] = field(default_factory=list)

    async def watch(self) -> None:
        while True:
            due = time.perf_counter() + 0.005
            await asyncio.sleep(0.005)
            self.seen.append(1e3 * (time.perf_counter() - due))

    def take(self) -> tuple[float, float]:
        """The 99th percentile and the worst since the last call."""
        seen, self.seen = sorted(self.seen), []
        return (seen[int(0.99 * (len(seen) - 1))], seen[-1]) if seen else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Round:
    name: str
    seconds: float
    processor: float
    lag: float
    worst_lag: float
    entries: int
    alerts: int
    failed: int


async def ours(folder: Path, port: int, feeds: int, turn: Callable[[str], None]) -> list[Round]:
    """Marsad's own parts, put together as the service does."""
    rules = load_rules()
    make_ready(rules, shipped_places())
    let_the_loop_run()
    names = Names()
    names.names |= {f"f{number}.test": ["127.0.0.1"] for number in range(feeds)}
    catalogue = [
        Feed(f"f{n}", f"صحيفة {n}", f"http://f{n}.test:{port}/f/{n}", "ar", "world", f"f{n}")
        for n in range(feeds)
    ]
    database = await open_database(folder / "marsad.sqlite")
    fetcher = Fetcher(allow=AllowList.of(["127.0.0.0/8"]), resolver=names)
    pipeline = Pipeline(lambda: rules)
    policy = PollPolicy(unconditional_share=0.0)
    poller = Poller(database, fetcher, catalogue, pipeline, policy=policy)
    lag, found = Lag(), []
    watch = asyncio.create_task(lag.watch())
    for name in ROUNDS:
        # Not in the loop: to wait for the publisher there would count as a pause of ours.
        await asyncio.to_thread(turn, name)
        lag.take()
        start, begun = time.perf_counter(), _processor()
        reports = await poller.poll_all(utc_now())
        seconds, processor = time.perf_counter() - start, _processor() - begun
        found.append(
            Round(
                *(name, seconds, processor, *lag.take()),
                entries=sum(each.new + each.seeded for each in reports),
                alerts=sum(each.alerts for each in reports),
                failed=sum(each.result in ("failed", "unstored", "held") for each in reports),
            )
        )
    watch.cancel()
    await poller.aclose()
    await fetcher.aclose()
    await database.close()
    return found


def _processor() -> float:
    """Seconds of processor time, of ended children too."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def readers(
    folder: Path, port: int, feeds: int, turn: Callable[[str], None], workers: int
) -> dict[str, float]:
    """Seconds of lemon24/reader for the same rounds; {} where it is not installed."""
    try:
        from reader import make_reader
    except ImportError:
        return {}
    reader: Any = make_reader(str(folder / "reader.sqlite"))
    for number in range(feeds):
        reader.add_feed(f"http://127.0.0.1:{port}/f/{number}")
    found = {}
    for name in ROUNDS:
        turn(name)
        start = time.perf_counter()
        for result in reader.update_feeds_iter(workers=workers, scheduled=False):
            if isinstance(result.value, Exception):
                raise result.value
        found[name] = time.perf_counter() - start
    reader.close()
    return found


def figures_of(rounds: Sequence[Round], peers: dict[str, float]) -> list[Figure]:
    found = []
    times = {"not modified": 1.0, "same body": 1.0, "new entries": 2.0}
    for each in rounds:
        peer = peers.get(each.name)
        limit = peer * times[each.name] if peer and each.name in times else None
        found.append(Figure(each.name, each.seconds, "s", limit, peer))
        found.append(Figure(f"{each.name}: loop late, p99", each.lag, "ms", 50))
        found.append(Figure(f"{each.name}: loop late, worst", each.worst_lag, "ms", 150))
        found.append(Figure(f"{each.name}: processor", each.processor, "s"))
        if each.entries:
            found.append(Figure(f"{each.name}: entries stored", each.entries, ""))
            found.append(Figure(f"{each.name}: alerts made or changed", each.alerts, ""))
        if each.failed:
            found.append(Figure(f"{each.name}: polls that failed", each.failed, "", 0))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--new", type=int, default=20)
    parser.add_argument("--texts", type=Path, help="JSON lines with title and text")
    parser.add_argument("--full", action="store_true", help="1,000 feeds")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-peer", action="store_true")
    given = parser.parse_args()
    feeds = 1000 if given.full else given.feeds
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    server = context.Process(target=publish, args=(there, feeds, given.new, given.texts))
    server.start()
    try:
        port = here.recv()

        def turn(word: str) -> None:
            here.send(word)
            here.recv()

        with tempfile.TemporaryDirectory(prefix="marsad-bench-") as name:
            folder = Path(name)
            # First the peer: its process has no rules loaded that its garbage collector walks.
            workers = PollPolicy().at_once
            peers = {} if given.no_peer else readers(folder, port, feeds, turn, workers)
            rounds = asyncio.run(ours(folder, port, feeds, turn))
    finally:
        here.send("stop")
        server.join(10)
    show(f"{feeds} feeds", figures_of(rounds, peers), as_json=given.json)


if __name__ == "__main__":
    main()
