"""Changes of rule files that wait: for their trial, then for an operator's two taps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from storage.connection import Connection
from storage.rows import Row, change, fetch, fetch_one, from_text, insert, to_text

Cause = Literal["sent", "rollback", "review"]
State = Literal["waiting", "ready", "refused", "in-force", "dropped"]
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A file as somebody wants it; `content` None: without it. `report_json` is what its trial
    found, `base_hash` the file and `rules_hash` the rules that it was tried against."""

    id: int
    file: str
    content: bytes | None
    origin: Cause
    person_id: int
    name: str
    chat_id: int
    message_id: int | None
    language: str
    state: State
    base_hash: str
    rules_hash: str
    report_json: str | None
    at: datetime


def add(
    db: Connection,
    file: str,
    content: bytes | None,
    origin: Cause,
    *,
    person_id: int,
    name: str,
    chat_id: int,
    message_id: int | None,
    language: str,
    at: datetime,
) -> int:
    """A new change that waits for its trial; changes older than a month are forgotten."""
    db.execute("DELETE FROM rule_drafts WHERE at < :before", {"before": to_text(at - KEPT)})
    values = {
        "file": file,
        "content": content,
        "origin": origin,
        "person_id": person_id,
        "name": name[:200],
        "chat_id": chat_id,
        "message_id": message_id,
        "language": language,
        "state": "waiting",
        "at": to_text(at),
    }
    return insert(db, "rule_drafts", values)


def get(db: Connection, draft_id: int) -> RuleDraft | None:
    row = fetch_one(db, "SELECT * FROM rule_drafts WHERE id = :id", {"id": draft_id})
    return None if row is None else _draft(row)


def waiting(db: Connection) -> list[RuleDraft]:
    """Those whose trial did not end, the oldest first."""
    rows = fetch(db, "SELECT * FROM rule_drafts WHERE state = 'waiting' ORDER BY id")
    return [_draft(row) for row in rows]


def tried(
    db: Connection,
    draft_id: int,
    state: Literal["ready", "refused"],
    report_json: str,
    base_hash: str,
    rules_hash: str,
) -> bool:
    """Note what the trial found. False when the change was dropped meanwhile."""
    return bool(
        change(
            db,
            """
            UPDATE rule_drafts SET state = :state, report_json = :report, base_hash = :base,
                rules_hash = :rules
            WHERE id = :id AND state = 'waiting'""",
            {
                "id": draft_id,
                "state": state,
                "report": report_json,
                "base": base_hash,
                "rules": rules_hash,
            },
        )
    )


def move(db: Connection, draft_id: int, state: State, *, among: tuple[State, ...]) -> bool:
    """Give it that state if it has one of `among`; of two who press at once one moves it."""
    draft = get(db, draft_id)
    if draft is None or draft.state not in among:
        return False
    db.execute(
        "UPDATE rule_drafts SET state = :state WHERE id = :id", {"id": draft_id, "state": state}
    )
    return True


def _draft(row: Row) -> RuleDraft:
    values = {name: row[name] for name in RuleDraft.__slots__}
    return RuleDraft(**values | {"at": from_text(row["at"])})
