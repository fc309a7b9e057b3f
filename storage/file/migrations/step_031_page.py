"""Who may look at the page: links that are good once, and sessions."""

from __future__ import annotations

from storage.connection import Connection


def m031_page(db: Connection) -> None:
    # Keys are stored as hashes: who reads a copy of the file cannot sign in with it.
    db.execute("""
        CREATE TABLE page_links (
            hash TEXT PRIMARY KEY,
            person_id INTEGER NOT NULL,
            expires_at TEXT NOT NULL
        ) STRICT""")
    db.execute("""
        CREATE TABLE page_sessions (
            hash TEXT PRIMARY KEY,
            person_id INTEGER NOT NULL,
            language TEXT NOT NULL CHECK (language IN ('ar', 'en', 'fr')),
            expires_at TEXT NOT NULL
        ) STRICT""")
    # What Telegram signed for an opening of the page: it opens it once.
    db.execute("""
        CREATE TABLE page_openings (
            hash TEXT PRIMARY KEY,
            expires_at TEXT NOT NULL
        ) STRICT""")
    for table in ("page_links", "page_sessions", "page_openings"):
        db.execute(f"CREATE INDEX {table}_by_end ON {table} (expires_at)")
    db.execute("CREATE INDEX page_links_of_person ON page_links (person_id)")
    db.execute("CREATE INDEX page_sessions_of_person ON page_sessions (person_id, expires_at)")


STEPS = (m031_page,)
