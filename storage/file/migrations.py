"""The database's shape, step by step. A step that was released is never edited: add another."""

from __future__ import annotations

from sqlite_utils import Database as Connection
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("marsad")

_LEVELS = "'info', 'watch', 'alert', 'critical'"
_DIRECTIONS = "'worsening', 'improving', 'denied'"


@MIGRATIONS()
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
            direction TEXT NOT NULL CHECK (direction IN ({_DIRECTIONS})),
            score INTEGER NOT NULL,
            threshold INTEGER NOT NULL,
            level TEXT NOT NULL CHECK (level IN ({_LEVELS})),
            evidence_json TEXT NOT NULL CHECK (json_valid(evidence_json)),
            explanation TEXT NOT NULL,
            rules_hash TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX detections_of_entry ON detections (entry_id)")


@MIGRATIONS()
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
            direction TEXT NOT NULL CHECK (direction IN ({_DIRECTIONS})),
            level TEXT NOT NULL CHECK (level IN ({_LEVELS})),
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


@MIGRATIONS()
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
            lowest_level TEXT NOT NULL CHECK (lowest_level IN ({_LEVELS})),
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


@MIGRATIONS()
def m004_kind_of_failure(db: Connection) -> None:
    # Some failures do not heal: without their kind, only the poll itself knew of it.
    db.execute("ALTER TABLE feeds ADD COLUMN failure TEXT")


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
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


@MIGRATIONS()
def m012_truncated(db: Connection) -> None:
    db.execute(
        "ALTER TABLE feeds ADD COLUMN truncated INTEGER NOT NULL DEFAULT 0"
        " CHECK (truncated IN (0, 1))"
    )


@MIGRATIONS()
def m013_mutes(db: Connection) -> None:
    # Until when the chat gets nothing but what is critical, and since when. Both stay when it is
    # over: what was made before the end and still waits was held back.
    db.execute("ALTER TABLE chats ADD COLUMN muted_at TEXT")
    db.execute("""
        ALTER TABLE chats ADD COLUMN muted_until TEXT
        CHECK ((muted_until IS NULL) = (muted_at IS NULL))""")


@MIGRATIONS()
def m014_signals_of_alerts(db: Connection) -> None:
    # An alert tells a happening with all the signals it carries. Its own columns `signal` to
    # `evidence_json` repeat the gravest one, for whoever asks by level. The entry may be gone
    # before the alert is: it is no reference.
    db.execute(f"""
        CREATE TABLE alert_signals (
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            signal TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ({_DIRECTIONS})),
            level TEXT NOT NULL CHECK (level IN ({_LEVELS})),
            explanation TEXT NOT NULL,
            evidence_json TEXT NOT NULL CHECK (json_valid(evidence_json)),
            entry_id INTEGER NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            PRIMARY KEY (alert_id, signal)
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        INSERT INTO alert_signals
        SELECT id, signal, direction, level, explanation, evidence_json, entry_id, version
        FROM alerts""")


@MIGRATIONS()
def m015_places_and_figures(db: Connection) -> None:
    # Where an entry's happening is and what it counts, as its text tells. `within_json`: the ids
    # of the place and of all it lies in; `names_json`: what to call it, by language.
    for table, owner in (("entry_places", "entry"), ("alert_places", "alert")):
        owners = "entries" if owner == "entry" else "alerts"
        db.execute(f"""
            CREATE TABLE {table} (
                {owner}_id INTEGER NOT NULL REFERENCES {owners} (id) ON DELETE CASCADE,
                position INTEGER NOT NULL,
                place_id TEXT NOT NULL,
                country TEXT NOT NULL,
                adm1 TEXT,
                kind TEXT NOT NULL,
                why TEXT NOT NULL,
                within_json TEXT NOT NULL CHECK (json_valid(within_json)),
                names_json TEXT NOT NULL CHECK (json_valid(names_json)),
                PRIMARY KEY ({owner}_id, place_id)
            ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE entry_figures (
            entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            what TEXT NOT NULL,
            value REAL NOT NULL,
            max REAL,
            at_least INTEGER NOT NULL CHECK (at_least IN (0, 1)),
            vague INTEGER NOT NULL CHECK (vague IN (0, 1)),
            part INTEGER NOT NULL CHECK (part IN (0, 1)),
            PRIMARY KEY (entry_id, position)
        ) STRICT, WITHOUT ROWID""")
    db.execute("ALTER TABLE alerts ADD COLUMN figures_json TEXT NOT NULL DEFAULT '[]'")
    # A chat that chose places hears of nothing else.
    db.execute("""
        CREATE TABLE chat_places (
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            place_id TEXT NOT NULL,
            names_json TEXT NOT NULL CHECK (json_valid(names_json)),
            PRIMARY KEY (chat_id, place_id)
        ) STRICT, WITHOUT ROWID""")


@MIGRATIONS()
def m016_why_a_story(db: Connection) -> None:
    # By which rule an entry joined its story, and what both say. NULL: before this was kept.
    db.execute("ALTER TABLE story_entries ADD COLUMN rule TEXT")
    db.execute("ALTER TABLE story_entries ADD COLUMN because_json TEXT")
    # Counts what became of stories, so that who remembers them sees that it was not alone.
    db.execute("""
        CREATE TABLE story_changes (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL
        ) STRICT""")
    db.execute("INSERT INTO story_changes (id, number) VALUES (1, 0)")
    # What people did: a wrong join split, a missed one merged.
    db.execute("""
        CREATE TABLE story_edits (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL CHECK (kind IN ('split', 'merge')),
            from_story INTEGER NOT NULL,
            to_story INTEGER NOT NULL,
            entries_json TEXT NOT NULL CHECK (json_valid(entries_json)),
            at TEXT NOT NULL
        ) STRICT""")


@MIGRATIONS()
def m018_escalations(db: Connection) -> None:
    # What was told of which place, for combinations over time. '' is a place that is not known.
    # Stories and entries may be gone before their reports are: no references.
    db.execute(f"""
        CREATE TABLE place_reports (
            story_id INTEGER NOT NULL,
            signal TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ({_DIRECTIONS})),
            family TEXT NOT NULL,
            place TEXT NOT NULL,
            division TEXT NOT NULL,
            country TEXT NOT NULL,
            copy INTEGER NOT NULL CHECK (copy IN (0, 1)),
            first_at TEXT NOT NULL,
            last_at TEXT NOT NULL,
            PRIMARY KEY (story_id, signal, direction, family, place)
        ) STRICT, WITHOUT ROWID""")
    for column in ("place", "division", "country"):
        db.execute(f"""
            CREATE INDEX place_reports_of_{column}
            ON place_reports ({column}, signal, direction, last_at)""")
    db.execute("CREATE INDEX place_reports_by_time ON place_reports (last_at)")
    # What is stored already: without it nothing would be usual, and everything a first.
    db.execute("""
        INSERT OR IGNORE INTO place_reports
        SELECT s.story_id, d.signal, d.direction, s.family, ifnull(p.place_id, ''),
            ifnull(p.adm1, ifnull(p.country, '')), ifnull(p.country, ''), 0,
            min(ifnull(e.published_at, s.attached_at), s.attached_at),
            min(ifnull(e.published_at, s.attached_at), s.attached_at)
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
            JOIN detections d ON d.entry_id = s.entry_id
            LEFT JOIN entry_places p ON p.entry_id = s.entry_id
        ORDER BY s.attached_at""")
    db.execute("""
        CREATE TABLE escalations (
            escalation TEXT NOT NULL,
            place TEXT NOT NULL,
            story_id INTEGER NOT NULL,
            since TEXT NOT NULL,
            held_at TEXT NOT NULL,
            PRIMARY KEY (escalation, place)
        ) STRICT, WITHOUT ROWID""")
    # Which escalation raised a signal of an alert, and what it says of it, by language.
    db.execute("ALTER TABLE alert_signals ADD COLUMN escalation TEXT NOT NULL DEFAULT ''")
    db.execute("""
        ALTER TABLE alert_signals ADD COLUMN why_json TEXT NOT NULL DEFAULT '{}'
        CHECK (json_valid(why_json))""")
    db.execute("ALTER TABLE decisions ADD COLUMN escalation TEXT")


@MIGRATIONS()
def m019_said_by_the_feed(db: Connection) -> None:
    # What a feed says of place and time of an event beside the text: GeoRSS, GDACS, CAP.
    db.execute("""
        ALTER TABLE entries ADD COLUMN event_json TEXT
        CHECK (event_json IS NULL OR json_valid(event_json))""")
    db.execute("ALTER TABLE alerts ADD COLUMN event_at TEXT")


@MIGRATIONS()
def m020_states_of_places(db: Connection) -> None:
    # What an entry reports to be so of a place, or denies: a row for each; what stands now follows
    # from these alone, whatever the order in which they came. `at`: when it was so, as the entry
    # says.
    db.execute("""
        CREATE TABLE place_states (
            entry_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
            place_id TEXT NOT NULL,
            country TEXT NOT NULL,
            adm1 TEXT,
            kind TEXT NOT NULL,
            why TEXT NOT NULL,
            within_json TEXT NOT NULL CHECK (json_valid(within_json)),
            names_json TEXT NOT NULL CHECK (json_valid(names_json)),
            state TEXT NOT NULL,
            value TEXT NOT NULL,
            denied INTEGER NOT NULL CHECK (denied IN (0, 1)),
            signal TEXT NOT NULL,
            family TEXT NOT NULL,
            feed_name TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (entry_id, place_id, state)
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX place_states_by_country ON place_states (country, at)")
    db.execute("CREATE INDEX place_states_by_time ON place_states (at)")


@MIGRATIONS()
def m021_level_of_decisions(db: Connection) -> None:
    # The level at which it was told: a graver report of what was told before is news.
    db.execute(f"ALTER TABLE decisions ADD COLUMN level TEXT CHECK (level IN ({_LEVELS}))")
    db.execute("""
        UPDATE decisions SET level = (SELECT d.level FROM detections d
            WHERE d.entry_id = decisions.entry_id AND d.signal = decisions.signal
                AND d.direction = decisions.direction)""")


@MIGRATIONS()
def m022_card_edits(db: Connection) -> None:
    # Cards that say less than is known by now. `due_at` empty: nothing is owed. `free_at`: when
    # that card may be edited again.
    db.execute("""
        CREATE TABLE card_edits (
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            changes INTEGER NOT NULL DEFAULT 1,
            changed_at TEXT NOT NULL,
            due_at TEXT,
            free_at TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            edits INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (alert_id, chat_id)
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX card_edits_of_chat ON card_edits (chat_id, due_at)")


@MIGRATIONS()
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
            lowest_level TEXT NOT NULL CHECK (lowest_level IN ({_LEVELS})),
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


@MIGRATIONS()
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


@MIGRATIONS()
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
            level TEXT NOT NULL CHECK (level IN ({_LEVELS})),
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


@MIGRATIONS()
def m026_asking(db: Connection) -> None:
    # What alerts are looked up by: 'p:SY-HL' it is there, 's:siege' it has the signal,
    # 's:siege/improving' in that direction, 'd:improving' any signal has it, 'l:critical' its
    # level. A row for each, kept by triggers, so that whoever writes alerts cannot forget it.
    db.execute("""
        CREATE TABLE alert_facets (
            facet TEXT NOT NULL,
            at TEXT NOT NULL,
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            PRIMARY KEY (facet, at, alert_id)
        ) STRICT, WITHOUT ROWID""")
    place = "SELECT {row}, a.updated_at, a.id FROM alerts a{more} WHERE a.id = {owner}"
    of_place = place.format(
        row="'p:' || w.value", more=", json_each(NEW.within_json) w", owner="NEW.alert_id"
    )
    of_signal = """
        SELECT f.value, a.updated_at, a.id FROM alerts a, json_each(json_array(
            's:' || NEW.signal, 's:' || NEW.signal || '/' || NEW.direction,
            'd:' || NEW.direction)) f
        WHERE a.id = NEW.alert_id"""
    db.execute("""
        INSERT OR IGNORE INTO alert_facets
        SELECT 'l:' || level, updated_at, id FROM alerts
        UNION ALL SELECT 's:' || s.signal, a.updated_at, a.id
            FROM alert_signals s JOIN alerts a ON a.id = s.alert_id
        UNION ALL SELECT 's:' || s.signal || '/' || s.direction, a.updated_at, a.id
            FROM alert_signals s JOIN alerts a ON a.id = s.alert_id
        UNION ALL SELECT 'd:' || s.direction, a.updated_at, a.id
            FROM alert_signals s JOIN alerts a ON a.id = s.alert_id
        UNION ALL SELECT 'p:' || w.value, a.updated_at, a.id
            FROM alert_places p JOIN alerts a ON a.id = p.alert_id, json_each(p.within_json) w""")
    db.execute("CREATE INDEX facets_of_alert ON alert_facets (alert_id, facet)")
    db.execute("""
        CREATE TRIGGER facets_of_new_alert AFTER INSERT ON alerts BEGIN
            INSERT OR IGNORE INTO alert_facets VALUES ('l:' || NEW.level, NEW.updated_at, NEW.id);
        END""")
    db.execute("""
        CREATE TRIGGER facets_of_changed_alert AFTER UPDATE OF level, updated_at ON alerts BEGIN
            DELETE FROM alert_facets
                WHERE alert_id = NEW.id AND facet = 'l:' || OLD.level;
            UPDATE alert_facets SET at = NEW.updated_at WHERE alert_id = NEW.id;
            INSERT OR IGNORE INTO alert_facets VALUES ('l:' || NEW.level, NEW.updated_at, NEW.id);
        END""")
    db.execute(f"""
        CREATE TRIGGER facets_of_new_signal AFTER INSERT ON alert_signals BEGIN
            INSERT OR IGNORE INTO alert_facets {of_signal};
        END""")
    db.execute("""
        CREATE TRIGGER facets_of_gone_signal AFTER DELETE ON alert_signals BEGIN
            DELETE FROM alert_facets WHERE alert_id = OLD.alert_id
                AND facet IN ('s:' || OLD.signal, 's:' || OLD.signal || '/' || OLD.direction);
            DELETE FROM alert_facets WHERE alert_id = OLD.alert_id
                AND facet = 'd:' || OLD.direction
                AND NOT EXISTS (SELECT 1 FROM alert_signals s
                    WHERE s.alert_id = OLD.alert_id AND s.direction = OLD.direction);
        END""")
    db.execute(f"""
        CREATE TRIGGER facets_of_new_place AFTER INSERT ON alert_places BEGIN
            INSERT OR IGNORE INTO alert_facets {of_place};
        END""")
    # The words of entries, as `bot.asking.words` folds them; `also`: the same without a letter
    # that may be glued on. Folded outside, so an entry whose text is new waits in search_due.
    db.execute("""
        CREATE VIRTUAL TABLE search_words USING fts5 (
            words, also, tokenize = "porter unicode61 remove_diacritics 0")""")
    db.execute("""
        CREATE TABLE search_due (
            entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
            updates INTEGER NOT NULL
        ) STRICT""")
    # All that is stored waits its turn: folding a million here would keep a start for minutes.
    db.execute("INSERT INTO search_due SELECT id, updates FROM entries")
    db.execute("""
        CREATE TRIGGER search_new_entry AFTER INSERT ON entries BEGIN
            INSERT INTO search_due VALUES (NEW.id, NEW.updates);
        END""")
    db.execute("""
        CREATE TRIGGER search_changed_entry AFTER UPDATE OF title, summary ON entries BEGIN
            INSERT INTO search_due VALUES (NEW.id, NEW.updates)
                ON CONFLICT (entry_id) DO UPDATE SET updates = excluded.updates;
        END""")
    db.execute("""
        CREATE TRIGGER search_gone_entry AFTER DELETE ON entries BEGIN
            DELETE FROM search_words WHERE rowid = OLD.id;
        END""")
    # Questions whose answers have more than one page: buttons name them by their id.
    db.execute("""
        CREATE TABLE questions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            question_json TEXT NOT NULL CHECK (json_valid(question_json)),
            at TEXT NOT NULL,
            UNIQUE (chat_id, question_json)
        ) STRICT""")
    db.execute("CREATE INDEX questions_by_time ON questions (at)")


@MIGRATIONS()
def m027_operators(db: Connection) -> None:
    # Who did what. Names are copied: people go, what they did stays.
    db.execute("""
        CREATE TABLE audit_log (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            person_id INTEGER,
            name TEXT NOT NULL,
            action TEXT NOT NULL,
            what TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX audit_log_of_person ON audit_log (person_id)")
    # Every version of each of the operators' rule files. `content` NULL: the file was removed.
    db.execute("""
        CREATE TABLE rule_versions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file TEXT NOT NULL,
            hash TEXT NOT NULL,
            content BLOB,
            origin TEXT NOT NULL CHECK (origin IN ('sent', 'disk', 'rollback', 'review')),
            person_id INTEGER,
            name TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX rule_versions_of_file ON rule_versions (file, id)")
    # A change of one file that waits for its trial, or for its two taps. `base_hash`: the file as
    # it was when the change was tried; '' for none.
    db.execute("""
        CREATE TABLE rule_drafts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            file TEXT NOT NULL,
            content BLOB,
            origin TEXT NOT NULL CHECK (origin IN ('sent', 'rollback', 'review')),
            person_id INTEGER NOT NULL,
            name TEXT NOT NULL,
            chat_id INTEGER NOT NULL,
            message_id INTEGER,
            language TEXT NOT NULL,
            state TEXT NOT NULL
                CHECK (state IN ('waiting', 'ready', 'refused', 'in-force', 'dropped')),
            base_hash TEXT NOT NULL DEFAULT '',
            rules_hash TEXT NOT NULL DEFAULT '',
            report_json TEXT CHECK (report_json IS NULL OR json_valid(report_json)),
            at TEXT NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX rule_drafts_waiting ON rule_drafts (id) WHERE state = 'waiting'")
    db.execute("CREATE INDEX rule_drafts_by_time ON rule_drafts (at)")
    # What people did is found when they ask that it be forgotten, and when it is old.
    db.execute("CREATE INDEX audit_log_by_time ON audit_log (at)")
    db.execute("CREATE INDEX rule_versions_of_person ON rule_versions (person_id)")
    db.execute("CREATE INDEX acknowledgements_by ON acknowledgements (by_id)")
    # How the alerts of a story were marked.
    db.execute("CREATE INDEX alerts_of_story ON alerts (story_id)")
    # How often a rule fired, day by day.
    db.execute("CREATE INDEX decisions_by_signal ON decisions (signal, at)")


@MIGRATIONS()
def m028_digests(db: Connection) -> None:
    # Whose digest is due when, and what the one before told: `told_to` is the last decision that
    # was in it, `told_at` when that was. `next_at` NULL: to be planned.
    db.execute("""
        CREATE TABLE digest_turns (
            chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE ON UPDATE CASCADE,
            stream TEXT NOT NULL CHECK (stream IN ('hourly', 'daily', 'weekly')),
            next_at TEXT,
            told_to INTEGER NOT NULL,
            told_at TEXT NOT NULL,
            PRIMARY KEY (chat_id, stream)
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX digest_turns_by_time ON digest_turns (next_at)")
    db.execute("CREATE INDEX outbox_digests ON outbox (chat_id, created_at) WHERE kind = 'digest'")
    # A digest is a row of the outbox. SQLite changes no constraint of a table that is there, but
    # takes another text for it (https://sqlite.org/lang_altertable.html, section 7).
    before = "CHECK (kind IN ('alert', 'update', 'catchup', 'notice'))"
    after = "CHECK (kind IN ('alert', 'update', 'catchup', 'notice', 'digest'))"
    version = db.execute("PRAGMA schema_version").fetchone()[0]
    db.execute("PRAGMA writable_schema = ON")
    changed = db.execute(
        """
        UPDATE sqlite_schema SET sql = replace(sql, :before, :after)
        WHERE type = 'table' AND name = 'outbox' AND instr(sql, :before) > 0""",
        {"before": before, "after": after},
    ).rowcount
    db.execute(f"PRAGMA schema_version = {version + 1}")
    db.execute("PRAGMA writable_schema = OFF")
    if changed != 1:
        raise RuntimeError("the outbox does not say which kinds of messages it takes")


@MIGRATIONS()
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
        CREATE VIRTUAL TABLE temp.search_vocabulary USING fts5vocab(main, search_words, row)""")
    db.execute("""
        INSERT INTO search_terms SELECT term FROM temp.search_vocabulary
        WHERE length(term) BETWEEN 3 AND 40 AND term NOT GLOB '*[0-9]*'""")
    db.execute("DROP TABLE temp.search_vocabulary")
