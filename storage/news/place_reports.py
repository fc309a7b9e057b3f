"""Which signals were told of which places, by whom and in which story: what escalations count.

A row for each story, signal, direction, publisher family and place, with when the family first
and last told it. Rows of a window are found by an index; what is older costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from storage.connection import Connection
from storage.rows import (
    fetch,
    fetch_one,
    fetch_values,
    fields_of,
    from_text,
    from_text_or_none,
    many,
    run,
    to_text,
)

Scope = Literal["story", "place", "division", "country"]
_COLUMNS = {"story": "story_id", "place": "place", "division": "division", "country": "country"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReport:
    """A signal as a family told it in a story. `place`, `division` and `country` are ids of the
    gazetteer, '' where they are not known; the division of what is known by its country alone is
    that country. `copy`: in words that another family of the story had already."""

    story_id: int
    signal: str
    direction: str
    family: str
    place: str = ""
    division: str = ""
    country: str = ""
    copy: bool = False
    first_at: datetime
    last_at: datetime


_NAMES = ", ".join(f"p.{name}" for name in PlaceReport.__slots__)


def add(db: Connection, reports: Sequence[PlaceReport]) -> None:
    """Note them; what a family tells again stays one row."""
    for each in reports:
        times = {"first_at": to_text(each.first_at), "last_at": to_text(each.last_at)}
        run(
            db,
            """
            INSERT INTO place_reports (story_id, signal, direction, family, place, division,
                country, copy, first_at, last_at)
            VALUES (:story_id, :signal, :direction, :family, :place, :division,
                :country, :copy, :first_at, :last_at)
            ON CONFLICT (story_id, signal, direction, family, place) DO UPDATE SET
                first_at = min(place_reports.first_at, excluded.first_at),
                last_at = max(place_reports.last_at, excluded.last_at),
                copy = min(place_reports.copy, excluded.copy)""",
            fields_of(each) | times | {"copy": int(each.copy)},
        )


def around(
    db: Connection,
    scope: Scope,
    key: str | int,
    signals: Collection[str],
    direction: str,
    since: datetime,
    until: datetime,
) -> list[PlaceReport]:
    """What was told of a place (or in a story) between two times."""
    rows = fetch_values(
        db,
        f"""
        SELECT {_NAMES} FROM json_each(:signals) each CROSS JOIN place_reports p
        WHERE p.{_COLUMNS[scope]} = :key AND p.signal = each.value AND p.direction = :direction
            AND p.last_at > :since AND p.first_at < :until""",  # noqa: S608 our own names
        {
            "key": key,
            "signals": many(signals),
            "direction": direction,
            "since": to_text(since),
            "until": to_text(until),
        },
    )
    return [_report(*row) for row in rows]


def of_the_silent(
    db: Connection,
    scope: Scope,
    signals: Collection[str],
    direction: str,
    since: datetime,
    quiet: datetime,
) -> list[PlaceReport]:
    """What was told since then of the places of which nothing was told after `quiet`, and one of
    these signals before."""
    at = _COLUMNS[scope]
    # «|| ''»: what is found by its place is looked through whatever its age.
    rows = fetch(
        db,
        f"""
        SELECT * FROM place_reports WHERE last_at > :since
            AND {at} || '' IN (
                SELECT {at} FROM place_reports WHERE last_at > :since AND direction = :direction
                    AND signal IN (SELECT each.value FROM json_each(:signals) each))
            AND {at} NOT IN (SELECT {at} FROM place_reports WHERE last_at > :quiet)
        ORDER BY last_at""",  # noqa: S608 our own names
        {
            "signals": many(signals),
            "direction": direction,
            "since": to_text(since),
            "quiet": to_text(quiet),
        },
    )
    return [_report(*(row[name] for name in PlaceReport.__slots__)) for row in rows]


def kept_since(db: Connection) -> datetime | None:
    """From when on reports are kept; None: there are none yet."""
    row = fetch_one(db, "SELECT min(last_at) AS at FROM place_reports")
    return None if row is None else from_text_or_none(row["at"])


@lru_cache(maxsize=10_000)
def _report(*row: Any) -> PlaceReport:
    """A row of the columns `_NAMES`. Each report of a place asks again for most of those before."""
    values = dict(zip(PlaceReport.__slots__, row, strict=True))
    times = {name: from_text(values[name]) for name in ("first_at", "last_at")}
    return PlaceReport(**values | times | {"copy": bool(values["copy"])})
