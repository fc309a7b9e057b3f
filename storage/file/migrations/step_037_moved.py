"""Two feeds of the list may move to one address that the list does not have."""

from __future__ import annotations

from storage.connection import Connection


def m037_moved(db: Connection) -> None:
    # Where the feed's address leads for good, as `bot.feeds.row.comparable_address` writes it.
    db.execute("ALTER TABLE feeds ADD COLUMN moved_to TEXT")


STEPS = (m037_moved,)
