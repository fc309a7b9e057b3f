"""What a page offers to watch: its feeds, its language, the selectors that may find its list.

`look_at` asks a process of its own, with limits on memory and time: the page is a stranger's.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter

from bot.feeds.parse.apart.pipe import decode_document, encode_document
from bot.feeds.parse.apart.pool import parser_environment
from bot.feeds.parse.apart.process import limit_resources
from bot.feeds.parse.charset import decode
from bot.feeds.parse.entry import Document
from bot.feeds.parse.language_tags import language_tag
from bot.feeds.parse.plaintext import plain_text
from bot.feeds.sites.page import LONGEST_PAGE, base_address
from bot.feeds.sites.propose import Proposal, propose
from bot.links import absolute_link

_SECONDS = 15.0
_MEMORY = 200_000_000
_MOST_FEEDS = 5
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


@dataclass(frozen=True, slots=True)
class PageLook:
    """`feeds` are the addresses that the page names as its feeds, the most likely first."""

    title: str = ""
    language: str | None = None
    feeds: tuple[str, ...] = ()
    proposal: Proposal | None = None


@cache
def _looks() -> TypeAdapter[PageLook]:
    return TypeAdapter(PageLook)


def look(document: Document, now: datetime) -> PageLook:
    """Never raises for what the page holds, but a hostile one can take long."""
    from selectolax.lexbor import LexborHTMLParser

    text = decode(document.body, document.content_type)[:LONGEST_PAGE]
    tree = LexborHTMLParser(text)
    base = base_address(tree, document.url)
    html, titled = tree.css_first("html"), tree.css_first("title")
    language = language_tag(html.attributes.get("lang")) if html is not None else None
    feeds = [
        address
        for link in tree.css("link[rel~=alternate][href]")
        if (link.attributes.get("type") or "").strip().lower() in _FEED_TYPES
        and (address := absolute_link(link.attributes.get("href"), base)) is not None
    ]
    # Comments are no news.
    feeds.sort(key=lambda address: "comment" in address.lower())
    for link in tree.css("a[href*=rss], a[href*='/feed'], a[href*='.xml']")[:20]:
        if (address := absolute_link(link.attributes.get("href"), base)) is not None:
            feeds.append(address)
    return PageLook(
        " ".join(plain_text(titled.text(deep=True) or "", 200).split()) if titled else "",
        language,
        tuple(dict.fromkeys(feeds))[:_MOST_FEEDS],
        propose(tree, replace(document, language=document.language or language), now),
    )


async def look_at(document: Document, now: datetime, seconds: float = _SECONDS) -> PageLook:
    """`look` in a process of its own; a page that takes longer than that offers nothing."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.feeds.sites.look"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=parser_environment(),
    )
    about, body = encode_document(document, now)
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await process.communicate(len(about).to_bytes(4, "big") + about + body)
        return _looks().validate_json(answer)
    except (TimeoutError, ValueError):
        return PageLook()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def main() -> None:
    limit_resources(_MEMORY)
    asked = sys.stdin.buffer.read()
    end = 4 + int.from_bytes(asked[:4], "big")
    document, now = decode_document(asked[4:end], asked[end:])
    sys.stdout.buffer.write(_looks().dump_json(look(document, now)))


if __name__ == "__main__":
    main()
