"""An alert owed to very many chats is written down in lots first."""

from __future__ import annotations

from storage.connection import Connection


def m036_lots(db: Connection) -> None:
    db.execute("""
        CREATE TABLE outbox_lots (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('alert', 'update')),
            version INTEGER NOT NULL CHECK (version >= 1),
            level TEXT NOT NULL CHECK (level IN ('info', 'watch', 'alert', 'critical')),
            not_before TEXT NOT NULL,
            possible_repeat INTEGER NOT NULL CHECK (possible_repeat IN (0, 1)),
            created_at TEXT NOT NULL,
            chats INTEGER NOT NULL,
            chats_json TEXT NOT NULL CHECK (json_valid(chats_json))
        ) STRICT""")
    db.execute("CREATE INDEX outbox_lots_of_alert ON outbox_lots (alert_id)")


STEPS = (m036_lots,)
