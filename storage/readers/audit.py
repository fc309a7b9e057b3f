"""Who did what: a row for each thing that an operator did through the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import fetch, from_text, insert, to_text

WHAT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Act:
    """`action` is a word of `bot.operating.acts.Action`, `what` what it was done to."""

    id: int
    at: datetime
    person_id: int | None
    name: str
    action: str
    what: str


def record(
    db: Connection, person_id: int | None, name: str, action: str, what: str, at: datetime
) -> int:
    """Note an act, in the transaction that does it."""
    values = {
        "at": to_text(at),
        "person_id": person_id,
        "name": name[:200],
        "action": action,
        "what": what[:WHAT_LENGTH],
    }
    return insert(db, "audit_log", values)


def latest(db: Connection, limit: int, before: int | None = None) -> list[Act]:
    """The newest first; with `before`, those older than that one."""
    rows = fetch(
        db,
        """
        SELECT id, at, person_id, name, action, what FROM audit_log
        WHERE id < :before ORDER BY id DESC LIMIT :limit""",
        {"before": before if before is not None else 2**62, "limit": limit},
    )
    return [Act(**row | {"at": from_text(row["at"])}) for row in rows]


def newer(db: Connection, limit: int, after: int) -> list[Act]:
    """Those that come just before that one in the list, the newest first."""
    rows = fetch(
        db,
        """
        SELECT id, at, person_id, name, action, what FROM audit_log
        WHERE id > :after ORDER BY id LIMIT :limit""",
        {"after": after, "limit": limit},
    )
    return [Act(**row | {"at": from_text(row["at"])}) for row in rows][::-1]
