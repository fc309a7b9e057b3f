"""Whose card of an alert says less than is known by now, and what of it they may see. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.alerts.routing.readers import choices
from bot.alerts.routing.wanting import is_where, seen_in
from storage.alerts import Alert
from storage.readers.chats import Chat
from storage.readers.subscriptions import chosen_by
from storage.sending.outbox import Recipient


def may_see(chat: Chat, thread_id: int | None, alert: Alert) -> bool:
    """Whether a card in that topic of the chat may say what is known of the alert now.

    Closed: not where the topic chose other signals or other places since it was told.
    """
    if alert.audience == "operators":
        return chat.role == "operator"
    there = [each for each in chat.topic(thread_id) if is_where(each, alert)]
    return any(each.signal in chosen_by(there) for each in alert.signals)


def says(alert: Alert) -> tuple[object, ...]:
    """What an alert's card says, by which two of them can be compared."""
    return (
        quoted_entry(alert),
        tuple((e.signal, e.direction, e.level) for e in alert.signals),
        tuple(place.place_id for place in alert.places),
        # What was told is for who decides about news, and no card shows it.
        tuple(replace(figure, told=None) for figure in alert.figures),
        alert.families,
        tuple(source.family for source in alert.sources),
    )


def quoted_entry(alert: Alert) -> int:
    """The entry whose words a card shows: the alert's, unless that tells none of the signals that
    the reader chose."""
    entries = [each.entry_id for each in alert.signals]
    return alert.entry_id if alert.entry_id in entries else entries[0]


def to_edit(
    before: Alert, after: Alert, chats: Sequence[Chat], told: Collection[Recipient]
) -> tuple[Recipient, ...]:
    """Whose card is to be edited: of those `told` of the alert who may see what it says now, if
    to them that is something else than before."""
    known = {chat.id: chat for chat in chats}
    decided: dict[object, bool] = {}
    found = []
    for each in sorted(told, key=lambda one: (one.chat_id, one.thread_id or 0)):
        if (chat := known.get(each.chat_id)) is None:
            continue
        alike = (each.thread_id, chat.role, choices(chat))
        if alike not in decided:
            decided[alike] = may_see(chat, each.thread_id, after) and says(
                seen_in(chat, each.thread_id, before)
            ) != says(seen_in(chat, each.thread_id, after))
        if decided[alike]:
            found.append(each)
    return tuple(found)
