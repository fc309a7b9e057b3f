"""Topics that mute for themselves, and the beginnings of words."""

from __future__ import annotations

from sqlite_utils import Database as Connection


def m029_topics_and_beginnings(db: Connection) -> None:
    # A mute is of one topic: `thread_id` NULL is the general one, or a chat without topics. Those
    # that stood before held the whole chat (`everywhere`), and go on doing so.
    db.execute("ALTER TABLE mutes ADD COLUMN thread_id INTEGER")
    db.execute("""
        ALTER TABLE mutes ADD COLUMN everywhere INTEGER NOT NULL DEFAULT 0
        CHECK (everywhere IN (0, 1))""")
    db.execute("UPDATE mutes SET everywhere = 1")
    db.execute("DROP INDEX mutes_once")
    db.execute("""
        CREATE UNIQUE INDEX mutes_once ON mutes
        (chat_id, everywhere, ifnull(thread_id, 0), ifnull(alert_id, 0), signal, place_id)""")
    # The words that search has, so that what begins so is found by a few of them: FTS5 itself
    # would first gather every entry of every word with that beginning.
    db.execute("CREATE TABLE search_terms (term TEXT PRIMARY KEY) STRICT, WITHOUT ROWID")
    db.execute("""
        CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_words, row)""")
    db.execute("""
        INSERT INTO search_terms SELECT term FROM search_vocabulary
        WHERE length(term) BETWEEN 3 AND 40 AND term NOT GLOB '*[0-9]*'""")
    db.execute("DROP TABLE search_vocabulary")


STEPS = (m029_topics_and_beginnings,)
