"""A feed that is read under the name of another already: the same document under two names would
count as two publishers that say the same."""

from __future__ import annotations

from collections.abc import Callable

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.outcome import FetchFailed
from storage.connection import Connection
from storage.news import feeds
from storage.news.feeds import FeedState


class ReadByAnother(Exception):
    """Another feed is read at the address that this one has moved to: `feed_id`."""

    def __init__(self, feed_id: str) -> None:
        super().__init__(feed_id)
        self.feed_id = feed_id


def require_unread(
    db: Connection, address: str | None, state: FeedState, listed: Callable[[str], Feed | None]
) -> None:
    """Raises ReadByAnother when another feed is read at the `address` that this one leads to for
    good: one that the list has there, or one that has moved there as well."""
    if address is None:
        return
    feed = listed(address)
    other = feed.id if feed else feeds.read_there_by(db, address, state)
    if other not in (None, state.id):
        raise ReadByAnother(str(other))


def merged(other: str) -> FetchFailed:
    return FetchFailed(
        "merged",
        f"it has moved for good to where {other} is read already",
        "remove it from feeds.yaml, or look for its new address on the site",
    )
