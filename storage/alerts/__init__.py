"""Alerts as they stand: what one is, how it is made and grows, how it is read."""

from __future__ import annotations

from storage.alerts.alert import Alert, AlertFigure, AlertSignal, AlertSource, AlertText, in_order
from storage.alerts.reading import (
    alerts_of,
    by_ids,
    for_story,
    get,
    get_by_short_id,
    latest,
    recent,
    reporting,
    since,
    sourced,
)
from storage.alerts.writing import bump, bumped, create, set_facts, with_facts, with_families

__all__ = [
    "Alert",
    "AlertFigure",
    "AlertSignal",
    "AlertSource",
    "AlertText",
    "alerts_of",
    "bump",
    "bumped",
    "by_ids",
    "create",
    "for_story",
    "get",
    "get_by_short_id",
    "in_order",
    "latest",
    "recent",
    "reporting",
    "set_facts",
    "since",
    "sourced",
    "with_facts",
    "with_families",
]
