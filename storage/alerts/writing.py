"""Alerts made, grown and noted: every version of one is owed to whoever is to be told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from storage import dialects
from storage.alerts.alert import GRAVITY, Alert, AlertFigure, AlertSignal, AlertText, in_order
from storage.alerts.reading import get
from storage.connection import Connection
from storage.news import facts
from storage.news.facts import StoredPlace
from storage.rows import (
    fields_of,
    from_text,
    from_text_or_none,
    insert_all,
    run,
    to_text,
    to_text_or_none,
)
from storage.sending import webhooks


def create(
    db: Connection,
    story_id: int,
    signals: Sequence[AlertSignal],
    text: AlertText,
    at: datetime,
    figures: Sequence[AlertFigure] = (),
) -> Alert:
    """Version 1 of an alert, which counts `figures`. A second one with the same gravest signal is
    refused in a story."""
    number = dialects.next_id(db, "alerts")
    ordered, said = in_order([replace(each, version=1) for each in signals]), fields_of(text)
    fixed = {"id": number, "short_id": f"A{number}", "story_id": story_id, "version": 1}
    moment = to_text(at)
    times = {"event_at": to_text_or_none(text.event_at), "created_at": moment, "updated_at": moment}
    counted = {"figures_json": _as_json(figures)}
    insert_all(db, "alerts", [said | _repeated(ordered[0]) | fixed | times | counted])
    insert_all(db, "alert_signals", [fields_of(each) | {"alert_id": number} for each in ordered])
    read = {name: from_text_or_none(each) for name, each in times.items()}
    alert = Alert(**said | fixed | read, signals=ordered, figures=tuple(figures))
    return _owed_to_programs(db, alert, at)


def bump(
    db: Connection, alert_id: int, signals: Sequence[AlertSignal], text: AlertText, at: datetime
) -> Alert:
    """The next version: new text, and these signals as they are now; its others stay."""
    before = get(db, alert_id)
    if before is None:
        raise KeyError(f"no alert {alert_id}")
    return bumped(db, before, signals, text, at)


def bumped(
    db: Connection, before: Alert, signals: Sequence[AlertSignal], text: AlertText, at: datetime
) -> Alert:
    """As `bump`, of an alert that was read in this transaction."""
    version = before.version + 1
    now = {each.signal: replace(each, version=version) for each in signals}
    others = [each for each in before.signals if each.signal not in now]
    ordered, said = in_order([*now.values(), *others]), fields_of(text)
    moment, event_at = to_text(at), to_text_or_none(text.event_at)
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
        said | _repeated(ordered[0]) | {"id": before.id, "at": moment, "event_at": event_at},
    )
    for each in now.values():
        run(
            db,
            "DELETE FROM alert_signals WHERE alert_id = :id AND signal = :signal",
            {"id": before.id, "signal": each.signal},
        )
        insert_all(db, "alert_signals", [fields_of(each) | {"alert_id": before.id}])
    read: dict[str, Any] = {
        "event_at": from_text_or_none(event_at) or before.event_at,
        "families": max(before.families, text.families),
        "updated_at": from_text(moment),
    }
    alert = replace(before, **said | read, version=version, signals=ordered, sources=())
    return _owed_to_programs(db, alert, at)


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
    run(
        db,
        "UPDATE alerts SET figures_json = :figures WHERE id = :id",
        {"id": alert_id, "figures": _as_json(figures)},
    )


def _as_json(figures: Sequence[AlertFigure]) -> str:
    return json.dumps([fields_of(each) for each in figures], ensure_ascii=False)


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


def _repeated(gravest: AlertSignal) -> dict[str, object]:
    """The columns of the alert itself that say what its gravest signal says."""
    names = ("signal", "direction", "level", "explanation", "evidence_json")
    return {name: getattr(gravest, name) for name in names}
