"""Critical alerts that nobody in a chat acknowledged: who is due, and passing them on.

To the chat's second chat, once; without one, or when that cannot be sent to or may not read the
alert, to operators and the second channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.notices.receivers import Unacknowledged
from bot.notices.to_operators import notice_for, notify_operators
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.readers import chats
from storage.readers.chats import Chat
from storage.sending import acknowledgements, outbox
from storage.sending.acknowledgements import Open
from storage.sending.outbox import NewDelivery


def due_at(row: Open) -> datetime:
    """When it is passed on; the end of time for a wait that the calendar cannot hold."""
    try:
        return row.asked_at + row.after
    except OverflowError:
        return datetime.max.replace(tzinfo=row.asked_at.tzinfo)


def who_is_due(rows: Sequence[Open], now: datetime) -> tuple[list[Open], datetime | None]:
    """What is passed on now, and when the next of the others is due."""
    due = [row for row in rows if due_at(row) <= now]
    later = [due_at(row) for row in rows if due_at(row) > now]
    return due, min(later, default=None)


def hand_over_due(db: Connection, now: datetime) -> int:
    """Pass on what is due, in a write transaction; how many alerts."""
    due, _ = who_is_due(acknowledgements.still_open(db), now)
    return sum(_hand_over(db, row, now) for row in due)


def _hand_over(db: Connection, row: Open, now: datetime) -> bool:
    alert, chat = alerts.get(db, row.alert_id), chats.get(db, row.chat_id)
    if alert is None or chat is None:  # deleted: the row went with it
        return False
    if not acknowledgements.hand_over(db, row.alert_id, row.chat_id, now):
        return False
    minutes = int(row.after.total_seconds() // 60)
    notice = Unacknowledged(alert.short_id, chat.id, chat.title, minutes)
    second = None if row.to is None else chats.get(db, row.to)
    if second is None or not _may_get(second, alert):
        notify_operators(db, notice, now, except_chat=chat.id, everywhere=True)
    elif not _send_card(db, alert, second, now):
        outbox.enqueue(db, [notice_for(second, notice, now)], now)
    return True


def _may_get(second: Chat, alert: Alert) -> bool:
    readable = alert.audience == "everyone" or second.role == "operator"
    return second.state == "active" and readable


def _send_card(db: Connection, alert: Alert, second: Chat, now: datetime) -> bool:
    """Queue the alert as it is now; False for a chat that this version was queued for before."""
    had = outbox.for_chat(db, second.id, alert.id)
    if any(delivery.version >= alert.version for delivery in had):
        return False
    card = NewDelivery(
        alert_id=alert.id,
        chat_id=second.id,
        thread_id=second.thread_id,
        kind="update" if had else "alert",
        version=alert.version,
        level=alert.level,
        not_before=now,
    )
    return outbox.enqueue(db, [card], now) > 0
