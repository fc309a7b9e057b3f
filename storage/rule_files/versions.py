"""Every version of the operators' rule files: who changed which, when, and the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.connection import Connection
from storage.rows import Row, fetch, fetch_one, from_text, insert, to_text

Origin = Literal["sent", "disk", "rollback", "review"]


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A file as it was from `at` on; `file` is its place in the operators' folder. `content` is
    None when it was removed. `name` says who did it; "" for a change on disk."""

    id: int
    file: str
    hash: str
    content: bytes | None
    origin: Origin
    person_id: int | None
    name: str
    at: datetime


def hash_of(content: bytes | None) -> str:
    """ "" for no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()[:16]


def add(
    db: Connection,
    file: str,
    content: bytes | None,
    origin: Origin,
    at: datetime,
    *,
    person_id: int | None = None,
    name: str = "",
) -> int:
    """Note a version, unless it is what the newest says already. Returns its number."""
    last = newest_of(db, file)
    found = hash_of(content)
    if last is not None and last.hash == found:
        return last.id
    values = {
        "file": file,
        "hash": found,
        "content": content,
        "origin": origin,
        "person_id": person_id,
        "name": name[:200],
        "at": to_text(at),
    }
    return insert(db, "rule_versions", values)


def note_files(db: Connection, files: Mapping[str, bytes], at: datetime) -> int:
    """Note what was changed on disk: every file that differs from its newest version, and those
    that are gone. Returns how many."""
    noted = 0
    for file, content in files.items():
        last = newest_of(db, file)
        if last is None or last.hash != hash_of(content):
            add(db, file, content, "disk", at)
            noted += 1
    for file in _present(db):
        if file not in files:
            add(db, file, None, "disk", at)
            noted += 1
    return noted


def newest_of(db: Connection, file: str) -> RuleVersion | None:
    row = fetch_one(
        db,
        "SELECT * FROM rule_versions WHERE file = :file ORDER BY id DESC LIMIT 1",
        {"file": file},
    )
    return None if row is None else _version(row)


def get(db: Connection, version_id: int) -> RuleVersion | None:
    row = fetch_one(db, "SELECT * FROM rule_versions WHERE id = :id", {"id": version_id})
    return None if row is None else _version(row)


def before(db: Connection, version: RuleVersion) -> RuleVersion | None:
    """The version of the same file that this one took the place of."""
    row = fetch_one(
        db,
        """
        SELECT * FROM rule_versions WHERE file = :file AND id < :id
        ORDER BY id DESC LIMIT 1""",
        {"file": version.file, "id": version.id},
    )
    return None if row is None else _version(row)


def latest(db: Connection, limit: int) -> list[RuleVersion]:
    """The newest first."""
    rows = fetch(db, "SELECT * FROM rule_versions ORDER BY id DESC LIMIT :limit", {"limit": limit})
    return [_version(row) for row in rows]


def last_id(db: Connection) -> int:
    """The number of the newest version of all, 0 where there is none: what follows the rules by
    version compares it."""
    row = fetch_one(db, "SELECT coalesce(max(id), 0) AS id FROM rule_versions")
    return int(row["id"]) if row else 0


def files_now(db: Connection) -> dict[str, bytes]:
    """Every file as its newest version has it, by its place in the operators' folder."""
    newest = [newest_of(db, file) for file in _present(db)]
    return {each.file: bytes(each.content) for each in newest if each and each.content is not None}


def is_known(db: Connection, file: str, hash: str) -> bool:
    """Whether the file ever was as this hash says."""
    row = fetch_one(
        db,
        "SELECT 1 AS found FROM rule_versions WHERE file = :file AND hash = :hash LIMIT 1",
        {"file": file, "hash": hash},
    )
    return row is not None


def latest_named(db: Connection, name: str, limit: int) -> list[RuleVersion]:
    """Of files with that name, in any folder: the newest first."""
    files = [row["file"] for row in fetch(db, "SELECT DISTINCT file FROM rule_versions")]
    found = [
        _version(row)
        for file in files
        if file.rpartition("/")[2] == name
        for row in fetch(
            db,
            "SELECT * FROM rule_versions WHERE file = :file ORDER BY id DESC LIMIT :limit",
            {"file": file, "limit": limit},
        )
    ]
    return sorted(found, key=lambda each: -each.id)[:limit]


def _present(db: Connection) -> list[str]:
    """Files of which the newest version is no removal."""
    rows = fetch(
        db,
        """
        SELECT file FROM rule_versions v
        WHERE content IS NOT NULL AND id = (SELECT max(id) FROM rule_versions WHERE file = v.file)
        ORDER BY file""",
    )
    return [str(row["file"]) for row in rows]


def _version(row: Row) -> RuleVersion:
    values = {name: row[name] for name in RuleVersion.__slots__}
    return RuleVersion(**values | {"at": from_text(row["at"])})
