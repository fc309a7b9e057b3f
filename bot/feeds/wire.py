"""Documents and parsed feeds as JSON, for the pipe between the service and its parsers."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from bot.feeds.entry import Document, ParsedFeed, Unreadable

# Validated on arrival: what comes out of a parser is checked like anything else from outside.
_FEED = TypeAdapter(ParsedFeed)
_UNREADABLE = TypeAdapter(Unreadable)


def question(document: Document, now: datetime) -> bytes:
    """A document to be parsed, as one message."""
    asked = asdict(document) | {
        "body": base64.b64encode(document.body).decode("ascii"),
        "now": now.isoformat(),
    }
    return json.dumps(asked).encode("ascii")


def question_from(message: bytes) -> tuple[Document, datetime]:
    """What `question` wrote."""
    asked = json.loads(message)
    now = datetime.fromisoformat(asked.pop("now"))
    return Document(**asked | {"body": base64.b64decode(asked["body"])}), now


def answer(parsed: ParsedFeed | Unreadable) -> bytes:
    """The outcome of parsing, as one message."""
    kind = "feed" if isinstance(parsed, ParsedFeed) else "unreadable"
    return json.dumps({kind: asdict(parsed)}, default=_plain).encode("ascii")


def answer_from(message: Mapping[str, Any]) -> ParsedFeed | Unreadable:
    """What `answer` wrote. Raises ValueError for anything else."""
    if "feed" in message:
        return _FEED.validate_python(message["feed"])
    return _UNREADABLE.validate_python(message.get("unreadable"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value).__name__)
