"""From what a poll found to what is owed to chats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.decide import AlertPolicy
from bot.alerts.escalating.silence import last_read, notify_of_silence
from bot.alerts.notify import Notified
from bot.alerts.record import Acceptance, Accepted
from bot.alerts.routing.readers import Readers, Readership
from bot.alerts.routing.words import look_for
from bot.alerts.rows import called_off, detection_language
from bot.alerts.said.facts import facts_of
from bot.alerts.story.remembered import RememberedStories
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry
from bot.notices.feeds import UnreadEntries
from bot.notices.to_operators import notify_operators
from bot.polling.identify import EntryChange
from bot.polling.report import Detections
from bot.rules_in_force import shipped_places
from storage.connection import Connection
from storage.news import entries, feeds, readings
from storage.news.facts import NO_FACTS, Facts
from storage.news.readings import Rereading

if TYPE_CHECKING:
    from rules import Detection, Gazetteer, RuleSet

__all__ = ["Accepted", "Detector", "Pipeline"]

log = logging.getLogger(__name__)

# One thread: a second one would be no faster, as both hold Python's lock, and the event loop would
# wait for its turn behind each of them (docs/decisions/detection-in-one-thread.md).
_DETECTING = ThreadPoolExecutor(1, thread_name_prefix="marsad-detect")

Read = Callable[[Callable[[Connection], Readership]], Awaitable[Readership]]
Detector = Callable[["RuleSet", str, str, str | None], "tuple[Detection, ...]"]


class Pipeline:
    """Detection outside the transaction, everything that follows from it inside."""

    def __init__(
        self,
        rules: Callable[[], RuleSet],
        *,
        policy: AlertPolicy | None = None,
        stories: RememberedStories | None = None,
        detector: Detector | None = None,
        gazetteer: Callable[[], Gazetteer] | None = None,
        read: Read | None = None,
    ) -> None:
        """`rules` and `gazetteer` give what is in force: the shipped places unless told otherwise.
        `detector` is rules.detect unless a test says. `read` is the database's: who reads, and
        which of the words that they name are in the texts, is then found before the transaction."""
        self._rules = rules
        self._policy = policy or AlertPolicy()
        self._stories = stories or RememberedStories()
        self._detector = detector
        self._gazetteer = gazetteer or shipped_places
        self._read = read
        self._readers = Readers()

    async def detect(
        self, batch: Sequence[FeedEntry], language: str | None, region: str | None = None
    ) -> Detections:
        """Detections of each entry, in a thread; places and figures of those that have some.

        `language` and `region` are what the catalogue says of the feed. Its language wins over
        what the entry claims: many Arabic feeds leave their software's "en". An entry on which the
        rules fail has no detections, and stands in `failures`.
        """
        found = await asyncio.get_running_loop().run_in_executor(
            _DETECTING, self._detect, tuple(batch), language, region
        )
        telling = [
            (each.title, each.summary, detection_language(language, each))
            for each, told in zip(batch, found.per_entry, strict=True)
            if told
        ]
        if telling and self._read is not None:
            readers = await self._read(self._readers)
            if words := readers.words:
                await asyncio.get_running_loop().run_in_executor(
                    _DETECTING, look_for, words, found.rules, telling
                )
        return found

    @property
    def rules(self) -> RuleSet:
        """The rule set in force."""
        return self._rules()

    def detect_now(self, batch: Sequence[FeedEntry], language: str | None) -> Detections:
        """As `detect`, in this thread: for who has nothing else to do."""
        return self._detect(tuple(batch), language)

    def accept(
        self,
        db: Connection,
        feed: Feed,
        changes: Sequence[EntryChange],
        found: Detections,
        now: datetime,
    ) -> Accepted:
        """Store a poll's entries and all that follows, inside the poll's write transaction.

        `found` is of these changes, in the same order; none of them is "seen". Operators are
        notified of entries that the rules could not read. Raises ValueError when `found` and
        `changes` do not match.
        """
        if len(changes) != len(found.per_entry):
            raise ValueError(f"{len(changes)} entries but detections of {len(found.per_entry)}")
        acceptance = self._acceptance(db, feed, found.rules, now)
        readings.note_rules(db, found.rules.hash, found.rules.signals, now)
        # In whatever order a feed lists them, stories are the same.
        order = sorted(
            range(len(changes)), key=lambda each: _in_published_order(changes[each].entry)
        )
        unread = {at for at, place in enumerate(order) if place in found.failures}
        ids = acceptance.store([changes[place] for place in order], unread)
        with self._stories.unchanged():
            for place, entry_id in zip(order, ids, strict=True):
                acceptance.take(
                    *(changes[place], entry_id),
                    *(found.per_entry[place], found.facts.get(place, NO_FACTS)),
                    unread=place in found.failures,
                )
        if found.failures:
            log.error("%s: entries stored unread by the rules: %d", feed.id, len(found.failures))
            notify_operators(db, _unread(feed, changes, found.failures), now)
        return acceptance.outcome()

    def read_again(
        self,
        db: Connection,
        feed: Feed,
        batch: Sequence[Rereading],
        found: Detections,
        now: datetime,
    ) -> Accepted:
        """What follows from stored entries of a feed, read by the rules in `found`, in one write
        transaction. Entries whose text changed since, or that were read meanwhile, are left."""
        acceptance = self._acceptance(db, feed, found.rules, now)
        for place, (stored, signals) in enumerate(batch):
            entry_id = stored.id or 0
            present = entries.get(db, entry_id)
            if present is None or (present.content_hash, present.rules_hash) != (
                stored.content_hash,
                stored.rules_hash,
            ):
                continue
            if place in found.failures:
                entries.note_reading(db, entry_id, None, stored.read_at or now)
                continue
            said = found.facts.get(place, NO_FACTS)
            acceptance.read_again(present, found.per_entry[place], said, signals)
        return acceptance.outcome()

    def listen(self, db: Connection, sources: Sequence[Feed], now: datetime) -> Notified:
        """Tell of the places that have fallen silent, inside a write transaction; what `sources`
        say of anything tells that it is not us who hear nothing."""
        read = last_read(sources, feeds.all_states(db))
        return notify_of_silence(db, self._rules(), self._gazetteer, read, now)

    def _acceptance(self, db: Connection, feed: Feed, rules: RuleSet, now: datetime) -> Acceptance:
        return Acceptance(
            *(db, feed, rules, self._policy, self._stories, now),
            gazetteer=self._gazetteer,
            readers=self._readers,
        )

    def _detect(
        self, batch: tuple[FeedEntry, ...], language: str | None, region: str | None = None
    ) -> Detections:
        detector = self._detector or _rules_detector()
        rules = self._rules()
        per_entry: list[tuple[Detection, ...]] = []
        failures: dict[int, str] = {}
        facts: dict[int, Facts] = {}
        for place, entry in enumerate(batch):
            detections: tuple[Detection, ...] = ()
            spoken = detection_language(language, entry)
            try:
                detections = detector(rules, entry.title, entry.summary, spoken)
            except Exception as error:  # a bug in the rules must not keep the others back
                log.exception("the rules could not read %s: %r", entry.link, entry.title[:200])
                failures[place] = type(error).__name__
            if entry.event is not None and entry.event.cancelled:
                detections = called_off(rules, detections)
            per_entry.append(detections)
            if detections:
                facts[place] = self._facts(rules, entry, detections, spoken, region)
        return Detections(per_entry, rules, failures, facts)

    def _facts(
        self,
        rules: RuleSet,
        entry: FeedEntry,
        detections: Sequence[Detection],
        language: str | None,
        region: str | None,
    ) -> Facts:
        """Places, figures and states; none where reading fails: the alert goes without them."""
        try:
            return facts_of(
                *(self._gazetteer(), entry.title, entry.summary, detections),
                language=language,
                region=region,
                event=entry.event,
                kinds=tuple(rules.states.values()),
            )
        except Exception:
            log.exception("places, figures and states of %s could not be read", entry.link)
            return NO_FACTS


def _unread(feed: Feed, changes: Sequence[EntryChange], errors: Mapping[int, str]) -> UnreadEntries:
    first = min(errors)
    entry = changes[first].entry
    return UnreadEntries(feed, entry.title, entry.link, errors[first], others=len(errors) - 1)


def _in_published_order(entry: FeedEntry) -> tuple[bool, float, str, str, str]:
    dated = entry.published_at or entry.updated_at
    when = dated.timestamp() if dated else 0.0
    return dated is None, when, entry.title, entry.summary, entry.link or ""


def _rules_detector() -> Detector:
    # Here and not above: it loads CAMeL Tools, which takes seconds.
    from rules import detect

    return detect
