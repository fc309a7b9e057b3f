"""Where an entry's happening is and what it counts; and the same of the alert that tells it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import Query, Row, fetch, from_text, insert_all, numbers, run


@dataclass(frozen=True, slots=True)
class StoredPlace:
    """A place where it happens: `place_id` of the gazetteer, ISO 3166-1 and 3166-2 codes.

    `kind`: country, adm1, town, camp and so on. `within`: its id and those of all it lies in.
    `names`: what to call it, by language. `why`: one word for how it was chosen.
    """

    place_id: str
    country: str
    adm1: str | None
    kind: str
    why: str
    within: tuple[str, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StoredFigure:
    """A number of something that an entry states; see `rules.matching.figures.figures.Figure`."""

    what: str
    value: float
    max: float | None = None
    at_least: bool = False
    vague: bool = False
    part: bool = False


@dataclass(frozen=True, slots=True)
class StoredState:
    """What an entry says to be so of a place; `denied`: that it is not so. `kind` and `value` are
    of ``rules/states.yaml``, `signal` is what told it."""

    place: StoredPlace
    kind: str
    value: str
    denied: bool
    signal: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What an entry says beside its signals."""

    places: tuple[StoredPlace, ...] = ()
    figures: tuple[StoredFigure, ...] = ()
    states: tuple[StoredState, ...] = ()


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Statement:
    """The figures of one entry of a story, who published it and when it was attached."""

    entry_id: int
    family: str
    feed_id: str
    at: datetime
    figures: tuple[StoredFigure, ...]


def put(db: Connection, entry_id: int, said: Facts, *, first: bool = False) -> None:
    """What the entry's present text says, in place of what an earlier one said; `first`: there was
    none."""
    for table in () if first else ("entry_places", "entry_figures"):
        run(db, f"DELETE FROM {table} WHERE entry_id = :id", {"id": entry_id})  # noqa: S608
    places = [
        {"entry_id": entry_id, "position": number} | place_row(place)
        for number, place in enumerate(said.places)
    ]
    insert_all(db, "entry_places", places)
    figures = [
        {
            "entry_id": entry_id,
            "position": number,
            "what": figure.what,
            "value": figure.value,
            "max": figure.max,
            "at_least": int(figure.at_least),
            "vague": int(figure.vague),
            "part": int(figure.part),
        }
        for number, figure in enumerate(said.figures)
    ]
    insert_all(db, "entry_figures", figures)


def places_of(db: Connection, entry_id: int) -> tuple[StoredPlace, ...]:
    """The entry's places, in the order they were told."""
    rows = fetch(
        db,
        "SELECT * FROM entry_places WHERE entry_id = :id ORDER BY position",
        {"id": entry_id},
    )
    return tuple(place_of(row) for row in rows)


def figures_of(db: Connection, entry_id: int) -> tuple[StoredFigure, ...]:
    """The entry's figures, in the order in which it states them."""
    rows = fetch(
        db,
        "SELECT * FROM entry_figures WHERE entry_id = :id ORDER BY position",
        {"id": entry_id},
    )
    return tuple(figure_of(row) for row in rows)


def statements(db: Connection, story_id: int) -> list[Statement]:
    """What the entries of a story count, in the order in which they came."""
    return statements_of(fetch(db, *stated(story_id)))


def stated(story_id: int) -> Query:
    """The figures of a story's entries, for `statements_of`."""
    return (
        """
        SELECT s.entry_id, s.family, s.attached_at, e.feed_id, f.what, f.value, f.max, f.at_least,
            f.vague, f.part
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
            JOIN entry_figures f ON f.entry_id = s.entry_id
        WHERE s.story_id = :id ORDER BY s.attached_at, s.entry_id, f.position""",
        {"id": story_id},
    )


def statements_of(rows: Sequence[Row]) -> list[Statement]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["entry_id"], []).append(row)
    return [
        Statement(
            entry_id,
            each[0]["family"],
            each[0]["feed_id"],
            from_text(each[0]["attached_at"]),
            tuple(figure_of(row) for row in each),
        )
        for entry_id, each in found.items()
    ]


def places_of_alerts(
    db: Connection, alert_ids: Collection[int]
) -> dict[int, tuple[StoredPlace, ...]]:
    """The places of each of the alerts, in the order in which they were told."""
    return by_alert(fetch(db, *of_alerts(alert_ids)))


def of_alerts(alert_ids: Collection[int]) -> Query:
    """The same as rows, for `by_alert`."""
    return (
        """
        SELECT p.* FROM json_each(:ids) each JOIN alert_places p ON p.alert_id = each.value
        ORDER BY p.position""",
        {"ids": numbers(alert_ids)},
    )


def by_alert(rows: Sequence[Row]) -> dict[int, tuple[StoredPlace, ...]]:
    """Rows of places of alerts, by alert."""
    found: dict[int, list[StoredPlace]] = {}
    for row in rows:
        found.setdefault(row["alert_id"], []).append(place_of(row))
    return {alert_id: tuple(places) for alert_id, places in found.items()}


def add_to_alert(
    db: Connection,
    alert_id: int,
    places: Sequence[StoredPlace],
    known: Sequence[StoredPlace] | None = None,
) -> tuple[StoredPlace, ...]:
    """Note that the alert's happening is there too; all its places. `known`: those before, from
    this transaction."""
    if known is None:
        known = places_of_alerts(db, [alert_id]).get(alert_id, ())
    ids = {place.place_id for place in known}
    new = [place for place in places if place.place_id not in ids]
    rows = [
        {"alert_id": alert_id, "position": number} | place_row(place)
        for number, place in enumerate(new, start=len(known))
    ]
    insert_all(db, "alert_places", rows)
    return (*known, *new)


def place_row(place: StoredPlace) -> dict[str, object]:
    """The columns of a place, as every table has them that holds places."""
    return {
        "place_id": place.place_id,
        "country": place.country,
        "adm1": place.adm1,
        "kind": place.kind,
        "why": place.why,
        "within_json": json.dumps(place.within),
        "names_json": json.dumps(dict(place.names), ensure_ascii=False),
    }


def place_of(row: Row) -> StoredPlace:
    """What `place_row` wrote."""
    return StoredPlace(
        row["place_id"],
        row["country"],
        row["adm1"],
        row["kind"],
        row["why"],
        tuple(json.loads(row["within_json"])),
        json.loads(row["names_json"]),
    )


def figure_of(row: Row) -> StoredFigure:
    """A row of entry_figures."""
    return StoredFigure(
        row["what"],
        row["value"],
        row["max"],
        bool(row["at_least"]),
        bool(row["vague"]),
        bool(row["part"]),
    )
