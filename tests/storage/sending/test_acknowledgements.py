"""The columns and the table of acknowledgements over a database that had none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from storage.connection import Connection
from storage.opening import open_database
from storage.readers import chats
from storage.sending import acknowledgements
from tests.storage.make import NOW, add_alert, add_chat, add_older_database


async def test_chats_of_an_older_database_ask_nothing_until_they_are_told_to(
    tmp_path: Path,
) -> None:
    file = tmp_path / "marsad.sqlite"
    add_older_database(file, before="m011_acknowledgements")

    def use(db: Connection) -> None:
        stored = chats.get(db, 5)
        assert stored is not None
        assert (stored.title, stored.escalate_after, stored.escalate_to) == ("ليلى", None, None)
        add_chat(db, 6)
        alert = add_alert(db, level="critical")
        assert acknowledgements.ask(db, alert.id, 5, 1, 8, NOW)
        assert not acknowledgements.ask(db, alert.id, 5, 2, 9, NOW)
        assert acknowledgements.still_open(db) == []
        chats.set_handover(db, 5, 10, 6)
        (waiting,) = acknowledgements.still_open(db)
        assert (waiting.after, waiting.to) == (timedelta(minutes=10), 6)
        db.execute("DELETE FROM chats WHERE id = 6")
        assert acknowledgements.still_open(db)[0].to is None
        assert acknowledgements.hand_over(db, alert.id, 5, NOW)
        assert not acknowledgements.hand_over(db, alert.id, 5, NOW)
        assert acknowledgements.acknowledge(db, alert.id, 5, 7, "Layla", NOW)
        assert acknowledgements.still_open(db) == []
        db.execute("DELETE FROM alerts")
        assert acknowledgements.get(db, alert.id, 5) is None

    database = await open_database(file)
    try:
        await database.write(use)
    finally:
        await database.close()
