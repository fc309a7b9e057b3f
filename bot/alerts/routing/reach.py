"""Why a chat that was not sent an alert was not sent it. Pure; the twin of `route`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from bot.alerts.decide import Reason, rank
from bot.alerts.routing.wanting import NO_WORDS, at_once, has_words, is_grave, is_where
from storage.alerts import Alert
from storage.decisions import Decision
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription

SENT = frozenset({"send", "update"})


class Unreached(StrEnum):
    """Why it did not reach the chat; each has words in the locales, under `here.`"""

    NOT_PUSHED = "not-pushed"
    NO_SIGNALS = "no-signals"
    OTHER_SIGNALS = "other-signals"
    PLACE_UNKNOWN = "place-unknown"
    ELSEWHERE = "elsewhere"
    LEVEL = "level"
    WORDS = "words"
    PAUSED = "paused"
    DIGEST = "digest"
    INHIBITED = "inhibited"
    CAME_LATER = "came-later"
    CHOSE_OTHERWISE = "chose-otherwise"


@dataclass(frozen=True, slots=True)
class Kept:
    """What kept the alert away; by which subscription, where one came nearest to it."""

    why: Unreached
    by: Subscription | None = None


def unreached(
    alert: Alert, chat: Chat, decided: Sequence[Decision], words_found: Set[str] = NO_WORDS
) -> Kept:
    """What kept the alert from a chat that has no delivery of it.

    As the chat is set now: when that does not keep it away, it was set otherwise then.
    """
    pushed = [each.at for each in decided if each.action in SENT]
    inhibited = [each.at for each in decided if each.reason == Reason.INHIBITED]
    if not pushed and not inhibited:
        return Kept(Unreached.NOT_PUSHED)
    if not chat.chosen:
        return Kept(Unreached.NO_SIGNALS)
    kept = [(each, _kept_by(each, alert, words_found)) for each in chat.subscriptions]
    subscription, why = max(kept, key=lambda pair: _NEARER.index(pair[1]))
    if why is not Unreached.CHOSE_OTHERWISE:
        return Kept(why, subscription)
    if chat.created_at > max(pushed + inhibited):
        return Kept(Unreached.CAME_LATER, subscription)
    if inhibited:
        return Kept(Unreached.INHIBITED, subscription)
    return Kept(Unreached.CHOSE_OTHERWISE, subscription)


# The further on, the nearer a subscription came to being sent the alert.
_NEARER = (
    Unreached.OTHER_SIGNALS,
    Unreached.PLACE_UNKNOWN,
    Unreached.ELSEWHERE,
    Unreached.LEVEL,
    Unreached.WORDS,
    Unreached.PAUSED,
    Unreached.DIGEST,
    Unreached.CHOSE_OTHERWISE,
)


def _kept_by(each: Subscription, alert: Alert, words_found: Set[str]) -> Unreached:
    mine = [one.level for one in alert.signals if one.signal in each.chosen]
    if not mine:
        return Unreached.OTHER_SIGNALS
    if each.places and not alert.places:
        return Unreached.PLACE_UNKNOWN
    if not is_where(each, alert):
        return Unreached.ELSEWHERE
    gravest = max(mine, key=rank)
    if not is_grave(each, gravest):
        return Unreached.LEVEL
    if not has_words(each, words_found):
        return Unreached.WORDS
    if each.paused:
        return Unreached.PAUSED
    return Unreached.CHOSE_OTHERWISE if at_once(each, gravest) else Unreached.DIGEST
