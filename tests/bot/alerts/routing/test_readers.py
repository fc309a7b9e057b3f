"""The chats that routing chooses from are remembered, and read again when they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.routing.readers import Readers, alike
from storage.connection import Connection
from storage.readers import chats, forgetting, subscriptions, supergroups
from tests.bot.alerts.newsroom import Newsroom
from tests.storage.make import NOW, add_chat, choose


@pytest.fixture
def db(newsroom: Newsroom) -> Connection:
    return newsroom.db


CHANGES: dict[str, Callable[[Connection], object]] = {
    "a new chat": lambda db: add_chat(db, 9, "siege"),
    "another signal": lambda db: choose(db, 1, signals=frozenset({"evacuation"})),
    "one more subscription": lambda db: subscriptions.add(
        db, subscriptions.Subscription(1, 7, frozenset({"siege"})), NOW
    ),
    "one subscription less": lambda db: subscriptions.remove(
        db, subscriptions.of_chat(db, 1)[0].id or 0
    ),
    "paused": lambda db: chats.pause(db, 1, "kicked", NOW),
    "operators": lambda db: chats.set_operators(db, [2], NOW),
    "a group that became a supergroup": lambda db: supergroups.migrate(db, 1, -100),
    "who is forgotten": lambda db: forgetting.person(db, 1),
    "a topic that is gone": lambda db: chats.forget_topic(db, 3, 44),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_read_again(db: Connection, change: str) -> None:
    for chat_id in (1, 2, 3):
        add_chat(db, chat_id, "siege", thread_id=44 if chat_id == 3 else None)
    readers = Readers()
    before = readers(db)
    CHANGES[change](db)
    after = readers(db)
    assert after.chats == tuple(chats.everyone(db)) != before.chats
    assert sorted(map(len, after.groups)) == sorted(map(len, alike(after.chats)))
    assert sorted(chat.id for group in after.groups for chat in group) == [
        chat.id for chat in after.chats
    ]


def test_what_did_not_change_is_not_read(db: Connection) -> None:
    for chat_id in range(1, 30):
        add_chat(db, chat_id, "siege")
    readers = Readers()
    readers(db)
    chats.mute(db, 1, NOW + timedelta(hours=1), NOW)
    asked: list[str] = []
    db.conn.set_trace_callback(asked.append)
    readers(db)
    db.conn.set_trace_callback(None)
    assert len(asked) == 1 and "reader_changes" in asked[0]


def test_who_chose_the_same_is_one_group(db: Connection) -> None:
    for chat_id in range(1, 6):
        add_chat(db, chat_id, "siege" if chat_id < 4 else "evacuation")
    choose(db, 2, lowest_level="critical")
    found = Readers()(db).groups
    assert [[chat.id for chat in group] for group in found] == [[1, 3], [2], [4, 5]]
    assert alike([replace(chat, title="x") for chat in Readers()(db).chats])[0][0].title == "x"
