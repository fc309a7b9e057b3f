"""Why a chat that was not sent an alert was not sent it. Pure; the twin of `route`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot.alerts.decide import Reason, rank
from storage.alerts import Alert
from storage.chats import Chat
from storage.decisions import Decision

SENT = frozenset({"send", "update"})


class Unreached(StrEnum):
    """Why it did not reach the chat; each has words in the locales, under `here.`"""

    NOT_PUSHED = "not-pushed"
    NO_SIGNALS = "no-signals"
    OTHER_SIGNALS = "other-signals"
    PLACE_UNKNOWN = "place-unknown"
    ELSEWHERE = "elsewhere"
    LEVEL = "level"
    INHIBITED = "inhibited"
    CAME_LATER = "came-later"
    CHOSE_OTHERWISE = "chose-otherwise"


def unreached(alert: Alert, chat: Chat, decided: Sequence[Decision]) -> Unreached:
    """The first thing that kept the alert from a chat that has no delivery of it.

    As the chat is set now: when that does not keep it away, it was set otherwise then.
    """
    pushed = [each.at for each in decided if each.action in SENT]
    inhibited = [each.at for each in decided if each.reason == Reason.INHIBITED]
    if not pushed and not inhibited:
        return Unreached.NOT_PUSHED
    if not chat.signals:
        return Unreached.NO_SIGNALS
    mine = [each for each in alert.signals if each.signal in chat.signals]
    if not mine:
        return Unreached.OTHER_SIGNALS
    if chat.places and not alert.places:
        return Unreached.PLACE_UNKNOWN
    if chat.places and not any(chat.places.intersection(p.within) for p in alert.places):
        return Unreached.ELSEWHERE
    if max(rank(each.level) for each in mine) < rank(chat.lowest_level):
        return Unreached.LEVEL
    if chat.created_at > max(pushed + inhibited):
        return Unreached.CAME_LATER
    if inhibited:
        return Unreached.INHIBITED
    return Unreached.CHOSE_OTHERWISE
