"""Rows for tests: only what a test is about has to be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database as SqliteConnection

from storage import alerts
from storage.alerts import Alert, AlertSignal, AlertText
from storage.connection import Connection
from storage.file.migrations import MIGRATIONS
from storage.file.migrations.step_033_webhooks import m033_webhooks
from storage.file.migrations.step_034_workers import m034_workers
from storage.file.migrations.step_037_moved import m037_moved
from storage.news import entries, feeds, stories
from storage.news.entries import Entry, StoredDetection
from storage.news.feeds import FeedState
from storage.readers import chats, subscriptions
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription
from storage.rows import insert, to_text
from storage.sending import reach
from storage.sending.outbox import NewDelivery

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_number = count(1)

T = TypeVar("T")


def existing(found: T | None) -> T:
    """What a store found, where a test has just put it."""
    assert found is not None
    return found


def entry(feed_id: str = "feed", **changes: object) -> Entry:
    number = next(_number)
    values: dict[str, object] = {
        "id": None,
        "feed_id": feed_id,
        "guid": f"g{number}",
        "link": f"https://news.example/{number}",
        "title": f"عنوان {number}",
        "summary": "نص الخبر",
        "content_hash": f"h{number}",
        "language": "ar",
        "published_at": None,
        "first_seen_at": NOW,
        "updated_at": None,
        "seeded": False,
    }
    return Entry(**values | changes)  # type: ignore[arg-type]


def add_older_database(file: Path, before: str) -> None:
    """A database as it was before that step of the migrations, with the private chat 5 in it."""
    old = SqliteConnection(file)
    MIGRATIONS.apply(old, stop_before=before)
    chat = {
        "id": 5,
        "kind": "private",
        "title": "ليلى",
        "language": "ar",
        "state": "active",
        "role": "subscriber",
        "created_at": to_text(NOW),
    }
    if "lowest_level" in old["chats"].columns_dict:
        chat["lowest_level"] = "alert"
    insert(old, "chats", chat)
    old.conn.commit()
    old.close()


@contextmanager
def as_today(old: Connection) -> Iterator[None]:
    """Today's code makes alerts in a database of before: it needs tables and columns that this has
    not."""
    m033_webhooks(old)
    m034_workers(old)
    m037_moved(old)
    yield
    for table in ("webhook_messages", "webhook_receivers", "workers"):
        old.execute(f"DROP TABLE {table}")
    for column in ("definition", "ttl_seconds", "update_period_seconds", "moved_to"):
        old.execute(f"ALTER TABLE feeds DROP COLUMN {column}")


def feed_state(db: Connection, feed_id: str = "feed") -> FeedState:
    """The row of a feed that a test has put there."""
    return next(state for state in feeds.all_states(db) if state.id == feed_id)


def add_feed(db: Connection, feed_id: str = "feed") -> None:
    known = [(state.id, state.url) for state in feeds.all_states(db)]
    feeds.sync(db, [*known, (feed_id, f"https://{feed_id}.example/rss")], NOW)


def add_entry(db: Connection, feed_id: str = "feed", **changes: object) -> int:
    if feed_id not in {state.id for state in feeds.all_states(db)}:
        add_feed(db, feed_id)
    new = entry(feed_id, **changes)
    return entries.add(db, new, [f"guid:{new.guid}", f"hash:{new.content_hash}"])


def alert_text(entry_id: int, **changes: object) -> AlertText:
    values: dict[str, object] = {
        "audience": "everyone",
        "title": "لا توجد أدوية في المستشفى",
        "snippet": "لا توجد أدوية",
        "link": None,
        "feed_name": "عنب بلدي",
        "language": "ar",
        "rules_hash": "r1",
        "reason": "first-telling",
        "entry_id": entry_id,
        "families": 1,
    }
    return AlertText(**values | changes)  # type: ignore[arg-type]


def told(signal: str = "siege", entry_id: int = 1, **changes: str) -> AlertSignal:
    """A signal as an alert tells it."""
    values = {"direction": "worsening", "level": "alert", "explanation": "", "evidence_json": "[]"}
    return AlertSignal(signal=signal, entry_id=entry_id, **values | changes)  # type: ignore[arg-type]


def parted(changes: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Changes to what is said of an alert's signal, and those to the alert's text."""
    names = ("direction", "level", "explanation", "evidence_json")
    ours = {name: changes[name] for name in names if name in changes}
    return ours, {name: value for name, value in changes.items() if name not in ours}


def add_alert(
    db: Connection, signal: str = "siege", at: datetime = NOW, **changes: object
) -> Alert:
    entry_id = add_entry(db, first_seen_at=at)
    story_id = stories.create(db, "قصة", at)
    stories.attach(db, story_id, entry_id, "enab", at)
    ours, others = parted(changes)
    signals = [told(signal, entry_id, **ours)]
    return alerts.create(db, story_id, signals, alert_text(entry_id, **others), at)


def bump(
    db: Connection, alert: Alert, at: datetime = NOW, *signals: AlertSignal, **changes: object
) -> Alert:
    """The alert's next version: these signals, or the one it has with the changes."""
    ours, others = parted(changes)
    now = signals or (replace(alert.gravest, **ours),)
    return alerts.bump(db, alert.id, now, alert_text(alert.entry_id, **others), at)


def chat(chat_id: int = 100, *signals: str, **changes: object) -> Chat:
    values: dict[str, Any] = {
        "id": chat_id,
        "thread_id": None,
        "kind": "private" if chat_id > 0 else "group",
        "title": "مكتب حلب",
        "language": "ar",
        "state": "active",
        "paused_reason": None,
        "role": "subscriber",
        "created_at": NOW,
        "blocked_until": None,
    }
    return Chat(**values | asking(chat_id, frozenset(signals or {"siege"}), "info", changes))


def asking(
    chat_id: int, signals: frozenset[str], lowest: str, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Changes to a chat, with those that are of its one subscription in that."""
    others = dict(changes)
    signals, lowest = others.pop("signals", signals), others.pop("lowest_level", lowest)
    places: dict[str, dict[str, str]] = {each: {} for each in others.pop("places", ())}
    thread_id = others.get("thread_id")
    one = Subscription(chat_id, thread_id, signals, places=places, lowest_level=lowest)
    return {"subscriptions": (one,) if signals or places else (), **others}


def choose(
    db: Connection, chat_id: int, thread_id: int | None = None, **changes: Any
) -> Subscription:
    """Change the first subscription of a chat's topic."""
    changed = replace(subscriptions.first_of(db, chat_id, thread_id, NOW), **changes)
    subscriptions.save(db, changed)
    return changed


def chats_of(db: Connection, alert_id: int) -> set[int]:
    """The chats that any version of the alert was queued for."""
    return {each.chat_id for each in reach.recipients(db, alert_id)}


def add_chat(db: Connection, chat_id: int = 100, *signals: str, **changes: object) -> Chat:
    return chats.upsert(db, chat(chat_id, *signals, **changes))


def delivery(alert_id: int | None, chat_id: int = 100, **changes: object) -> NewDelivery:
    values: dict[str, object] = {
        "alert_id": alert_id,
        "chat_id": chat_id,
        "kind": "alert",
        "version": 1,
        "level": "alert",
        "not_before": NOW,
    }
    return NewDelivery(**values | changes)  # type: ignore[arg-type]


def detection(**changes: object) -> StoredDetection:
    """What a rule found in an entry: a siege lifted."""
    values: dict[str, object] = {
        "signal": "siege",
        "direction": "improving",
        "score": 130,
        "threshold": 100,
        "level": "alert",
        "evidence_json": '[{"quote": "رفع الحصار"}]',
        "explanation": "130/100",
        "rules_hash": "r1",
        "created_at": NOW,
    }
    return StoredDetection(**values | changes)  # type: ignore[arg-type]
