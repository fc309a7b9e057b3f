"""Alerts by what they are about: place, signal, level, direction, words, and when.

Each question is answered from one end of an index (`alert_facets`, or the alerts by time) and
stops when the page is full: it costs what it shows, not what is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.alerts import Alert, alerts_of
from storage.connection import Connection
from storage.news import search
from storage.rows import Row, fetch, from_text, many, numbers, to_text

MOST_HITS = 2_000
"""The newest entries with the words that are looked at for their alerts."""
_END = "9999"
_HAS = """EXISTS (SELECT 1 FROM alert_facets x WHERE x.alert_id = {alert}
            AND x.facet IN (SELECT value FROM json_each(:{facets})))"""
_IN_LANGUAGES = "(:any_language OR a.language IN (SELECT value FROM json_each(:languages)))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What alerts are asked for. Of several values one is enough; empty: any.

    `directions` are of the signals that are asked for, `languages` of the alert's headline (ar, en,
    fr). `match`: FTS5's, of the story's entries; None: of words that nothing can be found by, so
    that no alert is wanted. Neither what `unmatched` finds is wanted nor what has a facet of
    `without`.
    """

    since: datetime
    until: datetime | None = None
    places: Collection[str] = ()
    signals: Collection[str] = ()
    levels: Collection[str] = ()
    directions: Collection[str] = ()
    languages: Collection[str] = ()
    match: str | None = ""
    unmatched: str = ""
    without: Collection[str] = ()
    for_operators: bool = False

    def facets(self) -> Iterator[list[str]]:
        """What the alert must have, one of each list: the rarest first."""
        if self.places:
            yield [f"p:{each}" for each in self.places]
        if self.signals and self.directions:
            yield [f"s:{signal}/{way}" for signal in self.signals for way in self.directions]
        elif self.signals:
            yield [f"s:{each}" for each in self.signals]
        elif self.directions:
            yield [f"d:{each}" for each in self.directions]
        if self.levels:
            yield [f"l:{each}" for each in self.levels]

    @property
    def by_words(self) -> bool:
        return self.match != "" or bool(self.unmatched)


def facet_conditions(wanted: Wanted, alert: str, behind: int = 0) -> tuple[list[str], Row]:
    """What must hold of the facets of an alert with the id `alert`, and the values that are named
    there: those of all, conditions without the first `behind`."""
    facets = list(wanted.facets())
    named = {f"f{number}": many(each) for number, each in enumerate(facets)}
    has = [_HAS.format(alert=alert, facets=name) for name in list(named)[behind:]]
    if wanted.without:
        has.append("NOT " + _HAS.format(alert=alert, facets="without"))
        named["without"] = many(wanted.without)
    return has, named


def word_conditions(db: Connection, wanted: Wanted) -> tuple[list[str], Row]:
    """What the words ask of an alert `a`, and the values that are named there."""
    if wanted.match is None:
        return ["1 = 0"], {}
    conditions: list[str] = []
    named: Row = {}
    for name, within, match in (("hits", "IN", wanted.match), ("no", "NOT IN", wanted.unmatched)):
        if match:
            of_words = f"a.id {within} (SELECT value FROM json_each(:{name}))"  # noqa: S608
            conditions.append(of_words)
            named[name] = numbers(search.alerts_with(db, match, MOST_HITS))
    return conditions, named


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last alert of a page: the next one begins behind it."""

    at: datetime
    alert_id: int


def find(
    db: Connection,
    wanted: Wanted,
    limit: int,
    *,
    after: Cursor | None = None,
    above: Cursor | None = None,
) -> list[Alert]:
    """Alerts made or updated in that time, the newest first: from behind the cursor `after` on, or
    the last ones that come before the cursor `above`."""
    ids = [alert_id for _, alert_id in _found(db, wanted, limit, after, above)]
    rows = fetch(
        db,
        "SELECT a.* FROM json_each(:ids) each CROSS JOIN alerts a ON a.id = each.value",
        {"ids": numbers(ids)},
    )
    return sorted(alerts_of(db, rows), key=lambda each: ids.index(each.id))


def cursors(
    db: Connection, wanted: Wanted, limit: int, *, after: Cursor | None = None
) -> list[Cursor]:
    """As `find`, but only which they are."""
    return [Cursor(from_text(at), found) for at, found in _found(db, wanted, limit, after, None)]


def count(db: Connection, wanted: Wanted, most: int) -> int:
    """How many there are; `most` stands for that many or more."""
    return len(_found(db, wanted, most, None, None))


def _found(
    db: Connection, wanted: Wanted, limit: int, after: Cursor | None, above: Cursor | None
) -> list[tuple[str, int]]:
    edge = above or after
    newer = above is not None
    named = {
        "since": to_text(wanted.since),
        "until": to_text(wanted.until) if wanted.until else _END,
        "for_operators": wanted.for_operators,
        "languages": many(wanted.languages),
        "any_language": not wanted.languages,
        "at": to_text(edge.at) if edge else _END,
        "id": edge.alert_id if edge else 0,
        "limit": limit,
    }
    words, hits = word_conditions(db, wanted)
    first = next(wanted.facets(), [])
    if wanted.match:
        has, facets = facet_conditions(wanted, "a.id")
        source = "json_each(:hits) each CROSS JOIN alerts a ON a.id = each.value"
        named |= facets | hits
        has += words[1:]  # the first is what the source holds
        rows = _page(db, source, "a.updated_at", has, named, newer=newer)
    elif first:
        has, facets = facet_conditions(wanted, "a.id", behind=1)
        source = "alert_facets f CROSS JOIN alerts a ON a.id = f.alert_id"
        rows, named = [], named | facets | hits
        for each in first:
            conditions, of_facet = ["f.facet = :facet", *has, *words], named | {"facet": each}
            rows += _page(db, source, "f.at", conditions, of_facet, newer=newer)
    else:
        has, facets = facet_conditions(wanted, "a.id")
        named |= facets | hits
        rows = _page(db, "alerts a", "a.updated_at", has + words, named, newer=newer)
    unique = {(row["at"], row["id"]) for row in rows}
    # The nearest to the edge, told newest first.
    return sorted(sorted(unique, reverse=not newer)[:limit], reverse=True)


def _page(
    db: Connection,
    source: str,
    at: str,
    conditions: Sequence[str],
    named: Row,
    *,
    newer: bool,
) -> list[Row]:
    alert_id = "f.alert_id" if at == "f.at" else "a.id"
    beyond, way = (">", "ASC") if newer else ("<", "DESC")
    where = " AND ".join(
        [
            f"{at} >= :since AND {at} < :until AND ({at}, {alert_id}) {beyond} (:at, :id)",
            "(:for_operators OR a.audience = 'everyone')",
            _IN_LANGUAGES,
            *conditions,
        ]
    )
    sql = f"""
        SELECT {at} AS at, a.id FROM {source} WHERE {where}
        ORDER BY {at} {way}, {alert_id} {way} LIMIT :limit"""  # noqa: S608 our own words
    return fetch(db, sql, named)


@dataclass(frozen=True, slots=True)
class AlertsMade:
    """How many alerts were made in ten minutes, which begin then."""

    at: datetime
    alerts: int


def made(db: Connection, wanted: Wanted) -> list[AlertsMade]:
    """How many of the alerts were made when in that time, in their order."""
    first = next(wanted.facets(), None)
    has, facets = facet_conditions(wanted, "a.id", behind=1)
    words, hits = word_conditions(db, wanted)
    named: Row = {
        "since": to_text(wanted.since),
        "until": to_text(wanted.until) if wanted.until else _END,
        "for_operators": wanted.for_operators,
        "languages": many(wanted.languages),
        "any_language": not wanted.languages,
    }
    named |= facets | hits
    # An alert is never updated before it is made.
    source = "FROM alerts a WHERE a.updated_at >= :since"
    if first is not None:
        source = """FROM (SELECT DISTINCT f.alert_id FROM json_each(:f0) w
                CROSS JOIN alert_facets f ON f.facet = w.value AND f.at >= :since) chosen
            CROSS JOIN alerts a ON a.id = chosen.alert_id WHERE true"""
    where = "".join(f" AND {each}" for each in has + words)
    rows = fetch(
        db,
        f"""
        SELECT substr(a.created_at, 1, 15) AS at, count(*) AS alerts {source}
            AND a.created_at >= :since AND a.created_at < :until
            AND (:for_operators OR a.audience = 'everyone') AND {_IN_LANGUAGES}{where}
        GROUP BY 1 ORDER BY 1""",
        named,
    )
    return [AlertsMade(from_text(f"{row['at']}0:00+00:00"), row["alerts"]) for row in rows]


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How many alerts are told of a place, and the gravest level of those; names by language."""

    place_id: str
    country: str
    adm1: str | None
    kind: str
    alerts: int
    level: str
    names_json: str


def by_place(db: Connection, wanted: Wanted, limit: int) -> list[PlaceCount]:
    """Alerts of that time by the place where they are told to be, most first. An alert counts at
    its first place only."""
    named: Row = {
        "since": to_text(wanted.since),
        "until": to_text(wanted.until) if wanted.until else _END,
        "for_operators": wanted.for_operators,
        "languages": many(wanted.languages),
        "any_language": not wanted.languages,
        "limit": limit,
    }
    has, facets = facet_conditions(wanted, "a.id")
    words, hits = word_conditions(db, wanted)
    named |= facets | hits
    where = "".join(f" AND {each}" for each in has + words)
    rows = fetch(
        db,
        f"""
        SELECT p.place_id, min(p.country) AS country, min(p.adm1) AS adm1, min(p.kind) AS kind,
            count(*) AS alerts, min(p.names_json) AS names_json,
            min(CASE a.level WHEN 'critical' THEN 0 WHEN 'alert' THEN 1 WHEN 'watch' THEN 2
                ELSE 3 END) AS level
        FROM alerts a CROSS JOIN alert_places p ON p.alert_id = a.id
        WHERE a.updated_at >= :since AND a.updated_at < :until AND p.position = 0
            AND (:for_operators OR a.audience = 'everyone') AND {_IN_LANGUAGES}{where}
        GROUP BY p.place_id ORDER BY alerts DESC, level, p.place_id LIMIT :limit""",  # noqa: S608
        named,
    )
    levels = ("critical", "alert", "watch", "info")
    return [PlaceCount(**row | {"level": levels[row["level"]]}) for row in rows]


def links_of(db: Connection, alert_ids: Collection[int]) -> dict[int, list[str]]:
    """Addresses of the reports of each alert's story, in the order in which they came."""
    rows = fetch(
        db,
        """
        SELECT a.id, e.link FROM json_each(:ids) each
            CROSS JOIN alerts a ON a.id = each.value
            CROSS JOIN story_entries s ON s.story_id = a.story_id
            CROSS JOIN entries e ON e.id = s.entry_id
        WHERE e.link IS NOT NULL ORDER BY a.id, s.attached_at, s.entry_id""",
        {"ids": numbers(alert_ids)},
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row["link"])
    return found
