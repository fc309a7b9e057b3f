"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser cannot read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.feeds.parse.dates import entry_time
from bot.feeds.parse.entry import MAX_ENTRIES, Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.parse.language_tags import language_tag
from bot.feeds.parse.newest import chosen, left_out
from bot.feeds.parse.plaintext import (
    MAX_SUMMARY,
    MAX_TITLE,
    clean_characters,
    joined_texts,
    plain_text,
    shorten,
    split_headline,
)
from bot.links import absolute_link

_VERSION = "jsonfeed.org/version/1"
_START = re.compile(r'^[ \t]*\{\s*"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed', re.MULTILINE)
_ITEMS = re.compile(r'"items"\s*:\s*\[')
# A text, closed or not, and what opens and closes lists and objects.
_NESTING = re.compile(r'"(?:[^"\\]+|\\.)*+"?|[\[\]{}]', re.DOTALL)
# Python makes no number of more digits than some thousand.
_LONGEST_NUMBER = 400


def is_json(text: str) -> bool:
    """Whether the document is JSON rather than XML; also after a warning of the server's."""
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return True
    return _START.search(text[:65_536]) is not None


def read_json(text: str, document: Document, now: datetime) -> ParsedFeed | Unreadable:
    """Never raises for what the document holds."""
    start = _START.search(text)
    text = text[start.start() :] if start else text
    text, whole, lost = text.lstrip("\ufeff \t\r\n"), True, 0
    try:
        feed = json.loads(text, strict=False, parse_int=_whole)  # raw line breaks in a text
    except (ValueError, RecursionError):
        feed, whole, lost = _what_can_be_read(text)
    if not isinstance(feed, dict) or _VERSION not in str(feed.get("version", "")):
        return Unreadable(
            "the answer is JSON but no JSON Feed",
            "look for the site's RSS, Atom or JSON Feed address and put it into feeds.yaml",
        )
    items = feed.get("items")
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    kept = listed
    if len(listed) > MAX_ENTRIES:
        dates = [_text(i.get("date_published")) or _text(i.get("date_modified")) for i in listed]
        kept = [listed[place] for place in chosen(dates, now)]
    language = language_tag(feed.get("language"))
    entries = tuple(filter(None, (_entry(item, document, now, language) for item in kept)))
    return ParsedFeed(
        format="json1",
        entries=entries,
        ttl=None,
        update_period=None,
        complete=whole and not document.truncated,
        entries_in_document=len(listed) + lost,
        problem=_problem(whole, len(listed), len(kept), len(entries), lost),
        left_out=len(listed) - len(kept),
    )


def _problem(whole: bool, listed: int, kept: int, read: int, lost: int) -> str | None:
    if lost:
        return f"{read} entries could be read and {lost} could not: their JSON is broken"
    if not whole:
        return f"the document breaks off; {read} entries were read"
    if kept < listed:
        return left_out(listed, listed - kept)
    return None


def _entry(
    item: Mapping[str, Any], document: Document, now: datetime, feed_language: str | None
) -> FeedEntry | None:
    identity = item.get("id")
    guid = str(identity) if isinstance(identity, str | int | float) else ""
    guid = clean_characters(guid).strip()[:2_000]
    named = (item.get("url"), item.get("external_url"))
    whole = guid if guid.startswith(("http://", "https://")) else None
    links = (absolute_link(link, document.url) for link in (*named, whole))
    link = next((link for link in links if link is not None), None)
    title = plain_text(_text(item.get("title")), MAX_TITLE)
    # content_text is text already: an "<" in it is no tag.
    texts = [
        shorten(clean_characters(_text(item.get("content_text"))).strip(), MAX_SUMMARY),
        plain_text(_text(item.get("content_html")), MAX_SUMMARY),
        plain_text(_text(item.get("summary")), MAX_SUMMARY),
    ]
    summary = joined_texts(texts, title)
    if not title:
        title, summary = split_headline(summary)
    if not title and not link and not guid:
        return None
    published, updated = (
        entry_time(
            _text(item.get(name)) or None,
            None,
            now,
            timezone=document.timezone,
            arabic=document.language == "ar",
        )
        for name in ("date_published", "date_modified")
    )
    return FeedEntry(
        guid=guid or None,
        link=link,
        title=shorten(title or link or guid, MAX_TITLE),
        summary=summary,
        published_at=published or updated,
        updated_at=updated,
        language=language_tag(item.get("language")) or feed_language or document.language,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _what_can_be_read(text: str) -> tuple[dict[str, Any] | None, bool, int]:
    """The items that can be read of a JSON document that breaks off or in which some are broken;
    whether its list ends, and how many could not be read."""
    start = _ITEMS.search(text)
    if start is None:
        return None, False, 0
    items, lost = list[object](), 0
    decoder, position = json.JSONDecoder(strict=False, parse_int=_whole), start.end()
    while not text.startswith("]", position := _skip(text, position)):
        try:
            item, position = decoder.raw_decode(text, position)
            items.append(item)
        except (ValueError, RecursionError):
            end = _end_of(text, position)
            if end is None:
                break
            position, lost = end, lost + 1
    version = re.search(r'"version"\s*:\s*"([^"]{0,100})"', text)
    feed = {"version": version[1].replace("\\/", "/") if version else "", "items": items}
    return feed, text.startswith("]", position), lost


def _end_of(text: str, position: int) -> int | None:
    """Where the object that begins here ends, by its brackets; None where it does not."""
    if not text.startswith("{", position):
        return None
    depth = 0
    for found in _NESTING.finditer(text, position):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    return None


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in ", \t\r\n":
        position += 1
    return position
