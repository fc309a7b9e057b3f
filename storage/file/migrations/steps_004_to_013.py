"""Failures, repeats, queues, people and what they said they have seen."""

from __future__ import annotations

from sqlite_utils import Database as Connection


def m004_kind_of_failure(db: Connection) -> None:
    # Some failures do not heal: without their kind, only the poll itself knew of it.
    db.execute("ALTER TABLE feeds ADD COLUMN failure TEXT")


def m005_second_channel(db: Connection) -> None:
    db.execute("""
        CREATE TABLE second_channel (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            alert_id INTEGER REFERENCES alerts (id) ON DELETE CASCADE,
            version INTEGER NOT NULL DEFAULT 0 CHECK (version >= 0),
            key TEXT NOT NULL DEFAULT '',
            title TEXT,
            body TEXT,
            state TEXT NOT NULL CHECK (state IN ('pending', 'sent')),
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            CHECK ((alert_id IS NULL) = (title IS NOT NULL AND body IS NOT NULL))
        ) STRICT""")
    db.execute("""
        CREATE UNIQUE INDEX second_channel_alert_once
        ON second_channel (alert_id, version) WHERE alert_id IS NOT NULL""")
    db.execute("""
        CREATE UNIQUE INDEX second_channel_notice_once
        ON second_channel (key) WHERE key <> ''""")
    db.execute("CREATE INDEX second_channel_by_state ON second_channel (state, created_at)")
    # What had been told stood among the decisions, as a sentence with the version in it.
    sentence = "told by the second way: version "
    told = "reason LIKE :sentence || '%' AND alert_id IS NOT NULL"
    db.execute(
        f"""
        INSERT INTO second_channel (alert_id, version, state, created_at, updated_at)
        SELECT alert_id, CAST(substr(reason, length(:sentence) + 1) AS INTEGER) AS told_version,
            'sent', max(at), max(at)
        FROM decisions WHERE {told} GROUP BY alert_id, told_version""",  # noqa: S608 our own words
        {"sentence": sentence},
    )
    db.execute(f"DELETE FROM decisions WHERE {told}", {"sentence": sentence})  # noqa: S608


def m006_clock_and_repeats(db: Connection) -> None:
    # One row: the time as the service last knew it, so that a start sees that it was moved.
    db.execute("""
        CREATE TABLE clock (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            at TEXT NOT NULL,
            boot TEXT NOT NULL,
            uptime REAL NOT NULL
        ) STRICT""")
    # Attempts that may have arrived: those are repeated seldom, what never went out is not.
    db.execute("""
        ALTER TABLE outbox ADD COLUMN unknowns INTEGER NOT NULL DEFAULT 0
        CHECK (unknowns >= 0)""")
    db.execute("UPDATE outbox SET unknowns = 1 WHERE possible_repeat = 1")


def m007_queues_of_chats(db: Connection) -> None:
    # What waits in a chat stands in three queues: critical, notices and lines, all other alerts.
    # A look at the outbox reads the first rows of each through an index, however many wait.
    db.execute("""
        ALTER TABLE outbox ADD COLUMN queue INTEGER NOT NULL GENERATED ALWAYS AS (
            CASE WHEN level = 'critical' THEN 0 WHEN kind IN ('notice', 'catchup') THEN 1 ELSE 2
            END) VIRTUAL""")
    db.execute("""
        CREATE INDEX outbox_waiting ON outbox (chat_id, queue, not_before, id)
        WHERE state = 'pending'""")
    db.execute("""
        CREATE INDEX outbox_tried ON outbox (chat_id, queue, not_before, id)
        WHERE state = 'pending' AND attempts > 0""")
    db.execute("CREATE INDEX outbox_unknown ON outbox (chat_id, id) WHERE state = 'unknown'")
    db.execute("CREATE INDEX outbox_lines ON outbox (chat_id, created_at) WHERE kind = 'catchup'")
    # With not_before in it, the planner took it for what waits in a chat.
    db.execute("DROP INDEX outbox_by_state")
    db.execute("CREATE INDEX outbox_by_state ON outbox (state)")
    db.execute("DROP INDEX outbox_of_chat")
    db.execute("CREATE INDEX outbox_of_chat ON outbox (chat_id, id)")
    db.execute("DROP INDEX outbox_of_alert")
    db.execute("CREATE INDEX outbox_of_alert ON outbox (alert_id, chat_id, version)")
    db.execute("CREATE INDEX outbox_held ON outbox (chat_id) WHERE state = 'paused'")


def m008_nothing_is_lost(db: Connection) -> None:
    # What a held document listed: a fast feed may have dropped it by the next poll.
    db.execute("""
        CREATE TABLE held_entries (
            feed_id TEXT PRIMARY KEY REFERENCES feeds (id) ON DELETE CASCADE,
            entries_json TEXT NOT NULL CHECK (json_valid(entries_json))
        ) STRICT, WITHOUT ROWID""")
    # Telegram gives an update again until it is confirmed, and a kill may come before that.
    db.execute("CREATE TABLE handled_updates (update_id INTEGER PRIMARY KEY) STRICT")
    db.execute("""
        CREATE TABLE telegram_polling (
            bot_id INTEGER PRIMARY KEY,
            answered_at TEXT NOT NULL
        ) STRICT""")
    # The rules that read the entry's present text; NULL when none could.
    db.execute("ALTER TABLE entries ADD COLUMN rules_hash TEXT")
    # What was read before this was kept is not read again.
    db.execute("UPDATE entries SET rules_hash = ''")


def m009_people(db: Connection) -> None:
    db.execute("""
        CREATE TABLE people (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'operator')),
            by_settings INTEGER NOT NULL CHECK (by_settings IN (0, 1)),
            created_at TEXT NOT NULL
        ) STRICT""")
    db.execute("""
        CREATE TABLE invitations (
            hash TEXT PRIMARY KEY,
            role TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'operator')),
            first INTEGER NOT NULL CHECK (first IN (0, 1)),
            created_at TEXT NOT NULL,
            expires_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""")
    # Whoever came before there were invitations stays; an operator was one by the settings.
    db.execute("""
        INSERT INTO people (id, name, role, by_settings, created_at)
        SELECT id, title, CASE role WHEN 'operator' THEN 'operator' ELSE 'viewer' END,
            role = 'operator', created_at
        FROM chats WHERE kind = 'private' AND id > 0""")


def m010_readings(db: Connection) -> None:
    # Which signals the rules had, and since when: an entry that was read while one of them was
    # missing is read again when it is back.
    db.execute("""
        CREATE TABLE rule_sets (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hash TEXT NOT NULL,
            signals_json TEXT NOT NULL CHECK (json_valid(signals_json)),
            since TEXT NOT NULL
        ) STRICT""")
    db.execute("ALTER TABLE entries ADD COLUMN read_at TEXT")
    db.execute("CREATE INDEX entries_by_reading ON entries (rules_hash, id)")
    # No update goes unread any more: all are counted, whatever gave them away.
    db.execute("ALTER TABLE entries RENAME COLUMN hash_updates TO updates")


def m011_acknowledgements(db: Connection) -> None:
    # Minutes; NULL is off. A chat that is gone passes alerts on by the second channel.
    db.execute("""
        ALTER TABLE chats ADD COLUMN escalate_after INTEGER CHECK (escalate_after > 0)""")
    db.execute("""
        ALTER TABLE chats ADD COLUMN escalate_to INTEGER
        REFERENCES chats (id) ON DELETE SET NULL ON UPDATE CASCADE""")
    db.execute("""
        CREATE TABLE acknowledgements (
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            version INTEGER NOT NULL,
            asked_at TEXT NOT NULL,
            message_id INTEGER,
            by_id INTEGER,
            by_name TEXT,
            at TEXT,
            escalated_at TEXT,
            PRIMARY KEY (alert_id, chat_id),
            CHECK ((at IS NULL) = (by_id IS NULL))
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE INDEX acknowledgements_open ON acknowledgements (asked_at)
        WHERE at IS NULL AND escalated_at IS NULL""")
    db.execute("CREATE INDEX acknowledgements_of_chat ON acknowledgements (chat_id)")
    db.execute("CREATE INDEX chats_by_escalation ON chats (escalate_to)")


def m012_truncated(db: Connection) -> None:
    db.execute(
        "ALTER TABLE feeds ADD COLUMN truncated INTEGER NOT NULL DEFAULT 0"
        " CHECK (truncated IN (0, 1))"
    )


def m013_mutes(db: Connection) -> None:
    # Until when the chat gets nothing but what is critical, and since when. Both stay when it is
    # over: what was made before the end and still waits was held back.
    db.execute("ALTER TABLE chats ADD COLUMN muted_at TEXT")
    db.execute("""
        ALTER TABLE chats ADD COLUMN muted_until TEXT
        CHECK ((muted_until IS NULL) = (muted_at IS NULL))""")


STEPS = (
    m004_kind_of_failure,
    m005_second_channel,
    m006_clock_and_repeats,
    m007_queues_of_chats,
    m008_nothing_is_lost,
    m009_people,
    m010_readings,
    m011_acknowledgements,
    m012_truncated,
    m013_mutes,
)
