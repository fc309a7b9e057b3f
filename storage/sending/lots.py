"""What is owed to very many chats at once: in lots, which become rows of the outbox one by one.

Twenty thousand rows take longer to write than anybody should hold the writers' lock, and their
messages take ten minutes to send. So the transaction that owes them writes lists of chats, and who
sends writes the rows out, a transaction for each lot, before it looks for what to send.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from storage.connection import Connection
from storage.rows import change, fetch, fetch_one, insert_all, numbers, run

SIZE = 500
"""Chats of a lot, and the most whose rows are written at once without one."""


def put(db: Connection, chats: Sequence[int], row: Mapping[str, object]) -> None:
    """Owe an alert to these chats; `row` has what their rows of the outbox have in common, times
    as texts."""
    lots = (chats[first : first + SIZE] for first in range(0, len(chats), SIZE))
    insert_all(
        db,
        "outbox_lots",
        [{**row, "chats": len(lot), "chats_json": json.dumps(lot)} for lot in lots],
    )


def waiting(db: Connection) -> bool:
    """Whether a lot is not written out yet."""
    return fetch_one(db, "SELECT id FROM outbox_lots LIMIT 1") is not None


def write_out(db: Connection) -> int:
    """Write the rows of the oldest lot; how many they are.

    As the chats are by now: none of one that is gone, held of one that cannot be reached. Whoever
    has a later version already is not sent an earlier one after it.
    """
    lot = fetch_one(db, "SELECT * FROM outbox_lots ORDER BY id LIMIT 1")
    if lot is None:
        return 0
    members = json.loads(lot["chats_json"])
    written = change(
        db,
        """
        INSERT INTO outbox (alert_id, chat_id, kind, version, key, state, level, not_before,
            possible_repeat, created_at, updated_at)
        SELECT :alert_id, c.id, :kind, :version, '',
            CASE c.state WHEN 'paused' THEN 'paused' ELSE 'pending' END, :level, :not_before,
            :possible_repeat, :created_at, :created_at
        FROM json_each(:ids) each CROSS JOIN chats c ON c.id = each.value
        WHERE c.id BETWEEN :lowest AND :highest AND NOT EXISTS (SELECT 1 FROM outbox n
            WHERE n.alert_id = :alert_id AND n.chat_id = c.id AND n.version > :version
                AND n.thread_id IS NULL)
        ON CONFLICT DO NOTHING""",
        # Between which ids they lie spares PostgreSQL to read all chats for each lot.
        lot | {"ids": numbers(members), "lowest": min(members), "highest": max(members)},
    )
    run(db, "DELETE FROM outbox_lots WHERE id = :id", {"id": lot["id"]})
    return written


def write_all(db: Connection) -> None:
    """Write all lots out, for who must have every row before it changes them."""
    while waiting(db):
        write_out(db)


def chats(db: Connection, alert_id: int) -> list[int]:
    """Who is owed the alert in lots."""
    rows = fetch(db, "SELECT chats_json FROM outbox_lots WHERE alert_id = :id", {"id": alert_id})
    return [chat for row in rows for chat in json.loads(row["chats_json"])]
