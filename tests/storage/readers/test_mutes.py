"""The columns of mutes over a database that had none, and a mute that moves with its group."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from storage.connection import Connection
from storage.opening import open_database
from storage.readers import chats, supergroups
from tests.postgres import REFUSED
from tests.storage.make import HOUR, NOW, add_chat, add_older_database, existing


async def test_chats_of_an_older_database_are_not_muted_and_can_be(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m013_mutes")

    def use(db: Connection) -> None:
        assert not existing(chats.get(db, 5)).is_muted(NOW)
        chats.mute(db, 5, NOW + HOUR, NOW)
        muted = existing(chats.get(db, 5))
        assert (muted.title, muted.muted_at, muted.muted_until) == ("ليلى", NOW, NOW + HOUR)
        assert muted.is_muted(NOW)
        assert not muted.is_muted(NOW + HOUR)
        assert chats.unmute(db, 5, NOW + HOUR / 2)
        assert not chats.unmute(db, 5, NOW + HOUR / 2)
        assert not existing(chats.get(db, 5)).is_muted(NOW + HOUR / 2)
        with pytest.raises(KeyError):
            chats.mute(db, 6, NOW + HOUR, NOW)

    database = await open_database(file)
    try:
        await database.write(use)
        with pytest.raises(REFUSED):
            await database.write(lambda db: db.execute("UPDATE chats SET muted_at = NULL"))
    finally:
        await database.close()


@pytest.mark.parametrize("old", [None, NOW + HOUR, NOW + 3 * HOUR])
@pytest.mark.parametrize("new", [None, NOW + 2 * HOUR])
def test_a_group_that_becomes_a_supergroup_stays_as_quiet(
    db: Connection, old: datetime | None, new: datetime | None
) -> None:
    for chat_id, until in ((-5, old), (-1005, new)):
        add_chat(db, chat_id)
        if until:
            chats.mute(db, chat_id, until, NOW)
    supergroups.migrate(db, -5, -1005)
    latest = max((until for until in (old, new) if until), default=None)
    assert existing(chats.get(db, -1005)).muted_until == latest


def test_settings_that_are_refreshed_keep_the_mute(db: Connection) -> None:
    add_chat(db, 7)
    chats.mute(db, 7, NOW + HOUR, NOW)
    assert add_chat(db, 7).muted_until == NOW + HOUR
