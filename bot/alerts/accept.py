"""What a poll's entries lead to, inside its transaction: it does what the deciders say."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database as Connection

from bot.alerts.decide import (
    Audience,
    Policy,
    Reason,
    Store,
    Suppress,
    Telling,
    Told,
    Verdict,
    decide,
)
from bot.alerts.route import route
from bot.alerts.snippet import snippet
from bot.alerts.stories import StoryPolicy, choose_story
from bot.feeds.catalogue import Feed
from bot.feeds.entry import FeedEntry
from bot.feeds.identify import EntryChange
from storage import alerts, chats, entries, outbox, stories
from storage.alerts import Alert, AlertText, Decision
from storage.chats import Chat
from storage.entries import Entry, StoredDetection
from storage.stories import StoryTitle

if TYPE_CHECKING:
    from rules import Detection, RuleSet

LANGUAGES = frozenset({"ar", "en", "fr"})

_ACTIONS = {"Send": "send", "Update": "update", "Store": "store", "Suppress": "suppress"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a poll led to. `reasons` counts the decisions by their named reason."""

    new: int
    updated: int
    seeded: int
    detections: int
    told: tuple[Alert, ...]
    deliveries: int
    reasons: dict[Reason, int]


@dataclass(slots=True)
class Acceptance:
    """One poll's transaction at work: it does what the pure deciders say."""

    db: Connection
    feed: Feed
    rules: "RuleSet"
    policy: Policy
    story_policy: StoryPolicy
    now: datetime
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    detections: int = 0
    deliveries: int = 0
    told: dict[int, Alert] = field(default_factory=dict)
    _candidates: list[StoryTitle] | None = None
    _chats: list[Chat] | None = None

    def take(self, change: EntryChange, detections: "tuple[Detection, ...]") -> None:
        """Store one entry of the poll and tell what is to be told of it."""
        self.kinds[change.kind] += 1
        if change.kind == "seen":
            if change.entry_id is not None:
                entries.touch(self.db, [change.entry_id], self.now)
                entries.add_keys(self.db, change.entry_id, change.keys)
            return
        before: frozenset[tuple[str, str]] = frozenset()
        history = change.kind == "seed"
        if change.kind == "updated":
            entry_id, before, history = self._replace(change)
        else:
            entry_id = entries.add(self.db, self._entry(change), change.keys)
        for detection in detections:
            entries.add_detection(self.db, entry_id, self._stored(detection))
        self.detections += len(detections)
        if not detections:
            return
        story_id = self._story(entry_id, change.entry)
        strongest = _strongest(detections)
        for detection in detections:
            said = (detection.signal, detection.direction)
            if strongest[detection.signal] is not detection:
                self._record(entry_id, detection, Suppress(Reason.WEAKER_IN_SAME_ENTRY), None, None)
                continue
            telling = Telling(
                signal=detection.signal,
                direction=detection.direction,
                level=detection.level,
                status=self._status(detection.signal),
                family=self._family,
                dated=_dated(change.entry, self.now),
                said_before=said in before,
                history=history and (change.kind == "seed" or said in before),
            )
            self._tell(entry_id, story_id, change.entry, detection, telling)

    def outcome(self) -> Accepted:
        return Accepted(
            new=self.kinds["new"],
            updated=self.kinds["updated"],
            seeded=self.kinds["seed"],
            detections=self.detections,
            told=tuple(self.told.values()),
            deliveries=self.deliveries,
            reasons=dict(self.reasons),
        )

    def _replace(self, change: EntryChange) -> tuple[int, frozenset[tuple[str, str]], bool]:
        """Put the new text in the old one's place; what that said, and was it history?"""
        if change.entry_id is None:
            raise ValueError("an updated entry without the id of the stored one")
        stored = entries.get(self.db, change.entry_id)
        if stored is None:
            raise KeyError(f"no entry {change.entry_id}")
        before = frozenset(
            (each.signal, each.direction)
            for each in entries.detections_of(self.db, change.entry_id)
        )
        entries.update(
            self.db,
            change.entry_id,
            self._entry(change),
            change.keys,
            change.by_hash_only,
            seen_at=self.now,
        )
        entries.clear_detections(self.db, change.entry_id)
        return change.entry_id, before, stored.seeded

    def _tell(
        self,
        entry_id: int,
        story_id: int,
        entry: FeedEntry,
        detection: "Detection",
        telling: Telling,
    ) -> None:
        alert = next(
            (a for a in alerts.for_story(self.db, story_id) if a.signal == telling.signal), None
        )
        if telling.status == "":
            self._record(entry_id, detection, Suppress(Reason.RULE_REMOVED), alert, None)
            return
        verdict = decide(
            telling, None if alert is None else self._told(alert, entry_id), self.policy, self.now
        )
        if isinstance(verdict, Suppress):
            if alert is not None:
                self._count_families(alert)
            self._record(entry_id, detection, verdict, alert, None)
            return
        already = frozenset[int]()
        families = stories.families(self.db, story_id, telling.signal, telling.direction)
        text = self._text(entry_id, entry, detection, verdict, alert, max(len(families), 1))
        if alert is None:
            alert = alerts.create(self.db, story_id, telling.signal, text, self.now)
        else:
            already = outbox.chats_told(self.db, alert.id)
            alert = alerts.bump(self.db, alert.id, text, self.now)
        self.told[alert.id] = alert
        self._record(entry_id, detection, verdict, alert, alert.version)
        if not isinstance(verdict, Store):
            rows = route(alert, verdict.audience, self._all_chats(), already, self.now)
            self.deliveries += outbox.enqueue(self.db, rows, self.now)

    def _told(self, alert: Alert, entry_id: int) -> Told:
        return Told(
            direction=alert.direction,
            level=alert.level,
            audience=alert.audience,
            families=stories.families(
                self.db, alert.story_id, alert.signal, alert.direction, but=entry_id
            ),
            directions=alerts.directions_told(self.db, alert.id),
        )

    def _count_families(self, alert: Alert) -> None:
        families = stories.families(self.db, alert.story_id, alert.signal, alert.direction)
        alerts.set_families(self.db, alert.id, len(families))

    def _story(self, entry_id: int, entry: FeedEntry) -> int:
        known = stories.of_entry(self.db, entry_id)
        if known is not None:
            return known
        if self._candidates is None:
            since = self.now - self.story_policy.window
            self._candidates = stories.candidates(self.db, since)
        choice = choose_story(entry.title, entry.link, self._candidates, self.story_policy)
        story_id = choice.story_id
        if story_id is None:
            story_id = stories.create(self.db, entry.title, self.now)
        stories.attach(self.db, story_id, entry_id, self._family, self.now)
        self._candidates.append(StoryTitle(story_id, entry.title, self._family, entry.link))
        return story_id

    @property
    def _family(self) -> str:
        return self.feed.family or self.feed.id

    def _all_chats(self) -> list[Chat]:
        if self._chats is None:
            self._chats = chats.everyone(self.db)
        return self._chats

    def _status(self, signal: str) -> str:
        rule = self.rules.signals.get(signal)
        return "" if rule is None else rule.status

    def _entry(self, change: EntryChange) -> Entry:
        entry = change.entry
        return Entry(
            id=None,
            feed_id=self.feed.id,
            guid=entry.guid,
            link=entry.link,
            title=entry.title,
            summary=entry.summary,
            content_hash=change.content_hash,
            language=language_of(self.feed.language, entry),
            published_at=entry.published_at,
            first_seen_at=self.now,
            updated_at=entry.updated_at,
            seeded=change.kind == "seed",
        )

    def _stored(self, detection: "Detection") -> StoredDetection:
        return StoredDetection(
            signal=detection.signal,
            direction=detection.direction,
            score=detection.score,
            threshold=detection.threshold,
            level=detection.level,
            evidence_json=_evidence_json(detection),
            explanation=detection.explanation,
            rules_hash=self.rules.hash,
            created_at=self.now,
        )

    def _text(
        self,
        entry_id: int,
        entry: FeedEntry,
        detection: "Detection",
        verdict: Verdict,
        alert: Alert | None,
        families: int,
    ) -> AlertText:
        audience: Audience = "operators"
        if (alert and alert.audience == "everyone") or (
            not isinstance(verdict, Suppress) and verdict.audience == "everyone"
        ):
            audience = "everyone"
        return AlertText(
            direction=detection.direction,
            level=detection.level,
            audience=audience,
            title=entry.title,
            snippet=snippet(entry.title, entry.summary, detection.evidence),
            link=entry.link,
            feed_name=self.feed.name,
            language=language_of(self.feed.language, entry),
            explanation=detection.explanation,
            evidence_json=_evidence_json(detection),
            rules_hash=self.rules.hash,
            reason=verdict.reason,
            entry_id=entry_id,
            families=families,
        )

    def _record(
        self,
        entry_id: int,
        detection: "Detection",
        verdict: Verdict,
        alert: Alert | None,
        version: int | None,
    ) -> None:
        self.reasons[verdict.reason] += 1
        alerts.record_decision(
            self.db,
            Decision(
                entry_id=entry_id,
                alert_id=None if alert is None else alert.id,
                signal=detection.signal,
                action=_ACTIONS[type(verdict).__name__],
                reason=verdict.reason,
                rules_hash=self.rules.hash,
                at=self.now,
                direction=detection.direction,
                version=version,
            ),
        )


def language_of(catalogued: str | None, entry: FeedEntry) -> str | None:
    """The catalogue's word, else the entry's; None for a language there are no rules for."""
    language = catalogued or entry.language
    return language if language in LANGUAGES else None


def _dated(entry: FeedEntry, now: datetime) -> datetime:
    return max((each for each in (entry.published_at, entry.updated_at) if each), default=now)


def _strongest(detections: "tuple[Detection, ...]") -> "dict[str, Detection]":
    """For each signal the detection with the highest score, the first of equal ones."""
    best: dict[str, Detection] = {}
    for detection in detections:
        rival = best.get(detection.signal)
        if rival is None or detection.score > rival.score:
            best[detection.signal] = detection
    return best


def _evidence_json(detection: "Detection") -> str:
    spans: list[dict[str, Any]] = [asdict(each) for each in detection.evidence]
    return json.dumps(spans, ensure_ascii=False)
