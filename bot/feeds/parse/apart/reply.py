"""What a parsing process answered, read and checked like anything else from outside.

Apart from `bot.feeds.parse.apart.pipe`, so that the parsing process need not load what checks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter

from bot.feeds.parse.entry import MAX_ENTRIES, FeedEntry, ParsedFeed, Unreadable

# An entry's texts are cut by the parser: a longer message is none of its own.
_LONGEST_MESSAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class _First:
    feed: ParsedFeed | None = None
    follow: int = 0
    unreadable: Unreadable | None = None


# Made for the first reply: no start needs them.
@cache
def _first() -> TypeAdapter[_First]:
    return TypeAdapter(_First)


@cache
def _entry() -> TypeAdapter[FeedEntry]:
    return TypeAdapter(FeedEntry)


async def read_reply(stream: asyncio.StreamReader) -> ParsedFeed | Unreadable:
    """What `encode_parsed` wrote. Raises EOFError when it breaks off, ValueError for anything
    else."""
    first = _first().validate_json(await _message(stream))
    if first.unreadable is not None:
        return first.unreadable
    if first.feed is None or not 0 <= first.follow <= MAX_ENTRIES:
        raise ValueError("a reply that is neither a feed nor a failure")
    read = _entry().validate_json
    entries = [read(await _message(stream)) for _ in range(first.follow)]
    return replace(first.feed, entries=tuple(entries))


async def _message(stream: asyncio.StreamReader) -> bytes:
    length = int.from_bytes(await stream.readexactly(4), "big")
    if length > _LONGEST_MESSAGE:
        raise ValueError("a message that is too long")
    return await stream.readexactly(length)
