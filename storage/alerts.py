"""Alerts as they stand, and why each was or was not sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlite_utils import Database as Connection

from storage.rows import Row, change, fetch, fetch_one, from_text, insert, many, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertText:
    """The part of an alert that a new version replaces: what it says and on what grounds.

    `snippet` is the sentence with the evidence. `audience` is 'everyone', or 'operators' while
    the rule is on test. `families` counts the publisher families that report it.
    """

    direction: str
    level: str
    audience: str
    title: str
    snippet: str
    link: str | None
    feed_name: str
    language: str | None
    explanation: str
    evidence_json: str
    rules_hash: str
    reason: str
    entry_id: int
    families: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(AlertText):
    """One signal in one story, as it stands now: what it says, and what never changes of it.

    `short_id` ("A12") is what people see and type.
    """

    id: int
    short_id: str
    story_id: int
    signal: str
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a detection became news for readers, or not.

    `action` is 'send', 'update', 'store' or 'suppress'. 'store' keeps an alert without pushing
    it. `version` is the alert version it led to, None when it led to none.
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


def create(db: Connection, story_id: int, signal: str, text: AlertText, at: datetime) -> Alert:
    """Version 1 of an alert. A second one for the same story and signal is refused."""
    row = fetch_one(db, "SELECT seq FROM sqlite_sequence WHERE name = 'alerts'")
    number = 1 + (0 if row is None else int(row["seq"]))
    moment = to_text(at)
    values = asdict(text) | {
        "id": number,
        "short_id": f"A{number}",
        "story_id": story_id,
        "signal": signal,
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }
    return _existing(db, insert(db, "alerts", values))


def bump(db: Connection, alert_id: int, text: AlertText, at: datetime) -> Alert:
    """The next version, with new text."""
    change(
        db,
        """
        UPDATE alerts SET version = version + 1, updated_at = :at, direction = :direction,
            level = :level, audience = :audience, title = :title, snippet = :snippet,
            link = :link, feed_name = :feed_name, language = :language,
            explanation = :explanation, evidence_json = :evidence_json,
            rules_hash = :rules_hash, reason = :reason, entry_id = :entry_id,
            families = max(families, :families)
        WHERE id = :id""",
        asdict(text) | {"id": alert_id, "at": to_text(at)},
    )
    return _existing(db, alert_id)


def set_families(db: Connection, alert_id: int, families: int) -> None:
    """Note that more publisher families report it; never fewer, and no new version."""
    db.execute(
        "UPDATE alerts SET families = max(families, :families) WHERE id = :id",
        {"id": alert_id, "families": families},
    )


def get(db: Connection, alert_id: int) -> Alert | None:
    row = fetch_one(db, "SELECT * FROM alerts WHERE id = :id", {"id": alert_id})
    return None if row is None else alert_of(row)


def by_ids(db: Connection, ids: Collection[int]) -> dict[int, Alert]:
    """Those of the alerts that exist, by their ids."""
    rows = fetch(
        db,
        "SELECT a.* FROM json_each(:ids) each CROSS JOIN alerts a ON a.id = each.value",
        {"ids": many(ids)},
    )
    return {row["id"]: alert_of(row) for row in rows}


def get_by_short_id(db: Connection, short_id: str) -> Alert | None:
    """By what people type: "A12", "a12", "12" and "A١٢" are the same alert."""
    digits = short_id.strip().removeprefix("A").removeprefix("a")
    western = "".join(str(unicodedata.digit(sign, sign)) for sign in digits)
    row = fetch_one(
        db, "SELECT * FROM alerts WHERE short_id = :short_id", {"short_id": f"A{western}"}
    )
    return None if row is None else alert_of(row)


def for_story(db: Connection, story_id: int) -> list[Alert]:
    rows = fetch(db, "SELECT * FROM alerts WHERE story_id = :id ORDER BY id", {"id": story_id})
    return [alert_of(row) for row in rows]


def recent(
    db: Connection,
    signals: Collection[str] | None,
    since: datetime,
    limit: int,
    *,
    for_operators: bool = False,
) -> list[Alert]:
    """Alerts made or updated since then, newest first; of these signals, or of all for None.

    Alerts of rules on test are left out unless `for_operators`.
    """
    rows = fetch(
        db,
        """
        SELECT * FROM alerts
        WHERE updated_at >= :since
            AND (:signals IS NULL OR signal IN (SELECT value FROM json_each(:signals)))
            AND (:for_operators OR audience = 'everyone')
        ORDER BY updated_at DESC, id DESC LIMIT :limit""",
        {
            "since": to_text(since),
            "signals": None if signals is None else many(signals),
            "for_operators": for_operators,
            "limit": limit,
        },
    )
    return [alert_of(row) for row in rows]


def record_decision(db: Connection, decision: Decision) -> int:
    return insert(db, "decisions", asdict(decision) | {"at": to_text(decision.at)})


def decisions_of(db: Connection, alert_id: int) -> list[Decision]:
    """Everything decided about the alert, oldest first."""
    rows = fetch(db, "SELECT * FROM decisions WHERE alert_id = :id ORDER BY id", {"id": alert_id})
    return [_decision(row) for row in rows]


def decisions_of_entry(db: Connection, entry_id: int) -> list[Decision]:
    """Everything decided about the entry's detections, oldest first."""
    rows = fetch(db, "SELECT * FROM decisions WHERE entry_id = :id ORDER BY id", {"id": entry_id})
    return [_decision(row) for row in rows]


def times_told(db: Connection, entry_id: int, since: datetime) -> int:
    """How often the entry's detections were sent to readers since then."""
    row = fetch_one(
        db,
        """
        SELECT count(*) AS times FROM decisions
        WHERE entry_id = :id AND action IN ('send', 'update') AND at >= :since""",
        {"id": entry_id, "since": to_text(since)},
    )
    return 0 if row is None else int(row["times"])


def directions_of(db: Connection, alert_id: int) -> frozenset[str]:
    """Every direction that a version of the alert had."""
    rows = fetch(
        db,
        """
        SELECT DISTINCT direction FROM decisions
        WHERE alert_id = :id AND version IS NOT NULL""",
        {"id": alert_id},
    )
    return frozenset(row["direction"] for row in rows)


def _existing(db: Connection, alert_id: int) -> Alert:
    alert = get(db, alert_id)
    if alert is None:
        raise KeyError(f"no alert {alert_id}")
    return alert


def alert_of(row: Row) -> Alert:
    """A row of the alerts table as an Alert."""
    return Alert(
        **row
        | {
            "created_at": from_text(row["created_at"]),
            "updated_at": from_text(row["updated_at"]),
        }
    )


def _decision(row: Row) -> Decision:
    values = {name: row[name] for name in Decision.__slots__}
    return Decision(**values | {"at": from_text(row["at"])})
