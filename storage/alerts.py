"""Alerts as they stand, and why each was or was not sent."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Container, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from storage import dialects
from storage.connection import Connection
from storage.news import facts
from storage.news.facts import StoredPlace
from storage.rows import (
    Row,
    change,
    fetch,
    fetch_one,
    from_text,
    from_text_or_none,
    insert,
    insert_all,
    many,
    numbers,
    to_text,
    to_text_or_none,
)
from storage.sending import webhooks

_FIXED = ("id", "short_id", "story_id", "version")
_GRAVITY = ("critical", "alert", "watch", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSignal:
    """One signal of an alert as it stands: what was found of it, in which entry.

    `version` is the alert's that last told it. `escalation`: the one that raised its level, with
    its sentence by language in `why_json`.
    """

    signal: str
    direction: str
    level: str
    explanation: str
    evidence_json: str
    entry_id: int
    version: int = 1
    escalation: str = ""
    why_json: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFigure:
    """What the reports of an alert's story count: killed, wounded, displaced ...

    `first` and `latest`: the number reported first and the one that stands now. `told`: the
    one that stood when readers last heard of the alert; None: they heard of none. `says`: where
    publishers disagree, each with its own number. `at_least` and `vague` are of the latest.
    """

    what: str
    first: float
    latest: float
    at_least: bool = False
    vague: bool = False
    says: tuple[tuple[str, float], ...] = ()
    told: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSource:
    """A publisher family that reports what an alert tells: its latest report of it."""

    family: str
    feed_id: str
    link: str | None
    published_at: datetime | None
    entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertText:
    """The part of an alert that a new version replaces: what it says and on what grounds.

    `snippet` is the sentence with the evidence. `audience` is 'everyone', or 'operators' while
    the rule is on test. `families` counts the publisher families that report it.
    `event_at`: when it happened, where the feed says so.
    """

    audience: str
    title: str
    snippet: str
    link: str | None
    feed_name: str
    language: str | None
    rules_hash: str
    reason: str
    entry_id: int
    families: int
    event_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(AlertText):
    """One story as it is told now: its signals, what it says, and what never changes of it.

    `short_id` ("A12") is what people see and type. `signals` stand in their order, the gravest
    first, and are never none.
    """

    id: int
    short_id: str
    story_id: int
    version: int
    created_at: datetime
    updated_at: datetime
    signals: tuple[AlertSignal, ...]
    places: tuple[StoredPlace, ...] = ()
    figures: tuple[AlertFigure, ...] = ()
    # Of one alert that is asked for by its id; who came first stands first.
    sources: tuple[AlertSource, ...] = field(default=(), compare=False)

    @property
    def gravest(self) -> AlertSignal:
        """The signal that the alert is judged by."""
        return self.signals[0]

    @property
    def level(self) -> str:
        return self.gravest.level

    def of(self, signal: str) -> AlertSignal | None:
        """The signal as this alert tells it, if it does."""
        return next((each for each in self.signals if each.signal == signal), None)

    def seen_by(self, chosen: Container[str]) -> Alert:
        """The alert with the chosen signals alone; all of it if it has none of them."""
        mine = tuple(each for each in self.signals if each.signal in chosen)
        return replace(self, signals=mine or self.signals)


def create(
    db: Connection, story_id: int, signals: Sequence[AlertSignal], text: AlertText, at: datetime
) -> Alert:
    """Version 1 of an alert. A second one with the same gravest signal is refused in a story."""
    number = dialects.next_id(db, "alerts")
    moment = to_text(at)
    values = (
        asdict(text)
        | _repeated(in_order(signals)[0])
        | {
            "event_at": to_text_or_none(text.event_at),
            "id": number,
            "short_id": f"A{number}",
            "story_id": story_id,
            "version": 1,
            "created_at": moment,
            "updated_at": moment,
        }
    )
    alert_id = insert(db, "alerts", values)
    _put(db, alert_id, signals, version=1)
    return _owed_to_programs(db, _existing(db, alert_id), at)


def bump(
    db: Connection, alert_id: int, signals: Sequence[AlertSignal], text: AlertText, at: datetime
) -> Alert:
    """The next version: new text, and these signals as they are now; its others stay."""
    before = _existing(db, alert_id)
    told = {each.signal for each in signals}
    all_of_it = [*signals, *(each for each in before.signals if each.signal not in told)]
    change(
        db,
        """
        UPDATE alerts SET version = version + 1, updated_at = :at, signal = :signal,
            direction = :direction, level = :level, audience = :audience, title = :title,
            snippet = :snippet, link = :link, feed_name = :feed_name, language = :language,
            explanation = :explanation, evidence_json = :evidence_json,
            rules_hash = :rules_hash, reason = :reason, entry_id = :entry_id,
            event_at = coalesce(:event_at, event_at),
            families = max(families, :families)
        WHERE id = :id""",
        asdict(text)
        | _repeated(in_order(all_of_it)[0])
        | {"id": alert_id, "at": to_text(at), "event_at": to_text_or_none(text.event_at)},
    )
    _put(db, alert_id, signals, version=before.version + 1)
    return _owed_to_programs(db, _existing(db, alert_id), at)


def in_order(signals: Sequence[AlertSignal]) -> tuple[AlertSignal, ...]:
    """The gravest first; of the same level bad news first, then as the alphabet has them."""
    return tuple(
        sorted(
            signals,
            key=lambda each: (
                _GRAVITY.index(each.level),
                each.direction != "worsening",
                each.signal,
            ),
        )
    )


def set_facts(
    db: Connection,
    alert_id: int,
    places: Sequence[StoredPlace],
    figures: Sequence[AlertFigure],
) -> None:
    """Note where it happens too, and what is counted now; no new version."""
    facts.add_to_alert(db, alert_id, places)
    _set_figures(db, alert_id, figures)


def with_facts(
    db: Connection,
    alert: Alert,
    places: Sequence[StoredPlace],
    figures: Sequence[AlertFigure],
) -> Alert:
    """As `set_facts`, of an alert that was read in this transaction; the alert with them."""
    there = facts.add_to_alert(db, alert.id, places, alert.places)
    if tuple(figures) != alert.figures:
        _set_figures(db, alert.id, figures)
    return replace(alert, places=there, figures=tuple(figures))


def _set_figures(db: Connection, alert_id: int, figures: Sequence[AlertFigure]) -> None:
    counted = json.dumps([asdict(each) for each in figures], ensure_ascii=False)
    db.execute(
        "UPDATE alerts SET figures_json = :figures WHERE id = :id",
        {"id": alert_id, "figures": counted},
    )


def with_families(db: Connection, alert: Alert, families: int) -> Alert:
    """Note that more publisher families report it; never fewer, and no new version. The alert, read
    in this transaction, with them."""
    if families <= alert.families:
        return alert
    db.execute(
        "UPDATE alerts SET families = :families WHERE id = :id",
        {"id": alert.id, "families": families},
    )
    return replace(alert, families=families)


def get(db: Connection, alert_id: int) -> Alert | None:
    row = fetch_one(db, "SELECT * FROM alerts WHERE id = :id", {"id": alert_id})
    return None if row is None else sourced(db, alerts_of(db, [row])[0])


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
    found = next(iter(alerts_of(db, rows)), None)
    sources = _sources(db, 0 if found is None else found.id)
    return None if found is None else replace(found, sources=sources)


def for_story(db: Connection, story_id: int) -> list[Alert]:
    """The story's alerts, oldest first: one for everyone, others of rules on test."""
    rows = fetch(db, "SELECT * FROM alerts WHERE story_id = :id ORDER BY id", {"id": story_id})
    return alerts_of(db, rows)


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


def _owed_to_programs(db: Connection, alert: Alert, at: datetime) -> Alert:
    # Here, so that no version can be made of which they are not told.
    if alert.audience == "everyone":
        reached = _GRAVITY[_GRAVITY.index(alert.level) :]
        webhooks.owe(db, alert.id, reached, at)
    return alert


def _existing(db: Connection, alert_id: int) -> Alert:
    alert = get(db, alert_id)
    if alert is None:
        raise KeyError(f"no alert {alert_id}")
    return alert


def alerts_of(db: Connection, rows: Sequence[Row]) -> list[Alert]:
    """Rows of the alerts table as alerts, in their order."""
    if not rows:
        return []
    signals: dict[int, list[AlertSignal]] = {row["id"]: [] for row in rows}
    found = fetch(
        db,
        "SELECT s.* FROM json_each(:ids) each JOIN alert_signals s ON s.alert_id = each.value",
        {"ids": numbers(signals)},
    )
    for each in found:
        signals[each["alert_id"]].append(
            AlertSignal(**{name: each[name] for name in AlertSignal.__slots__})
        )
    places = facts.places_of_alerts(db, list(signals))
    return [_alert(row, signals[row["id"]], places.get(row["id"], ())) for row in rows]


def sourced(db: Connection, alert: Alert, *, but: int | None = None) -> Alert:
    """The alert with the publisher families that report one of its signals as it is told: who
    reported a siege is no source for its end. `but` leaves an entry out."""
    return replace(alert, sources=_sources(db, alert.id, but))


def _sources(db: Connection, alert_id: int, but: int | None = None) -> tuple[AlertSource, ...]:
    rows = fetch(
        db,
        """
        SELECT s.family, s.entry_id, e.feed_id, e.link, e.published_at
        FROM story_entries s JOIN entries e ON e.id = s.entry_id
        WHERE s.story_id = (SELECT story_id FROM alerts WHERE id = :alert)
            AND s.entry_id <> coalesce(:but, 0) AND EXISTS (SELECT 1
            FROM detections d
                JOIN alert_signals a ON a.signal = d.signal AND a.direction = d.direction
            WHERE d.entry_id = s.entry_id AND a.alert_id = :alert)
        ORDER BY s.attached_at, s.entry_id""",
        {"alert": alert_id, "but": but},
    )
    latest = {
        row["family"]: AlertSource(**row | {"published_at": from_text_or_none(row["published_at"])})
        for row in rows
    }
    return tuple(latest.values())


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


def _repeated(gravest: AlertSignal) -> dict[str, object]:
    """The columns of the alert itself that say what its gravest signal says."""
    names = ("signal", "direction", "level", "explanation", "evidence_json")
    return {name: getattr(gravest, name) for name in names}


def _put(db: Connection, alert_id: int, signals: Sequence[AlertSignal], version: int) -> None:
    for each in signals:
        db.execute(
            "DELETE FROM alert_signals WHERE alert_id = :id AND signal = :signal",
            {"id": alert_id, "signal": each.signal},
        )
        values = asdict(each) | {"alert_id": alert_id, "version": version}
        insert_all(db, "alert_signals", [values])
