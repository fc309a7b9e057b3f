"""Alerts made, grown and noted: every version of one is owed to whoever is to be told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from storage import dialects
from storage.alerts.alert import GRAVITY, Alert, AlertFigure, AlertSignal, AlertText, in_order
from storage.alerts.reading import get
from storage.connection import Connection
from storage.news import facts
from storage.news.facts import StoredPlace
from storage.rows import insert_all, run, to_text, to_text_or_none
from storage.sending import webhooks


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
    insert_all(db, "alerts", [values])
    _put(db, number, signals, version=1)
    return _owed_to_programs(db, _existing(db, number), at)


def bump(
    db: Connection, alert_id: int, signals: Sequence[AlertSignal], text: AlertText, at: datetime
) -> Alert:
    """The next version: new text, and these signals as they are now; its others stay."""
    before = _existing(db, alert_id)
    told = {each.signal for each in signals}
    all_of_it = [*signals, *(each for each in before.signals if each.signal not in told)]
    run(
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
    run(
        db,
        "UPDATE alerts SET figures_json = :figures WHERE id = :id",
        {"id": alert_id, "figures": counted},
    )


def with_families(db: Connection, alert: Alert, families: int) -> Alert:
    """Note that more publisher families report it; never fewer, and no new version. The alert, read
    in this transaction, with them."""
    if families <= alert.families:
        return alert
    run(
        db,
        "UPDATE alerts SET families = :families WHERE id = :id",
        {"id": alert.id, "families": families},
    )
    return replace(alert, families=families)


def _owed_to_programs(db: Connection, alert: Alert, at: datetime) -> Alert:
    # Here, so that no version can be made of which they are not told.
    if alert.audience == "everyone":
        reached = GRAVITY[GRAVITY.index(alert.level) :]
        webhooks.owe(db, alert.id, reached, at)
    return alert


def _existing(db: Connection, alert_id: int) -> Alert:
    alert = get(db, alert_id)
    if alert is None:
        raise KeyError(f"no alert {alert_id}")
    return alert


def _repeated(gravest: AlertSignal) -> dict[str, object]:
    """The columns of the alert itself that say what its gravest signal says."""
    names = ("signal", "direction", "level", "explanation", "evidence_json")
    return {name: getattr(gravest, name) for name in names}


def _put(db: Connection, alert_id: int, signals: Sequence[AlertSignal], version: int) -> None:
    for each in signals:
        run(
            db,
            "DELETE FROM alert_signals WHERE alert_id = :id AND signal = :signal",
            {"id": alert_id, "signal": each.signal},
        )
        values = asdict(each) | {"alert_id": alert_id, "version": version}
        insert_all(db, "alert_signals", [values])
