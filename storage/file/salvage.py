"""What can still be read of a damaged file, as a sound database of its own.

SQLite ends a statement at the first page that it cannot read. Here each table is read from both of
its ends, and what lies between in ever smaller parts, so that a page costs its own rows alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from heapq import heappop, heappush
from typing import Any

from sqlite_utils import Database as SqliteConnection

# What the tables of the search index hold is made anew from the entries.
_MADE_ANEW = ("sqlite_", "_sqlite_", "search_words", "search_due")
_WORDS_DUE = "search_new_entry"
# Parts of a table that are tried in vain; a table of which nothing can be read has no end of them.
_IN_VAIN = 4_000
_FEW = 2**40
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1

Row = tuple[Any, ...]


def salvage(source: SqliteConnection, target: SqliteConnection) -> None:
    """Copy every row of `source` that can be read into `target`, an empty database of the same
    shape. What refers to a row that is gone goes as well: `restore` takes nothing else."""
    reading, texts = source.conn, source.conn.text_factory
    reading.text_factory = _as_text
    triggers = target.conn.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    try:
        with _all_at_once(target.conn):
            for name, _ in triggers:
                if name != _WORDS_DUE:
                    target.conn.execute(f'DROP TRIGGER "{name}"')
            for table in _tables(target):
                _copy(reading, target.conn, table)
            _drop_orphans(target.conn)
            for name, statement in triggers:
                if name != _WORDS_DUE:
                    target.conn.execute(statement)
    finally:
        reading.text_factory = texts


@contextmanager
def _all_at_once(writing: sqlite3.Connection) -> Iterator[None]:
    """One transaction, in which rows may come before those that they refer to."""
    writing.execute("PRAGMA foreign_keys=OFF")
    writing.execute("BEGIN IMMEDIATE")
    yield
    writing.execute("COMMIT")
    writing.execute("PRAGMA foreign_keys=ON")


def _tables(target: SqliteConnection) -> list[str]:
    return [name for name in target.table_names() if not name.startswith(_MADE_ANEW)]


def _copy(reading: sqlite3.Connection, writing: sqlite3.Connection, table: str) -> None:
    columns = [
        name
        for name, hidden in writing.execute(
            "SELECT name, hidden FROM pragma_table_xinfo(?)", [table]
        )
        if not hidden
    ]
    named = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join("?" * len(columns))
    insert = f'INSERT OR REPLACE INTO "{table}" ({named}) VALUES ({places})'  # noqa: S608
    for row in _rows(reading, writing, table, named):
        # A page of which a part was overwritten may hold rows that are none.
        with suppress(sqlite3.Error):
            writing.execute(insert, row)


def _rows(
    reading: sqlite3.Connection, writing: sqlite3.Connection, table: str, named: str
) -> Iterator[Row]:
    key = [
        f'"{name}"'
        for name, place in sorted(
            writing.execute("SELECT name, pk FROM pragma_table_xinfo(?) WHERE pk > 0", [table]),
            key=lambda each: each[1],
        )
    ]
    try:
        writing.execute(f'SELECT rowid FROM "{table}" LIMIT 0')  # noqa: S608
    except sqlite3.Error:
        forward, back = ", ".join(key), ", ".join(f"{name} DESC" for name in key)
        for order in (forward, back):
            ended = False
            with suppress(sqlite3.Error):
                yield from reading.execute(f'SELECT {named} FROM "{table}" ORDER BY {order}')  # noqa: S608
                ended = True
            if ended:
                return
        return

    def part(low: int, high: int, order: str) -> Iterator[Row]:
        return reading.execute(
            f'SELECT rowid, {named} FROM "{table}" '  # noqa: S608
            f"WHERE rowid BETWEEN ? AND ? ORDER BY rowid {order}",
            [low, high],
        )

    yield from _in_parts(part)


def _in_parts(part: Callable[[int, int, str], Iterator[Row]]) -> Iterator[Row]:
    """Rows without their rowid. The narrowest of the parts that are left is tried next."""
    left = [(0, _LOWEST, _HIGHEST)]
    in_vain = 0
    while left and in_vain < _IN_VAIN:
        _, low, high = heappop(left)
        found = False
        for order in ("ASC", "DESC"):
            try:
                for rowid, *row in part(low, high, order):
                    found = True
                    low, high = (rowid + 1, high) if order == "ASC" else (low, rowid - 1)
                    yield tuple(row)
            except sqlite3.Error:
                continue
            low = high + 1
            break
        in_vain += not found
        for begin, end in _cut(low, high):
            heappush(left, (end - begin, begin, end))


def _cut(low: int, high: int) -> Iterator[tuple[int, int]]:
    """A part in two. The widest is cut where numbers have another digit: most ids are small."""
    if low >= high:
        return
    seams = [(low + high) // 2]
    if high - low > _FEW:
        powers = [2**power for power in range(63)]
        signed = [*(-power for power in reversed(powers)), 0, *powers]
        seams = [seam for seam in signed if low <= seam < high] or seams
    for seam in seams:
        yield low, seam
        low = seam + 1
    yield low, high


def _drop_orphans(writing: sqlite3.Connection) -> None:
    tables = [name for (name,) in writing.execute("SELECT name FROM pragma_table_list()")]
    rules = [
        (table, *rule)
        for table in tables
        for rule in writing.execute(
            'SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?)', [table]
        )
    ]
    while True:
        gone = 0
        for child, column, parent, key, then in rules:
            what = f'UPDATE "{child}" SET "{column}" = NULL'  # noqa: S608
            if then != "SET NULL":
                what = f'DELETE FROM "{child}"'  # noqa: S608
            gone += writing.execute(
                f'{what} WHERE "{column}" IS NOT NULL AND NOT EXISTS '  # noqa: S608
                f'(SELECT 1 FROM "{parent}" p WHERE p."{key or "id"}" = "{child}"."{column}")'
            ).rowcount
        if not gone:
            return


def _as_text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
