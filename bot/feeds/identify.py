"""Is an entry new, updated, or one we have seen under another name? Pure."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from bot.feeds.entry import FeedEntry

Kind = Literal["new", "updated", "seed", "seen"]


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What an entry of this poll is to us.

    `kind`: "new" and "updated" go through detection; "seed" is stored without alerting;
    "seen" only says that the entry is still there. `entry_id` is set for "updated" and "seen".
    `keys` are every identity key to store for the entry. `reason` names the rule that decided.
    """

    entry: FeedEntry
    keys: tuple[str, ...]
    kind: Kind
    entry_id: int | None
    by_hash_only: bool
    reason: str

    @property
    def content_hash(self) -> str:
        """What `storage.entries.Entry.content_hash` must hold."""
        return content_hash(self.entry)


def content_hash(entry: FeedEntry) -> str:
    """SHA-256 (hex) of title and summary, blind to white space."""
    text = "\x1f".join(" ".join(part.split()) for part in (entry.title, entry.summary))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
