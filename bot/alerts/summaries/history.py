"""How an alert came about, as stored: every decision, what its entries said, what a chat got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.decide import rank
from bot.alerts.routing.wanting import words_of
from bot.alerts.routing.words import words_in_story
from bot.alerts.summaries.digest import Digest
from bot.alerts.summaries.weekly import digest_of
from storage import alerts, decisions
from storage.alerts import Alert, AlertSignal
from storage.connection import Connection
from storage.decisions import Decision
from storage.news import entries, facts, stories
from storage.news.entries import StoredDetection
from storage.news.facts import Statement, StoredPlace
from storage.readers.chats import Chat
from storage.sending import acknowledgements, digest_turns, outbox, second_channel
from storage.sending.acknowledgements import Acknowledgement
from storage.sending.outbox import Delivery

if TYPE_CHECKING:
    from rules import RuleSet


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry that was decided about said: in which feed, where, and how grave by signal."""

    feed_id: str
    levels: Mapping[str, str] = field(default_factory=dict)
    places: tuple[StoredPlace, ...] = ()


# Digests after an alert that are asked for it: of a day and a half where they are hourly.
_DIGESTS_READ = 40


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """An alert and what is known of how it came about.

    `detections`: by signal, what fired on its entry (those that are still stored). `decisions`:
    all that was decided about it, oldest first. `said`: by entry, what those rest on. `statements`:
    the figures of its story's reports. `families`: by entry, who published it. `deliveries`: the
    asking chat's rows for it; `chat` is that chat. `words_found`: which words of its subscriptions
    are in the story's texts. `digest_at`: when a digest told the asking chat of it.
    """

    alert: Alert
    detections: Mapping[str, StoredDetection] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    deliveries: Sequence[Delivery] = ()
    second_channel_at: datetime | None = None
    acknowledgement: Acknowledgement | None = None
    said: Mapping[int, Said] = field(default_factory=dict)
    statements: Sequence[Statement] = ()
    chat: Chat | None = None
    words_found: frozenset[str] = frozenset()
    families: Mapping[int, str] = field(default_factory=dict)
    digest_at: datetime | None = None


def history_of(
    db: Connection, wanted: str, chat: Chat | None, rules: RuleSet | None = None
) -> AlertHistory | None:
    """The history of the alert with this id ("A12") as the chat may see it; None when there is none
    that it may see. Without a chat: as operators see it.

    `rules` find the words that the chat's subscriptions name."""
    alert = alerts.get_by_short_id(db, wanted)
    operator = chat is None or chat.role == "operator"
    if alert is None or (alert.audience == "operators" and not operator):
        return None
    decided = decisions.of_alert(db, alert.id)
    words = words_of([chat]) if chat else frozenset[str]()
    found = words_in_story(db, rules, alert.story_id, words) if rules else frozenset[str]()
    return AlertHistory(
        alert,
        detections={
            told.signal: best
            for told in alert.signals
            if (best := _strongest(entries.detections_of(db, told.entry_id), told))
        },
        decisions=decided,
        deliveries=outbox.for_chat(db, chat.id, alert.id) if chat else (),
        second_channel_at=second_channel.alert_sent_at(db, alert.id) if operator else None,
        acknowledgement=acknowledgements.get(db, alert.id, chat.id) if chat else None,
        said=_said(db, {each.entry_id for each in decided if each.version is not None}),
        statements=facts.statements(db, alert.story_id),
        chat=chat,
        words_found=found,
        families={each.entry_id: each.family for each in stories.entries_of(db, alert.story_id)},
        digest_at=_in_digest(db, alert, chat) if chat else None,
    )


def _in_digest(db: Connection, alert: Alert, chat: Chat) -> datetime | None:
    """When the first digest that names the alert came to the chat."""
    made = digest_turns.sent_since(db, chat.id, alert.created_at, _DIGESTS_READ)
    named = (
        at for at, text in made if isinstance(d := digest_of(text), Digest) and alert.id in d.alerts
    )
    return next(named, None)


def _said(db: Connection, entry_ids: set[int]) -> dict[int, Said]:
    found = {}
    for entry_id in entry_ids:
        entry = entries.get(db, entry_id)
        if entry is None:
            continue
        levels: dict[str, str] = {}
        for each in entries.detections_of(db, entry_id):
            known = levels.get(each.signal)
            if known is None or rank(each.level) > rank(known):
                levels[each.signal] = each.level
        found[entry_id] = Said(entry.feed_id, levels, facts.places_of(db, entry_id))
    return found


def _strongest(detections: Sequence[StoredDetection], told: AlertSignal) -> StoredDetection | None:
    fitting = [
        each
        for each in detections
        if each.signal == told.signal and each.direction == told.direction
    ]
    return max(fitting, key=lambda each: each.score, default=None)
