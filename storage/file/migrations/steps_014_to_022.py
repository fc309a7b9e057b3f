"""Alerts of several signals, with places, figures, escalations and states."""

from __future__ import annotations

from sqlite_utils import Database as Connection

from storage.file.migrations.values import DIRECTIONS, LEVELS


def m014_signals_of_alerts(db: Connection) -> None:
    # An alert tells a happening with all the signals it carries. Its own columns `signal` to
    # `evidence_json` repeat the gravest one, for whoever asks by level. The entry may be gone
    # before the alert is: it is no reference.
    db.execute(f"""
        CREATE TABLE alert_signals (
            alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            signal TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ({DIRECTIONS})),
            level TEXT NOT NULL CHECK (level IN ({LEVELS})),
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


def m018_escalations(db: Connection) -> None:
    # What was told of which place, for combinations over time. '' is a place that is not known.
    # Stories and entries may be gone before their reports are: no references.
    db.execute(f"""
        CREATE TABLE place_reports (
            story_id INTEGER NOT NULL,
            signal TEXT NOT NULL,
            direction TEXT NOT NULL CHECK (direction IN ({DIRECTIONS})),
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


def m019_said_by_the_feed(db: Connection) -> None:
    # What a feed says of place and time of an event beside the text: GeoRSS, GDACS, CAP.
    db.execute("""
        ALTER TABLE entries ADD COLUMN event_json TEXT
        CHECK (event_json IS NULL OR json_valid(event_json))""")
    db.execute("ALTER TABLE alerts ADD COLUMN event_at TEXT")


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


def m021_level_of_decisions(db: Connection) -> None:
    # The level at which it was told: a graver report of what was told before is news.
    db.execute(f"ALTER TABLE decisions ADD COLUMN level TEXT CHECK (level IN ({LEVELS}))")
    db.execute("""
        UPDATE decisions SET level = (SELECT d.level FROM detections d
            WHERE d.entry_id = decisions.entry_id AND d.signal = decisions.signal
                AND d.direction = decisions.direction)""")


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


STEPS = (
    m014_signals_of_alerts,
    m015_places_and_figures,
    m016_why_a_story,
    m018_escalations,
    m019_said_by_the_feed,
    m020_states_of_places,
    m021_level_of_decisions,
    m022_card_edits,
)
