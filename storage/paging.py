"""Ids of alerts, stories and entries: in batches by id for exports, in pages by time for the API.

A batch or a page looks at a bounded number of rows, whatever is asked for: it may hold few or none
although more follow. Alerts in pages are `storage.finding`'s, which has an index for each question.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from storage.connection import Connection
from storage.finding import Cursor, Wanted, facet_conditions
from storage.rows import Row, fetch, fetch_one, from_text, many, to_text

Kind = Literal["alerts", "stories", "entries"]
_AT = {"alerts": "updated_at", "stories": "last_entry_at", "entries": "first_seen_at"}
_END = "9999"
SCANNED = 2_000
"""Rows that a page looks at."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for, in other than words; `signals` are those that may leave: not of rules on
    test."""

    kind: Kind
    wanted: Wanted
    signals: Collection[str] = field(default=())


@dataclass(frozen=True, slots=True)
class Page:
    """Ids, the newest first, and where the next page begins; None: there is no more."""

    ids: tuple[int, ...]
    next: Cursor | None


def id_range(db: Connection, asked: Selection) -> tuple[int, int] | None:
    """The lowest and the highest id of that time; None where there is none."""
    at = _AT[asked.kind]
    row = fetch_one(
        db,
        f"SELECT min(id) AS low, max(id) AS high FROM {asked.kind} "  # noqa: S608 our own words
        f"WHERE {at} >= :since AND {at} < :until",
        _times(asked.wanted),
    )
    return None if row is None or row["low"] is None else (row["low"], row["high"])


def batch(db: Connection, asked: Selection, first: int, last: int) -> list[int]:
    """Those with an id from `first` to `last`, by id."""
    at = _AT[asked.kind]
    conditions, named = _conditions(asked)
    where = " AND ".join(
        [f"t.id BETWEEN :first AND :last AND t.{at} >= :since AND t.{at} < :until", *conditions]
    )
    rows = fetch(
        db,
        f"SELECT t.id FROM {asked.kind} t WHERE {where} ORDER BY t.id",  # noqa: S608
        named | _times(asked.wanted) | {"first": first, "last": last},
    )
    return [row["id"] for row in rows]


def page(db: Connection, asked: Selection, limit: int, after: Cursor | None = None) -> Page:
    """The newest of them, or those that come behind the cursor."""
    at = _AT[asked.kind]
    conditions, named = _conditions(asked)
    named |= _times(asked.wanted) | {
        "at": to_text(after.at) if after else _END,
        "id": after.alert_id if after else 0,
        "limit": limit + 1,
        "scan": SCANNED,
        "last": SCANNED - 1,
    }
    looked_at = f"""
        SELECT s.id, s.{at} AS at FROM {asked.kind} s
        WHERE s.{at} >= :since AND s.{at} < :until AND (s.{at}, s.id) < (:at, :id)
        ORDER BY s.{at} DESC, s.id DESC"""  # noqa: S608
    where = " AND ".join(conditions) or "1 = 1"
    rows = fetch(
        db,
        f"""
        SELECT t.id, looked.at FROM ({looked_at} LIMIT :scan) looked
            CROSS JOIN {asked.kind} t ON t.id = looked.id
        WHERE {where} ORDER BY looked.at DESC, looked.id DESC LIMIT :limit""",  # noqa: S608
        named,
    )
    if len(rows) > limit:
        return Page(tuple(row["id"] for row in rows[:limit]), _cursor(rows[limit - 1]))
    end = fetch_one(db, f"{looked_at} LIMIT 1 OFFSET :last", named)
    return Page(tuple(row["id"] for row in rows), _cursor(end) if end else None)


def _cursor(row: Row) -> Cursor:
    return Cursor(from_text(row["at"]), row["id"])


def _times(wanted: Wanted) -> Row:
    until = to_text(wanted.until) if wanted.until else _END
    return {"since": to_text(wanted.since), "until": until}


def _conditions(asked: Selection) -> tuple[list[str], Row]:
    """What must hold of a row `t`, and the values that these name."""
    build = {"alerts": _of_alerts, "stories": _of_stories, "entries": _of_entries}[asked.kind]
    return build(asked)


def _of_alerts(asked: Selection) -> tuple[list[str], Row]:
    has, named = facet_conditions(asked.wanted, "t.id")
    if asked.wanted.languages:
        has.append("t.language IN (SELECT value FROM json_each(:languages))")
        named["languages"] = many(asked.wanted.languages)
    return ["t.audience = 'everyone'", *has], named


def _of_stories(asked: Selection) -> tuple[list[str], Row]:
    has, named = facet_conditions(asked.wanted, "a.id")
    conditions = []
    if has:
        whole = " AND ".join(["a.story_id = t.id AND a.audience = 'everyone'", *has])
        conditions.append(f"EXISTS (SELECT 1 FROM alerts a WHERE {whole})")  # noqa: S608
    if asked.wanted.languages:
        conditions.append(
            """EXISTS (SELECT 1 FROM story_entries r CROSS JOIN entries e ON e.id = r.entry_id
            WHERE r.story_id = t.id
                AND e.language IN (SELECT value FROM json_each(:languages)))"""
        )
        named["languages"] = many(asked.wanted.languages)
    return conditions, named


def _of_entries(asked: Selection) -> tuple[list[str], Row]:
    wanted = asked.wanted
    conditions, named, detected = [], {}, []
    lists = {"signal": wanted.signals, "direction": wanted.directions, "level": wanted.levels}
    for column, values in lists.items():
        if values:
            detected.append(f"d.{column} IN (SELECT value FROM json_each(:{column}))")  # noqa: S608
            named[column] = many(values)
    if detected:
        may = "d.signal IN (SELECT value FROM json_each(:may))"
        named["may"] = many(asked.signals)
        whole = " AND ".join(["d.entry_id = t.id", may, *detected])
        conditions.append(f"EXISTS (SELECT 1 FROM detections d WHERE {whole})")  # noqa: S608
    if wanted.places:
        conditions.append(
            """EXISTS (SELECT 1 FROM entry_places p CROSS JOIN json_each(p.within_json) w
            WHERE p.entry_id = t.id AND w.value IN (SELECT value FROM json_each(:places)))"""
        )
        named["places"] = many(wanted.places)
    if wanted.languages:
        conditions.append("t.language IN (SELECT value FROM json_each(:languages))")
        named["languages"] = many(wanted.languages)
    return conditions, named
