"""The first shape: feeds, entries, alerts, chats and what is owed to them."""

from __future__ import annotations

from sqlite_utils import Database as Connection

from storage.file.migrations.values import DIRECTIONS, LEVELS


def m001_feeds_and_entries(db: Connection) -> None:
    db.execute("""
        CREATE TABLE feeds (
            id TEXT PRIMARY KEY,
            url TEXT NOT NULL,
            etag TEXT,
            last_modified TEXT,
            body_hash TEXT,
            next_check_at TEXT NOT NULL,
            last_checked_at TEXT,
            last_success_at TEXT,
            last_new_entry_at TEXT,
            failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
            error TEXT,
            hint TEXT,
            seeded INTEGER NOT NULL DEFAULT 0 CHECK (seeded IN (0, 1)),
            held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
            told_broken INTEGER NOT NULL DEFAULT 0 CHECK (told_broken IN (0, 1)),
            usual_gap_seconds REAL,
            polls INTEGER NOT NULL DEFAULT 0 CHECK (polls >= 0),
            active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
        ) STRICT""")
    db.execute("CREATE INDEX feeds_due ON feeds (active, next_check_at)")
    # AUTOINCREMENT everywhere that an id is shown or remembered: ids are never used twice,
    # not even after retention removed the newest row.
    db.execute("""
        CREATE TABLE entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            feed_id TEXT NOT NULL REFERENCES feeds (id),
            guid TEXT,
            link TEXT,
            title TEXT NOT NULL,
            summary TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            language TEXT,
            published_at TEXT,
            first_seen_at TEXT NOT NULL,
            last_seen_at TEXT NOT NULL,
            updated_at TEXT,
            hash_updates INTEGER NOT NULL DEFAULT 0 CHECK (hash_updates >= 0),
            seeded INTEGER NOT NULL DEFAULT 0 CHECK (seeded IN (0, 1))
        ) STRICT""")
    db.execute("CREATE INDEX entries_of_feed ON entries (feed_id, last_seen_at)")
    db.execute("CREATE INDEX entries_by_first_seen ON entries (first_seen_at)")
    db.execute("CREATE INDEX entries_by_last_seen ON entries (last_seen_at)")
    db.execute("""
        CREATE TABLE entry_keys (
            feed_id TEXT NOT NULL REFERENCES feeds (id),
            key TEXT NOT NULL,
            entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            PRIMARY KEY (feed_id, key)
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX keys_of_entry ON entry_keys (entry_id)")
    db.execute(f"""
        CREATE TABLE detections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            signal TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ({DIRECTIONS})),
            score INTEGER NOT NULL,
            threshold INTEGER NOT NULL,
            level TEXT NOT NULL CHECK (level IN ({LEVELS})),
            evidence_json TEXT NOT NULL CHECK (json_valid(evidence_json)),
            explanation TEXT NOT NULL,
            rules_hash TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX detections_of_entry ON detections (entry_id)")


def m002_stories_and_alerts(db: Connection) -> None:
    db.execute("""
        CREATE TABLE stories (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL,
            first_entry_at TEXT NOT NULL,
            last_entry_at TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX stories_by_last_entry ON stories (last_entry_at)")
    db.execute("""
        CREATE TABLE story_entries (
            entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
            story_id INTEGER NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
            family TEXT NOT NULL,
            attached_at TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX entries_of_story ON story_entries (story_id)")
    db.execute("CREATE INDEX story_entries_by_time ON story_entries (attached_at)")
    db.execute(f"""
        CREATE TABLE alerts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            short_id TEXT NOT NULL UNIQUE,
            story_id INTEGER NOT NULL REFERENCES stories (id),
            entry_id INTEGER NOT NULL REFERENCES entries (id),
            signal TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ({DIRECTIONS})),
            level TEXT NOT NULL CHECK (level IN ({LEVELS})),
            version INTEGER NOT NULL CHECK (version >= 1),
            audience TEXT NOT NULL CHECK (audience IN ('everyone', 'operators')),
            title TEXT NOT NULL,
            snippet TEXT NOT NULL,
            link TEXT,
            feed_name TEXT NOT NULL,
            language TEXT,
            explanation TEXT NOT NULL,
            evidence_json TEXT NOT NULL CHECK (json_valid(evidence_json)),
            rules_hash TEXT NOT NULL,
            reason TEXT NOT NULL,
            families INTEGER NOT NULL CHECK (families >= 1),
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            UNIQUE (story_id, signal)
        ) STRICT""")
    db.execute("CREATE INDEX alerts_by_update ON alerts (updated_at)")
    db.execute("CREATE INDEX alerts_of_entry ON alerts (entry_id)")
    db.execute("""
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            alert_id INTEGER REFERENCES alerts (id) ON DELETE CASCADE,
            signal TEXT NOT NULL,
            action TEXT NOT NULL CHECK (action IN ('send', 'update', 'store', 'suppress')),
            reason TEXT NOT NULL,
            rules_hash TEXT NOT NULL,
            at TEXT NOT NULL,
            direction TEXT NOT NULL,
            version INTEGER
        ) STRICT""")
    db.execute("CREATE INDEX decisions_of_alert ON decisions (alert_id)")
    db.execute("CREATE INDEX decisions_of_entry ON decisions (entry_id)")


def m003_chats_and_outbox(db: Connection) -> None:
    # ON UPDATE CASCADE carries settings and history along when a group becomes a supergroup.
    db.execute(f"""
        CREATE TABLE chats (
            id INTEGER PRIMARY KEY,
            thread_id INTEGER,
            kind TEXT NOT NULL CHECK (kind IN ('private', 'group', 'supergroup', 'channel')),
            title TEXT NOT NULL,
            language TEXT NOT NULL CHECK (language IN ('ar', 'en', 'fr')),
            state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
            paused_reason TEXT,
            role TEXT NOT NULL CHECK (role IN ('subscriber', 'operator')),
            lowest_level TEXT NOT NULL CHECK (lowest_level IN ({LEVELS})),
            created_at TEXT NOT NULL,
            blocked_until TEXT
        ) STRICT""")
    db.execute("""
        CREATE TABLE subscriptions (
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            signal TEXT NOT NULL,
            created_at TEXT NOT NULL,
            PRIMARY KEY (chat_id, signal)
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE sends (
            id INTEGER PRIMARY KEY,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            at TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX sends_by_time ON sends (at)")
    db.execute("CREATE INDEX sends_of_chat ON sends (chat_id)")
    db.execute("""
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            alert_id INTEGER REFERENCES alerts (id) ON DELETE CASCADE,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('alert', 'update', 'catchup', 'notice')),
            version INTEGER NOT NULL CHECK (version >= 0),
            key TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL CHECK (state IN (
                'pending', 'sending', 'sent', 'unknown', 'failed', 'expired', 'paused')),
            level TEXT NOT NULL CHECK (level IN ('info', 'watch', 'alert', 'critical')),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            not_before TEXT NOT NULL,
            lease_until TEXT,
            message_id INTEGER,
            error TEXT,
            text TEXT,
            possible_repeat INTEGER NOT NULL DEFAULT 0 CHECK (possible_repeat IN (0, 1)),
            folded_into INTEGER REFERENCES outbox (id) ON DELETE SET NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            CHECK (alert_id IS NOT NULL OR text IS NOT NULL),
            CHECK (alert_id IS NOT NULL OR key <> ''),
            CHECK ((state = 'sending') = (lease_until IS NOT NULL))
        ) STRICT""")
    # NULLs are all different to a UNIQUE constraint, so notices are told apart by their key.
    db.execute("""
        CREATE UNIQUE INDEX outbox_once
        ON outbox (ifnull(alert_id, 0), chat_id, kind, version, key)""")
    db.execute("CREATE INDEX outbox_by_state ON outbox (state, not_before)")
    db.execute("CREATE INDEX outbox_of_chat ON outbox (chat_id, state)")
    db.execute("CREATE INDEX outbox_of_alert ON outbox (alert_id)")
    db.execute("CREATE INDEX outbox_folded ON outbox (folded_into)")


STEPS = (
    m001_feeds_and_entries,
    m002_stories_and_alerts,
    m003_chats_and_outbox,
)
