"""An alert as a webhook tells it: the row of the exports in an envelope. Pure but for reading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.exports.naming import Naming
from bot.exports.objects import as_object, compact, instant
from storage import items
from storage.connection import Connection
from storage.sending.webhooks import Message


def event(
    db: Connection, message: Message, now: datetime, naming: Callable[[], Naming]
) -> bytes | None:
    """JSON as Standard Webhooks has it: type, time, and the alert as it stands; None where it is
    gone. `alert.created` is the first that the receiver hears of it."""
    found = items.alert_items(db, [message.alert_id])
    if not found:
        return None
    called = naming()
    record = called.record(found[0])
    return compact(
        {
            "type": "alert.created" if message.first else "alert.updated",
            "timestamp": instant(now),
            "data": as_object(record, called, called.say("export.licence")),
        }
    )
