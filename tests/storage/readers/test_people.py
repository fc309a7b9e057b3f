"""People, their roles, and where operators come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database as SqliteConnection

from storage.connection import Connection
from storage.file.migrations import MIGRATIONS
from storage.opening import open_database
from storage.readers import chats, people
from storage.rows import to_text

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


async def test_operators_come_from_the_settings_and_from_invitations(tmp_path: Path) -> None:
    def use(db: Connection) -> None:
        assert not people.has_operator(db)
        people.set_operators(db, (1, 2, -5), NOW)
        payload = people.invite(db, "operator", NOW + timedelta(days=1), NOW)
        people.accept(db, payload, 3, "ليلى", NOW)
        assert {each.id: each.role for each in people.everyone(db)} == dict.fromkeys(
            (1, 2, 3), "operator"
        )
        people.set_operators(db, (2, 3), NOW)
        people.set_operators(db, (2,), NOW)
        roles = {each.id: each.role for each in people.everyone(db)}
        assert roles == {1: "viewer", 2: "operator", 3: "operator"}
        assert people.remove(db, 3, NOW)
        assert not people.remove(db, 3, NOW)

    database = await open_database(tmp_path / "marsad.sqlite")
    try:
        await database.write(use)
    finally:
        await database.close()


async def test_who_came_before_there_were_invitations_stays(tmp_path: Path) -> None:
    """A database of 0.1.0: private chats become people, groups and channels do not."""
    file = tmp_path / "marsad.sqlite"
    old = SqliteConnection(file)
    MIGRATIONS.apply(old, stop_before="m005_second_channel")
    for chat_id, kind, role in (
        (1, "private", "operator"),
        (2, "private", "subscriber"),
        (-3, "group", "operator"),
        (-100, "channel", "subscriber"),
    ):
        old.execute(
            """
            INSERT INTO chats (id, kind, title, language, state, role, lowest_level, created_at)
            VALUES (?, ?, 'ليلى', 'ar', 'active', ?, 'alert', ?)""",
            (chat_id, kind, role, to_text(NOW)),
        )
        old.execute(
            "INSERT INTO subscriptions (chat_id, signal, created_at) VALUES (?, 'siege', ?)",
            (chat_id, to_text(NOW)),
        )
    old.conn.commit()
    old.close()
    database = await open_database(file)
    try:
        found = await database.read(people.everyone)
        assert [(each.id, each.name, each.role) for each in found] == [
            (1, "ليلى", "operator"),
            (2, "ليلى", "viewer"),
        ]
        kept = await database.read(chats.everyone)
        assert {chat.id: chat.signals for chat in kept} == dict.fromkeys(
            (1, 2, -3, -100), frozenset({"siege"})
        )
        # The operator was one by the settings: named no more, they stay as a viewer.
        await database.write(lambda db: people.set_operators(db, (), NOW))
        after = await database.read(people.everyone)
        assert [each.role for each in after] == ["viewer", "viewer"]
    finally:
        await database.close()
