"""Hashes of what an entry says. Pure."""

from __future__ import annotations

import hashlib

from bot.feeds.parse.entry import FeedEntry


def content_hash(entry: FeedEntry) -> str:
    """SHA-256 (hex) of title and summary, blind to white space."""
    return sha256("\x1f".join(" ".join(part.split()) for part in (entry.title, entry.summary)))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
