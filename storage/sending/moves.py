"""Rows whose chat became another one, or whose topic is gone."""

from __future__ import annotations

from storage.connection import Connection
from storage.rows import fetch


def move_chat(db: Connection, old_id: int, new_id: int) -> None:
    """Give the old chat's rows to the new one; where both have the same row, one is kept.

    The one kept is a sent one if there is one: nobody should read it twice. What was held for
    the old chat is due when the new one can be sent to.
    """
    ids: dict[str, object] = {"old": old_id, "new": new_id}
    _keep_one(db, "o.chat_id = :old AND n.chat_id = :new AND o.thread_id IS n.thread_id", ids)
    db.execute("UPDATE outbox SET chat_id = :new WHERE chat_id = :old", ids)
    db.execute(
        """
        UPDATE outbox SET state = 'pending' WHERE chat_id = :new AND state = 'paused'
            AND (SELECT state FROM chats WHERE id = :new) = 'active'""",
        ids,
    )


def move_topic(db: Connection, chat_id: int, thread_id: int) -> int:
    """A topic is gone: what it was told and is owed is the general one's; how much is owed.

    Its messages cannot be answered or edited any more.
    """
    ids: dict[str, object] = {"chat": chat_id, "thread": thread_id}
    _keep_one(
        db,
        """o.chat_id = :chat AND o.thread_id = :thread
            AND n.chat_id = :chat AND n.thread_id IS NULL""",
        ids,
    )
    rows = fetch(
        db,
        """
        UPDATE outbox SET thread_id = NULL, message_id = NULL
        WHERE chat_id = :chat AND thread_id = :thread RETURNING state""",
        ids,
    )
    return sum(1 for row in rows if row["state"] not in ("sent", "failed", "expired"))


def _keep_one(db: Connection, condition: str, ids: dict[str, object]) -> None:
    """Of rows `o` and `n` that are the same message, keep one: the sent one if there is one, for
    nobody should read it twice; else `n`."""
    for keep, drop, sent in (("o", "n", "o.state = 'sent'"), ("n", "o", "true")):
        rows = fetch(
            db,
            f"""
            SELECT {keep}.id AS kept, {drop}.id AS dropped FROM outbox o JOIN outbox n
                ON coalesce(o.alert_id, 0) = coalesce(n.alert_id, 0) AND o.kind = n.kind
                AND o.version = n.version AND o.key = n.key
            WHERE {condition} AND {sent}""",  # noqa: S608 our own words
            ids,
        )
        for row in rows:
            pair = {"kept": row["kept"], "dropped": row["dropped"]}
            db.execute("UPDATE outbox SET folded_into = :kept WHERE folded_into = :dropped", pair)
            db.execute("DELETE FROM outbox WHERE id = :dropped", pair)
