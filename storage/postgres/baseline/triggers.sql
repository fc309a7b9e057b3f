-- What follows from a change, whoever makes it: see the steps of storage/file/migrations.

CREATE FUNCTION facets_of_alert() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM alert_facets WHERE alert_id = NEW.id AND facet = 'l:' || OLD.level;
        UPDATE alert_facets SET at = NEW.updated_at WHERE alert_id = NEW.id;
    END IF;
    INSERT INTO alert_facets VALUES ('l:' || NEW.level, NEW.updated_at, NEW.id)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER facets_of_new_alert AFTER INSERT ON alerts
    FOR EACH ROW EXECUTE FUNCTION facets_of_alert();
CREATE TRIGGER facets_of_changed_alert AFTER UPDATE OF level, updated_at ON alerts
    FOR EACH ROW EXECUTE FUNCTION facets_of_alert();

CREATE FUNCTION facets_of_new_signal() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO alert_facets SELECT f.value, a.updated_at, a.id FROM alerts a,
        (VALUES ('s:' || NEW.signal), ('s:' || NEW.signal || '/' || NEW.direction),
            ('d:' || NEW.direction)) AS f (value)
        WHERE a.id = NEW.alert_id ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER facets_of_new_signal AFTER INSERT ON alert_signals
    FOR EACH ROW EXECUTE FUNCTION facets_of_new_signal();

CREATE FUNCTION facets_of_gone_signal() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM alert_facets WHERE alert_id = OLD.alert_id
        AND facet IN ('s:' || OLD.signal, 's:' || OLD.signal || '/' || OLD.direction);
    DELETE FROM alert_facets WHERE alert_id = OLD.alert_id AND facet = 'd:' || OLD.direction
        AND NOT EXISTS (SELECT 1 FROM alert_signals s
            WHERE s.alert_id = OLD.alert_id AND s.direction = OLD.direction);
    RETURN NULL;
END $$;
CREATE TRIGGER facets_of_gone_signal AFTER DELETE ON alert_signals
    FOR EACH ROW EXECUTE FUNCTION facets_of_gone_signal();

CREATE FUNCTION facets_of_new_place() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO alert_facets SELECT 'p:' || w.value, a.updated_at, a.id
        FROM alerts a, json_each(NEW.within_json) w WHERE a.id = NEW.alert_id
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER facets_of_new_place AFTER INSERT ON alert_places
    FOR EACH ROW EXECUTE FUNCTION facets_of_new_place();

CREATE FUNCTION search_due_entry() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO search_due VALUES (NEW.id, NEW.updates)
        ON CONFLICT (entry_id) DO UPDATE SET updates = excluded.updates;
    RETURN NULL;
END $$;
CREATE TRIGGER search_new_entry AFTER INSERT ON entries
    FOR EACH ROW EXECUTE FUNCTION search_due_entry();
CREATE TRIGGER search_changed_entry AFTER UPDATE OF title, summary ON entries
    FOR EACH ROW EXECUTE FUNCTION search_due_entry();

-- What became of a row that is over; '' while it is not.
CREATE FUNCTION over_as(state TEXT, folded_into BIGINT) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN $1 = 'expired' AND $2 > 0 THEN 'folded'
        WHEN $1 IN ('sent', 'expired') THEN $1 ELSE '' END
$$;
CREATE FUNCTION count_over() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    old_state TEXT := '';
    new_state TEXT := '';
BEGIN
    IF TG_OP <> 'INSERT' THEN old_state := over_as(OLD.state, OLD.folded_into); END IF;
    IF TG_OP <> 'DELETE' THEN new_state := over_as(NEW.state, NEW.folded_into); END IF;
    IF old_state <> new_state THEN
        UPDATE outbox_over SET rows = rows - 1 WHERE state = old_state;
        UPDATE outbox_over SET rows = rows + 1 WHERE state = new_state;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER outbox_begins_over AFTER INSERT ON outbox
    FOR EACH ROW WHEN (NEW.state IN ('sent', 'expired')) EXECUTE FUNCTION count_over();
CREATE TRIGGER outbox_is_over AFTER UPDATE OF state, folded_into ON outbox
    FOR EACH ROW EXECUTE FUNCTION count_over();
CREATE TRIGGER outbox_gone AFTER DELETE ON outbox
    FOR EACH ROW WHEN (OLD.state IN ('sent', 'expired')) EXECUTE FUNCTION count_over();

-- The argument: the column that holds the chat's id.
CREATE FUNCTION note_reader() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    chats_changed BIGINT[] := '{}';
    chat BIGINT;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        chats_changed := chats_changed || (to_jsonb(OLD) ->> TG_ARGV[0])::BIGINT;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        chats_changed := chats_changed || (to_jsonb(NEW) ->> TG_ARGV[0])::BIGINT;
    END IF;
    FOREACH chat IN ARRAY chats_changed LOOP
        INSERT INTO reader_changes
            VALUES (chat, coalesce((SELECT max(number) FROM reader_changes), 0) + 1)
            ON CONFLICT (chat_id) DO UPDATE SET number = excluded.number;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER chats_noted AFTER INSERT OR DELETE OR UPDATE OF id, thread_id, state, role ON chats
    FOR EACH ROW EXECUTE FUNCTION note_reader('id');
CREATE TRIGGER subscriptions_noted AFTER INSERT OR DELETE OR UPDATE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION note_reader('chat_id');
CREATE TRIGGER chat_clocks_noted
    AFTER INSERT OR DELETE OR UPDATE OF digest_at, chat_id ON chat_clocks
    FOR EACH ROW EXECUTE FUNCTION note_reader('chat_id');
CREATE TRIGGER digest_turns_noted AFTER DELETE ON digest_turns
    FOR EACH ROW EXECUTE FUNCTION note_reader('chat_id');
