"""What keeps every look as cheap with many chats and a long history as at the beginning."""

from __future__ import annotations

from sqlite_utils import Database as Connection

# What became of a row that is over; '' while it is not.
_OVER = """CASE WHEN {row}.state = 'expired' AND {row}.folded_into > 0 THEN 'folded'
    WHEN {row}.state IN ('sent', 'expired') THEN {row}.state ELSE '' END"""


def m030_scale(db: Connection) -> None:
    # What is due next over all chats: a look begins here, and not at every chat.
    db.execute("""
        CREATE INDEX outbox_due ON outbox (queue, not_before, chat_id) WHERE state = 'pending'""")
    # Few rows were ever folded: the others need no place in that index.
    db.execute("DROP INDEX outbox_folded")
    db.execute("""
        CREATE INDEX outbox_folded ON outbox (folded_into) WHERE folded_into IS NOT NULL""")
    db.execute("CREATE INDEX outbox_without_alert ON outbox (id) WHERE alert_id IS NULL")
    db.execute("""
        CREATE INDEX card_edits_due ON card_edits (due_at, chat_id) WHERE due_at IS NOT NULL""")
    db.execute("CREATE INDEX chats_muted ON chats (muted_at) WHERE muted_at IS NOT NULL")
    db.execute("CREATE INDEX chats_of_operators ON chats (id) WHERE role = 'operator'")
    db.execute("""
        CREATE INDEX alerts_critical ON alerts (updated_at)
        WHERE level = 'critical' AND audience = 'everyone'""")
    db.execute("CREATE INDEX second_channel_by_time ON second_channel (updated_at)")
    db.execute("CREATE INDEX escalations_by_time ON escalations (held_at)")
    _count_what_is_over(db)
    _note_changes_of_readers(db)


def _count_what_is_over(db: Connection) -> None:
    """How many rows of the outbox are over: to count them would cost what was ever sent."""
    db.execute("""
        CREATE TABLE outbox_over (
            state TEXT PRIMARY KEY CHECK (state IN ('sent', 'expired', 'folded')),
            rows INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID""")
    db.execute("INSERT INTO outbox_over (state) VALUES ('sent'), ('expired'), ('folded')")
    over = _OVER.format(row="o")
    db.execute(
        f"""
        UPDATE outbox_over SET rows = (SELECT count(*) FROM outbox o
            WHERE o.state IN ('sent', 'expired') AND {over} = outbox_over.state)"""  # noqa: S608
    )
    new, old = _OVER.format(row="NEW"), _OVER.format(row="OLD")
    more = f"UPDATE outbox_over SET rows = rows + 1 WHERE state = {new};"  # noqa: S608
    less = f"UPDATE outbox_over SET rows = rows - 1 WHERE state = {old};"  # noqa: S608
    db.execute(f"""
        CREATE TRIGGER outbox_begins_over AFTER INSERT ON outbox
        WHEN NEW.state IN ('sent', 'expired') BEGIN {more} END""")
    db.execute(f"""
        CREATE TRIGGER outbox_is_over AFTER UPDATE OF state, folded_into ON outbox
        WHEN {new} <> {old} BEGIN {less} {more} END""")
    db.execute(f"""
        CREATE TRIGGER outbox_gone AFTER DELETE ON outbox
        WHEN OLD.state IN ('sent', 'expired') BEGIN {less} END""")


def _note_changes_of_readers(db: Connection) -> None:
    """The chats of which something changed that routing or planning asks for, in the order of the
    changes: whoever remembers the chats reads those again that changed since."""
    db.execute("""
        CREATE TABLE reader_changes (
            chat_id INTEGER PRIMARY KEY,
            number INTEGER NOT NULL
        ) STRICT""")
    db.execute("CREATE UNIQUE INDEX reader_changes_in_order ON reader_changes (number)")
    for table, key, moments in (
        ("chats", "id", ("INSERT", "DELETE", "UPDATE OF id, thread_id, state, role")),
        ("subscriptions", "chat_id", ("INSERT", "DELETE", "UPDATE")),
        ("chat_clocks", "chat_id", ("INSERT", "DELETE", "UPDATE OF digest_at, chat_id")),
        ("digest_turns", "chat_id", ("DELETE",)),
    ):
        for moment in moments:
            name = f"{table}_{moment.split()[0].lower()}_noted"
            of = ["OLD"] if moment == "DELETE" else ["NEW"]
            if moment.startswith("UPDATE"):
                of = ["OLD", "NEW"]
            notes = " ".join(
                f"""INSERT INTO reader_changes VALUES ({row}.{key},
                    ifnull((SELECT max(number) FROM reader_changes), 0) + 1)
                ON CONFLICT (chat_id) DO UPDATE SET number = excluded.number;"""  # noqa: S608
                for row in of
            )
            db.execute(f"CREATE TRIGGER {name} AFTER {moment} ON {table} BEGIN {notes} END")


STEPS = (m030_scale,)
