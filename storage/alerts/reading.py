"""Alerts as they stand, read by whatever they are asked by."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from storage.alerts.alert import (
    Alert,
    AlertFigure,
    AlertSignal,
    AlertSource,
    AlertText,
    in_order,
)
from storage.connection import Connection
from storage.news import facts
from storage.news.facts import StoredPlace
from storage.rows import (
    Query,
    Row,
    fetch,
    fetch_each,
    from_text,
    from_text_or_none,
    many,
    numbers,
    to_text,
)

_FIXED = ("id", "short_id", "story_id", "version")


def get(db: Connection, alert_id: int) -> Alert | None:
    rows, signals, places, sources = fetch_each(
        db,
        ("SELECT * FROM alerts WHERE id = :id", {"id": alert_id}),
        ("SELECT * FROM alert_signals WHERE alert_id = :id", {"id": alert_id}),
        facts.of_alerts([alert_id]),
        _reporting(alert_id),
    )
    found = described(rows, signals, places)
    return replace(found[0], sources=latest(_sources_of(sources))) if found else None


def by_ids(db: Connection, ids: Collection[int]) -> dict[int, Alert]:
    """Those of the alerts that exist, by their ids."""
    rows = fetch(
        db,
        "SELECT a.* FROM json_each(:ids) each CROSS JOIN alerts a ON a.id = each.value",
        {"ids": numbers(ids)},
    )
    return {alert.id: alert for alert in alerts_of(db, rows)}


def get_by_short_id(db: Connection, short_id: str) -> Alert | None:
    """By what people type: "A12", "a12", "12" and "A١٢" are the same alert."""
    digits = short_id.strip().removeprefix("A").removeprefix("a")
    western = "".join(str(unicodedata.digit(sign, sign)) for sign in digits)
    rows = fetch(db, "SELECT * FROM alerts WHERE short_id = :short_id", {"short_id": f"A{western}"})
    # The same statements whether there is one or not: how long it takes tells nobody.
    found = next(iter(_described(db, rows)), None)
    sources = _sources(db, 0 if found is None else found.id)
    return None if found is None else replace(found, sources=sources)


def for_story(db: Connection, story_id: int) -> list[Alert]:
    """The story's alerts, oldest first: one for everyone, others of rules on test."""
    return described(*fetch_each(db, *of_story(story_id)))


def of_story(story_id: int) -> tuple[Query, Query, Query]:
    """The story's alerts, their signals and their places, for `described`."""
    story = {"id": story_id}
    return (
        ("SELECT * FROM alerts WHERE story_id = :id ORDER BY id", story),
        (
            """
            SELECT s.* FROM alerts a CROSS JOIN alert_signals s ON s.alert_id = a.id
            WHERE a.story_id = :id""",
            story,
        ),
        (
            """
            SELECT p.* FROM alerts a CROSS JOIN alert_places p ON p.alert_id = a.id
            WHERE a.story_id = :id ORDER BY p.position""",
            story,
        ),
    )


def recent(
    db: Connection,
    signals: Collection[str] | None,
    since: datetime,
    limit: int,
    *,
    for_operators: bool = False,
    places: Collection[str] = (),
) -> list[Alert]:
    """Alerts made or updated since then, newest first; with one of these signals, or all for None.

    Alerts of rules on test are left out unless `for_operators`; with `places` (their ids), all that
    are not known to be there.
    """
    rows = fetch(
        db,
        """
        SELECT * FROM alerts
        WHERE updated_at >= :since
            AND (:signals IS NULL OR EXISTS (SELECT 1 FROM alert_signals s
                WHERE s.alert_id = alerts.id
                    AND s.signal IN (SELECT value FROM json_each(:signals))))
            AND (:for_operators OR audience = 'everyone')
            AND (:anywhere OR EXISTS (SELECT 1
                FROM alert_places p CROSS JOIN json_each(p.within_json) w
                WHERE p.alert_id = alerts.id
                    AND w.value IN (SELECT value FROM json_each(:places))))
        ORDER BY updated_at DESC, id DESC LIMIT :limit""",
        {
            "since": to_text(since),
            "signals": None if signals is None else many(signals),
            "for_operators": for_operators,
            "places": many(places),
            "anywhere": not places,
            "limit": limit,
        },
    )
    return alerts_of(db, rows)


def since(db: Connection, moment: datetime) -> list[Alert]:
    """All alerts made or updated since then, without their sources."""
    rows = fetch(db, "SELECT * FROM alerts WHERE updated_at >= :since", {"since": to_text(moment)})
    return alerts_of(db, rows)


def alerts_of(db: Connection, rows: Sequence[Row]) -> list[Alert]:
    """Rows of the alerts table as alerts, in their order."""
    return _described(db, rows) if rows else []


def _described(db: Connection, rows: Sequence[Row]) -> list[Alert]:
    """As `alerts_of`, with the same statements of no rows as of some."""
    ids = [row["id"] for row in rows]
    signals, places = fetch_each(
        db,
        (
            "SELECT s.* FROM json_each(:ids) each JOIN alert_signals s ON s.alert_id = each.value",
            {"ids": numbers(ids)},
        ),
        facts.of_alerts(ids),
    )
    return described(rows, signals, places)


def described(rows: Sequence[Row], signals: Sequence[Row], places: Sequence[Row]) -> list[Alert]:
    """Rows of alerts, with those of their signals and their places."""
    carried: dict[int, list[AlertSignal]] = {row["id"]: [] for row in rows}
    for each in signals:
        carried[each["alert_id"]].append(
            AlertSignal(**{name: each[name] for name in AlertSignal.__slots__})
        )
    there = facts.by_alert(places)
    return [_alert(row, carried[row["id"]], there.get(row["id"], ())) for row in rows]


def sourced(db: Connection, alert: Alert) -> Alert:
    """The alert with the publisher families that report one of its signals as it is told: who
    reported a siege is no source for its end."""
    return replace(alert, sources=_sources(db, alert.id))


def _sources(db: Connection, alert_id: int) -> tuple[AlertSource, ...]:
    return latest(reporting(db, alert_id))


def latest(sources: Sequence[AlertSource], *, but: int | None = None) -> tuple[AlertSource, ...]:
    """The last report of each family, those in front that came first; `but` leaves an entry out."""
    return tuple({each.family: each for each in sources if each.entry_id != but}.values())


def reporting(db: Connection, alert_id: int) -> list[AlertSource]:
    """Every report of one of the alert's signals as it is told, oldest first."""
    return _sources_of(fetch(db, *_reporting(alert_id)))


def _reporting(alert_id: int) -> Query:
    return (
        """
        SELECT s.family, s.entry_id, e.feed_id, e.link, e.published_at
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
        WHERE s.story_id = (SELECT story_id FROM alerts WHERE id = :alert)
            AND EXISTS (SELECT 1 FROM detections d
                JOIN alert_signals a ON a.signal = d.signal AND a.direction = d.direction
            WHERE d.entry_id = s.entry_id AND a.alert_id = :alert)
        ORDER BY s.attached_at, s.entry_id""",
        {"alert": alert_id},
    )


def _sources_of(rows: Sequence[Row]) -> list[AlertSource]:
    return [
        AlertSource(**row | {"published_at": from_text_or_none(row["published_at"])})
        for row in rows
    ]


def _alert(row: Row, signals: Sequence[AlertSignal], places: tuple[StoredPlace, ...]) -> Alert:
    values = {name: row[name] for name in (*AlertText.__slots__, *_FIXED)}
    values["event_at"] = from_text_or_none(row["event_at"])
    return Alert(
        **values,
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        signals=in_order(signals),
        places=places,
        figures=tuple(
            AlertFigure(**each | {"says": tuple((who, n) for who, n in each["says"])})
            for each in json.loads(row["figures_json"])
        ),
    )
