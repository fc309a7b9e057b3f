"""Who need not be told of a lesser alert, for an escalation at the same place says more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.escalating.escalate import StoryEntry, keys
from storage import alerts, escalations
from storage.alerts import Alert
from storage.connection import Connection
from storage.sending import reach
from storage.sending.outbox import NewDelivery, Recipient

if TYPE_CHECKING:
    from rules import RuleSet
    from rules.escalations.escalation import Escalation


def inhibited_by(
    db: Connection, rules: RuleSet, entry: StoryEntry, alert: Alert, now: datetime
) -> Mapping[Recipient, str]:
    """Who was told of an escalation in force where the entry is, each with its id. It
    inhibits all the signals that the alert has."""
    found: dict[Recipient, str] = {}
    for escalation in rules.escalations:
        if not inhibits(escalation, alert):
            continue
        for key, _ in keys(escalation.at, entry):
            holding = escalations.get(db, escalation.id, str(key))
            if holding is None or now - holding.held_at >= escalation.quiet_for:
                continue
            for other in alerts.for_story(db, holding.story_id):
                if other.id != alert.id and other.audience == "everyone":
                    for recipient in reach.reached(db, other.id):
                        found.setdefault(recipient, escalation.id)
    return found


def inhibits(escalation: Escalation, alert: Alert) -> bool:
    """Whether it may keep this alert back: never what is critical, nor what gets better. Pure."""
    return alert.level != "critical" and all(
        each.signal in escalation.inhibits and each.direction == "worsening"
        for each in alert.signals
    )


def parted(
    rows: Sequence[NewDelivery], inhibited: Mapping[Recipient, str]
) -> tuple[tuple[NewDelivery, ...], tuple[NewDelivery, ...]]:
    """The deliveries that stay, and those that are left out: only first ones. Who was told of an
    alert goes on hearing of it. Pure."""
    stay: list[NewDelivery] = []
    left: list[NewDelivery] = []
    for row in rows:
        (left if row.recipient in inhibited and row.kind == "alert" else stay).append(row)
    return tuple(stay), tuple(left)
