"""What of a site can be watched: its feed, its sitemap, or the list of one of its pages.

Everything is asked for through the guarded fetcher and read in processes that can be killed.
Nothing is stored.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from bot.feeds.catalogue import Feed, slug
from bot.feeds.fetch.failures import host_of
from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchOutcome, FetchRequest, Retriever
from bot.feeds.parse.apart.pool import ParserPool
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, SourceFormat, Unreadable
from bot.feeds.parse.pages import challenge_name, is_html
from bot.feeds.publishers import publisher_family
from bot.feeds.sites.look import PageLook, look_at
from bot.polling.sitemap_list import read_listed

_USUAL_FEEDS = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml")
_USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap_index.xml", "/sitemap.xml")
_MOST_SITEMAPS = 4
_MOST_DOCUMENTS = 20
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,500})", re.IGNORECASE | re.MULTILINE)
_NEWS = re.compile("news", re.IGNORECASE)
_LANGUAGES = ("ar", "en", "fr")


@dataclass(frozen=True, slots=True)
class Watchable:
    """A row for feeds.yaml, and what a first poll of it would read."""

    feed: Feed
    entries: tuple[FeedEntry, ...]


class SiteTrial:
    """One look at a site. The retriever is its owner's to close; the parser is closed by
    `aclose()`."""

    def __init__(self, retriever: Retriever, now: datetime) -> None:
        self._retriever = retriever
        self._parser = ParserPool()
        self._now = now
        self._asked = 0

    async def aclose(self) -> None:
        await self._parser.aclose()

    async def look(self, url: str) -> tuple[Watchable, ...] | FetchFailed:
        """What can be watched, the best first: a feed, a sitemap, a page. Asks the site for no
        more than twenty documents, one by one. A failure when `url` itself cannot be had."""
        outcome = await self._fetch(url)
        if isinstance(outcome, FetchFailed):
            return outcome
        for format in ("feed", "sitemap"):
            if found := await self._as(outcome, url, format, PageLook()):
                return (found,)
        if not is_html(outcome.body):
            return ()
        document = Document(outcome.body, outcome.url, outcome.content_type)
        page = await look_at(document, self._now)
        challenge = challenge_name({}, outcome.body)
        if challenge is not None and page.proposal is None and not page.feeds:
            return FetchFailed("challenge", f"{challenge} came instead of the page", "")
        feed = await self._first(self._feeds(outcome.url, page), "feed", page)
        sitemap = await self._first(self._sitemaps(outcome.url), "sitemap", page)
        watchables = [each for each in (feed, sitemap) if each is not None]
        if page.proposal is not None:
            row = _row(outcome.url, "page", page, page.proposal.entries)
            row = replace(row, selectors=page.proposal.selectors)
            watchables.append(Watchable(row, page.proposal.entries))
        return tuple(watchables)

    async def _feeds(self, url: str, page: PageLook) -> AsyncIterator[str]:
        usual = (urljoin(url, path) for path in _USUAL_FEEDS)
        for address in dict.fromkeys((*page.feeds, *usual)):
            yield address

    async def _sitemaps(self, url: str) -> AsyncIterator[str]:
        robots = await self._fetch(urljoin(url, "/robots.txt"))
        named = list[str]()
        if isinstance(robots, Fetched) and not is_html(robots.body):
            named = _SITEMAP_LINE.findall(robots.body[:500_000].decode("utf-8", "replace"))
            named.sort(key=lambda address: _NEWS.search(address) is None)
        usual = (urljoin(url, path) for path in _USUAL_SITEMAPS)
        for address in dict.fromkeys((*named[:_MOST_SITEMAPS], *usual)):
            yield address

    async def _first(
        self, addresses: AsyncIterator[str], format: SourceFormat, page: PageLook
    ) -> Watchable | None:
        async for address in addresses:
            outcome = await self._fetch(address)
            if isinstance(outcome, Fetched):
                found = await self._as(outcome, outcome.url, format, page)
                if found is not None:
                    return found
        return None

    async def _as(
        self, fetched: Fetched, url: str, format: SourceFormat, page: PageLook
    ) -> Watchable | None:
        """What is read of a document that may be a feed or a sitemap; None where it is none."""

        async def parse(fetched: Fetched) -> ParsedFeed | Unreadable:
            about = Document(fetched.body, fetched.url, fetched.content_type, format=format)
            return await self._parser.parse(about, self._now)

        parsed = await parse(fetched)
        if isinstance(parsed, ParsedFeed) and parsed.sitemaps:
            followed = await read_listed(fetched, parsed, self, parse, self._now)
            if isinstance(followed, FetchFailed):
                return None
            _, parsed = followed
        if isinstance(parsed, Unreadable) or not parsed.entries:
            return None
        return Watchable(_row(url, format, page, parsed.entries), parsed.entries)

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchOutcome:
        """The retriever's answer, for a site that was not asked too often yet."""
        if self._asked >= _MOST_DOCUMENTS:
            return FetchFailed("refused", "this look at the site has asked it often enough", "")
        self._asked += 1
        return await self._retriever.fetch(request, now)

    async def _fetch(self, url: str) -> Fetched | FetchFailed:
        outcome = await self.fetch(FetchRequest(url, page=True), self._now)
        if isinstance(outcome, Fetched | FetchFailed):
            return outcome
        return FetchFailed("protocol", "the server answers that nothing changed", "")


def _row(url: str, format: SourceFormat, page: PageLook, entries: Sequence[FeedEntry]) -> Feed:
    said = [page.language, *(entry.language for entry in entries[:1])]
    language = next((each for each in said if each in _LANGUAGES), None)
    name = page.title or host_of(url)
    return Feed(
        id=slug(publisher_family(url)) or "feed",
        name=name,
        url=url,
        language=language,
        family=publisher_family(url),
        format=format,
    )
