"""Hashes of what an entry says. Pure."""

from __future__ import annotations

import hashlib

from bot.feeds.parse.entry import FeedEntry


def content_hash(entry: FeedEntry) -> str:
    """SHA-256 (hex) of title and summary, blind to white space, and of that a feed takes it
    back: the same text then says something else."""
    parts = [" ".join(part.split()) for part in (entry.title, entry.summary)]
    if entry.event is not None:
        parts += ["cancelled"] * entry.event.cancelled + ["exercise"] * entry.event.exercise
    return sha256("\x1f".join(parts))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
