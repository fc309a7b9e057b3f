"""Which chats a version of an alert goes to. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.decide import Audience, rank
from storage.alerts import Alert
from storage.chats import Chat
from storage.outbox import NewDelivery


@dataclass(frozen=True, slots=True)
class News:
    """What this version says of one signal.

    `joined`: no version before told that signal. `unheard`: it is news only for who was not told
    of the alert: where it happens is known now.
    """

    signal: str
    level: str
    joined: bool = False
    unheard: bool = False


def route(
    alert: Alert,
    news: Sequence[News],
    audience: Audience,
    chats: Sequence[Chat],
    earlier: Set[int],
    now: datetime,
) -> tuple[NewDelivery, ...]:
    """One row for each chat that this version of the alert goes to.

    `earlier` are the chats that an earlier version went to: they get an update, the others the
    alert. Rows of chats that cannot be reached now are held, not dropped. An alert for
    operators goes to all of them, whatever they subscribed to. A chat is judged by the signals
    it chose alone; one that chose places gets nothing of elsewhere, or of a place that is not
    known, at whatever level.
    """
    return tuple(
        NewDelivery(
            alert_id=alert.id,
            chat_id=chat.id,
            kind="update" if chat.id in earlier else "alert",
            version=alert.version,
            level=(alert if audience == "operators" else alert.seen_by(chat.signals)).level,
            not_before=now,
            state="paused" if chat.state == "paused" else "pending",
        )
        for chat in chats
        if (
            chat.role == "operator"
            if audience == "operators"
            else _wants(chat, alert, news, earlier)
        )
    )


def is_where(chat: Chat, alert: Alert) -> bool:
    """Whether the alert's happening is where the chat wants to hear of; closed where the place is
    not known."""
    return not chat.places or any(chat.places.intersection(p.within) for p in alert.places)


def _wants(chat: Chat, alert: Alert, news: Sequence[News], earlier: Set[int]) -> bool:
    if not is_where(chat, alert):
        return False
    mine = [each for each in news if each.signal in chat.signals]
    if chat.id not in earlier:
        return any(rank(each.level) >= rank(chat.lowest_level) for each in mine)
    # Who read that a town is besieged must read that the siege was lifted, at any level. That a
    # graver happening has a lesser side too is no reason to wake anybody.
    joined = {each.signal for each in mine if each.joined}
    told = [each for each in alert.signals if each.signal in chat.signals - joined]
    least = max([rank(chat.lowest_level), *(rank(each.level) for each in told)])
    heard = [each for each in mine if not each.unheard]
    return any(not each.joined or rank(each.level) >= least for each in heard)
