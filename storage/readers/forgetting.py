"""Removing what is kept of a person, who asked for it, and what was done long ago."""

from __future__ import annotations

from datetime import datetime

from storage import dialects
from storage.connection import Connection
from storage.readers import reader_changes
from storage.rows import change, to_text

# Columns that hold a person's id.
_PERSON = frozenset({"person_id", "by_id", "user_id"})
# What happened stays, without who it was: the table, the person's id, the person's name.
_NAMELESS = (
    ("audit_log", "person_id = NULL, name = ''", "person_id"),
    ("rule_versions", "person_id = NULL, name = ''", "person_id"),
    ("acknowledgements", "by_id = 0, by_name = NULL", "by_id"),
)
# What people did, with the time of it.
_ACTIVITY = (("audit_log", "at"), ("questions", "at"), ("feedback", "at"))


def person(db: Connection, person_id: int) -> bool:
    """Forget a person: role, private chat with all that it chose and was sent, what they marked
    and asked. Whether there was anything.

    What operators did stays in the audit log, and alerts that were taken on stay so; nobody can
    read any more who it was. Rows of other tables that are of the person go.
    """
    found = change(db, "DELETE FROM people WHERE id = :id", {"id": person_id})
    # Subscriptions, messages, places, questions: all that refers to the chat goes with it.
    gone = change(db, "DELETE FROM chats WHERE id = :id AND kind = 'private'", {"id": person_id})
    found += gone
    for table, nameless, column in _NAMELESS:
        found += change(
            db,
            f"UPDATE {table} SET {nameless} WHERE {column} = :id",  # noqa: S608 our own names
            {"id": person_id},
        )
    for table, column, how in _of_people(db):
        found += change(
            db,
            f"DELETE FROM {table} WHERE {column} = :id"  # noqa: S608 our own names
            if how == "row"
            else f"UPDATE {table} SET {column} = NULL WHERE {column} = :id",  # noqa: S608
            {"id": person_id},
        )
    if gone:
        reader_changes.forget_changes(db, person_id)
    return found > 0


def activity(db: Connection, older_than: datetime) -> int:
    """Remove what people did before then: searches, marks of alerts, and the audit log. How many
    rows went."""
    tables = {row["tab"] for row in dialects.columns_of_tables(db)}
    return sum(
        change(
            db,
            f"DELETE FROM {table} WHERE {column} < :before",  # noqa: S608 our own names
            {"before": to_text(older_than)},
        )
        for table, column in _ACTIVITY
        if table in tables
    )


def _of_people(db: Connection) -> list[tuple[str, str, str]]:
    """The columns of other tables that hold a person's id, those of tables that are new too. Where
    a name stands beside it, or it must be there, the row goes; else the id alone."""
    kept = {table for table, _, _ in _NAMELESS}
    named = {
        row["tab"] for row in dialects.columns_of_tables(db) if row["col"] in ("name", "by_name")
    }
    return [
        (row["tab"], row["col"], "row" if row["needed"] or row["tab"] in named else "id")
        for row in dialects.columns_of_tables(db)
        if row["col"] in _PERSON and row["tab"] not in kept
    ]
