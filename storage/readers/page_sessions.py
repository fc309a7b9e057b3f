"""Who may look at the page: links that are good once, sessions, and openings by Telegram.

Keys are random and stored as hashes. What a session may see is its person's role of the moment;
those of who is removed end, and do not come back when that person is let in again.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.connection import Connection
from storage.rows import change, fetch_one, from_text, to_text

LINK_GOOD_FOR = timedelta(minutes=10)
MOST_SESSIONS = 10
"""Of one person; the oldest ends for another one."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in, and the language that they read."""

    person_id: int
    language: str
    expires_at: datetime


def make_link(db: Connection, person_id: int, until: datetime, now: datetime) -> str:
    """The key of a new link for a person; links that they were given before end with it."""
    _forget_old(db, now)
    db.execute("DELETE FROM page_links WHERE person_id = :id", {"id": person_id})
    key = secrets.token_urlsafe(32)
    db.execute(
        "INSERT INTO page_links (hash, person_id, expires_at) VALUES (:hash, :id, :until)",
        {"hash": _hash(key), "id": person_id, "until": to_text(until)},
    )
    return key


def use_link(db: Connection, key: str, now: datetime) -> int | None:
    """Whose link it is, which is used up by it; None where there is none, or no more."""
    named = {"hash": _hash(key), "now": to_text(now)}
    row = fetch_one(
        db, "SELECT person_id FROM page_links WHERE hash = :hash AND expires_at > :now", named
    )
    if row is None:
        return None
    db.execute("DELETE FROM page_links WHERE hash = :hash", {"hash": named["hash"]})
    return int(row["person_id"])


def first_opening(db: Connection, signed: str, until: datetime, now: datetime) -> bool:
    """Note what Telegram signed for an opening; False where it has opened the page before."""
    _forget_old(db, now)
    noted = change(
        db,
        """
        INSERT INTO page_openings (hash, expires_at) VALUES (:hash, :until)
        ON CONFLICT DO NOTHING""",
        {"hash": _hash(signed), "until": to_text(until)},
    )
    return noted == 1


def begin(db: Connection, person_id: int, language: str, until: datetime, now: datetime) -> str:
    """The key of a new session."""
    _forget_old(db, now)
    db.execute(
        """
        DELETE FROM page_sessions WHERE hash IN (SELECT hash FROM page_sessions
            WHERE person_id = :id ORDER BY expires_at DESC LIMIT 1000 OFFSET :most)""",
        {"id": person_id, "most": MOST_SESSIONS - 1},
    )
    key = secrets.token_urlsafe(32)
    db.execute(
        """
        INSERT INTO page_sessions (hash, person_id, language, expires_at)
        VALUES (:hash, :id, :language, :until)""",
        {"hash": _hash(key), "id": person_id, "language": language, "until": to_text(until)},
    )
    return key


def get(db: Connection, key: str, now: datetime) -> Session | None:
    row = fetch_one(
        db,
        """
        SELECT person_id, language, expires_at FROM page_sessions
        WHERE hash = :hash AND expires_at > :now""",
        {"hash": _hash(key), "now": to_text(now)},
    )
    if row is None:
        return None
    return Session(row["person_id"], row["language"], from_text(row["expires_at"]))


def set_language(db: Connection, key: str, language: str) -> None:
    db.execute(
        "UPDATE page_sessions SET language = :language WHERE hash = :hash",
        {"hash": _hash(key), "language": language},
    )


def end(db: Connection, key: str) -> None:
    db.execute("DELETE FROM page_sessions WHERE hash = :hash", {"hash": _hash(key)})


def end_all(db: Connection, person_id: int) -> int:
    """End a person's sessions, those of programs too, and the link that they have; how many
    sessions there were."""
    db.execute("DELETE FROM page_links WHERE person_id = :id", {"id": person_id})
    return change(db, "DELETE FROM page_sessions WHERE person_id = :id", {"id": person_id})


def _forget_old(db: Connection, now: datetime) -> None:
    for table in ("page_links", "page_sessions", "page_openings"):
        db.execute(
            f"DELETE FROM {table} WHERE expires_at <= :now",  # noqa: S608 our own names
            {"now": to_text(now)},
        )


def _hash(key: str) -> str:
    # 256 random bits cannot be tried through: a salt or a slow hash would add nothing.
    return hashlib.sha256(key.encode()).hexdigest()
