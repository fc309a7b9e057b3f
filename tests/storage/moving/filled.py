"""A file with rows in every table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.asking.words import index_words
from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.file.writing import in_transaction
from storage.news import search
from storage.news.search import Folded
from storage.rows import fetch, to_text
from tests.storage.make import NOW, add_alert, add_chat

HEADLINE = "حصار حلب: لا دواء في المستشفى"

# What a table's or any table's column of that name holds; the rest is by type.
_VALUES: dict[str, Any] = {
    "language": "ar",
    "level": "alert",
    "direction": "worsening",
    "chat_id": 100,
    "names_json": '{"ar": "حلب", "en": "Aleppo"}',
    "within_json": '["sy-aleppo", "sy"]',
    "content": b"\x00\xff\\x41 \xd8\xad",
    "person_id": 7,
    "by_id": 7,
    "thread_id": 3,
    "because_json": '{"words": ["حصار"]}',
    "quiet_from": 1320,
    "quiet_to": 420,
    "digest_at": 480,
    "value": 1.1e-7,
    "feedback.role": "analyst",
    "feedback.mark": "useful",
    "feedback.told_json": '[{"signal": "siege", "entry_id": 1, "direction": "worsening"}]',
    "invitations.role": "viewer",
    "people.role": "operator",
    "mutes.place_id": "sy-aleppo",
    "mutes.alert_id": None,
    "place_states.value": "besieged",
    "second_channel.state": "sent",
    "second_channel.title": "x",
    "second_channel.body": "y",
    "second_channel.alert_id": None,
    "story_edits.kind": "merge",
    "rule_versions.origin": "disk",
    "rule_drafts.origin": "sent",
    "rule_drafts.state": "waiting",
    "digest_turns.stream": "daily",
    "subscriptions.lowest_level": "watch",
    "webhook_receivers.lowest": "watch",
    "webhook_messages.state": "sent",
    "outbox.kind": "alert",
    "outbox_lots.kind": "alert",
    "outbox.state": "expired",
    "outbox.thread_id": None,
    "outbox.lease_until": None,
    "decisions.action": "send",
}


def fill(path: Path) -> None:
    """Make the file: an alert with its entry, story and chats, and one row of whatever else."""
    stored = connect(path)
    migrate(stored)
    in_transaction(stored, _fill)
    stored.close()


def _fill(db: Connection) -> None:
    db.execute("PRAGMA defer_foreign_keys = ON")
    add_chat(db, 100, thread_id=None)
    add_chat(db, -200, title="👩🏽‍⚕️ مكتب\r\n\tحلب \\N \\. \x01 \ue000")
    db.execute("UPDATE chats SET escalate_to = -200, escalate_after = 5 WHERE id = 100")
    add_alert(db, title=HEADLINE)
    for table in _tables(db):
        if table == "outbox":
            continue
        if not fetch(db, f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608
            _add(db, table)
    # A row that is folded into a later one.
    _add(db, "outbox", id=1, folded_into=2, key="")
    _add(db, "outbox", id=2, kind="catchup", key="k", folded_into=None)
    # Ids that were given to rows that are gone.
    db.execute("UPDATE sqlite_sequence SET seq = 41 WHERE name = 'alerts'")
    words = Folded(1, 0, *index_words(HEADLINE))
    search.put(db, [words])


def _tables(db: Connection) -> list[str]:
    rows = fetch(db, "SELECT name FROM sqlite_master WHERE type = 'table'")
    return [
        row["name"]
        for row in rows
        if not row["name"].startswith(("sqlite_", "_sqlite", "search_words", "search_due"))
    ]


def _add(db: Connection, table: str, **given: object) -> None:
    columns = fetch(db, "SELECT name, type, pk FROM pragma_table_info(:table)", {"table": table})
    row = {column["name"]: _value(table, column) for column in columns} | given
    places = ", ".join(f":{name}" for name in row)
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)  # noqa: S608


def _value(table: str, column: dict[str, Any]) -> object:
    name = column["name"]
    for known in (f"{table}.{name}", name):
        if known in _VALUES:
            return _VALUES[known]
    match column["type"]:
        case "INTEGER":
            return 1
        case "REAL":
            return 0.1
        case "BLOB":
            return _VALUES["content"]
    if name.endswith("_json"):
        return "[]"
    if name == "at" or name.endswith(("_at", "_until")) or name in ("since", "until"):
        return to_text(NOW)
    return "feed" if name == "feed_id" else "نص"
