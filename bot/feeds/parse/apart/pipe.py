"""Documents and parsed feeds as messages for the pipe between the service and its parsers.

Entries cross one by one: neither side ever holds a long feed twice. The parsing process writes
here and the service reads in `bot.feeds.parse.apart.reply`, which checks what comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.sites.selectors import PageSelectors


def encode_document(document: Document, now: datetime) -> tuple[bytes, bytes]:
    """A document to be parsed, as two messages: what is known of it, and its body."""
    about = asdict(replace(document, body=b"")) | {"body": "", "now": now.isoformat()}
    return json.dumps(about).encode("ascii"), document.body


def decode_document(about: bytes, body: bytes) -> tuple[Document, datetime]:
    """What `encode_document` wrote."""
    asked = json.loads(about)
    now = datetime.fromisoformat(asked.pop("now"))
    named = asked.pop("selectors")
    selectors = PageSelectors(**named) if named else None
    return Document(**asked | {"body": body, "selectors": selectors}), now


def encode_parsed(parsed: ParsedFeed | Unreadable) -> Iterator[bytes]:
    """The outcome of parsing: a message for the feed, with how many follow, and one an entry."""
    if isinstance(parsed, Unreadable):
        yield _message({"unreadable": asdict(parsed)})
        return
    feed = asdict(replace(parsed, entries=()))
    yield _message({"feed": feed, "follow": len(parsed.entries)})
    for entry in parsed.entries:
        event = None if entry.event is None else asdict(entry.event)
        # Not `asdict` of it all, which copies each value deeply.
        flat = {name: getattr(entry, name) for name in FeedEntry.__slots__}
        yield _message(flat | {"event": event})


def _message(values: object) -> bytes:
    return json.dumps(values, default=_plain, ensure_ascii=False).encode("utf-8", "replace")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value).__name__)
