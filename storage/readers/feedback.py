"""What people think of alerts: useful, or a false alarm. One mark of a person for an alert.

A mark keeps what was told when it was made (signals, entries, clauses), for alerts go on growing.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import Row, fetch, fetch_one, from_text, numbers, to_text

USEFUL, FALSE = "useful", "false"
READER = "reader"
"""The role of who reads in a chat that was let in, and was never invited in person."""


@dataclass(frozen=True, slots=True)
class SeenSignal:
    """A signal as the person read it, and the clauses that found it in the entry."""

    signal: str
    direction: str
    level: str
    entry_id: int
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Who marked which alert how, and when. `role` is theirs at that time."""

    alert_id: int
    person_id: int
    name: str
    role: str
    chat_id: int
    mark: str
    at: datetime
    signals: tuple[SeenSignal, ...]


@dataclass(frozen=True, slots=True)
class MarkedFalse:
    """An alert that somebody called a false alarm, with an entry that made it and what was found
    there: `evidence_json` of the detection, as long as that is stored."""

    mark: Mark
    short_id: str
    signal: str
    direction: str
    entry_id: int
    title: str
    evidence_json: str | None


def mark(db: Connection, given: Mark) -> str | None:
    """Note a person's mark in place of their earlier one, which is returned if there was one."""
    before = fetch_one(
        db,
        "SELECT mark FROM feedback WHERE alert_id = :alert AND person_id = :person",
        {"alert": given.alert_id, "person": given.person_id},
    )
    told = [
        {
            "signal": each.signal,
            "direction": each.direction,
            "level": each.level,
            "entry_id": each.entry_id,
            "clauses": list(each.clauses),
        }
        for each in given.signals
    ]
    db.execute(
        """
        INSERT INTO feedback (alert_id, person_id, name, role, chat_id, mark, at, told_json)
        VALUES (:alert, :person, :name, :role, :chat, :mark, :at, :told)
        ON CONFLICT (alert_id, person_id) DO UPDATE SET name = :name, role = :role,
            chat_id = :chat, mark = :mark, at = :at, told_json = :told""",
        {
            "alert": given.alert_id,
            "person": given.person_id,
            "name": given.name,
            "role": given.role,
            "chat": given.chat_id,
            "mark": given.mark,
            "at": to_text(given.at),
            "told": json.dumps(told, ensure_ascii=False),
        },
    )
    return None if before is None else str(before["mark"])


def move_chat(db: Connection, old_id: int, new_id: int) -> None:
    """The group has another id from now on."""
    db.execute(
        "UPDATE feedback SET chat_id = :new WHERE chat_id = :old", {"old": old_id, "new": new_id}
    )


def of_alert(db: Connection, alert_id: int) -> list[Mark]:
    """The marks of an alert, oldest first."""
    rows = fetch(
        db,
        "SELECT * FROM feedback WHERE alert_id = :alert ORDER BY at, person_id",
        {"alert": alert_id},
    )
    return [_mark(row) for row in rows]


def counts_in_chat(db: Connection, alert_id: int, chat_id: int) -> dict[str, int]:
    """How often the alert was marked in this chat, by mark."""
    rows = fetch(
        db,
        """
        SELECT mark, count(*) AS n FROM feedback
        WHERE alert_id = :alert AND chat_id = :chat GROUP BY mark""",
        {"alert": alert_id, "chat": chat_id},
    )
    return {USEFUL: 0, FALSE: 0} | {row["mark"]: row["n"] for row in rows}


def counts_by_signal(db: Connection, since: datetime) -> dict[tuple[str, str, str], int]:
    """Marks made since then, by signal, mark and role."""
    rows = fetch(
        db,
        """
        SELECT json_extract(each.value, '$.signal') AS signal, f.mark, f.role, count(*) AS number
        FROM feedback f CROSS JOIN json_each(f.told_json) each
        WHERE f.at >= :since GROUP BY 1, f.mark, f.role""",
        {"since": to_text(since)},
    )
    return {(row["signal"], row["mark"], row["role"]): row["number"] for row in rows}


def marked_false(db: Connection, since: datetime, limit: int = 100) -> list[MarkedFalse]:
    """Alerts that were called false since then, newest first: one for each mark and signal, with
    the entry and the strongest detection that it came from."""
    rows = fetch(
        db,
        """
        SELECT f.*, a.short_id, e.title, json_extract(each.value, '$.signal') AS signal,
            json_extract(each.value, '$.direction') AS direction,
            CAST(json_extract(each.value, '$.entry_id') AS BIGINT) AS entry_id,
            (SELECT d.evidence_json FROM detections d
                WHERE d.entry_id = CAST(json_extract(each.value, '$.entry_id') AS BIGINT)
                    AND d.signal = json_extract(each.value, '$.signal')
                    AND d.direction = json_extract(each.value, '$.direction')
                ORDER BY d.score DESC LIMIT 1) AS evidence_json
        FROM feedback f JOIN alerts a ON a.id = f.alert_id
            CROSS JOIN json_each(f.told_json) each
            LEFT JOIN entries e ON e.id = CAST(json_extract(each.value, '$.entry_id') AS BIGINT)
        WHERE f.mark = 'false' AND f.at >= :since
        ORDER BY f.at DESC, f.alert_id, f.person_id, each.key LIMIT :limit""",
        {"since": to_text(since), "limit": limit},
    )
    return [
        MarkedFalse(
            *(_mark(row), row["short_id"], row["signal"], row["direction"], row["entry_id"]),
            *(row["title"] or "", row["evidence_json"]),
        )
        for row in rows
    ]


def marks_of_stories(db: Connection, story_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """How the alerts of these stories were marked, by story; those without a mark are left out."""
    rows = fetch(
        db,
        """
        SELECT a.story_id, f.mark FROM json_each(:ids) each
            CROSS JOIN alerts a ON a.story_id = each.value
            CROSS JOIN feedback f ON f.alert_id = a.id""",
        {"ids": numbers(story_ids)},
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row["story_id"], set()).add(row["mark"])
    return {story: frozenset(marks) for story, marks in found.items()}


def _mark(row: Row) -> Mark:
    names = ("alert_id", "person_id", "name", "role", "chat_id", "mark")
    signals = tuple(
        SeenSignal(**each | {"clauses": tuple(each["clauses"])})
        for each in json.loads(row["told_json"])
    )
    return Mark(**{name: row[name] for name in names}, at=from_text(row["at"]), signals=signals)
