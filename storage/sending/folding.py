"""Rows that are told in one catch-up line instead of one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from storage.connection import Connection
from storage.rows import fetch, fetch_one, many, numbers, to_text
from storage.sending import outbox
from storage.sending.deliveries import NewDelivery


def fold(db: Connection, reasons: Mapping[int, str], catchup: NewDelivery, at: datetime) -> int:
    """Tell these rows in one catch-up line instead: queue it, expire them; returns its id.

    `reasons` says for each row's id why it is in the line. Rows keep a reference to the
    catch-up, and count as owed until it is delivered. Raises ValueError for rows of another
    chat, or when none of them is owed any more.
    """
    rows = fetch(
        db,
        """
        SELECT o.id, o.chat_id FROM json_each(:ids) each CROSS JOIN outbox o ON o.id = each.value
        WHERE o.state IN ('pending', 'unknown', 'paused')""",
        {"ids": numbers(reasons)},
    )
    strangers = sorted({row["chat_id"] for row in rows} - {catchup.chat_id})
    if strangers:
        raise ValueError(
            f"a catch-up for chat {catchup.chat_id} cannot stand for rows of {strangers}"
        )
    if not rows:
        raise ValueError("nothing to fold: none of the rows is owed any more")
    catchup_id = outbox.add(db, catchup, at)
    if catchup_id is None:
        raise ValueError(f"the catch-up {catchup.key!r} of chat {catchup.chat_id} exists already")
    db.execute(
        """
        UPDATE outbox SET state = 'expired', updated_at = :at, folded_into = :catchup,
            error = 'in catch-up ' || :catchup || ': ' || chosen.reason
        FROM (SELECT CAST(json_extract(value, '$[0]') AS BIGINT) AS id,
                json_extract(value, '$[1]') AS reason
            FROM json_each(:chosen)) AS chosen
        WHERE outbox.id = chosen.id""",
        {
            "chosen": many([[row["id"], reasons[row["id"]]] for row in rows]),
            "catchup": catchup_id,
            "at": to_text(at),
        },
    )
    return catchup_id


def folded_count(db: Connection, catchup_id: int) -> int:
    """How many rows a catch-up stands for."""
    row = fetch_one(
        db, "SELECT count(*) AS n FROM outbox WHERE folded_into = :id", {"id": catchup_id}
    )
    return 0 if row is None else int(row["n"])
