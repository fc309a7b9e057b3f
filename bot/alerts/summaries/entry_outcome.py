"""What became of an entry: the alert that it was told in, and what was decided of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage import alerts, decisions
from storage.connection import Connection
from storage.decisions import Decision
from storage.news import entries


@dataclass(frozen=True, slots=True)
class EntryOutcome:
    """`alert`: the id of the alert that it was told in last; "" for none."""

    alert: str
    decided: Sequence[Decision]


def outcome_of(db: Connection, link: str) -> EntryOutcome | None:
    """What became of the entry with an address; None where none with it is stored."""
    entry = entries.by_link(db, link)
    if entry is None or entry.id is None:
        return None
    decided = decisions.of_entry(db, entry.id)
    known = [each.alert_id for each in decided if each.alert_id is not None]
    alert = alerts.get(db, known[-1]) if known else None
    return EntryOutcome(alert.short_id if alert else "", decided)
