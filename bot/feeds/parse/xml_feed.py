"""RSS 0.9-2.0, Atom and RDF through feedparser; also when the document broke off.

Runs in the parsing process. feedparser judges by what it finds: `bozo` is not failure and a
web page is no error to it, so what counts here is a version or entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.feeds.parse.dates import entry_time
from bot.feeds.parse.entry import MAX_ENTRIES, Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.parse.event import read_event, with_countries, with_events
from bot.feeds.parse.huge import without_huge
from bot.feeds.parse.language_tags import language_tag
from bot.feeds.parse.newest import chosen, left_out
from bot.feeds.parse.pieces import read_pieces
from bot.feeds.parse.plaintext import (
    MAX_SUMMARY,
    MAX_TITLE,
    PARTING,
    clean_characters,
    joined_texts,
    plain_text,
    shorten,
    split_headline,
)
from bot.links import absolute_link

MAX_DEPTH = 2_000
_MAX_GUID = 2_000

_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)")
# Not simply the first tag: servers print warnings and scripts before the document.
_FEED_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?(?:rss|feed|rdf))(?=[\s>])", re.IGNORECASE)
_PROLOGUE_START = re.compile(r"<\?xml\b|<!DOCTYPE\b", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# A number that is no character ends feedparser's reading of the whole document.
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));")
_ENTRY_START = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s>])")
_TAG_NAME = re.compile(r"<(/?)(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_WHOLE_LINK = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
# An empty element says nothing, but feedparser lets it stand in the way of a full one. One with
# an address among its attributes is not empty.
_EMPTY = re.compile(
    r"<((?:[A-Za-z_][\w.-]*:)?(?:title|link|guid|id|pubDate|published|updated|modified|issued"
    r"|created|date|description|summary|subtitle|abstract|encoded|content))"
    r"(?:\s(?![^<>]*\b(?:href|src|url)\s*=)[^<>]*)?"
    r"(?:/>|(?<!/)>\s*(?:<!\[CDATA\[\s*\]\]>\s*)?</\1\s*>)"
)
_DATE = re.compile(
    r"<(?:[A-Za-z_][\w.-]*:)?(?:pubDate|published|updated|date|modified|issued)(?:\s[^<>]*)?>"
    r"(?:<!\[CDATA\[)?([^<\]]{6,60})"
)
_LONE_TAGS = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "p", "li"})
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}


def read_xml(text: str, document: Document, now: datetime) -> ParsedFeed | Unreadable:
    """`text` is the decoded document. Never raises for what it holds."""
    source = _prepare(text, document.truncated, now)
    if source is None:
        return Unreadable(
            "the answer is no feed: it holds no XML",
            "open the address in a browser and look for the site's RSS or Atom address",
        )
    if source.depth > MAX_DEPTH:
        return Unreadable(
            f"the document's tags are nested more than {MAX_DEPTH} deep",
            "this is no feed that a reader can use: tell the publisher, or remove it",
        )
    feed: Mapping[str, Any] = {}
    version, bozo, listed, entries = "", None, 0, list[FeedEntry]()
    lost = 0
    for read in read_pieces(source.text):
        if read is None:
            lost += 1
            continue
        # Each piece has what the document says of the whole feed.
        feed, version = feed or read.feed, version or read.get("version") or ""
        bozo = bozo or (read.get("bozo_exception") if read.get("bozo") else None)
        listed += len(read.entries)
        language = language_tag(feed.get("language"))
        found = (_entry(entry, document, now, language) for entry in read.entries)
        entries.extend(entry for entry in found if entry is not None)
    if not listed and lost:
        return Unreadable(
            "the document cannot be read: each of its entries is broken",
            "the document is hostile or broken: tell the publisher, or remove the feed",
        )
    if not version and not listed:
        return Unreadable(
            f"the answer is XML (<{source.root[:40]}>) but no feed",
            "look for the site's RSS or Atom address and put it into feeds.yaml",
        )
    entries = entries[:MAX_ENTRIES]
    return ParsedFeed(
        format=version or "xml",
        entries=tuple(entries),
        ttl=_minutes(feed.get("ttl")),
        update_period=_update_period(feed),
        complete=source.whole,
        entries_in_document=max(source.entries, listed),
        problem=_problem(source, bozo, len(entries), lost),
        left_out=source.cut,
    )


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    root: str
    whole: bool
    depth: int
    entries: int
    cut: int
    huge: int


def _prepare(text: str, truncated: bool, now: datetime) -> _Source | None:
    """Text that feedparser can read quickly: in legal characters, closed, and not endless."""
    text = _REFERENCE.sub(_legal, _ILLEGAL.sub("", PARTING.sub(" ", text)))
    root = _FEED_ROOT.search(text)
    if root is not None:
        text = _from_prologue(text, root.start())
    text = _DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n")
    root = root or _ROOT.search(text)
    if root is None:
        return None
    text, huge = without_huge(text)
    starts = list(_ENTRY_START.finditer(text))
    whole = not truncated and f"</{root[1]}" in text
    if not whole and starts:
        # The last entry may be torn: with half a title it would count as another entry. It is
        # dropped here and comes with the next poll, for which the validators are not kept.
        closing = f"</{starts[-1][1]}>"
        end = text.rfind(closing)
        text = text[: starts[0].start() if end < 0 else end + len(closing)]
        channel = "</channel>" if "<channel" in text and "</channel>" not in text else ""
        text += f"{channel}</{root[1]}>"
    elif whole:
        # Warnings are printed after the document, too.
        text = text[: text.rfind(f"</{root[1]}") + len(root[1]) + 2] + ">"
    text = _EMPTY.sub("", text)
    starts = list(_ENTRY_START.finditer(text))
    count, cut = len(starts), 0
    if count > MAX_ENTRIES:
        cut = count - MAX_ENTRIES
        places = [start.start() for start in starts]
        text = _without_the_rest(text, places, starts[-1][1], now)
    text = with_events(text)
    declared = '<?xml version="1.0" encoding="utf-8"?>\n'
    return _Source(declared + text, root[1], whole, _depth(text), count, cut, huge)


def _without_the_rest(text: str, starts: Sequence[int], tag: str, now: datetime) -> str:
    """`text` with those of its entries that are read."""
    closing = f"</{tag}>"
    last = text.find(closing, starts[-1])
    end = last + len(closing) if last >= 0 else len(text)
    ends = [*starts[1:], end]
    dates = []
    for start, stop in zip(starts, ends, strict=True):
        found = _DATE.search(text, start, stop)
        dates.append(found[1] if found else None)
    kept = "".join(text[starts[place] : ends[place]] for place in chosen(dates, now))
    return text[: starts[0]] + kept + text[end:]


def _legal(reference: re.Match[str]) -> str:
    """A numbered character as it stands, a space for a control that parts words, or nothing where
    no character has that number."""
    digits = reference[1] or reference[2]
    number = int(digits, 16 if reference[1] else 10) if len(digits) <= 12 else 0x110000
    if number >= 0x110000:
        return ""
    if PARTING.match(chr(number)):
        return " "
    return "" if _ILLEGAL.match(chr(number)) else reference[0]


def _from_prologue(text: str, root: int) -> str:
    """`text` without what the server printed before the document: warnings of PHP, a script."""
    found = _PROLOGUE_START.search(text, 0, root)
    return text[found.start() if found else root :]


def _depth(text: str) -> int:
    """How deep tags are nested in an entry, roughly, before any parser pays for it; what is
    more than MAX_DEPTH is not counted further.

    Each entry starts anew, and HTML's lone tags do not count: feeds that forget to escape
    their "<br>" are readable.
    """
    if text.count("<") <= MAX_DEPTH:
        return 0  # as in most documents: there are not as many tags
    depth = deepest = position = 0
    while deepest <= MAX_DEPTH and (position := text.find("<", position)) >= 0:
        if text.startswith(("<![CDATA[", "<!--"), position):
            closing = "-->" if text.startswith("<!--", position) else "]]>"
            end = text.find(closing, position)
        else:
            end = text.find(">", position)
            tag = _TAG_NAME.match(text, position, position + 100)
            if tag is not None and end >= 0:
                if tag[2].lower() in ("item", "entry"):
                    depth = 0
                elif tag[1]:
                    depth = max(0, depth - 1)
                elif text[end - 1] != "/" and tag[2].lower() not in _LONE_TAGS:
                    depth += 1
                    deepest = max(deepest, depth)
        if end < 0:
            break
        position = max(end, position + 1)
    return deepest


def _entry(
    entry: dict[str, Any], document: Document, now: datetime, feed_language: str | None
) -> FeedEntry | None:
    language = _entry_language(entry) or feed_language or document.language
    arabic = (document.language or language) == "ar"
    # Plain dict access: feedparser's own falls back from `updated` to `published`.
    raw = {name: _text(dict.get(entry, name)) for name in ("published", "updated", "created")}
    times = {
        name: entry_time(
            raw[name],
            dict.get(entry, f"{name}_parsed"),
            now,
            timezone=document.timezone,
            arabic=arabic,
        )
        for name in raw
    }
    guid = clean_characters(_text(entry.get("id")) or "").strip()[:_MAX_GUID] or None
    link = _link(entry, guid, document.url)
    title = _title(entry)
    summary = joined_texts((plain_text(each, MAX_SUMMARY) for each in _texts(entry)), title)
    if not title:
        title, summary = split_headline(summary)
    if not title and not link and not guid:
        return None
    return FeedEntry(
        guid=guid,
        link=link,
        title=shorten(title or link or guid or "", MAX_TITLE),
        summary=summary,
        published_at=times["published"] or times["created"] or times["updated"],
        updated_at=times["updated"],
        language=language,
        event=with_countries(read_event(entry, document.timezone), entry, link),
    )


def _link(entry: Mapping[str, Any], guid: str | None, base: str) -> str | None:
    """The entry's page: the first of its links that is an address of its own, else its guid
    where that is one, else a link that is only part of an address."""
    listed = entry.get("links")
    others = [
        link.get("href")
        for link in (listed if isinstance(listed, list) else [])
        if link.get("rel") == "alternate"
    ]
    named = [link for link in (entry.get("link"), *others) if isinstance(link, str)]
    # feedparser takes a guid for an address where there is no link; a number alone leads nowhere.
    named = [link for link in named if link != guid or "/" in link]
    whole = [link for link in (*named, guid) if link and _WHOLE_LINK.match(link)]
    found = (absolute_link(link, base) for link in (*whole, *named))
    return next((link for link in found if link is not None), None)


def _title(entry: Mapping[str, Any]) -> str:
    titles = (_text(entry.get(name)) for name in ("title", "itunes_title"))
    return next(filter(None, (plain_text(title or "", MAX_TITLE) for title in titles)), "")


def _texts(entry: Mapping[str, Any]) -> Iterator[str]:
    """All that the entry says of itself. feedparser calls the first description, whatever its
    element, the summary, and those that follow contents."""
    for name in ("summary", "dcterms_abstract", "subtitle"):
        yield _text(entry.get(name)) or ""
    contents = entry.get("content")
    if isinstance(contents, Sequence):
        for content in contents[:8]:
            yield _text(content.get("value")) or ""


def _entry_language(entry: Mapping[str, Any]) -> str | None:
    detail = entry.get("title_detail")
    return language_tag(detail.get("language")) if isinstance(detail, Mapping) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _minutes(value: object) -> timedelta | None:
    found = re.match(r"\s*(\d{1,6})", str(value or ""))
    return timedelta(minutes=int(found[1])) if found and int(found[1]) else None


def _update_period(feed: Mapping[str, Any]) -> timedelta | None:
    """The syndication module: `updateFrequency` times in each `updatePeriod`."""
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if period is None:
        return None
    found = re.match(r"\s*(\d{1,4})", str(feed.get("sy_updatefrequency") or ""))
    return period / (int(found[1]) or 1) if found else period


def _problem(source: _Source, bozo: Exception | None, found: int, lost: int) -> str | None:
    if not source.whole:
        return f"the document breaks off; {found} entries could be read"
    if lost:
        return f"{found} entries could be read and {lost} could not: their XML is broken"
    if source.huge:
        return f"{source.huge} of its entries are huge: of each of them a part is read"
    if source.cut:
        return left_out(source.entries, source.cut)
    if bozo is not None:
        return f"the XML is broken ({type(bozo).__name__}) but readable"
    return None
