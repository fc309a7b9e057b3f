"""What workers that share the feeds must know of each other, and of the feeds."""

from __future__ import annotations

from storage.connection import Connection


def m034_workers(db: Connection) -> None:
    # `definition`: the feed as the catalogue has it, for who has no list of feeds. The others are
    # what the publisher wished in the last document that was read: a 304 does not repeat it.
    db.execute("ALTER TABLE feeds ADD COLUMN definition TEXT")
    db.execute("ALTER TABLE feeds ADD COLUMN ttl_seconds REAL")
    db.execute("ALTER TABLE feeds ADD COLUMN update_period_seconds REAL")
    # `last_seen`: seconds since 1970 by the server's clock. A worker whose own connection is down
    # says since when in `unreachable_since`; `unstored` says what it could not write down.
    db.execute("""
        CREATE TABLE workers (
            name TEXT PRIMARY KEY,
            last_seen REAL NOT NULL,
            unreachable_since TEXT,
            unstored TEXT,
            rules_hash TEXT NOT NULL
        ) STRICT""")


STEPS = (m034_workers,)
