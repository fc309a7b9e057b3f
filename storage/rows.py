"""How values cross into the database and back, the same for every store.

Times are aware and UTC in Python and ISO-8601 text in it, always with microseconds, so
that comparing text compares times.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

from storage.connection import Connection, Cursor

Row = dict[str, Any]
Query = tuple[str, Mapping[str, object]]
"""A statement and its parameters."""

ROWS_AT_ONCE = 100
"""Rows of one statement: SQLite takes 32,766 values."""


class Unreadable(ValueError):
    """A row holds what nobody of ours wrote there: the database is damaged, or was edited."""


def to_text(moment: datetime) -> str:
    """ISO-8601 text in UTC. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone: store aware times only")
    return _utc_text(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


@lru_cache(maxsize=256)
def _utc_text(moment: datetime) -> str:
    """One moment is written many times in a transaction. Of UTC alone: elsewhere two moments are
    one value, where a clock is put back."""
    return moment.isoformat(timespec="microseconds")


def to_text_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else to_text(moment)


def from_text(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"the database holds «{text[:40]}» where a time belongs") from None


def from_text_or_none(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


class Many(str):
    """A collection as one parameter: its JSON, which is what SQLite takes, and its values."""

    __slots__ = ("values",)

    values: tuple[object, ...]
    are_numbers: ClassVar[bool] = False


class Numbers(Many):
    """The same of whole numbers. PostgreSQL compares numbers with numbers only, also where there
    are none."""

    __slots__ = ()

    are_numbers = True


def many(values: Collection[object]) -> Many:
    """A collection of texts (or of lists, for `json_extract`) as one parameter, for
    `IN (SELECT value FROM json_each(:name))`.

    One parameter whatever the size: SQLite refuses statements with more than 32,766.
    """
    return _many(Many, tuple(values))


def numbers(values: Collection[int]) -> Many:
    """The same of whole numbers, such as ids."""
    return _many(Numbers, tuple(values))


def _many(kind: type[Many], values: tuple[object, ...]) -> Many:
    parameter = kind(json.dumps(values, ensure_ascii=False))
    parameter.values = values
    return parameter


def fetch(db: Connection, sql: str, params: Mapping[str, object] | None = None) -> list[Row]:
    """Every row of a query, read to the end: no cursor stays open across other work."""
    return _rows(db.execute(sql, dict(params or {})))


def fetch_values(
    db: Connection, sql: str, params: Mapping[str, object] | None = None
) -> list[tuple[Any, ...]]:
    """Every row of a query that names its columns, without their names: for hundreds of rows."""
    return db.execute(sql, dict(params or {})).fetchall()


def fetch_one(db: Connection, sql: str, params: Mapping[str, object] | None = None) -> Row | None:
    found = fetch(db, sql, params)
    return found[0] if found else None


def fetch_each(db: Connection, *asked: Query) -> list[list[Row]]:
    """Every row of each of some queries, as of one moment in a write transaction: a server is
    asked once."""
    at_once = getattr(db, "execute_each", None)
    if at_once is None:
        return [fetch(db, *each) for each in asked]
    return [_rows(cursor) for cursor in at_once([(sql, dict(params)) for sql, params in asked])]


def _rows(cursor: Cursor) -> list[Row]:
    names = [each[0] for each in cursor.description or ()]
    return [dict(zip(names, row, strict=False)) for row in cursor.fetchall()]


def run(db: Connection, sql: str, params: Mapping[str, object] | None = None) -> None:
    """Run a statement of which nothing is asked: neither rows nor how many it touched.

    A server gets it together with the next one, and what is wrong with it is found there.
    """
    _run(db, sql, dict(params or {}))


def _run(db: Connection, sql: str, params: dict[str, object] | list[object]) -> None:
    later = getattr(db, "run_later", None)
    if later is None:
        db.execute(sql, params)
    else:
        later(sql, params)


def insert(db: Connection, table: str, values: Mapping[str, object]) -> int:
    """Add one row and return its id."""
    columns = ", ".join(values)
    places = ", ".join(f":{column}" for column in values)
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id"  # noqa: S608
    row = db.execute(sql, dict(values)).fetchone()
    return int(row[0])


def insert_all(
    db: Connection, table: str, rows: Sequence[Mapping[str, object]], conflict: str = ""
) -> None:
    """Add rows, with the same columns, of which no new id is asked: a hundred in a statement.
    `conflict` says what to do where a row is already."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[first : first + ROWS_AT_ONCE]
        columns = tuple(part[0])
        # By place: to SQLite a value by name costs four times one by place.
        values = [row[column] for row in part for column in columns]
        _run(db, _many_rows(table, columns, len(part), conflict), values)


@lru_cache(maxsize=256)
def _many_rows(table: str, columns: Sequence[str], number: int, conflict: str) -> str:
    """The statement that adds so many rows, which is long."""
    row = "(" + ", ".join("?" * len(columns)) + ")"
    rows = ", ".join([row] * number)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows} {conflict}"  # noqa: S608 our own


def fields_of(value: object) -> Row:
    """A frozen slotted dataclass by its names, as it is: `dataclasses.asdict` copies what is in it
    deeply, which takes longer than to store it."""
    return {name: getattr(value, name) for name in type(value).__slots__}  # type: ignore[attr-defined]


def change(db: Connection, sql: str, params: Mapping[str, object] | None = None) -> int:
    """Run an UPDATE or DELETE and return how many rows it touched."""
    return db.execute(sql, dict(params or {})).rowcount
