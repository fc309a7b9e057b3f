"""What programs of others are owed of alerts."""

from __future__ import annotations

from storage.connection import Connection


def m033_webhooks(db: Connection) -> None:
    # `key` is a hash of the address: that often holds a password.
    db.execute("""
        CREATE TABLE webhook_receivers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            lowest TEXT NOT NULL CHECK (lowest IN ('info', 'watch', 'alert', 'critical')),
            active INTEGER NOT NULL CHECK (active IN (0, 1)),
            failing_since TEXT,
            error TEXT
        ) STRICT""")
    # `body` is what was sent first: every further attempt sends the same. Empty while the message
    # was never tried, and when it is over.
    db.execute("""
        CREATE TABLE webhook_messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            receiver_id INTEGER NOT NULL REFERENCES webhook_receivers (id) ON DELETE CASCADE,
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            uid TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed')),
            not_before TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            body TEXT,
            error TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT""")
    # What was not tried yet tells the alert as it will stand then: one such message is enough.
    db.execute("""
        CREATE UNIQUE INDEX webhook_messages_untried ON webhook_messages (receiver_id, alert_id)
        WHERE state = 'pending' AND body IS NULL""")
    db.execute("""
        CREATE INDEX webhook_messages_waiting ON webhook_messages (receiver_id, id)
        WHERE state = 'pending'""")
    db.execute("""
        CREATE INDEX webhook_messages_failed ON webhook_messages (receiver_id, updated_at)
        WHERE state = 'failed'""")
    db.execute("CREATE INDEX webhook_messages_of_alert ON webhook_messages (alert_id, receiver_id)")


STEPS = (m033_webhooks,)
