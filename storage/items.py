"""What leaves of alerts, stories and entries: everything but publishers' texts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from storage.alerts import Alert, alerts_of
from storage.connection import Connection
from storage.news.facts import StoredFigure, StoredPlace, figure_of, place_of
from storage.rows import Row, fetch, from_text, from_text_or_none, numbers

MOST_REPORTS = 100
"""Reports of a story that leave with it: the first ones."""


@dataclass(frozen=True, slots=True)
class Report:
    """An entry as one of a story's reports."""

    entry_id: int
    title: str
    link: str | None
    feed_id: str
    family: str
    language: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertItem:
    """An alert, the first reports of its story, and when each of its versions was told.

    `versions`: (version, time) of those that are known still, the oldest first.
    """

    alert: Alert
    reports: tuple[Report, ...]
    versions: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True, slots=True)
class StoryItem:
    """A story with what everyone was told of it."""

    id: int
    title: str
    first_at: datetime
    last_at: datetime
    reports: tuple[Report, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A signal that was found in an entry."""

    signal: str
    direction: str
    level: str
    explanation: str


@dataclass(frozen=True, slots=True)
class EntryItem:
    """An entry without its text."""

    id: int
    feed_id: str
    family: str | None
    story_id: int | None
    title: str
    link: str | None
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    updated_at: datetime | None
    found: tuple[Found, ...]
    places: tuple[StoredPlace, ...]
    figures: tuple[StoredFigure, ...]


def alert_items(db: Connection, ids: Collection[int]) -> list[AlertItem]:
    """The alerts with these ids that exist, in the order of the ids."""
    rows = fetch(
        db,
        "SELECT a.* FROM json_each(:ids) each CROSS JOIN alerts a ON a.id = each.value",
        {"ids": numbers(ids)},
    )
    found = {each.id: each for each in alerts_of(db, rows)}
    reports = _reports(db, {each.story_id for each in found.values()})
    versions = _versions(db, ids)
    return [
        AlertItem(alert, reports.get(alert.story_id, ()), versions.get(alert.id, ()))
        for alert in (found[each] for each in ids if each in found)
    ]


def story_items(db: Connection, ids: Collection[int]) -> list[StoryItem]:
    """The stories with these ids that exist, in the order of the ids."""
    asked = {"ids": numbers(ids)}
    rows = fetch(
        db,
        "SELECT t.* FROM json_each(:ids) each CROSS JOIN stories t ON t.id = each.value",
        asked,
    )
    of_alerts = fetch(
        db,
        """
        SELECT a.* FROM json_each(:ids) each CROSS JOIN alerts a ON a.story_id = each.value
        WHERE a.audience = 'everyone'""",
        asked,
    )
    alerts: dict[int, list[Alert]] = {}
    for alert in alerts_of(db, of_alerts):
        alerts.setdefault(alert.story_id, []).append(alert)
    reports = _reports(db, ids)
    stories = {
        row["id"]: StoryItem(
            row["id"],
            row["title"],
            from_text(row["first_entry_at"]),
            from_text(row["last_entry_at"]),
            reports.get(row["id"], ()),
            tuple(alerts.get(row["id"], ())),
        )
        for row in rows
    }
    return [stories[each] for each in ids if each in stories]


def entry_items(db: Connection, ids: Collection[int], signals: Collection[str]) -> list[EntryItem]:
    """The entries with these ids that exist, in the order of the ids, with those of the signals
    that were found in them."""
    asked = {"ids": numbers(ids)}
    rows = fetch(
        db,
        """
        SELECT e.id, e.feed_id, s.family, s.story_id, e.title, e.link, e.language, e.published_at,
            e.first_seen_at, e.updated_at
        FROM json_each(:ids) each CROSS JOIN entries e ON e.id = each.value
            LEFT JOIN story_entries s ON s.entry_id = e.id""",
        asked,
    )
    found = _by(
        "entry_id",
        fetch(
            db,
            """
            SELECT d.entry_id, d.signal, d.direction, d.level, d.explanation
            FROM json_each(:ids) each CROSS JOIN detections d ON d.entry_id = each.value""",
            asked,
        ),
    )
    places, figures = _facts(db, "entry_places", ids), _facts(db, "entry_figures", ids)
    items = {row["id"]: _entry(row, found, places, figures, signals) for row in rows}
    return [items[each] for each in ids if each in items]


def _facts(db: Connection, table: str, entry_ids: Collection[int]) -> dict[int, list[Row]]:
    """What stands in that table of each entry, in the order of the text."""
    rows = fetch(
        db,
        f"""
        SELECT f.* FROM json_each(:ids) each CROSS JOIN {table} f ON f.entry_id = each.value
        ORDER BY f.position""",  # noqa: S608 our own names
        {"ids": numbers(entry_ids)},
    )
    return _by("entry_id", rows)


def _entry(
    row: Row,
    found: dict[int, list[Row]],
    places: dict[int, list[Row]],
    figures: dict[int, list[Row]],
    signals: Collection[str],
) -> EntryItem:
    entry_id = row["id"]
    times = {
        "published_at": from_text_or_none(row["published_at"]),
        "first_seen_at": from_text(row["first_seen_at"]),
        "updated_at": from_text_or_none(row["updated_at"]),
    }
    return EntryItem(
        **row | times,
        found=tuple(
            Found(each["signal"], each["direction"], each["level"], each["explanation"])
            for each in found.get(entry_id, ())
            if each["signal"] in signals
        ),
        places=tuple(place_of(each) for each in places.get(entry_id, ())),
        figures=tuple(figure_of(each) for each in figures.get(entry_id, ())),
    )


def _reports(db: Connection, story_ids: Collection[int]) -> dict[int, tuple[Report, ...]]:
    rows = fetch(
        db,
        """
        SELECT s.story_id, s.entry_id, e.title, e.link, e.feed_id, s.family, e.language,
            s.attached_at AS at
        FROM json_each(:ids) each CROSS JOIN story_entries s ON s.story_id = each.value
            CROSS JOIN entries e ON e.id = s.entry_id
        ORDER BY s.attached_at, s.entry_id""",
        {"ids": numbers(story_ids)},
    )
    return {
        story_id: tuple(
            Report(**{name: row[name] for name in Report.__slots__} | {"at": from_text(row["at"])})
            for row in of_story[:MOST_REPORTS]
        )
        for story_id, of_story in _by("story_id", rows).items()
    }


def _versions(
    db: Connection, alert_ids: Collection[int]
) -> dict[int, tuple[tuple[int, datetime], ...]]:
    rows = fetch(
        db,
        """
        SELECT d.alert_id, d.version, min(d.at) AS at
        FROM json_each(:ids) each CROSS JOIN decisions d ON d.alert_id = each.value
        WHERE d.version IS NOT NULL GROUP BY d.alert_id, d.version
        ORDER BY d.alert_id, d.version""",
        {"ids": numbers(alert_ids)},
    )
    return {
        alert_id: tuple((row["version"], from_text(row["at"])) for row in of_alert)
        for alert_id, of_alert in _by("alert_id", rows).items()
    }


def _by(column: str, rows: list[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[column], []).append(row)
    return grouped
