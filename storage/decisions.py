"""What was decided about detections, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import (
    Query,
    Row,
    fetch,
    fetch_one,
    fields_of,
    from_text,
    insert_all,
    to_text,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a detection became news for readers, or not.

    `action` is 'send', 'update', 'store' or 'suppress'. 'store' keeps an alert without pushing
    it. `version` is the alert version it led to, None when it led to none. `level` is that of the
    detection; None where it was decided before that was kept and its entry has changed since.
    `escalation`: the one that raised the level, or that kept it from who was told of it.
    """

    entry_id: int
    alert_id: int | None
    signal: str
    action: str
    reason: str
    rules_hash: str
    at: datetime
    direction: str
    version: int | None = None
    level: str | None = None
    escalation: str | None = None


def record(db: Connection, decision: Decision) -> None:
    insert_all(db, "decisions", [fields_of(decision) | {"at": to_text(decision.at)}])


def of_alert(db: Connection, alert_id: int) -> list[Decision]:
    """Everything decided about the alert, oldest first."""
    rows = fetch(db, "SELECT * FROM decisions WHERE alert_id = :id ORDER BY id", {"id": alert_id})
    return [_decision(row) for row in rows]


def of_entry(db: Connection, entry_id: int) -> list[Decision]:
    """Everything decided about the entry's detections, oldest first."""
    rows = fetch(db, "SELECT * FROM decisions WHERE entry_id = :id ORDER BY id", {"id": entry_id})
    return [_decision(row) for row in rows]


def times_sent(db: Connection, entry_id: int, since: datetime) -> int:
    """How often the entry was told to readers since then, each time with all its signals."""
    row = fetch_one(
        db,
        """
        SELECT count(*) AS times FROM (SELECT DISTINCT alert_id, version FROM decisions
            WHERE entry_id = :id AND action IN ('send', 'update') AND at >= :since) told""",
        {"id": entry_id, "since": to_text(since)},
    )
    return 0 if row is None else int(row["times"])


def levels_so_far(story_id: int) -> Query:
    """Every direction and level that a signal had in a version of an alert of the story."""
    return (
        """
        SELECT DISTINCT d.alert_id, d.signal, d.direction, d.level
        FROM alerts a CROSS JOIN decisions d ON d.alert_id = a.id
        WHERE a.story_id = :id AND d.version IS NOT NULL""",
        {"id": story_id},
    )


def raised(db: Connection) -> dict[int, frozenset[str]]:
    """By alert, the escalations that raised it. Reads all decisions: for a replay."""
    rows = fetch(
        db,
        """
        SELECT DISTINCT alert_id, escalation FROM decisions
        WHERE escalation IS NOT NULL AND alert_id IS NOT NULL AND reason <> 'inhibited'""",
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row["alert_id"], set()).add(row["escalation"])
    return {alert: frozenset(by) for alert, by in found.items()}


def alerts_decided(db: Connection) -> int:
    """How many alerts there are decisions of. Reads all decisions: for a replay."""
    row = fetch_one(db, "SELECT count(DISTINCT alert_id) AS n FROM decisions")
    return 0 if row is None else int(row["n"])


@dataclass(frozen=True, slots=True)
class Hits:
    """What was decided of a signal on one day (UTC, as ISO text): how many detections there were,
    and how many of them were told."""

    day: str
    found: int
    told: int


def hits_by_day(db: Connection, signal: str, since: datetime) -> list[Hits]:
    """The days on which the signal was found, oldest first."""
    rows = fetch(
        db,
        """
        SELECT substr(at, 1, 10) AS day, count(*) AS found,
            count(*) FILTER (WHERE action IN ('send', 'update')) AS told
        FROM decisions WHERE signal = :signal AND at >= :since
        GROUP BY day ORDER BY day""",
        {"signal": signal, "since": to_text(since)},
    )
    return [Hits(row["day"], row["found"], row["told"]) for row in rows]


def _decision(row: Row) -> Decision:
    values = {name: row[name] for name in Decision.__slots__}
    return Decision(**values | {"at": from_text(row["at"])})
