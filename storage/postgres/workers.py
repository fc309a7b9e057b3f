"""Who polls: a row for each worker, renewed while it lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import fetch, from_text_or_none, to_text_or_none

_NOW = "CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"
# Seconds: a worker that was not seen for so long is none any more; its row goes after the second.
SILENT, FORGOTTEN = 60.0, 3_600.0


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker as it was seen last. `unreachable_since`: no feed answers on its connection;
    `unstored`: what it could not write down, "" if nothing; `rules_hash`: of its rules."""

    name: str
    unreachable_since: datetime | None
    unstored: str
    rules_hash: str


def beat(db: Connection, worker: WorkerSeen) -> None:
    """Say that it lives. On a server only, whose clock counts."""
    db.execute(
        f"""
        INSERT INTO workers (name, last_seen, unreachable_since, unstored, rules_hash)
        VALUES (:name, {_NOW}, :unreachable_since, :unstored, :rules_hash)
        ON CONFLICT (name) DO UPDATE SET last_seen = excluded.last_seen,
            unreachable_since = excluded.unreachable_since, unstored = excluded.unstored,
            rules_hash = excluded.rules_hash""",  # noqa: S608
        {
            "name": worker.name,
            "unreachable_since": to_text_or_none(worker.unreachable_since),
            "unstored": worker.unstored or None,
            "rules_hash": worker.rules_hash,
        },
    )
    db.execute(f"DELETE FROM workers WHERE last_seen < {_NOW} - {FORGOTTEN}")  # noqa: S608


def leave(db: Connection, name: str) -> None:
    """It ends in order."""
    db.execute("DELETE FROM workers WHERE name = :name", {"name": name})


def alive(db: Connection) -> list[WorkerSeen]:
    """Those that were seen within the last minute, by name."""
    rows = fetch(
        db,
        f"""
        SELECT name, unreachable_since, coalesce(unstored, '') AS unstored, rules_hash
        FROM workers WHERE last_seen >= {_NOW} - {SILENT} ORDER BY name""",  # noqa: S608
    )
    return [
        WorkerSeen(**row | {"unreachable_since": from_text_or_none(row["unreachable_since"])})
        for row in rows
    ]
