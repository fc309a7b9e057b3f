"""A database of before, with all it had: what is over is counted, and chats are as they were."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.file.migrations import MIGRATIONS
from storage.readers import chats
from storage.rows import fetch
from storage.sending import folding, outbox
from storage.sending.outbox import Mark
from tests.storage.make import NOW, add_alert, add_chat, add_older_database, as_today, delivery


def counted(db: Connection) -> Counter[str]:
    """By walking through all rows."""
    rows = fetch(db, "SELECT state, folded_into FROM outbox")
    return Counter(
        "folded" if row["folded_into"] and row["state"] == "expired" else row["state"]
        for row in rows
    )


def owe(db: Connection, number: int) -> None:
    add_chat(db, 5, "siege")
    for _ in range(number):
        outbox.enqueue(db, [delivery(add_alert(db).id, 5)], NOW)


def test_what_was_over_before_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "marsad.sqlite"
    add_older_database(path, "m030_scale")
    db = connect(path)
    with as_today(db):
        owe(db, 4)
    db.execute("UPDATE outbox SET state = 'sent' WHERE id = 1")
    db.execute("UPDATE outbox SET state = 'expired' WHERE id = 2")
    db.execute("UPDATE outbox SET state = 'expired', folded_into = 1 WHERE id = 3")
    db.conn.commit()
    assert MIGRATIONS.pending(db)[0].name == "m030_scale"
    migrate(db)
    found = outbox.counts(db)
    assert {name: number for name, number in found.items() if number} == counted(db)
    assert [(chat.id, chat.language) for chat in chats.everyone(db)] == [(5, "ar")]
    db.close()


def test_each_way_to_be_over_is_counted(tmp_path: Path) -> None:
    db = connect(tmp_path / "marsad.sqlite")
    migrate(db)

    def right() -> bool:
        return {name: n for name, n in outbox.counts(db).items() if n} == counted(db)

    owe(db, 6)
    outbox.mark_sent(db, 1, 7, NOW)
    outbox.mark(db, 2, Mark("expired", "too late", NOW, 1))
    assert right()
    line = delivery(None, 5, kind="catchup", version=0, text="سطر", key="c")
    catchup = folding.fold(db, {3: "too many", 4: "too many"}, line, NOW)
    assert outbox.counts(db)["folded"] == 2 and right()
    outbox.mark_sent(db, catchup, 8, NOW)
    assert right()
    db.execute("DELETE FROM outbox WHERE id = ?", [catchup])
    assert outbox.counts(db)["expired"] == 3 and right()
    db.execute("DELETE FROM alerts")
    assert sum(outbox.counts(db).values()) == 0 and right()
    db.close()
