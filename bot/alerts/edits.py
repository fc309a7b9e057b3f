"""Whose card of an alert says less than is known by now, and what of it they may see. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.alerts.route import is_where
from storage.alerts import Alert
from storage.chats import Chat


def may_see(chat: Chat, alert: Alert) -> bool:
    """Whether a card of the chat may say what is known of the alert now.

    Closed: not where the chat chose other signals or other places since it was told.
    """
    if alert.audience == "operators":
        return chat.role == "operator"
    return is_where(chat, alert) and any(alert.of(signal) for signal in chat.signals)


def seen_by(chat: Chat, alert: Alert) -> Alert:
    """The alert with the signals that the chat chose; operators see all of what is on test."""
    return alert if alert.audience == "operators" else alert.seen_by(chat.signals)


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
    before: Alert, after: Alert, chats: Sequence[Chat], told: Collection[int]
) -> tuple[int, ...]:
    """The chats whose card is to be edited: those `told` of the alert that may see what it says
    now, if to them that is something else than before."""
    return tuple(
        chat.id
        for chat in chats
        if chat.id in told
        and may_see(chat, after)
        and says(seen_by(chat, before)) != says(seen_by(chat, after))
    )
