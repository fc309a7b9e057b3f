"""What chats want to hear: a chat has any number of subscriptions, each for one of its topics."""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from storage.connection import Connection
from storage.rows import Row, change, fetch, fetch_one, from_text, insert, numbers, to_text

Names = Mapping[str, str]
"""What a place is called, by language."""

DELIVERIES = ("now", "hourly", "daily")


@dataclass(frozen=True, slots=True)
class ChosenSignals(Container[str]):
    """Signals that somebody chose: those named, or every signal that there is or will be."""

    named: frozenset[str] = frozenset()
    everything: bool = False

    def __contains__(self, signal: object) -> bool:
        return self.everything or signal in self.named

    def __bool__(self) -> bool:
        return self.everything or bool(self.named)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one topic of a chat wants to hear. `thread_id` None is the general topic, or a chat
    without topics.

    `everything`: every signal, also those that come later; `signals` are then of no account.
    `places`: ids, each with its names; none: of everywhere. `include`: the text must have one of
    these words, where there are any; `exclude`: it must have none of these. `delivery`: 'now',
    'hourly' or 'daily'; what is critical comes now, whatever was chosen. `id` is None before it
    is stored.
    """

    chat_id: int
    thread_id: int | None = None
    signals: frozenset[str] = frozenset()
    everything: bool = False
    places: Mapping[str, Names] = field(default_factory=dict)
    lowest_level: str = "alert"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    delivery: str = "now"
    paused: bool = False
    created_at: datetime | None = None
    id: int | None = None

    @property
    def chosen(self) -> ChosenSignals:
        return ChosenSignals(self.signals, self.everything)


def chosen_by(subscriptions: Iterable[Subscription]) -> ChosenSignals:
    """The signals that any of them chose."""
    found = list(subscriptions)
    named = frozenset[str]().union(*(each.signals for each in found))
    return ChosenSignals(named, any(each.everything for each in found))


def get(db: Connection, subscription_id: int) -> Subscription | None:
    row = fetch_one(db, "SELECT * FROM subscriptions WHERE id = :id", {"id": subscription_id})
    return None if row is None else _subscription(row)


def of_chat(db: Connection, chat_id: int) -> list[Subscription]:
    """The chat's subscriptions in all its topics, oldest first."""
    rows = fetch(
        db, "SELECT * FROM subscriptions WHERE chat_id = :chat ORDER BY id", {"chat": chat_id}
    )
    return [_subscription(row) for row in rows]


def of_topic(db: Connection, chat_id: int, thread_id: int | None) -> list[Subscription]:
    """Those of one topic, oldest first: the first is the one that short commands are about."""
    return [each for each in of_chat(db, chat_id) if each.thread_id == thread_id]


def everyones(db: Connection) -> dict[int, list[Subscription]]:
    """All of them by chat, oldest first."""
    found: dict[int, list[Subscription]] = {}
    for row in fetch(db, "SELECT * FROM subscriptions ORDER BY id"):
        found.setdefault(row["chat_id"], []).append(_subscription(row))
    return found


def of_chats(db: Connection, chat_ids: Collection[int]) -> dict[int, list[Subscription]]:
    """Those of some chats by chat, oldest first."""
    found: dict[int, list[Subscription]] = {}
    rows = fetch(
        db,
        """
        SELECT s.* FROM json_each(:ids) each
        CROSS JOIN subscriptions s ON s.chat_id = each.value""",
        {"ids": numbers(chat_ids)},
    )
    for row in sorted({row["id"]: row for row in rows}.values(), key=lambda each: each["id"]):
        found.setdefault(row["chat_id"], []).append(_subscription(row))
    return found


def add(db: Connection, subscription: Subscription, now: datetime) -> Subscription:
    """Store a new one, which gets its id."""
    values = {
        "chat_id": subscription.chat_id,
        "thread_id": subscription.thread_id,
        "created_at": to_text(now),
        **_settings(subscription),
    }
    stored = insert(db, "subscriptions", values)
    return replace(subscription, id=stored, created_at=now)


def save(db: Connection, subscription: Subscription) -> None:
    """Keep its settings as they are here. One that was removed meanwhile stays away."""
    values = _settings(subscription)
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    db.execute(
        f"UPDATE subscriptions SET {assignments} WHERE id = :id",  # noqa: S608 our own words
        values | {"id": subscription.id},
    )


def remove(db: Connection, subscription_id: int) -> bool:
    """Forget one; False when it is gone already."""
    removed = change(db, "DELETE FROM subscriptions WHERE id = :id", {"id": subscription_id})
    return removed > 0


def first_of(db: Connection, chat_id: int, thread_id: int | None, now: datetime) -> Subscription:
    """The first of a topic, which gets an empty one if it has none."""
    found = of_topic(db, chat_id, thread_id)
    return found[0] if found else add(db, Subscription(chat_id, thread_id), now)


def move_topic(db: Connection, chat_id: int, thread_id: int) -> int:
    """A topic is gone: its subscriptions are the general one's now; how many."""
    return change(
        db,
        """
        UPDATE subscriptions SET thread_id = NULL
        WHERE chat_id = :chat AND thread_id = :thread""",
        {"chat": chat_id, "thread": thread_id},
    )


def move_chat(db: Connection, old_id: int, new_id: int) -> None:
    """Give the old chat's subscriptions to the new one, which keeps one of those that are alike."""
    known = [replace(each, id=None, created_at=None) for each in of_chat(db, new_id)]
    for each in of_chat(db, old_id):
        moved = replace(each, chat_id=new_id, id=None, created_at=None)
        if moved in known:
            db.execute("DELETE FROM subscriptions WHERE id = :id", {"id": each.id})
    db.execute(
        "UPDATE subscriptions SET chat_id = :new WHERE chat_id = :old",
        {"old": old_id, "new": new_id},
    )


def _settings(subscription: Subscription) -> dict[str, object]:
    """All that can be chosen, as it is stored."""

    def as_json(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    return {
        "everything": int(subscription.everything),
        "signals_json": as_json(sorted(subscription.signals)),
        "places_json": as_json({key: dict(names) for key, names in subscription.places.items()}),
        "lowest_level": subscription.lowest_level,
        "include_json": as_json(subscription.include),
        "exclude_json": as_json(subscription.exclude),
        "delivery": subscription.delivery,
        "paused": int(subscription.paused),
    }


def _subscription(row: Row) -> Subscription:
    return Subscription(
        id=row["id"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        signals=frozenset(json.loads(row["signals_json"])),
        everything=bool(row["everything"]),
        places=json.loads(row["places_json"]),
        lowest_level=row["lowest_level"],
        include=tuple(json.loads(row["include_json"])),
        exclude=tuple(json.loads(row["exclude_json"])),
        delivery=row["delivery"],
        paused=bool(row["paused"]),
        created_at=from_text(row["created_at"]),
    )
