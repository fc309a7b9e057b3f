"""bytes -> entries. Call through `bot.feeds.worker.ParserPool`: parsing is CPU work on
untrusted input and belongs in a process that can be killed."""

from datetime import datetime

from bot.feeds.entry import Document, FeedEntry, ParsedFeed, Unreadable

__all__ = ["Document", "FeedEntry", "ParsedFeed", "Unreadable", "parse"]


def parse(document: Document, now: datetime) -> ParsedFeed | Unreadable:
    """Read a feed document of any format. Never raises for what a document holds."""
    raise NotImplementedError
