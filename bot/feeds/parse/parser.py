"""bytes -> entries, whatever the format and whatever encoding it really is in.

Parsing is CPU work on input that nobody vouches for: the service calls it through
`bot.feeds.parse.apart.pool.ParserPool`, in a process that can be killed.
"""

from __future__ import annotations

from datetime import datetime

from bot.feeds.parse.charset import decode, is_binary
from bot.feeds.parse.entry import Document, ParsedFeed, Unreadable
from bot.feeds.parse.json_feed import is_json, read_json
from bot.feeds.parse.pages import name_page
from bot.feeds.parse.xml_feed import read_xml
from bot.feeds.sites.page import read_page
from bot.feeds.sites.sitemap import read_sitemap


def parse(document: Document, now: datetime) -> ParsedFeed | Unreadable:
    """Read a feed document: RSS 0.9 to 2.0, Atom, RDF, JSON Feed, whole or broken off; or a page
    or a sitemap, where the document says so.

    Entries keep the document's order. Never raises for what the document holds, but a hostile
    one can take long and much memory.
    """
    page = name_page({}, document.body, document.url)
    if page is not None and document.format != "page":
        return Unreadable(page.message, page.hint)
    if is_binary(document.body):
        return Unreadable(
            "the answer is no text (an image, a PDF, an archive?)",
            "look for the site's RSS or Atom address and put it into feeds.yaml",
        )
    text = decode(document.body, document.content_type)
    if document.format == "page":
        return read_page(text, document, now)
    if document.format == "sitemap":
        return read_sitemap(text, document, now)
    if is_json(text):
        return read_json(text, document, now)
    return read_xml(text, document, now)
