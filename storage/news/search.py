"""Finding stored entries by their words: SQLite's FTS5 over folded words.

What the words of a text are is not decided here: `bot.asking.words` folds texts for `put` and
questions for `find`. Triggers note which entries have a text that is not folded yet, and remove
the words of an entry that goes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import dialects
from storage.connection import Connection
from storage.rows import Row, fetch, fetch_one, from_text, from_text_or_none, many

NEWEST = 2**62

MOST_TERMS = 100
"""Words with one beginning that are searched for, the shortest first."""
_MOST_BEGUN = 2_000
_SHORTEST, _LONGEST = 3, 40
_BEGINNING = re.compile(r'"([^" ]+)" \*')


@dataclass(frozen=True, slots=True)
class DueText:
    """An entry's text that waits to be folded; `updates` tells it from a later one."""

    entry_id: int
    updates: int
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class Folded:
    """The words of an entry's text: one string of words between spaces, and more for those that
    may have a letter glued on."""

    entry_id: int
    updates: int
    words: str
    also: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found; `alert` is the short id of its story's alert, if there is one."""

    entry_id: int
    feed_id: str
    title: str
    link: str | None
    published_at: datetime | None
    first_seen_at: datetime
    story_id: int | None
    alert: str | None


def due(db: Connection, limit: int) -> list[DueText]:
    """Texts that are not folded yet, the newest first: those are asked for."""
    rows = fetch(
        db,
        """
        SELECT waiting.entry_id, waiting.updates, e.title, e.summary
        FROM search_due waiting CROSS JOIN entries e ON e.id = waiting.entry_id
        ORDER BY waiting.entry_id DESC LIMIT :limit""",
        {"limit": limit},
    )
    return [DueText(**row) for row in rows]


def is_behind(db: Connection, by: int) -> bool:
    """Whether more than so many texts wait to be folded."""
    row = fetch_one(db, "SELECT 1 FROM search_due waiting LIMIT 1 OFFSET :by", {"by": by})
    return row is not None


def put(db: Connection, folded: Sequence[Folded]) -> None:
    """Store the words of these texts in place of those they had. A text that changed or went
    since it was read waits on, or is left out."""
    for each in folded:
        db.execute("DELETE FROM search_words WHERE rowid = :id", {"id": each.entry_id})
        dialects.index_words(db, each.entry_id, each.words, each.also)
        db.execute(
            "DELETE FROM search_due WHERE entry_id = :id AND updates = :updates",
            {"id": each.entry_id, "updates": each.updates},
        )
    words = {word for each in folded for text in (each.words, each.also) for word in text.split()}
    terms = [word for word in words if word.isalpha() and _SHORTEST <= len(word) <= _LONGEST]
    db.execute(
        """
        INSERT INTO search_terms (term) SELECT value FROM json_each(:terms) each WHERE true
        ON CONFLICT DO NOTHING""",
        {"terms": many(terms)},
    )


def with_beginnings(db: Connection, match: str) -> str:
    """The expression with words that are stored in place of beginnings (``"x" *``).

    For a beginning FTS5 would gather all entries with any word that begins so before it gives
    the first; words are read from their newest entry on, as far as a page needs.
    """

    def words(found: re.Match[str]) -> str:
        start = found[1].casefold()
        rows = fetch(
            db,
            """
            SELECT t.term FROM search_terms t
            WHERE t.term >= :start AND t.term < :end ORDER BY t.term LIMIT :limit""",
            {"start": start, "end": start + "\U0010ffff", "limit": _MOST_BEGUN},
        )
        terms = sorted((row["term"] for row in rows), key=lambda term: (len(term), term))
        wanted = dict.fromkeys([start, *terms[:MOST_TERMS]])
        either = " OR ".join(f'"{term}"' for term in wanted)
        return f"({either})"

    return _BEGINNING.sub(words, match)


_HITS = """
    SELECT e.id AS entry_id, e.feed_id, e.title, e.link, e.published_at, e.first_seen_at,
        s.story_id, (SELECT a.short_id FROM alerts a WHERE a.story_id = s.story_id
            AND (:for_operators OR a.audience = 'everyone')
            ORDER BY a.id DESC LIMIT 1) AS alert
    FROM search_words w CROSS JOIN entries e ON e.id = w.rowid
        LEFT JOIN story_entries s ON s.entry_id = e.id
    WHERE search_words MATCH :match"""


def find(
    db: Connection,
    match: str,
    limit: int,
    *,
    before: int = NEWEST,
    for_operators: bool = False,
) -> list[Hit]:
    """Entries that FTS5's `match` finds, the newest first, from before that entry on.

    Alerts of rules on test are not named unless `for_operators`.
    """
    rows = fetch(
        db,
        f"{_HITS} AND w.rowid < :before ORDER BY w.rowid DESC LIMIT :limit",
        {
            "match": dialects.expression(db, with_beginnings(db, match)),
            "before": before,
            "limit": limit,
            "for_operators": for_operators,
        },
    )
    return _hits(rows)


def find_newer(
    db: Connection, match: str, limit: int, *, after: int, for_operators: bool = False
) -> list[Hit]:
    """The same, those that come just before that entry on a list that is told newest first."""
    rows = fetch(
        db,
        f"{_HITS} AND w.rowid > :after ORDER BY w.rowid LIMIT :limit",
        {
            "match": dialects.expression(db, with_beginnings(db, match)),
            "after": after,
            "limit": limit,
            "for_operators": for_operators,
        },
    )
    return _hits(rows)[::-1]


def _hits(rows: Sequence[Row]) -> list[Hit]:
    return [
        Hit(
            **row
            | {
                "published_at": from_text_or_none(row["published_at"]),
                "first_seen_at": from_text(row["first_seen_at"]),
            }
        )
        for row in rows
    ]


def alerts_with(db: Connection, match: str, limit: int) -> list[int]:
    """Ids of alerts of which a story's entry has the words, of the newest `limit` such entries."""
    rows = fetch(
        db,
        """
        SELECT DISTINCT a.id FROM (SELECT rowid AS entry_id FROM search_words
                WHERE search_words MATCH :match ORDER BY rowid DESC LIMIT :limit) hit
            CROSS JOIN story_entries s ON s.entry_id = hit.entry_id
            CROSS JOIN alerts a ON a.story_id = s.story_id""",
        {"match": dialects.expression(db, with_beginnings(db, match)), "limit": limit},
    )
    return [row["id"] for row in rows]
