-- Functions of SQLite's that the stores use, and Marsad's own.

-- A collection as one parameter: see storage.rows.many.
CREATE FUNCTION json_each(anyarray) RETURNS TABLE (key BIGINT, value anyelement)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT n - 1, v FROM unnest($1) WITH ORDINALITY AS each (v, n)
$$;

-- A list that stands in a column.
CREATE FUNCTION json_each(TEXT) RETURNS TABLE (key BIGINT, value TEXT)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT n - 1, v COLLATE "C" FROM json_array_elements_text($1::json) WITH ORDINALITY AS each (v, n)
$$;

-- '$[1][0]' and '$.signal'.
CREATE FUNCTION json_extract(TEXT, TEXT) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT $1::json #>> string_to_array(btrim(regexp_replace($2, '[$\[\].]+', ' ', 'g')), ' ')
$$;

CREATE FUNCTION json_texts(TEXT[]) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT to_json($1)::TEXT $$;

CREATE AGGREGATE json_group_array(TEXT) (
    SFUNC = array_append, STYPE = TEXT[], INITCOND = '{}', FINALFUNC = json_texts
);

-- The larger and the smaller of two values; NULL where one is.
CREATE FUNCTION max(anycompatible, anycompatible) RETURNS anycompatible
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN $1 >= $2 THEN $1 WHEN $2 > $1 THEN $2 END $$;
CREATE FUNCTION min(anycompatible, anycompatible) RETURNS anycompatible
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE WHEN $1 <= $2 THEN $1 WHEN $2 < $1 THEN $2 END $$;

-- A time as `storage.rows.to_text` writes it.
CREATE FUNCTION time_text(TIMESTAMPTZ) RETURNS TEXT
LANGUAGE sql STABLE AS $$
    SELECT to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00'
$$;

-- The same time so many microseconds later; years that Python does not know stay as they are.
CREATE FUNCTION moved(TEXT, BIGINT) RETURNS TEXT
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN later >= '0001-01-01+00' AND later < '10000-01-01+00'
        THEN time_text(later) ELSE $1 END
    FROM (SELECT $1::TIMESTAMPTZ + $2 * INTERVAL '1 microsecond' AS later) AS the_move
$$;

-- The end of a mute that is as long as it was, and begins now.
CREATE FUNCTION mute_from_now(began TEXT, until TEXT, now TEXT) RETURNS TEXT
LANGUAGE sql STABLE AS $$
    SELECT time_text($3::TIMESTAMPTZ + ($2::TIMESTAMPTZ - $1::TIMESTAMPTZ))
$$;

-- Words are compared by Porter's stems, as FTS5's "porter" makes them, and none is left out.
CREATE TEXT SEARCH DICTIONARY porter_stem (TEMPLATE = snowball, LANGUAGE = porter);

CREATE FUNCTION search_stem(TEXT) RETURNS TEXT
LANGUAGE sql STABLE AS $$ SELECT coalesce((ts_lexize('porter_stem', $1))[1], $1) $$;

-- Words in their order; `also` stands behind a gap, so that no phrase reaches from one to the other.
CREATE FUNCTION search_vector(words TEXT[], also TEXT[]) RETURNS TSVECTOR
LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg('''' || search_stem(word) || ''':' || least(place, 16383), ' '), '')
        ::TSVECTOR
    FROM (SELECT word, place FROM unnest($1) WITH ORDINALITY AS each (word, place)
        UNION ALL SELECT word, place + cardinality($1) + 1
            FROM unnest($2) WITH ORDINALITY AS each (word, place)) AS all_words
$$;
