"""Documents and parsed feeds as JSON, for the pipe between the service and its parsers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from bot.feeds.parse.entry import Document, ParsedFeed, Unreadable

# Validated on arrival: what comes out of a parser is checked like anything else from outside.
_FEED = TypeAdapter(ParsedFeed)
_UNREADABLE = TypeAdapter(Unreadable)


def encode_document(document: Document, now: datetime) -> tuple[bytes, bytes]:
    """A document to be parsed, as two messages: what is known of it, and its body."""
    about = asdict(replace(document, body=b"")) | {"body": "", "now": now.isoformat()}
    return json.dumps(about).encode("ascii"), document.body


def decode_document(about: bytes, body: bytes) -> tuple[Document, datetime]:
    """What `encode_document` wrote."""
    asked = json.loads(about)
    now = datetime.fromisoformat(asked.pop("now"))
    return Document(**asked | {"body": body}), now


def encode_parsed(parsed: ParsedFeed | Unreadable) -> bytes:
    """The outcome of parsing, as one message."""
    kind = "feed" if isinstance(parsed, ParsedFeed) else "unreadable"
    return json.dumps({kind: asdict(parsed)}, default=_plain).encode("ascii")


def decode_parsed(message: Mapping[str, Any]) -> ParsedFeed | Unreadable:
    """What `encode_parsed` wrote. Raises ValueError for anything else."""
    if "feed" in message:
        return _FEED.validate_python(message["feed"])
    return _UNREADABLE.validate_python(message.get("unreadable"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value).__name__)
