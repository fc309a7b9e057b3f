"""Which chats, and which topics of them, a version of an alert goes to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.decide import Audience, rank
from bot.alerts.routing.readers import alike
from bot.alerts.routing.wanting import NO_WORDS, at_once, has_words, is_grave, is_where, narrowed
from storage.alerts import Alert
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription, chosen_by
from storage.sending.outbox import NewDelivery, Recipient


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
    earlier: Set[Recipient],
    now: datetime,
    words_found: Set[str] = NO_WORDS,
    groups: Sequence[Sequence[Chat]] | None = None,
) -> tuple[NewDelivery, ...]:
    """One row for each chat, in a forum for each topic, that this version of the alert goes to.

    `earlier` are those that an earlier version went to: they get an update, the others the
    alert. Rows of chats that cannot be reached now are held, not dropped. An alert for
    operators goes to all of them, whatever they subscribed to. A topic is judged by the signals
    that its subscriptions chose alone; a subscription that chose places brings nothing of
    elsewhere, or of a place that is not known, at whatever level. `words_found`: see `wants`.
    `groups`: the chats in groups of those that chose the same, where they are known.
    """
    if audience == "operators":
        return tuple(
            _row(
                alert,
                chat,
                chat.thread_id,
                alert.level,
                now,
                told=(chat.id, chat.thread_id) in earlier,
            )
            for chat in chats
            if chat.role == "operator"
        )
    groups = alike(chats) if groups is None else groups
    rows = [
        row for group in groups for row in _of_group(alert, news, group, earlier, now, words_found)
    ]
    if len(groups) > 1:
        place = {chat.id: number for number, chat in enumerate(chats)}
        rows.sort(key=lambda row: place[row.chat_id])
    return tuple(rows)


def _of_group(
    alert: Alert,
    news: Sequence[News],
    group: Sequence[Chat],
    earlier: Set[Recipient],
    now: datetime,
    words_found: Set[str],
) -> Iterator[NewDelivery]:
    """The rows of chats that chose the same: one decision for all that were told before, and one
    for all that were not."""
    first = group[0]
    topics = dict.fromkeys(each.thread_id for each in first.subscriptions)
    decided: dict[tuple[int | None, bool], str | None] = {}
    for chat in group:
        for thread_id in topics:
            told = (chat.id, thread_id) in earlier
            if (thread_id, told) not in decided:
                mine = _concerned(alert, first, thread_id, words_found, told=told)
                goes = bool(mine) and _wanted(mine, alert, news, told=told)
                decided[thread_id, told] = narrowed(alert, mine).level if goes else None
            level = decided[thread_id, told]
            if level is not None:
                yield _row(alert, chat, thread_id, level, now, told=told)


def _concerned(
    alert: Alert, chat: Chat, thread_id: int | None, words_found: Set[str], *, told: bool
) -> Sequence[Subscription]:
    """The topic's subscriptions that are about this happening.

    Who was told of it goes on hearing of it, whatever words its later reports have.
    """
    return [
        each
        for each in chat.topic(thread_id)
        if not each.paused and is_where(each, alert) and (told or has_words(each, words_found))
    ]


def _wanted(
    mine: Sequence[Subscription], alert: Alert, news: Sequence[News], *, told: bool
) -> bool:
    if not told:
        return any(_brings(each, one) for each in mine for one in news)
    # Who read that a town is besieged must read that the siege was lifted, at any level. That a
    # graver happening has a lesser side too is no reason to wake anybody.
    chosen = chosen_by(mine)
    heard = [each for each in news if each.signal in chosen and not each.unheard]
    joined = {each.signal for each in news if each.joined}
    known = [
        rank(each.level)
        for each in alert.signals
        if each.signal in chosen and each.signal not in joined
    ]
    return any(
        not one.joined
        or (rank(one.level) >= max(known, default=0) and any(_brings(each, one) for each in mine))
        for one in heard
    )


def _brings(subscription: Subscription, one: News) -> bool:
    """Whether the subscription brings this piece of news at once to who was not told it."""
    return (
        one.signal in subscription.chosen
        and is_grave(subscription, one.level)
        and at_once(subscription, one.level)
    )


def _row(
    alert: Alert, chat: Chat, thread_id: int | None, level: str, now: datetime, *, told: bool
) -> NewDelivery:
    # By position: an alert makes many thousand of them, and names take twice as long.
    state = "paused" if chat.state == "paused" else "pending"
    message = ("update" if told else "alert", alert.version, level, now, None, "")
    return NewDelivery(alert.id, chat.id, *message, state, False, None, thread_id)
