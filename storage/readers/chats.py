"""Chats: who reads what, in which language, and whether Telegram lets us reach them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.connection import Connection
from storage.readers import mutes, subscriptions
from storage.readers.subscriptions import ChosenSignals, Subscription, chosen_by
from storage.rows import (
    Row,
    change,
    fetch,
    fetch_one,
    from_text,
    from_text_or_none,
    numbers,
    to_text,
    to_text_or_none,
)
from storage.sending import card_edits, holding, moves

_LEVELS = ("info", "watch", "alert", "critical")


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat, group or channel. `id` is Telegram's chat id.

    `thread_id`: the topic in which /start was last said; it gets what no subscription asks for,
    such as notices. What it wants to hear, and in which topic, its `subscriptions` say.
    """

    id: int
    thread_id: int | None
    kind: str
    title: str
    language: str
    state: str
    paused_reason: str | None
    role: str
    created_at: datetime
    blocked_until: datetime | None
    # Minutes until a critical alert that nobody acknowledged is passed on (None: never), and the
    # chat that then gets it (None: the second channel).
    escalate_after: int | None = None
    escalate_to: int | None = None
    # The chat is muted from then until then; both stay when that is over.
    muted_at: datetime | None = None
    muted_until: datetime | None = None
    # In all its topics, oldest first.
    subscriptions: tuple[Subscription, ...] = ()
    # An IANA name; None: that of the settings.
    timezone: str | None = None
    # When the last quiet hours that began end, or ended (see `storage.readers.chat_clocks`).
    quiet_until: datetime | None = None

    @property
    def chosen(self) -> ChosenSignals:
        """The signals that any of its subscriptions chose."""
        return chosen_by(self.subscriptions)

    @property
    def signals(self) -> frozenset[str]:
        """Those that were chosen by name; see `chosen`, for it may have chosen everything."""
        return self.chosen.named

    @property
    def places(self) -> frozenset[str]:
        """Ids of the places that it hears of; none: of every place."""
        all_places = [frozenset(each.places) for each in self.subscriptions]
        return frozenset().union(*all_places) if all(all_places) else frozenset()

    @property
    def lowest_level(self) -> str:
        """The lowest that any of its subscriptions asks for."""
        asked = [each.lowest_level for each in self.subscriptions]
        return min(asked, key=_LEVELS.index, default="alert")

    def topic(self, thread_id: int | None) -> tuple[Subscription, ...]:
        """Its subscriptions in one topic."""
        return tuple(each for each in self.subscriptions if each.thread_id == thread_id)

    def is_muted(self, now: datetime) -> bool:
        """Whether somebody asked for quiet for a while, and that is not over."""
        return self.muted_until is not None and self.muted_until > now

    @property
    def held_until(self) -> datetime | None:
        """The end of the last mute or of the last quiet hours, whichever is later."""
        ends = [at for at in (self.muted_until, self.quiet_until) if at is not None]
        return max(ends, default=None)

    def is_held(self, now: datetime) -> bool:
        """Whether it gets nothing now but what is critical, and notices."""
        return self.held_until is not None and self.held_until > now


def get(db: Connection, chat_id: int) -> Chat | None:
    row = fetch_one(db, "SELECT * FROM chats WHERE id = :id", {"id": chat_id})
    return None if row is None else _chat(row, subscriptions.of_chat(db, chat_id))


def upsert(db: Connection, chat: Chat) -> Chat:
    """Add a chat, or refresh the kind and title of a known one; returns what is stored.

    A known chat keeps its language, topic, state, role, subscriptions, handover, mute and clock:
    those change by their own functions only.
    """
    added = change(
        db,
        """
        INSERT INTO chats (id, thread_id, kind, title, language, state, paused_reason, role,
            created_at, blocked_until)
        VALUES (:id, :thread_id, :kind, :title, :language, :state, :paused_reason, :role,
            :created_at, :blocked_until)
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
            "created_at": to_text(chat.created_at),
            "blocked_until": to_text_or_none(chat.blocked_until),
        },
    )
    if added:
        for each in chat.subscriptions:
            subscriptions.add(db, replace(each, chat_id=chat.id), chat.created_at)
    else:
        db.execute(
            "UPDATE chats SET kind = :kind, title = :title WHERE id = :id",
            {"id": chat.id, "kind": chat.kind, "title": chat.title},
        )
    return _existing(db, chat.id)


def set_language(db: Connection, chat_id: int, language: str) -> None:
    _set(db, chat_id, "language = :language", {"language": language})


def set_thread(db: Connection, chat_id: int, thread_id: int | None) -> None:
    """Send what no subscription asks for, such as notices, to this topic; None: the general one."""
    _set(db, chat_id, "thread_id = :thread_id", {"thread_id": thread_id})


def forget_topic(db: Connection, chat_id: int, thread_id: int) -> int:
    """A topic of the chat was deleted or closed: the general one takes its place in all; how many
    messages that were owed to it go there."""
    change(
        db,
        "UPDATE chats SET thread_id = NULL WHERE id = :id AND thread_id = :thread",
        {"id": chat_id, "thread": thread_id},
    )
    subscriptions.move_topic(db, chat_id, thread_id)
    mutes.move_topic(db, chat_id, thread_id)
    card_edits.forget_topic(db, chat_id, thread_id)
    return moves.move_topic(db, chat_id, thread_id)


def set_operators(db: Connection, chat_ids: Collection[int], now: datetime) -> None:
    """Make the operators exactly these chats, adding those that never wrote to the bot."""
    for chat_id in chat_ids:
        db.execute(
            """
            INSERT INTO chats (id, kind, title, language, state, role, created_at)
            VALUES (:id, :kind, '', 'ar', 'active', 'operator', :now)
            ON CONFLICT (id) DO NOTHING""",
            # Telegram's ids of people are positive, those of groups and channels negative.
            {"id": chat_id, "kind": "private" if chat_id > 0 else "group", "now": to_text(now)},
        )
    db.execute(
        """
        UPDATE chats SET role = CASE WHEN id IN (SELECT value FROM json_each(:ids))
            THEN 'operator' ELSE 'subscriber' END""",
        {"ids": numbers(chat_ids)},
    )


def operators(db: Connection) -> list[Chat]:
    """Operators' chats, paused ones too."""
    rows = fetch(db, "SELECT * FROM chats WHERE role = 'operator' ORDER BY id")
    return [_chat(row, subscriptions.of_chat(db, row["id"])) for row in rows]


def subscribed(db: Connection) -> list[Chat]:
    """Active chats with a subscription to some signal that is not paused."""
    return [
        chat
        for chat in everyone(db)
        if chat.state == "active"
        and any(each.chosen for each in chat.subscriptions if not each.paused)
    ]


def everyone(db: Connection) -> list[Chat]:
    """Every chat, paused ones too: what routing chooses from."""
    theirs = subscriptions.everyones(db)
    rows = fetch(db, "SELECT * FROM chats ORDER BY id")
    return [_chat(row, theirs.get(row["id"], ())) for row in rows]


def by_ids(db: Connection, chat_ids: Collection[int]) -> list[Chat]:
    """Those of the chats that exist, by id."""
    ids = {"ids": numbers(chat_ids)}
    theirs = subscriptions.of_chats(db, chat_ids)
    rows = fetch(
        db,
        """
        SELECT c.* FROM (SELECT DISTINCT value AS id FROM json_each(:ids)) each
        CROSS JOIN chats c ON c.id = each.id""",
        ids,
    )
    found = [_chat(row, theirs.get(row["id"], ())) for row in rows]
    return sorted(found, key=lambda chat: chat.id)


def pause(db: Connection, chat_id: int, reason: str, now: datetime) -> None:
    """Stop sending to a chat that cannot be reached. Settings stay, pending rows are held."""
    _set(db, chat_id, "state = 'paused', paused_reason = :reason", {"reason": reason})
    holding.pause_chat(db, chat_id, now)


def resume(db: Connection, chat_id: int, now: datetime) -> None:
    """Send again; what was held becomes due."""
    _set(db, chat_id, "state = 'active', paused_reason = NULL, blocked_until = NULL", {})
    holding.resume_chat(db, chat_id, now)


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


def _set(db: Connection, chat_id: int, assignments: str, values: dict[str, object]) -> None:
    sql = f"UPDATE chats SET {assignments} WHERE id = :id"  # noqa: S608 our own words
    if not change(db, sql, values | {"id": chat_id}):
        raise KeyError(f"no chat {chat_id}")


def _existing(db: Connection, chat_id: int) -> Chat:
    chat = get(db, chat_id)
    if chat is None:  # pragma: no cover - it was written a line ago
        raise KeyError(f"no chat {chat_id}")
    return chat


def _chat(row: Row, theirs: Sequence[Subscription]) -> Chat:
    return Chat(
        **row
        | {
            "subscriptions": tuple(theirs),
            "created_at": from_text(row["created_at"]),
            "blocked_until": from_text_or_none(row["blocked_until"]),
            "muted_at": from_text_or_none(row["muted_at"]),
            "muted_until": from_text_or_none(row["muted_until"]),
            "quiet_until": from_text_or_none(row["quiet_until"]),
        }
    )
