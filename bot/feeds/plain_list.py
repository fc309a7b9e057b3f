"""A feed list as nearly all are written, read by libyaml in a tenth of the time.

What could mean something else to another reader of YAML, or is wrong, is not read here:
`catalogue` reads the file once more then, slowly, and names the line of each mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.events import (
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

EVENTS = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads a large file in milliseconds, where the Python scanner takes seconds."""
_UNUSUAL = re.compile("[\t\x85\u2028\u2029\ufeff]|^%", re.MULTILINE)
# Begins with a letter, and is no word for true, false or nothing to any version of YAML.
_WORDS = re.compile(r"(?!(?:true|false|yes|no|on|off|y|n|null)\Z)[^\W\d_]", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9]\d{0,8}\Z", re.ASCII)


class _Unusual(Exception):
    pass


def plain_rows(text: str) -> list[dict[str, Any]] | None:
    """The rows under `feeds:`; None where the file is to be read slowly."""
    if _UNUSUAL.search(text):
        return None
    try:
        events = iter(yaml.parse(text, Loader=EVENTS))
        next(events)  # the stream
        start = next(events)
        if not isinstance(start, DocumentStartEvent) or start.version or start.tags:
            return None
        found = _value(next(events), events, text)
        next(events)  # the document's end
        another = isinstance(next(events), DocumentStartEvent)
    except (yaml.YAMLError, _Unusual, StopIteration, ValueError, RecursionError):
        return None
    if another or not isinstance(found, dict) or list(found) != ["feeds"]:
        return None
    rows = found["feeds"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    return rows


def _value(event: Event, events: Iterator[Event], text: str) -> Any:
    if getattr(event, "anchor", None) or getattr(event, "tag", None):
        raise _Unusual
    if isinstance(event, ScalarEvent):
        return _scalar(event, text)
    if isinstance(event, SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(_value(event, events, text))
        return items
    if isinstance(event, MappingStartEvent):
        made: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = _value(event, events, text)
            if not isinstance(key, str) or key in made:
                raise _Unusual
            made[key] = _value(next(events), events, text)
        return made
    raise _Unusual


def _scalar(event: ScalarEvent, text: str) -> str | int | bool:
    value: str = event.value
    start, end = event.start_mark, event.end_mark
    if start is None or end is None or start.line != end.line:
        raise _Unusual
    if event.style:
        if event.style not in "'\"" or "\\" in text[start.index : end.index]:
            raise _Unusual
        return value
    if _WORDS.match(value):
        return value
    if _NUMBER.match(value):
        return int(value)
    if value in ("true", "false"):
        return value == "true"
    raise _Unusual
