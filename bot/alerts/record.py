"""What a poll's entries lead to, inside its transaction: it does what the deciders say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.alerts.decide import AlertPolicy, NewReport, Reason, is_news, rank
from bot.alerts.escalating.escalate import Raising, StoryEntry
from bot.alerts.notify import notify
from bot.alerts.owing import Hearing, NotifyTools
from bot.alerts.routing.inhibition import inhibited_by
from bot.alerts.routing.readers import Readers, Readership
from bot.alerts.routing.words import words_in_story
from bot.alerts.rows import (
    Source,
    dated,
    detection_language,
    detection_row,
    entry_row,
    feed_entry,
    strongest,
)
from bot.alerts.said.states import Heard, reports_of
from bot.alerts.story.comparing.near_copies import same_subject
from bot.alerts.story.joining import join_story
from bot.alerts.story.remembered import RememberedStories, telling_of
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry
from bot.polling.identify import EntryChange
from bot.rules_in_force import shipped_places
from rules.matching.levels import LADDER
from storage import decisions
from storage.alerts import Alert
from storage.connection import Connection
from storage.decisions import Decision
from storage.news import entries, facts, states, stories
from storage.news.entries import Entry
from storage.news.facts import NO_FACTS, Facts
from storage.sending.outbox import Recipient
from storage.so_far import SoFar, just_begun, so_far

if TYPE_CHECKING:
    from rules import Detection, Gazetteer, RuleSet
    from rules.loading.schema import Level

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a poll led to. `alerts`: those that were made or got a new version. `reasons` counts
    the decisions by their named reason."""

    new: int
    updated: int
    seeded: int
    detections: int
    alerts: tuple[Alert, ...]
    deliveries: int
    reasons: dict[Reason, int]


@dataclass(frozen=True, slots=True)
class Before:
    """What an entry's text said before: (signal, direction) pairs.

    `seeded`: the entry was there when its feed was first read, so what it said then is history.
    `first`: this is its first text. `new`: it was stored just now, and nothing is known of it.
    """

    said: frozenset[tuple[str, str]]
    seeded: bool
    first: bool = False
    new: bool = False

    def is_history(self, said: tuple[str, str]) -> bool:
        return self.seeded and (self.first or said in self.said)


@dataclass(slots=True)
class Acceptance:
    """One poll's transaction at work: it does what the pure deciders say."""

    db: Connection
    feed: Feed
    rules: RuleSet
    policy: AlertPolicy
    remembered: RememberedStories
    now: datetime
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    detections: int = 0
    deliveries: int = 0
    gazetteer: Callable[[], Gazetteer] = shipped_places
    changed: dict[int, Alert] = field(default_factory=dict)
    readers: Readers = field(default_factory=Readers)

    def take(
        self,
        change: EntryChange,
        entry_id: int | None,
        detections: tuple[Detection, ...],
        said: Facts = NO_FACTS,
        *,
        unread: bool = False,
    ) -> None:
        """What follows from one entry that is new, stored as `entry_id`, or updated.

        `said`: its places and figures. `unread`: the rules could not read it.
        """
        self.kinds[change.kind] += 1
        before = Before(frozenset(), seeded=change.kind == "seed", first=True, new=True)
        if entry_id is None:
            entry_id, before = self._replace(change)
            rules_hash = None if unread else self.rules.hash
            entries.note_reading(self.db, entry_id, rules_hash, self.now)
        dates = dated(change.entry, self.now)
        self._detected(entry_id, change.entry, detections, said, before, dates)

    def store(self, changes: Sequence[EntryChange], unread: Collection[int]) -> list[int | None]:
        """Store the entries among them that are new, all at once; the id of each, None for those
        that were updated. `unread`: the places of those that the rules could not read."""
        new = [
            (
                entry_row(
                    *(self.feed, change, self.now),
                    rules_hash=None if place in unread else self.rules.hash,
                    read_at=self.now,
                ),
                change.keys,
            )
            for place, change in enumerate(changes)
            if change.kind != "updated"
        ]
        ids = iter(entries.add_all(self.db, new))
        return [None if change.kind == "updated" else next(ids) for change in changes]

    def read_again(
        self,
        stored: Entry,
        detections: tuple[Detection, ...],
        said: Facts,
        signals: frozenset[str] | None,
    ) -> None:
        """Take what is detected now in a stored entry; `signals`: those that its first reading
        lacked, None when it was read by no rules. What was decided of it stays decided."""
        if stored.id is None:
            raise ValueError("an entry that is not stored cannot be read again")
        entry_id, entry = stored.id, feed_entry(stored)
        entries.note_reading(self.db, entry_id, self.rules.hash, self.now)
        lacking = tuple(each for each in detections if signals is None or each.signal in signals)
        told = frozenset[tuple[str, str]]()
        if stories.of_entry(self.db, entry_id) is not None:
            decided = decisions.of_entry(self.db, entry_id)
            told = frozenset((each.signal, each.direction) for each in decided)
        before = Before(told, stored.seeded, first=stored.updates == 0)
        dates = dated(entry, stored.read_at or stored.first_seen_at)
        self._detected(entry_id, entry, lacking, said, before, dates)

    def _detected(
        self,
        entry_id: int,
        entry: FeedEntry,
        detections: tuple[Detection, ...],
        said: Facts,
        before: Before,
        dates: datetime,
    ) -> None:
        entries.add_detections(
            *(self.db, entry_id),
            *(detection_row(each, self.rules.hash, self.now) for each in detections),
        )
        if said != NO_FACTS or not before.first:
            facts.put(self.db, entry_id, said, first=before.new)
            by = (entry_id, self._family, self.feed.name, entry, dates)
            of_places = reports_of(Heard(*by, before.seeded), said, self.rules, self.now)
            states.put(self.db, entry_id, of_places, first=before.new)
        self.detections += len(detections)
        if not detections:
            return
        if entry.event is not None and entry.event.exercise:
            self._exercise(entry_id, detections)
            return
        signals = frozenset(each.signal for each in detections)
        telling = telling_of(
            entry_id,
            *(entry.title, entry.summary, detection_language(self.feed.language, entry)),
            *(self._family, entry.link, stories.reported_at(entry.published_at, self.now)),
            signals=signals,
            said=said,
        )
        story_id, begun = join_story(self.db, self.remembered, telling, self.now, first=before.new)
        told_lately = 0
        if not before.new:
            told_lately = decisions.times_sent(self.db, entry_id, self.now - AN_HOUR)
        reports = [
            NewReport(
                signal=detection.signal,
                direction=detection.direction,
                level=detection.level,
                status=self._status(detection.signal),
                family=self._family,
                dated=dates,
                said_before=(detection.signal, detection.direction) in before.said,
                history=before.is_history((detection.signal, detection.direction)),
                told_lately=told_lately,
            )
            for detection in detections
        ]
        reporting = StoryEntry(story_id, entry_id, self._family, telling.at, said.places)
        said_now = tuple((each.signal, each.direction) for each in detections)
        own = (entry_id, self._family, self.feed.id, self.now, said_now, said.figures)
        known = just_begun(*own) if begun else so_far(self.db, story_id)
        detections, reports = self._raise(reporting, known, detections, reports)
        source = Source(self.feed, entry_id, entry, self.rules.hash, said)
        hearing = Hearing(
            self._readership,
            inhibited=partial(self._inhibited, reporting),
            words_found=partial(words_in_story, self.db, self.rules),
        )
        notified = notify(
            NotifyTools(self.db, self.policy, self.remembered, hearing, self.now),
            *(story_id, known, source),
            list(zip(detections, reports, strict=True)),
        )
        self.reasons.update(notified.reasons)
        self.changed |= {alert.id: alert for alert in notified.alerts}
        self.deliveries += notified.deliveries

    def _raise(
        self,
        reporting: StoryEntry,
        known: SoFar,
        detections: tuple[Detection, ...],
        reports: list[NewReport],
    ) -> tuple[tuple[Detection, ...], list[NewReport]]:
        """The same, with the levels that they have together with what was told before."""
        best = strongest(detections)
        heard = [r for d, r in zip(detections, reports, strict=True) if best[d.signal] is d]
        news = [each for each in heard if is_news(each, self.policy, self.now)]
        raising = Raising(self.db, self.rules, self.gazetteer, self.remembered, self.now)
        raised = raising.raised(reporting, known, heard, news)
        for number, each in enumerate(reports):
            higher = raised.get(each.signal)
            if higher is not None and each in news:
                reports[number] = replace(each, level=higher.level, raised=higher)
        found = tuple(
            detection if report.raised is None else replace(detection, level=_level(report.level))
            for detection, report in zip(detections, reports, strict=True)
        )
        return found, reports

    def _inhibited(self, reporting: StoryEntry, alert: Alert) -> Mapping[Recipient, str]:
        return inhibited_by(self.db, self.rules, reporting, alert, self.now)

    def _exercise(self, entry_id: int, detections: tuple[Detection, ...]) -> None:
        """Tell nobody, and join no story: a test confirms no happening."""
        for each in detections:
            self.reasons[Reason.ONLY_AN_EXERCISE] += 1
            decisions.record(
                self.db,
                Decision(
                    entry_id=entry_id,
                    alert_id=None,
                    signal=each.signal,
                    action="suppress",
                    reason=Reason.ONLY_AN_EXERCISE,
                    rules_hash=self.rules.hash,
                    at=self.now,
                    direction=each.direction,
                ),
            )

    def outcome(self) -> Accepted:
        """What came of it."""
        return Accepted(
            new=self.kinds["new"],
            updated=self.kinds["updated"],
            seeded=self.kinds["seed"],
            detections=self.detections,
            alerts=tuple(self.changed.values()),
            deliveries=self.deliveries,
            reasons=dict(self.reasons),
        )

    def _replace(self, change: EntryChange) -> tuple[int, Before]:
        """Put the new text in the old one's place; returns what that had said."""
        if change.entry_id is None:
            raise ValueError("an updated entry without the id of the stored one")
        entry_id = change.entry_id
        stored = entries.get(self.db, entry_id)
        if stored is None:
            raise KeyError(f"no entry {entry_id}")
        said = frozenset(
            (each.signal, each.direction) for each in entries.detections_of(self.db, entry_id)
        )
        row = entry_row(self.feed, change, self.now)
        entries.update(self.db, entry_id, row, change.keys, seen_at=self.now)
        entries.clear_detections(self.db, entry_id)
        if same_subject(stored.title, change.entry.title):
            return entry_id, Before(said, stored.seeded)
        # A live page took up another happening under its old id.
        self.remembered.leave(self.db, entry_id, self.now)
        return entry_id, Before(frozenset(), seeded=False)

    @property
    def _family(self) -> str:
        return self.feed.family or self.feed.id

    def _readership(self) -> Readership:
        return self.readers(self.db)

    def _status(self, signal: str) -> str:
        rule = self.rules.signals.get(signal)
        return "" if rule is None else rule.status


def _level(name: str) -> Level:
    return LADDER[rank(name)]
