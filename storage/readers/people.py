"""People: who may use the bot and in which role, and the invitations that let them in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.readers import chats, page_sessions, subscriptions
from storage.rows import Row, change, fetch, fetch_one, from_text, numbers, to_text

ROLES = ("viewer", "analyst", "operator")


def is_analyst(role: str | None) -> bool:
    """Whether that role may export, read the API, and see feeds and rules."""
    return role in ("analyst", "operator")


PREFIX = "inv-"
REMOVED = "its person was removed from Marsad"


@dataclass(frozen=True, slots=True)
class Person:
    """A Telegram user. A private chat has the id of its person."""

    id: int
    name: str
    role: str
    created_at: datetime


def get(db: Connection, person_id: int) -> Person | None:
    row = fetch_one(db, "SELECT * FROM people WHERE id = :id", {"id": person_id})
    return None if row is None else _person(row)


def everyone(db: Connection) -> list[Person]:
    return [_person(row) for row in fetch(db, "SELECT * FROM people ORDER BY created_at, id")]


def has_operator(db: Connection) -> bool:
    """Whether anybody, or any chat named in the settings, is an operator."""
    found = fetch_one(db, "SELECT 1 FROM people WHERE role = 'operator'")
    return found is not None or bool(chats.operators(db))


def admit(db: Connection, person_id: int, name: str, role: str, now: datetime) -> None:
    """Let somebody in; a known person gets the name, and the role if it is a higher one."""
    known = get(db, person_id)
    if known is not None and ROLES.index(known.role) > ROLES.index(role):
        role = known.role
    db.execute(
        """
        INSERT INTO people (id, name, role, by_settings, created_at)
        VALUES (:id, :name, :role, 0, :now)
        ON CONFLICT (id) DO UPDATE SET role = :role,
            name = CASE :name WHEN '' THEN people.name ELSE :name END""",
        {"id": person_id, "name": name[:200], "role": role, "now": to_text(now)},
    )
    if role == "operator":
        change(db, "UPDATE chats SET role = 'operator' WHERE id = :id", {"id": person_id})


def set_role(db: Connection, person_id: int, role: str) -> bool:
    """Give a person that role, higher or lower; False for a stranger."""
    changed = change(
        db,
        "UPDATE people SET role = :role, by_settings = 0 WHERE id = :id",
        {"id": person_id, "role": role},
    )
    chat_role = "operator" if role == "operator" else "subscriber"
    change(db, "UPDATE chats SET role = :role WHERE id = :id", {"id": person_id, "role": chat_role})
    return bool(changed)


def page(db: Connection, limit: int, offset: int) -> list[Person]:
    """A page of those who were let in, in the order of `everyone`."""
    rows = fetch(
        db,
        "SELECT * FROM people ORDER BY created_at, id LIMIT :limit OFFSET :offset",
        {"limit": limit, "offset": offset},
    )
    return [_person(row) for row in rows]


def count(db: Connection) -> int:
    row = fetch_one(db, "SELECT count(*) AS n FROM people")
    return 0 if row is None else int(row["n"])


def set_operators(db: Connection, named: tuple[int, ...], now: datetime) -> None:
    """Operators are those that the settings name, and those that were invited as such.

    Whoever the settings named before and name no more stays as a viewer.
    """
    db.execute(
        """
        UPDATE people SET role = 'viewer', by_settings = 0
        WHERE by_settings = 1 AND id NOT IN (SELECT value FROM json_each(:ids))""",
        {"ids": numbers(named)},
    )
    for person_id in named:
        if person_id > 0:  # ids of groups and channels are negative
            db.execute(
                """
                INSERT INTO people (id, name, role, by_settings, created_at)
                VALUES (:id, '', 'operator', 1, :now)
                ON CONFLICT (id) DO UPDATE SET role = 'operator',
                    by_settings = CASE people.role WHEN 'operator'
                        THEN people.by_settings ELSE 1 END""",
                {"id": person_id, "now": to_text(now)},
            )
    invited = [each.id for each in everyone(db) if each.role == "operator"]
    chats.set_operators(db, sorted({*named, *invited}), now)


def remove(db: Connection, person_id: int, now: datetime) -> bool:
    """Shut somebody out of the bot and the page, and send nothing more to their private chat.
    False for a stranger."""
    if not change(db, "DELETE FROM people WHERE id = :id", {"id": person_id}):
        return False
    page_sessions.end_all(db, person_id)
    if chats.get(db, person_id) is not None:
        for each in subscriptions.of_chat(db, person_id):
            subscriptions.remove(db, each.id or 0)
        change(db, "UPDATE chats SET role = 'subscriber' WHERE id = :id", {"id": person_id})
        chats.pause(db, person_id, REMOVED, now)
    return True


def invite(
    db: Connection, role: str, until: datetime, now: datetime, *, first: bool = False
) -> str:
    """A new invitation for one person: the payload of a deep link, which is stored as a hash.

    `first` is for the first operator: it ends those made before, and is worth nothing once there
    is an operator.
    """
    db.execute("DELETE FROM invitations WHERE expires_at <= :now", {"now": to_text(now)})
    if first:
        db.execute("DELETE FROM invitations WHERE first = 1")
    payload = f"{PREFIX}{secrets.token_urlsafe(24)}"  # A-Za-z0-9_-, Telegram allows 64
    db.execute(
        """
        INSERT INTO invitations (hash, role, first, created_at, expires_at)
        VALUES (:hash, :role, :first, :now, :until)""",
        {
            "hash": _hash(payload),
            "role": role,
            "first": int(first),
            "now": to_text(now),
            "until": to_text(until),
        },
    )
    return payload


def accept(db: Connection, payload: str, person_id: int, name: str, now: datetime) -> Person | None:
    """Let in who holds an invitation, which is used up by it.

    None when there is none such, or no more. Who has that role or a higher one leaves it unused.
    """
    row = fetch_one(
        db,
        "SELECT role, first FROM invitations WHERE hash = :hash AND expires_at > :now",
        {"hash": _hash(payload), "now": to_text(now)},
    )
    if row is None or (row["first"] and has_operator(db)):
        return None
    known = get(db, person_id)
    if known is not None and ROLES.index(known.role) >= ROLES.index(row["role"]):
        return known
    db.execute("DELETE FROM invitations WHERE hash = :hash", {"hash": _hash(payload)})
    admit(db, person_id, name, row["role"], now)
    return get(db, person_id)


def _hash(payload: str) -> str:
    # 192 random bits cannot be tried through: a salt or a slow hash would add nothing.
    return hashlib.sha256(payload.encode()).hexdigest()


def _person(row: Row) -> Person:
    return Person(row["id"], row["name"], row["role"], from_text(row["created_at"]))
