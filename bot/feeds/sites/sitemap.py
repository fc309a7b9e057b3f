"""Sitemaps (https://www.sitemaps.org/protocol.html) and news sitemaps -> entries.

A plain sitemap has no titles: the words of an address stand in for one. Its `lastmod` says when a
page was last touched: an old one makes an entry history, a young one says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit
from xml.parsers import expat

from bot.feeds.parse.dates import entry_time, read_time
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.parse.language_tags import language_tag
from bot.feeds.parse.newest import chosen, left_out
from bot.feeds.parse.plaintext import MAX_TITLE, plain_text, shorten
from bot.feeds.publishers import publisher_family
from bot.links import absolute_link, canonical_link

MAX_ENTRIES = 1_000
# The protocol allows so many; of those that a list names, the likeliest to hold news are read.
_MAX_LISTED = 50_000
MAX_SITEMAPS = 3
_MAX_DEPTH = 50
_TOUCHED_LATELY = timedelta(days=1)
_FIELDS = {
    "url/loc": "loc",
    "url/lastmod": "lastmod",
    "url/news/title": "title",
    "url/news/publication_date": "published",
    "url/news/publication/language": "language",
    "sitemap/loc": "loc",
    "sitemap/lastmod": "lastmod",
}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_NEWS = re.compile(r"news|خبر|اخبار|أخبار|article|post|actu", re.IGNORECASE)
_NO_NEWS = re.compile(r"image|video|categor|tag|author|page|product|static", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|jsp)$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[-_+.\s]+")


@dataclass(slots=True)
class _Row:
    """What the list says of one address, as written."""

    loc: str = ""
    lastmod: str = ""
    title: str = ""
    published: str = ""
    language: str = ""


@dataclass(slots=True)
class _Found:
    root: str = ""
    rows: list[_Row] = field(default_factory=list)
    whole: bool = False


class _Refused(Exception):
    """The document declares entities, or is nested too deep."""


def read_sitemap(text: str, document: Document, now: datetime) -> ParsedFeed | Unreadable:
    """`text` is the decoded document. Never raises for what it holds.

    A list of sitemaps comes back with its `sitemaps` and without entries.
    """
    try:
        found = _read(text)
    except _Refused as refused:
        return Unreadable(str(refused), "this is no sitemap that can be read: tell the publisher")
    if found.root not in ("urlset", "sitemapindex"):
        if found.root in ("rss", "feed", "rdf"):
            hint = "it is a feed: take the line 'format: sitemap' out of feeds.yaml"
            return Unreadable(f"the answer is a feed (<{found.root}>) and no sitemap", hint)
        return Unreadable(
            "the answer is no sitemap",
            "look into the site's robots.txt for a line that begins with Sitemap:",
        )
    whole = found.whole and not document.truncated
    rows = [row for row in found.rows if row.loc]
    if found.root == "sitemapindex":
        sitemaps = _likeliest(rows, document.url)
        if not sitemaps:
            return Unreadable(
                "the list of sitemaps names none of its own site",
                "put the address of the sitemap itself into feeds.yaml",
            )
        return _feed((), len(rows), whole=whole, sitemaps=sitemaps)
    kept = [rows[place] for place in _newest(rows, now)]
    entries = tuple(filter(None, (_entry(row, document, now) for row in kept)))
    if not entries:
        return Unreadable(
            "the sitemap lists no page",
            "look into the site's robots.txt for another one",
            kind="changed",
        )
    wordless = sum(1 for entry in entries if entry.title == entry.link)
    problem = left_out(len(rows), len(rows) - len(kept)) if len(kept) < len(rows) else None
    if not whole:
        problem = f"the sitemap breaks off; {len(entries)} addresses could be read"
    elif wordless > len(entries) / 2:
        problem = "its addresses hold no words to read: watch a page of the site instead"
    return _feed(
        entries, len(rows), whole=whole, problem=problem, left=max(0, len(rows) - len(kept))
    )


def words_of(link: str) -> str:
    """What the last part of an address says in words: ".../air-strike-hits-hospital-12345.html" ->
    "air strike hits hospital"; "" for what says nothing."""
    path = unquote(urlsplit(link).path)
    for part in reversed([part for part in path.split("/") if part][-2:]):
        words = [
            word
            for word in _SEPARATORS.split(_ENDING.sub("", part))
            if word and not (len(word) >= 5 and any(c.isdigit() for c in word))
        ]
        if sum(1 for word in words if sum(map(str.isalpha, word)) > 1) > 1:
            return plain_text(" ".join(words), MAX_TITLE)
    return ""


def _entry(row: _Row, document: Document, now: datetime) -> FeedEntry | None:
    link = absolute_link(row.loc, document.url)
    if link is None or canonical_link(link) is None:
        return None
    arabic = document.language == "ar"

    def time(raw: str) -> datetime | None:
        return entry_time(raw, None, now, timezone=document.timezone, arabic=arabic)

    published = time(row.published)
    if published is None and (touched := time(row.lastmod)) is not None:
        published = touched if now - touched > _TOUCHED_LATELY else None
    title = plain_text(row.title, MAX_TITLE).replace("\n", " ") or words_of(link)
    language = language_tag(row.language) or document.language
    return FeedEntry(None, link, shorten(title or link, MAX_TITLE), "", published, None, language)


def _newest(rows: list[_Row], now: datetime) -> list[int]:
    """The places of the rows to read: the newest, and both ends of those without dates."""
    dates = [row.published or row.lastmod or None for row in rows]
    return chosen(dates, now, MAX_ENTRIES, both_ends=True)


def _likeliest(rows: list[_Row], url: str) -> tuple[str, ...]:
    """Addresses of the few sitemaps of the same publisher that seem to hold its news: by their
    names, then those changed last, then those listed last."""
    family, ranked = publisher_family(url), []
    for place, row in enumerate(rows):
        link = absolute_link(row.loc, url)
        if link is None or publisher_family(link) != family or link == url:
            continue
        name = urlsplit(link).path
        likely = 2 if _NEWS.search(name) else 0 if _NO_NEWS.search(name) else 1
        changed = read_time(row.lastmod)
        ranked.append((likely, changed.timestamp() if changed else 0.0, place, link))
    ranked.sort(reverse=True)
    return tuple(dict.fromkeys(link for *_, link in ranked))[:MAX_SITEMAPS]


def _feed(
    entries: tuple[FeedEntry, ...],
    listed: int,
    *,
    whole: bool,
    problem: str | None = None,
    left: int = 0,
    sitemaps: tuple[str, ...] = (),
) -> ParsedFeed:
    return ParsedFeed(
        "sitemap", entries, None, None, whole, listed, problem, left, sitemaps=sitemaps
    )


def _read(text: str) -> _Found:
    """What could be read, up to where the XML breaks. Raises _Refused."""
    found, path, said = _Found(), list[str](), list[str]()

    def opened(name: str, _: object) -> None:
        path.append(name.rpartition(":")[2])
        said.clear()
        if len(path) == 1:
            found.root = path[0].lower()
        elif len(path) > _MAX_DEPTH:
            raise _Refused(f"its tags are nested more than {_MAX_DEPTH} deep")
        elif len(path) == 2 and len(found.rows) < _MAX_LISTED:
            found.rows.append(_Row())

    def closed(_: str) -> None:
        key = _FIELDS.get("/".join(path[1:]))
        if key is not None and found.rows and not getattr(found.rows[-1], key):
            setattr(found.rows[-1], key, "".join(said).strip()[:2_000])
        path.pop()
        said.clear()
        found.whole = not path

    def refuse(*_: object) -> None:
        raise _Refused("it declares entities of its own")

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler = said.append
    parser.EntityDeclHandler = refuse
    cleaned = _DECLARATION.sub("", _ILLEGAL.sub("", text), count=1).lstrip("\ufeff \t\r\n")
    try:
        parser.Parse(cleaned.encode("utf-8", "replace"), True)
    except expat.ExpatError:
        found.whole = False
        if path[1:] and found.rows:  # torn in the middle
            found.rows.pop()
    return found
