"""No statement of storage/ walks through a table that grows with history.

Every statement that stands in the source is explained, so that a new one that scans fails here.
Those that are put together when they run are explained in tests of their own
(`test_outbox_plans.py`, `test_finding.py`).
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import storage
from storage.connection import Connection

STATEMENT = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH|INSERT)\b")
ROOM = Path(storage.__file__).parent

# Tables as large as an installation is (its feeds, chats, people, rules), not as its history.
SMALL = set(
    "feeds chats c people invitations subscriptions s chat_clocks digest_turns rule_versions v "
    "rule_sets clock sqlite_sequence sqlite_master outbox_over telegram_polling "
    "webhook_receivers hook outbox_lots".split()
)
# Parts of a question: what it brought, or found before.
PARTS = set("each p w k told waiting hit chosen m written json_each CONSTANT".split())
# Through an index that holds only what is not over yet.
OPEN = (
    *("rule_drafts_waiting", "acknowledgements_open"),
    *("outbox_due", "outbox_sending", "outbox_unknown", "outbox_failed", "outbox_held"),
)
# Whole tables on purpose: for a replay, at a terminal, and when the machine's clock was moved.
BY_HAND = {"raised", "alerts_decided", "by_link", "move_times"}
# The largest id of a table: its last row.
NEWEST = {"newest_report", "begin", "newest_decision"}
# Sorted after an index chose few rows: of one alert, story, entry, or of what waits.
SORTS_FEW = {
    *("_reporting", "links_of", "places_of", "stated", "of_alerts", "of_story", "entries_of"),
    *("of_alert", "marked_false", "person", "_columns", "everyone", "page", "pending", "backlog"),
    *("for_chat", "due", "reports", "of_chat", "entry_items", "_reports", "tellings"),
}


def written() -> Iterator[tuple[str, str]]:
    """(module and function, statement) for each that stands in the source as a whole."""
    for path in sorted(ROOM.rglob("*.py")):
        # The file's own statements run once; those of PostgreSQL are none of SQLite's.
        if {"file", "moving", "postgres", "dialects.py"} & set(path.relative_to(ROOM).parts):
            continue
        name = ".".join(("storage", *path.relative_to(ROOM).with_suffix("").parts))
        module = vars(importlib.import_module(name))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parts = {
            id(part)
            for whole in ast.walk(tree)
            if isinstance(whole, ast.JoinedStr)
            for part in ast.walk(whole)
            if part is not whole
        }
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                sql = statement(node, module) if id(node) not in parts else None
                if sql is not None:
                    yield f"{name}.{function.name}", sql


def statement(node: ast.AST, module: dict[str, object]) -> str | None:
    """The statement in these quotes, with the module's own words put in; None for what is no
    statement, or is put together of more than that."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = node.value
    elif isinstance(node, ast.JoinedStr):
        pieces = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                pieces.append(str(part.value))
            elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
                known = module.get(part.value.id)
                if not isinstance(known, str):
                    return None
                pieces.append(known)
            else:
                return None
        found = "".join(pieces)
    else:
        return None
    return found if STATEMENT.match(found) else None


def plan(db: Connection, sql: str) -> list[str]:
    names = dict.fromkeys(re.findall(r":([a-z_]+)", sql))
    return [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", names).fetchall()]


def grows(function: str, step: str) -> bool:
    """Whether a step of a plan costs what was ever stored."""
    name = function.rpartition(".")[2]
    if "AUTOMATIC" in step:
        return True
    if "TEMP B-TREE FOR ORDER BY" in step:
        return name not in SORTS_FEW
    walked = re.match(r"SCAN (\S+)", step)
    if walked is None and name not in NEWEST:
        # The largest of a column without an index is "searched" for, by walking through all.
        walked = re.fullmatch(r"SEARCH (\w+)", step)
    if walked is None or "VIRTUAL TABLE" in step or any(index in step for index in OPEN):
        return False
    return walked[1] not in SMALL | PARTS and name not in BY_HAND


@pytest.fixture
def explained(db: Connection) -> Connection:
    db.conn.create_function("moved", 2, lambda *_: None)
    db.conn.create_function("mute_from_now", 3, lambda *_: None)
    return db


def test_no_statement_costs_what_was_ever_stored(explained: Connection) -> None:
    found = dict(written())
    assert len(list(written())) > 200 and "storage.retention._entries" in found
    slow = [
        (function, step)
        for function, sql in written()
        for step in plan(explained, sql)
        if grows(function, step)
    ]
    assert slow == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM entries WHERE title = :title",
        "SELECT count(*) FROM outbox",
        "SELECT * FROM alerts WHERE story_id = :id ORDER BY title",
        "DELETE FROM decisions WHERE reason = :reason",
        "SELECT max(updated_at) FROM outbox WHERE state IN ('pending', 'paused')",
    ],
)
def test_one_that_does_is_found(explained: Connection, sql: str) -> None:
    assert any(grows("storage.new.question", step) for step in plan(explained, sql))
