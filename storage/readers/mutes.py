"""Quiet about one thing in a topic of a chat: a story, a signal at a place, or a place, until a
time.

What is held back meanwhile is a row of the outbox that is due when the mute ends (`mute_id`), and
is named then in a message that gathers it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.connection import Connection
from storage.rows import Row, change, fetch, fetch_one, from_text, to_text


@dataclass(frozen=True, slots=True)
class Target:
    """What is muted: an alert's story (`alert_id`), or a place, there one signal alone if named.

    `names`: of the place, by language. `level`: the alert's when it was muted.
    """

    level: str
    alert_id: int | None = None
    signal: str = ""
    place_id: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mute:
    """A chat's mute of one target. `short_id` is of the muted story's alert.

    It is of one topic (`thread_id` None: the general one, or a chat without topics), or, if made
    by an older version, of all of them (`everywhere`).
    """

    id: int
    chat_id: int
    target: Target
    since: datetime
    until: datetime
    short_id: str = ""
    thread_id: int | None = None
    everywhere: bool = False

    def is_of(self, thread_id: int | None) -> bool:
        """Whether it holds what goes to that topic."""
        return self.everywhere or self.thread_id == thread_id


_SELECT = """
    SELECT m.*, a.short_id FROM mutes m LEFT JOIN alerts a ON a.id = m.alert_id"""


def put(
    db: Connection,
    chat_id: int,
    target: Target,
    by_id: int | None,
    until: datetime,
    now: datetime,
    *,
    thread_id: int | None = None,
) -> Mute:
    """Mute it in a topic until then, in place of an earlier mute of the same there; what that
    holds is held on."""
    row = fetch_one(
        db,
        """
        INSERT INTO mutes (chat_id, thread_id, alert_id, signal, place_id, names_json, level, by_id,
            since, until)
        VALUES (:chat, :thread, :alert, :signal, :place, :names, :level, :by, :now, :until)
        ON CONFLICT (
            chat_id, everywhere, ifnull(thread_id, 0), ifnull(alert_id, 0), signal, place_id
        ) DO UPDATE SET
            names_json = excluded.names_json, level = excluded.level, by_id = excluded.by_id,
            since = excluded.since, until = excluded.until
        RETURNING id""",
        {
            "chat": chat_id,
            "thread": thread_id,
            "alert": target.alert_id,
            "signal": target.signal,
            "place": target.place_id,
            "names": json.dumps(dict(target.names), ensure_ascii=False),
            "level": target.level,
            "by": by_id,
            "now": to_text(now),
            "until": to_text(until),
        },
    )
    mute_id = 0 if row is None else int(row["id"])
    _held_until(db, mute_id, until)
    return Mute(mute_id, chat_id, target, now, until, thread_id=thread_id)


def end(db: Connection, chat_id: int, mute_id: int, now: datetime) -> Mute | None:
    """End one of the chat's mutes; what it held is due at once. None when there is none."""
    row = fetch_one(
        db,
        f"{_SELECT} WHERE m.id = :id AND m.chat_id = :chat AND m.until > :now",
        {"id": mute_id, "chat": chat_id, "now": to_text(now)},
    )
    if row is None:
        return None
    db.execute(
        "UPDATE mutes SET since = min(since, :now), until = :now WHERE id = :id",
        {"id": mute_id, "now": to_text(now)},
    )
    _held_until(db, mute_id, now)
    return _mute(row)


def of_chat(db: Connection, chat_id: int, now: datetime) -> list[Mute]:
    """What stands in the chat now, oldest first."""
    rows = fetch(
        db,
        f"{_SELECT} WHERE m.chat_id = :chat AND m.until > :now ORDER BY m.id",
        {"chat": chat_id, "now": to_text(now)},
    )
    return [_mute(row) for row in rows]


def of_topic(db: Connection, chat_id: int, thread_id: int | None, now: datetime) -> list[Mute]:
    """What holds what goes to one topic of the chat now, oldest first."""
    return [each for each in of_chat(db, chat_id, now) if each.is_of(thread_id)]


def move_topic(db: Connection, chat_id: int, thread_id: int) -> None:
    """What is muted in a topic is muted in the general one from now on, where it is not so yet."""
    db.execute(
        """
        UPDATE mutes SET thread_id = NULL
        WHERE chat_id = :chat AND thread_id = :thread AND NOT EXISTS (SELECT 1 FROM mutes m
            WHERE m.chat_id = mutes.chat_id AND m.everywhere = mutes.everywhere
                AND m.thread_id IS NULL AND m.signal = mutes.signal
                AND m.place_id = mutes.place_id
                AND coalesce(m.alert_id, 0) = coalesce(mutes.alert_id, 0))""",
        {"chat": chat_id, "thread": thread_id},
    )


def standing(db: Connection, now: datetime) -> dict[int, list[Mute]]:
    """What stands now, by chat."""
    found: dict[int, list[Mute]] = {}
    rows = fetch(db, f"{_SELECT} WHERE m.until > :now", {"now": to_text(now)})
    for row in sorted(rows, key=lambda row: row["id"]):
        found.setdefault(row["chat_id"], []).append(_mute(row))
    return found


def _held_until(db: Connection, mute_id: int, until: datetime) -> None:
    change(
        db,
        """
        UPDATE outbox SET not_before = :until
        WHERE mute_id = :id AND state IN ('pending', 'paused') AND attempts = 0""",
        {"id": mute_id, "until": to_text(until)},
    )


def _mute(row: Row) -> Mute:
    target = Target(
        *(row["level"], row["alert_id"], row["signal"], row["place_id"]),
        names=json.loads(row["names_json"]),
    )
    return Mute(
        *(row["id"], row["chat_id"], target, from_text(row["since"]), from_text(row["until"])),
        short_id=row["short_id"] or "",
        thread_id=row["thread_id"],
        everywhere=bool(row["everywhere"]),
    )
