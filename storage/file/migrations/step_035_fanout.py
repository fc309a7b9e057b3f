"""An alert owed to many thousand chats is written in one breath: each row costs less."""

from __future__ import annotations

import logging
import sqlite3

from storage.connection import Connection

log = logging.getLogger(__name__)

# The words of these columns, as earlier steps wrote them. SQLite makes a table of such a list for
# each row that is written, and looks the word up in it; it compares words one by one in a third of
# the time.
_LISTS = (
    ("kind", "IN ('alert', 'update', 'catchup', 'notice', 'digest')"),
    (
        "state",
        """IN (
                'pending', 'sending', 'sent', 'unknown', 'failed', 'expired', 'paused')""",
    ),
    ("level", "IN ('info', 'watch', 'alert', 'critical')"),
)


def m035_fanout(db: Connection) -> None:
    # One index for what must not be twice and for the rows of an alert: a row of an alert stands
    # in the first of these two, a row without one in the second.
    db.execute("DROP INDEX outbox_once")
    db.execute("DROP INDEX outbox_of_alert")
    db.execute("""
        CREATE UNIQUE INDEX outbox_once
        ON outbox (alert_id, chat_id, version, kind, ifnull(thread_id, 0), key)
        WHERE alert_id IS NOT NULL""")
    db.execute("""
        CREATE UNIQUE INDEX outbox_text_once
        ON outbox (chat_id, kind, version, ifnull(thread_id, 0), key) WHERE alert_id IS NULL""")
    # Of states only those are looked up that few rows have; those that wait, and whose outcome is
    # not known, have indexes already.
    db.execute("DROP INDEX outbox_by_state")
    db.execute("CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending'")
    db.execute("CREATE INDEX outbox_failed ON outbox (id) WHERE state = 'failed'")
    # Whether anybody waits for an hourly digest that is not planned is asked at each change.
    db.execute("""
        CREATE INDEX subscriptions_hourly ON subscriptions (chat_id)
        WHERE delivery = 'hourly' AND paused = 0""")
    # No row is written that is over already; a trigger on each makes SQLite keep all of them twice.
    if getattr(db, "is_postgres", False):
        db.execute("DROP TRIGGER outbox_begins_over ON outbox")
        return
    db.execute("DROP TRIGGER outbox_begins_over")
    _compare_words(db)


def _compare_words(db: Connection) -> None:
    """SQLite changes no constraint of a table that is there, but takes another text for it that
    allows the same (https://sqlite.org/lang_altertable.html, section 7). Where a build of it
    refuses that, the table stays as it is, and is written a little slower."""
    version = db.execute("PRAGMA schema_version").fetchone()[0]
    db.execute("PRAGMA writable_schema = ON")
    try:
        for column, words in _LISTS:
            one_by_one = " OR ".join(f"{column} = {word}" for word in _words(words))
            db.execute(
                """
                UPDATE sqlite_schema SET sql = replace(sql, :before, :after)
                WHERE type = 'table' AND name = 'outbox'""",
                {"before": f"CHECK ({column} {words})", "after": f"CHECK ({one_by_one})"},
            )
        db.execute(f"PRAGMA schema_version = {version + 1}")
    except sqlite3.OperationalError as refused:
        log.info("outbox: its constraints stay as they were written (%s)", refused)
    finally:
        db.execute("PRAGMA writable_schema = OFF")


def _words(said: str) -> list[str]:
    return said[said.index("(") + 1 : said.index(")")].replace(",", " ").split()


STEPS = (m035_fanout,)
