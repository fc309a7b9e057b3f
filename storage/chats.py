"""Chats: who reads what, in which language, and whether Telegram lets us reach them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database as Connection

from storage import card_edits, feedback, outbox
from storage.rows import (
    Row,
    change,
    fetch,
    fetch_one,
    from_text,
    from_text_or_none,
    insert,
    many,
    to_text,
    to_text_or_none,
)


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat, group, channel or forum topic. `id` is Telegram's chat id."""

    id: int
    thread_id: int | None
    kind: str
    title: str
    language: str
    state: str
    paused_reason: str | None
    role: str
    signals: frozenset[str]
    lowest_level: str
    created_at: datetime
    blocked_until: datetime | None
    # Minutes until a critical alert that nobody acknowledged is passed on (None: never), and the
    # chat that then gets it (None: the second channel).
    escalate_after: int | None = None
    escalate_to: int | None = None
    # The chat is muted from then until then; both stay when that is over.
    muted_at: datetime | None = None
    muted_until: datetime | None = None
    # Ids of the places it chose: it hears of nothing elsewhere. None chosen: of every place.
    places: frozenset[str] = frozenset()

    def is_muted(self, now: datetime) -> bool:
        """Whether it gets nothing now but what is critical, and notices."""
        return self.muted_until is not None and self.muted_until > now


_SELECT = """
    SELECT c.*, (SELECT json_group_array(signal) FROM subscriptions s WHERE s.chat_id = c.id)
        AS signals,
        (SELECT json_group_array(place_id) FROM chat_places p WHERE p.chat_id = c.id) AS places
    FROM chats c"""


def get(db: Connection, chat_id: int) -> Chat | None:
    row = fetch_one(db, f"{_SELECT} WHERE c.id = :id", {"id": chat_id})
    return None if row is None else _chat(row)


def upsert(db: Connection, chat: Chat) -> Chat:
    """Add a chat, or refresh the kind, title and topic of a known one; returns what is stored.

    A known chat keeps its language, state, role, subscriptions, lowest level, handover and
    mute: those change by their own functions only.
    """
    added = change(
        db,
        """
        INSERT INTO chats (id, thread_id, kind, title, language, state, paused_reason, role,
            lowest_level, created_at, blocked_until)
        VALUES (:id, :thread_id, :kind, :title, :language, :state, :paused_reason, :role,
            :lowest_level, :created_at, :blocked_until)
        ON CONFLICT (id) DO NOTHING""",
        {
            "id": chat.id,
            "thread_id": chat.thread_id,
            "kind": chat.kind,
            "title": chat.title,
            "language": chat.language,
            "state": chat.state,
            "paused_reason": chat.paused_reason,
            "role": chat.role,
            "lowest_level": chat.lowest_level,
            "created_at": to_text(chat.created_at),
            "blocked_until": to_text_or_none(chat.blocked_until),
        },
    )
    if added:
        set_signals(db, chat.id, chat.signals, chat.created_at)
    else:
        db.execute(
            """
            UPDATE chats SET kind = :kind, title = :title,
                thread_id = ifnull(:thread_id, thread_id) WHERE id = :id""",
            {
                "id": chat.id,
                "kind": chat.kind,
                "title": chat.title,
                "thread_id": chat.thread_id,
            },
        )
    return _existing(db, chat.id)


def set_language(db: Connection, chat_id: int, language: str) -> None:
    _set(db, chat_id, "language = :language", {"language": language})


def set_thread(db: Connection, chat_id: int, thread_id: int | None) -> None:
    """Send to this topic of a forum from now on; None for the general one."""
    _set(db, chat_id, "thread_id = :thread_id", {"thread_id": thread_id})


def set_signals(db: Connection, chat_id: int, signals: Collection[str], now: datetime) -> None:
    """Subscribe the chat to exactly these signals."""
    db.execute(
        """
        DELETE FROM subscriptions
        WHERE chat_id = :id AND signal NOT IN (SELECT value FROM json_each(:signals))""",
        {"id": chat_id, "signals": many(signals)},
    )
    db.execute(
        """
        INSERT INTO subscriptions (chat_id, signal, created_at)
        SELECT :id, value, :now FROM json_each(:signals) WHERE true
        ON CONFLICT (chat_id, signal) DO NOTHING""",
        {"id": chat_id, "signals": many(signals), "now": to_text(now)},
    )


def set_operators(db: Connection, chat_ids: Collection[int], now: datetime) -> None:
    """Make the operators exactly these chats, adding those that never wrote to the bot."""
    for chat_id in chat_ids:
        db.execute(
            """
            INSERT INTO chats (id, kind, title, language, state, role, lowest_level, created_at)
            VALUES (:id, :kind, '', 'ar', 'active', 'operator', 'alert', :now)
            ON CONFLICT (id) DO NOTHING""",
            # Telegram's ids of people are positive, those of groups and channels negative.
            {"id": chat_id, "kind": "private" if chat_id > 0 else "group", "now": to_text(now)},
        )
    db.execute(
        """
        UPDATE chats SET role = CASE WHEN id IN (SELECT value FROM json_each(:ids))
            THEN 'operator' ELSE 'subscriber' END""",
        {"ids": many(chat_ids)},
    )


def operators(db: Connection) -> list[Chat]:
    """Operators' chats, paused ones too."""
    return [_chat(row) for row in fetch(db, f"{_SELECT} WHERE c.role = 'operator' ORDER BY c.id")]


def subscribed(db: Connection) -> list[Chat]:
    """Active chats with at least one signal."""
    return [chat for chat in everyone(db) if chat.state == "active" and chat.signals]


def everyone(db: Connection) -> list[Chat]:
    """Every chat, paused ones too: what routing chooses from."""
    return [_chat(row) for row in fetch(db, f"{_SELECT} ORDER BY c.id")]


def pause(db: Connection, chat_id: int, reason: str, now: datetime) -> None:
    """Stop sending to a chat that cannot be reached. Settings stay, pending rows are held."""
    _set(db, chat_id, "state = 'paused', paused_reason = :reason", {"reason": reason})
    outbox.pause_chat(db, chat_id, now)


def resume(db: Connection, chat_id: int, now: datetime) -> None:
    """Send again; what was held becomes due."""
    _set(db, chat_id, "state = 'active', paused_reason = NULL, blocked_until = NULL", {})
    outbox.resume_chat(db, chat_id, now)


def set_blocked_until(db: Connection, chat_id: int, until: datetime | None) -> None:
    """Telegram asked for quiet in this chat until then (429)."""
    _set(db, chat_id, "blocked_until = :until", {"until": to_text_or_none(until)})


def set_handover(db: Connection, chat_id: int, after: int | None, to: int | None) -> None:
    """Pass critical alerts on after so many minutes, to this chat; None and None to stop."""
    values: dict[str, object] = {"after": after, "to": to}
    _set(db, chat_id, "escalate_after = :after, escalate_to = :to", values)


def mute(db: Connection, chat_id: int, until: datetime, now: datetime) -> None:
    """Hold back what is not critical until then."""
    values: dict[str, object] = {"now": to_text(now), "until": to_text(until)}
    _set(db, chat_id, "muted_at = :now, muted_until = :until", values)


def unmute(db: Connection, chat_id: int, now: datetime) -> bool:
    """End the mute; False when there is none."""
    touched = change(
        db,
        """
        UPDATE chats SET muted_at = min(muted_at, :now), muted_until = :now
        WHERE id = :id AND muted_until > :now""",
        {"id": chat_id, "now": to_text(now)},
    )
    return touched > 0


def set_places(db: Connection, chat_id: int, places: Mapping[str, Mapping[str, str]]) -> None:
    """Let the chat hear of these places alone: ids, each with its names by language."""
    db.execute("DELETE FROM chat_places WHERE chat_id = :id", {"id": chat_id})
    for place_id, names in places.items():
        named = json.dumps(dict(names), ensure_ascii=False)
        insert(
            db,
            "chat_places",
            {"chat_id": chat_id, "place_id": place_id, "names_json": named},
        )


def names_of_places(db: Connection, chat_id: int) -> list[dict[str, str]]:
    """The names, by language, of each place that the chat chose."""
    rows = fetch(
        db,
        "SELECT names_json FROM chat_places WHERE chat_id = :id ORDER BY place_id",
        {"id": chat_id},
    )
    return [json.loads(row["names_json"]) for row in rows]


def migrate(db: Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: settings, outbox rows and history follow to the new id.

    When the new id is known already, its own settings win, subscriptions are joined, an outbox
    row that both have is kept once, and the later end of a mute holds. An unknown old id, or a
    repeated call, does nothing.
    """
    if old_id == new_id or get(db, old_id) is None:
        return
    # A supergroup counts its messages anew.
    card_edits.forget_chat(db, old_id)
    outbox.forget_messages(db, old_id)
    feedback.move_chat(db, old_id, new_id)
    if get(db, new_id) is None:
        db.execute(
            """
            UPDATE chats SET id = :new,
                kind = CASE kind WHEN 'group' THEN 'supergroup' ELSE kind END
            WHERE id = :old""",
            {"old": old_id, "new": new_id},
        )
    else:
        ids = {"old": old_id, "new": new_id}
        db.execute("UPDATE OR IGNORE subscriptions SET chat_id = :new WHERE chat_id = :old", ids)
        # Signals are joined: one of the two that hears of every place goes on doing so.
        db.execute(
            """
            DELETE FROM chat_places WHERE chat_id IN (:old, :new) AND 2 > (
                SELECT count(DISTINCT chat_id) FROM chat_places WHERE chat_id IN (:old, :new))""",
            ids,
        )
        db.execute("UPDATE OR IGNORE chat_places SET chat_id = :new WHERE chat_id = :old", ids)
        outbox.move_chat(db, old_id, new_id)
        db.execute("UPDATE sends SET chat_id = :new WHERE chat_id = :old", ids)
        db.execute("UPDATE OR IGNORE mutes SET chat_id = :new WHERE chat_id = :old", ids)
        _move_handover(db, ids)
        db.execute(
            """
            UPDATE chats SET muted_at = old.muted_at, muted_until = old.muted_until
            FROM (SELECT muted_at, muted_until FROM chats WHERE id = :old) AS old
            WHERE id = :new AND old.muted_until > ifnull(chats.muted_until, '')""",
            ids,
        )
        db.execute(
            """
            UPDATE chats SET role = 'operator'
            WHERE id = :new AND (SELECT role FROM chats WHERE id = :old) = 'operator'""",
            ids,
        )
        db.execute("DELETE FROM chats WHERE id = :old", {"old": old_id})


def record_sent(db: Connection, chat_id: int, at: datetime) -> None:
    """Note a message sent, for pacing that survives restarts."""
    db.execute(
        "INSERT INTO sends (chat_id, at) VALUES (:id, :at)", {"id": chat_id, "at": to_text(at)}
    )


def sends_since(db: Connection, since: datetime) -> dict[int, list[datetime]]:
    """When messages went to each chat since then, oldest first."""
    found: dict[int, list[datetime]] = {}
    for row in fetch(
        db,
        "SELECT chat_id, at FROM sends WHERE at >= :since ORDER BY at, id",
        {"since": to_text(since)},
    ):
        found.setdefault(row["chat_id"], []).append(from_text(row["at"]))
    return found


def _move_handover(db: Connection, ids: dict[str, int]) -> None:
    """Both chats exist. Of two rows for one alert an acknowledged one stays."""
    db.execute(
        """
        DELETE FROM acknowledgements WHERE chat_id = :new AND at IS NULL AND alert_id IN
            (SELECT alert_id FROM acknowledgements WHERE chat_id = :old AND at IS NOT NULL)""",
        ids,
    )
    db.execute("UPDATE OR IGNORE acknowledgements SET chat_id = :new WHERE chat_id = :old", ids)
    db.execute("UPDATE chats SET escalate_to = :new WHERE escalate_to = :old", ids)
    # A chat that becomes its own second chat: the second channel is left.
    db.execute("UPDATE chats SET escalate_to = NULL WHERE id = :new AND escalate_to = id", ids)


def _set(db: Connection, chat_id: int, assignments: str, values: dict[str, object]) -> None:
    sql = f"UPDATE chats SET {assignments} WHERE id = :id"  # noqa: S608 our own words
    if not change(db, sql, values | {"id": chat_id}):
        raise KeyError(f"no chat {chat_id}")


def _existing(db: Connection, chat_id: int) -> Chat:
    chat = get(db, chat_id)
    if chat is None:  # pragma: no cover - it was written a line ago
        raise KeyError(f"no chat {chat_id}")
    return chat


def _chat(row: Row) -> Chat:
    return Chat(
        **row
        | {
            "signals": frozenset(json.loads(row["signals"])),
            "places": frozenset(json.loads(row["places"])),
            "created_at": from_text(row["created_at"]),
            "blocked_until": from_text_or_none(row["blocked_until"]),
            "muted_at": from_text_or_none(row["muted_at"]),
            "muted_until": from_text_or_none(row["muted_until"]),
        }
    )
