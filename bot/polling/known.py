"""What storage knows of a document's entries, in the shape that identity decides on."""

from collections.abc import Sequence

from bot.polling.identify import KeyedEntry, Known
from storage import entries
from storage.database import Connection
from storage.entries import KnownEntry


def recall(db: Connection, feed_id: str, listed: Sequence[KeyedEntry]) -> dict[str, Known]:
    """The feed's stored entries by those of the names that are taken."""
    taken = entries.known(db, feed_id, {name for each in listed for name in each.names})
    known = {row.entry_id: _known(db, row) for row in taken.values()}
    return {
        key: stored for key, row in taken.items() if (stored := known[row.entry_id]) is not None
    }


def _known(db: Connection, row: KnownEntry) -> Known | None:
    entry = entries.get(db, row.entry_id)
    if entry is None:
        return None
    return Known(
        entry_id=row.entry_id,
        content_hash=entry.content_hash,
        hash_updates=row.hash_updates,
        title=entry.title,
        summary=entry.summary,
        link=entry.link,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        first_seen_at=entry.first_seen_at,
    )
