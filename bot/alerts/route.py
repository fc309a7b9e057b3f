"""Which chats an alert goes to. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime

from bot.alerts.decide import Audience, rank
from storage.alerts import Alert
from storage.chats import Chat
from storage.outbox import NewDelivery


def route(
    alert: Alert,
    audience: Audience,
    chats: Sequence[Chat],
    earlier: Set[int],
    now: datetime,
) -> tuple[NewDelivery, ...]:
    """One row for each chat that this version of the alert goes to.

    `earlier` are the chats that an earlier version went to: they get an update, the others the
    alert. Rows of chats that cannot be reached now are held, not dropped. An alert for
    operators goes to all of them, whatever they subscribed to.
    """
    return tuple(
        NewDelivery(
            alert_id=alert.id,
            chat_id=chat.id,
            kind="update" if chat.id in earlier else "alert",
            version=alert.version,
            level=alert.level,
            not_before=now,
            state="paused" if chat.state == "paused" else "pending",
        )
        for chat in chats
        if _wants(chat, alert, audience, earlier)
    )


def _wants(chat: Chat, alert: Alert, audience: Audience, earlier: Set[int]) -> bool:
    if audience == "operators":
        return chat.role == "operator"
    if alert.signal not in chat.signals:
        return False
    # Who read that a town is besieged must read that the siege was lifted, at any level.
    return chat.id in earlier or rank(alert.level) >= rank(chat.lowest_level)
