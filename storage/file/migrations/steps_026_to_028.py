"""Questions, operators' changes and digests."""

from __future__ import annotations

from sqlite_utils import Database as Connection


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


STEPS = (
    m026_asking,
    m027_operators,
    m028_digests,
)
