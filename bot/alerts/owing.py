"""What chats are owed for an alert's news: messages, and edits of the cards that they have."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.alerts.decide import AlertPolicy, Audience
from bot.alerts.edits import to_edit
from bot.alerts.routing.inhibition import parted
from bot.alerts.routing.mutes import hold_back
from bot.alerts.routing.readers import Readership
from bot.alerts.routing.route import News, route
from bot.alerts.story.remembered import RememberedStories
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.readers import mutes
from storage.sending import card_edits, outbox, reach, webhooks
from storage.sending.outbox import Recipient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who may hear of an entry's alerts, each asked only where there is something to tell.

    `inhibited`: who need not be told of an alert, each with the escalation that says more (see
    `bot.alerts.routing.inhibition`). `words_found`: which of these words are in the texts of a
    story (see `bot.alerts.routing.words`).
    """

    readers: Callable[[], Readership]
    inhibited: Callable[[Alert], Mapping[Recipient, str]]
    words_found: Callable[[int, frozenset[str]], frozenset[str]]


@dataclass(frozen=True, slots=True)
class NotifyTools:
    """What entries are notified of with, inside one transaction, at `now`."""

    db: Connection
    policy: AlertPolicy
    remembered: RememberedStories
    hearing: Hearing
    now: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Chats are not told, for they heard of this escalation; whether that is all of them."""

    by: str
    everybody: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """How many messages are owed now, and whether somebody was left out."""

    messages: int
    left_out: LeftOut | None = None


def owe_messages(
    tools: NotifyTools,
    alert: Alert,
    news: Sequence[News],
    audience: Audience,
    earlier: frozenset[Recipient],
) -> Owed:
    """Owe this news of an alert to whoever of an audience chose it; `earlier` had the alert."""
    db, hearing, now = tools.db, tools.hearing, tools.now
    readers = hearing.readers()
    found = hearing.words_found(alert.story_id, readers.words)
    rows = route(
        *(alert, news, audience, readers.chats, earlier, now, found),
        groups=readers.groups,
    )
    rows = hold_back(rows, alert, news, audience, readers.chats, mutes.standing(db, now))
    left_out = None
    if audience == "everyone" and (hushed := hearing.inhibited(alert)):
        rows, left = parted(rows, hushed)
        if left:
            left_out = LeftOut(hushed[left[0].recipient], everybody=not rows)
    return Owed(outbox.enqueue(db, rows, now), left_out)


def owe_edits(tools: NotifyTools, before: Alert, alert: Alert, *, new: int | None) -> None:
    """Owe an edit to whoever's card says less than the alert by now, when it has settled. `new`:
    the entry that is no source of the alert as it was before."""
    db, now, settle = tools.db, tools.now, tools.policy.edits_settle
    webhooks.owe_growth(db, alert.id, now, now + settle)
    had_it = reach.had_by(db, alert.id)
    if not had_it:
        return
    sources = alerts.reporting(db, alert.id)
    before = replace(before, sources=alerts.latest(sources, but=new))
    alert = replace(alert, sources=alerts.latest(sources))
    chosen = to_edit(before, alert, tools.hearing.readers().chats, had_it)
    if chosen:
        card_edits.ask(db, alert.id, chosen, now, settle)
        log.info("alert %s: cards to edit: %d", alert.short_id, len(chosen))
