"""What SQLite and PostgreSQL do not say in the same words.

Stores are written in the SQL that both speak. PostgreSQL is taught the few functions of SQLite's
that they use (`storage/postgres/baseline/functions.sql`), and `storage/postgres/statements.py`
turns a few of SQLite's turns of phrase into its own. What is left is here: each function says it
both ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from storage.connection import Connection
from storage.rows import Row, fetch, fetch_one, many

_TOKEN = re.compile(r"[^\W_]+")
_LONGEST_TOKEN = 500
_MATCH = re.compile(r'"([^"]*)"|(AND|OR|NOT|\(|\))')
_SIGNS = {"AND": " & ", "OR": " | ", "NOT": " & !", "(": "(", ")": ")"}


def is_postgres(db: Connection) -> bool:
    """Whether a server stands behind the connection, and no file."""
    return getattr(db, "is_postgres", False)


def next_id(db: Connection, table: str) -> int:
    """The id that no row of the table ever had, for who must know it before the row is there."""
    return next_ids(db, table, 1)[0]


def next_ids(db: Connection, table: str, number: int) -> list[int]:
    """So many of them, ascending, in a write transaction."""
    if is_postgres(db):
        rows = fetch(
            db,
            """
            SELECT nextval(pg_get_serial_sequence(:table, 'id')) AS id
            FROM generate_series(1, :number)""",
            {"table": table, "number": number},
        )
        return sorted(int(row["id"]) for row in rows)
    row = fetch_one(db, "SELECT seq FROM sqlite_sequence WHERE name = :table", {"table": table})
    last = 0 if row is None else int(row["seq"])
    return list(range(last + 1, last + number + 1))


def teach(db: Connection, function: Callable[..., object], name: str) -> None:
    """Let statements use a function of Python's. PostgreSQL has its own of that name."""
    if not is_postgres(db):
        sqlite: Any = db
        sqlite.register_function(function, deterministic=True, name=name)


def columns_of_tables(db: Connection) -> list[Row]:
    """Each column (`col`) of every table (`tab`), and whether it is NOT NULL (`needed`)."""
    if is_postgres(db):
        return fetch(
            db,
            """
            SELECT c.table_name AS tab, c.column_name AS col, c.is_nullable = 'NO' AS needed
            FROM information_schema.columns c WHERE c.table_schema = current_schema()
            ORDER BY c.table_name, c.ordinal_position""",
        )
    return fetch(
        db,
        """
        SELECT m.name AS tab, c.name AS col, c."notnull" AS needed
        FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
        ORDER BY m.name, c.cid""",
    )


def index_words(db: Connection, entry_id: int, words: str, also: str) -> None:
    """Put an entry's folded words into the index, which has none of it; nothing for an entry that
    is gone."""
    if is_postgres(db):
        db.execute(
            """
            INSERT INTO search_words (rowid, found)
            SELECT id, search_vector(:words, :also) FROM entries WHERE id = :id""",
            {"id": entry_id, "words": many(words_of(words)), "also": many(words_of(also))},
        )
        return
    db.execute(
        """
        INSERT INTO search_words (rowid, words, also)
        SELECT id, :words, :also FROM entries WHERE id = :id""",
        {"id": entry_id, "words": words, "also": also},
    )


def expression(db: Connection, match: str) -> str:
    """FTS5's expression (words and phrases in quotation marks, AND, OR, NOT, parentheses) as the
    index behind the connection reads it."""
    if not is_postgres(db):
        return match
    tokens = list(
        dict.fromkeys(word for said, _ in _MATCH.findall(match) for word in words_of(said))
    )
    rows = fetch(
        db,
        "SELECT each.value AS word, search_stem(each.value) AS stem FROM json_each(:words) each",
        {"words": many(tokens)},
    )
    stems = {row["word"]: row["stem"] for row in rows}

    def in_a_row(found: re.Match[str]) -> str:
        if found[2]:
            return _SIGNS[found[2]]
        return "(" + " <-> ".join(f"'{stems[word]}'" for word in words_of(found[1])) + ")"

    return "".join(map(in_a_row, _MATCH.finditer(match)))


def words_of(text: str) -> list[str]:
    """Words as FTS5's unicode61 parts them: letters and digits, small."""
    return [word[:_LONGEST_TOKEN] for word in _TOKEN.findall(text.lower())]
