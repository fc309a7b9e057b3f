"""What of an alert concerns a subscription: its place, words and level. Pure; routing, digests and
explanations share it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from bot.alerts.decide import rank
from storage.alerts import Alert
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription

NO_WORDS: frozenset[str] = frozenset()


def is_where(subscription: Subscription, alert: Alert) -> bool:
    """Whether the happening is where it wants to hear of; closed where the place is not known."""
    return not subscription.places or any(
        each in subscription.places for place in alert.places for each in place.within
    )


def has_words(subscription: Subscription, words_found: Set[str]) -> bool:
    """Whether the texts have what they must, and nothing that they must not."""
    if subscription.include and words_found.isdisjoint(subscription.include):
        return False
    return words_found.isdisjoint(subscription.exclude)


def is_grave(subscription: Subscription, level: str) -> bool:
    """Whether the level is one that it wants to hear of."""
    return rank(level) >= rank(subscription.lowest_level)


def at_once(subscription: Subscription, level: str) -> bool:
    """Whether it hears of that level at once; what is critical waits for no digest."""
    return subscription.delivery == "now" or level == "critical"


def words_of(chats: Iterable[Chat]) -> frozenset[str]:
    """All words that subscriptions of these chats ask for or shut out."""
    return frozenset(
        word
        for chat in chats
        for each in chat.subscriptions
        if not each.paused
        for word in (*each.include, *each.exclude)
    )


def seen_in(chat: Chat, thread_id: int | None, alert: Alert) -> Alert:
    """The alert as a topic of the chat sees it: with the signals that it chose for that place.

    Operators see all of what is on test.
    """
    if alert.audience == "operators":
        return alert
    mine = chat.topic(thread_id)
    there = [each for each in mine if is_where(each, alert)]
    return narrowed(alert, there or mine)


def narrowed(alert: Alert, subscriptions: Sequence[Subscription]) -> Alert:
    """The alert with the signals that any of these chose; all of it if it has none of them."""
    kept = [
        each.signal
        for each in alert.signals
        if any(each.signal in chosen.chosen for chosen in subscriptions)
    ]
    return alert.seen_by(kept)
