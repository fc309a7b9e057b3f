"""The shapes of the outbox's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from storage.rows import Row, from_text, from_text_or_none


class Recipient(NamedTuple):
    """Who is told: a chat, in a forum one topic of it (None: the general one)."""

    chat_id: int
    thread_id: int | None = None


STATES = ("pending", "sending", "sent", "unknown", "failed", "expired", "paused")


class NewDelivery(NamedTuple):
    """A row to enqueue. Alerts and updates have `alert_id`, notices and catch-ups `text`.

    `key` keeps messages without an alert apart, so that the same notice is not queued twice;
    left empty, it is made from the text and the time. `state` is 'pending', or 'paused' to hold
    the row for a chat that cannot be reached now. A tuple, for an alert makes thousands of them
    in one transaction.
    """

    alert_id: int | None
    chat_id: int
    kind: str
    version: int
    level: str
    not_before: datetime
    text: str | None = None
    key: str = ""
    state: str = "pending"
    possible_repeat: bool = False
    mute_id: int | None = None
    thread_id: int | None = None

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.chat_id, self.thread_id)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one chat, in a forum for its topic `thread_id`. `alert_id` is None for
    notices and for catch-ups.

    `unknowns` counts the attempts whose outcome is unknown. `mute_id`: a mute of its story, signal
    or place held it back until `not_before`.
    """

    id: int
    alert_id: int | None
    chat_id: int
    kind: str
    version: int
    state: str
    level: str
    attempts: int
    not_before: datetime
    lease_until: datetime | None
    message_id: int | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    possible_repeat: bool
    text: str | None
    folded_into: int | None = None
    unknowns: int = 0
    mute_id: int | None = None
    thread_id: int | None = None

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.chat_id, self.thread_id)


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a row that was not confirmed. None keeps what was.

    `attempts` counts those made so far, `at` is when the last one ended.
    """

    state: str
    error: str | None
    at: datetime
    attempts: int
    not_before: datetime | None = None
    possible_repeat: bool | None = None
    unknowns: int | None = None


def delivery_of(row: Row) -> Delivery:
    """A row of the outbox table as a Delivery."""
    values = {name: row[name] for name in Delivery.__slots__}
    return Delivery(
        **values
        | {
            "not_before": from_text(row["not_before"]),
            "lease_until": from_text_or_none(row["lease_until"]),
            "created_at": from_text(row["created_at"]),
            "updated_at": from_text(row["updated_at"]),
            "possible_repeat": bool(row["possible_repeat"]),
        }
    )
