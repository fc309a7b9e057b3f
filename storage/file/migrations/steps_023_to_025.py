"""What each chat chooses: subscriptions, its own clock, mutes."""

from __future__ import annotations

from sqlite_utils import Database as Connection

from storage.file.migrations.values import LEVELS


def m023_subscriptions(db: Connection) -> None:
    # A chat has any number of subscriptions, each for one topic (NULL: the general one). What a
    # chat had becomes one of them.
    db.execute(f"""
        CREATE TABLE chosen (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            thread_id INTEGER,
            everything INTEGER NOT NULL DEFAULT 0 CHECK (everything IN (0, 1)),
            signals_json TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(signals_json)),
            places_json TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(places_json)),
            lowest_level TEXT NOT NULL CHECK (lowest_level IN ({LEVELS})),
            include_json TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(include_json)),
            exclude_json TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(exclude_json)),
            delivery TEXT NOT NULL DEFAULT 'now' CHECK (delivery IN ('now', 'hourly', 'daily')),
            paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
            created_at TEXT NOT NULL
        ) STRICT""")
    db.execute("""
        INSERT INTO chosen (chat_id, thread_id, signals_json, places_json, lowest_level, created_at)
        SELECT c.id, c.thread_id,
            (SELECT json_group_array(s.signal) FROM subscriptions s WHERE s.chat_id = c.id),
            (SELECT json_group_object(p.place_id, json(p.names_json)) FROM chat_places p
                WHERE p.chat_id = c.id),
            c.lowest_level,
            ifnull((SELECT min(s.created_at) FROM subscriptions s WHERE s.chat_id = c.id),
                c.created_at)
        FROM chats c
        WHERE c.lowest_level <> 'alert'
            OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.chat_id = c.id)
            OR EXISTS (SELECT 1 FROM chat_places p WHERE p.chat_id = c.id)
        ORDER BY c.id""")
    db.execute("DROP TABLE chat_places")
    db.execute("DROP TABLE subscriptions")
    db.execute("ALTER TABLE chosen RENAME TO subscriptions")
    db.execute("CREATE INDEX subscriptions_of_chat ON subscriptions (chat_id, id)")
    db.execute("ALTER TABLE chats DROP COLUMN lowest_level")
    # Topics are told each for itself. What there is went, or goes, to the chat's one topic.
    db.execute("ALTER TABLE outbox ADD COLUMN thread_id INTEGER")
    db.execute("""
        UPDATE outbox SET thread_id = (SELECT thread_id FROM chats WHERE id = outbox.chat_id)
        WHERE chat_id IN (SELECT id FROM chats WHERE thread_id IS NOT NULL)""")
    db.execute("DROP INDEX outbox_once")
    db.execute("""
        CREATE UNIQUE INDEX outbox_once
        ON outbox (ifnull(alert_id, 0), chat_id, ifnull(thread_id, 0), kind, version, key)""")
    db.execute("""
        CREATE TABLE edits_by_topic (
            id INTEGER PRIMARY KEY,
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            thread_id INTEGER,
            changes INTEGER NOT NULL DEFAULT 1,
            changed_at TEXT NOT NULL,
            due_at TEXT,
            free_at TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            edits INTEGER NOT NULL DEFAULT 0
        ) STRICT""")
    db.execute("""
        INSERT INTO edits_by_topic (alert_id, chat_id, thread_id, changes, changed_at, due_at,
            free_at, attempts, edits)
        SELECT e.alert_id, e.chat_id, c.thread_id, e.changes, e.changed_at, e.due_at, e.free_at,
            e.attempts, e.edits
        FROM card_edits e JOIN chats c ON c.id = e.chat_id""")
    db.execute("DROP TABLE card_edits")
    db.execute("ALTER TABLE edits_by_topic RENAME TO card_edits")
    db.execute("""
        CREATE UNIQUE INDEX card_edits_once
        ON card_edits (alert_id, chat_id, ifnull(thread_id, 0))""")
    db.execute("CREATE INDEX card_edits_of_chat ON card_edits (chat_id, due_at)")


def m024_clocks_of_chats(db: Connection) -> None:
    # When a chat wants quiet, and when its digests. Minutes of the day by the chat's own clock;
    # NULL is off. `look_at`: until then what `chats.quiet_until` says is right; NULL where there
    # is nothing to follow.
    db.execute("""
        CREATE TABLE chat_clocks (
            chat_id INTEGER PRIMARY KEY REFERENCES chats (id)
                ON DELETE CASCADE ON UPDATE CASCADE,
            quiet_from INTEGER CHECK (quiet_from BETWEEN 0 AND 1439),
            quiet_to INTEGER CHECK (quiet_to BETWEEN 1 AND 1440),
            quiet_days TEXT NOT NULL DEFAULT '0123456',
            digest_at INTEGER DEFAULT 480 CHECK (digest_at BETWEEN 0 AND 1439),
            weekly_day INTEGER CHECK (weekly_day BETWEEN 0 AND 6),
            look_at TEXT,
            CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
        ) STRICT""")
    db.execute("""
        CREATE INDEX chat_clocks_to_look_at ON chat_clocks (look_at) WHERE look_at IS NOT NULL""")
    # An IANA name; NULL is the settings' zone.
    db.execute("ALTER TABLE chats ADD COLUMN timezone TEXT")
    # The end of the last quiet hours that began.
    db.execute("ALTER TABLE chats ADD COLUMN quiet_until TEXT")


def m025_mutes_and_feedback(db: Connection) -> None:
    # Quiet about one thing in a chat: a story (`alert_id`), or a place, there one signal alone.
    db.execute(f"""
        CREATE TABLE mutes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            alert_id INTEGER REFERENCES alerts (id) ON DELETE CASCADE,
            signal TEXT NOT NULL DEFAULT '',
            place_id TEXT NOT NULL DEFAULT '',
            names_json TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(names_json)),
            level TEXT NOT NULL CHECK (level IN ({LEVELS})),
            by_id INTEGER,
            since TEXT NOT NULL,
            until TEXT NOT NULL,
            CHECK ((alert_id IS NULL) = (place_id <> ''))
        ) STRICT""")
    db.execute("""
        CREATE UNIQUE INDEX mutes_once
        ON mutes (chat_id, ifnull(alert_id, 0), signal, place_id)""")
    db.execute("CREATE INDEX mutes_by_end ON mutes (until)")
    db.execute("CREATE INDEX mutes_by_start ON mutes (since)")
    db.execute("CREATE INDEX mutes_of_alert ON mutes (alert_id)")
    # Held back by that mute, and due when it ends.
    db.execute("ALTER TABLE outbox ADD COLUMN mute_id INTEGER")
    db.execute("CREATE INDEX outbox_muted ON outbox (mute_id) WHERE mute_id IS NOT NULL")
    # What people think of an alert: one mark of a person, with what was told when it was made.
    db.execute("""
        CREATE TABLE feedback (
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            person_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('reader', 'viewer', 'analyst', 'operator')),
            chat_id INTEGER NOT NULL,
            mark TEXT NOT NULL CHECK (mark IN ('useful', 'false')),
            at TEXT NOT NULL,
            told_json TEXT NOT NULL CHECK (json_valid(told_json)),
            PRIMARY KEY (alert_id, person_id)
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX feedback_by_time ON feedback (at)")
    db.execute("CREATE INDEX feedback_of_chat ON feedback (chat_id)")
    db.execute("CREATE INDEX feedback_by_mark ON feedback (mark, at)")


STEPS = (
    m023_subscriptions,
    m024_clocks_of_chats,
    m025_mutes_and_feedback,
)
