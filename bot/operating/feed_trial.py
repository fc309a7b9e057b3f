"""Trying an address before it becomes a feed: it is fetched and read once, as a poll would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.feeds.catalogue import Feed, read_catalogue, slug
from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchRequest, Retriever
from bot.feeds.opml import catalogue_text
from bot.feeds.parse.apart.pool import ParserPool
from bot.feeds.parse.entry import Document, Unreadable
from bot.feeds.problems import CatalogueInvalid, Said, said
from bot.feeds.publishers import publisher_family


class NotAFeed(Exception):
    """The address cannot be added; `said` says why. `kind` is a failure of fetching, or "": its
    text is for who keeps the machine, in English."""

    def __init__(self, why: Said | str, kind: str = "") -> None:
        super().__init__(str(why) if isinstance(why, str) else why.text())
        self.said = why if isinstance(why, Said) else None
        self.kind = kind


@dataclass(frozen=True, slots=True)
class TriedFeed:
    """What can be added, with how many entries it has and the newest one's title."""

    feed: Feed
    entries: int
    newest: str


async def try_feed(
    retriever: Retriever, url: str, name: str, have: Sequence[Feed], now: datetime
) -> TriedFeed:
    """Raises NotAFeed for what is listed, cannot be fetched, or is no feed."""
    if any(feed.url.rstrip("/") == url.rstrip("/") for feed in have):
        raise NotAFeed(said("listed", value=url))
    family = publisher_family(url)
    name = " ".join(name.split())[:200] or family or url
    taken, number = {feed.id for feed in have}, 1
    feed_id = wanted = slug(name) or slug(family) or "feed"
    while feed_id in taken:
        number += 1
        feed_id = f"{wanted[:70]}-{number}"
    feed = Feed(feed_id, name, url, family=family)
    try:
        read_catalogue(catalogue_text([feed]))
    except CatalogueInvalid as invalid:
        raise NotAFeed(invalid.problems[0].said) from invalid
    outcome = await retriever.fetch(FetchRequest(url), now)
    if isinstance(outcome, FetchFailed):
        raise NotAFeed(outcome.message, outcome.kind)
    if not isinstance(outcome, Fetched):
        raise NotAFeed(said("not_changed"))
    parser = ParserPool()
    try:
        parsed = await parser.parse(Document(outcome.body, outcome.url, outcome.content_type), now)
    finally:
        await parser.aclose()
    if isinstance(parsed, Unreadable):
        raise NotAFeed(parsed.message, "unreadable")
    newest = parsed.entries[0].title if parsed.entries else ""
    return TriedFeed(feed, len(parsed.entries), newest)
