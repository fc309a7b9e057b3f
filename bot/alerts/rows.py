"""What a poll found, in the shapes that are stored. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from bot.alerts.decide import Audience, Raised, Reason, rank
from bot.alerts.said.snippet import snippet
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry, SaidEvent
from bot.polling.identify import EntryChange
from rules.matching.levels import LADDER
from storage.alerts import Alert, AlertSignal, AlertText
from storage.news.entries import Entry, StoredDetection
from storage.news.facts import NO_FACTS, Facts
from storage.rows import fields_of

if TYPE_CHECKING:
    from rules import Detection, RuleSet

LANGUAGES = frozenset({"ar", "en", "fr"})


def detection_language(catalogued: str | None, entry: FeedEntry) -> str | None:
    """The catalogue's word, else the entry's; None for a language there are no rules for."""
    language = catalogued or entry.language
    return language if language in LANGUAGES else None


def dated(entry: FeedEntry, now: datetime) -> datetime:
    """The newest date that the entry gives itself; `now` when it gives none."""
    return entry.newest_date or now


def entry_row(
    feed: Feed,
    change: EntryChange,
    now: datetime,
    *,
    rules_hash: str | None = None,
    read_at: datetime | None = None,
) -> Entry:
    """An entry as it is stored; `read_at`: when rules of this hash read it."""
    entry = change.entry
    return Entry(
        id=None,
        feed_id=feed.id,
        guid=entry.guid,
        link=entry.link,
        title=entry.title,
        summary=entry.summary,
        content_hash=change.content_hash,
        language=detection_language(feed.language, entry),
        published_at=entry.published_at,
        first_seen_at=now,
        updated_at=entry.updated_at,
        seeded=change.kind == "seed",
        event_json=event_json(entry.event),
        rules_hash=rules_hash,
        read_at=read_at,
    )


def feed_entry(stored: Entry) -> FeedEntry:
    """A stored entry, as its feed said it."""
    return FeedEntry(
        guid=stored.guid,
        link=stored.link,
        title=stored.title,
        summary=stored.summary,
        published_at=stored.published_at,
        updated_at=stored.updated_at,
        language=stored.language,
        event=event_of(stored.event_json),
    )


def called_off(rules: RuleSet, detections: Sequence[Detection]) -> tuple[Detection, ...]:
    """Detections of a message that takes back an earlier one: what it tells of is over."""
    over = []
    for each in detections:
        if each.direction == "worsening":
            relief = rules.signals[each.signal].levels.get("improving", "watch")
            level = min(each.level, relief, key=LADDER.index)
            each = replace(each, direction="improving", level=level)
        over.append(each)
    return tuple(over)


@cache
def _events() -> TypeAdapter[SaidEvent]:
    return TypeAdapter(SaidEvent)


def event_json(event: SaidEvent | None) -> str | None:
    return None if event is None else _events().dump_json(event).decode()


def event_of(stored: str | None) -> SaidEvent | None:
    return None if stored is None else _events().validate_json(stored)


def detection_row(detection: Detection, rules_hash: str, now: datetime) -> StoredDetection:
    return StoredDetection(
        signal=detection.signal,
        direction=detection.direction,
        score=detection.score,
        threshold=detection.threshold,
        level=detection.level,
        evidence_json=_evidence_json(detection),
        explanation=detection.explanation,
        rules_hash=rules_hash,
        created_at=now,
    )


@dataclass(frozen=True, slots=True)
class Source:
    """A stored entry, the feed that it is from, the rules that read it, what it says besides."""

    feed: Feed
    entry_id: int
    entry: FeedEntry
    rules_hash: str
    said: Facts = NO_FACTS


def alert_text(
    source: Source,
    news: Sequence[Detection],
    before: Alert | None,
    *,
    reason: Reason,
    audience: Audience,
    families: int,
) -> AlertText:
    """What the alert says from now on. Once it was for everyone it stays so."""
    entry = source.entry
    was_public = before is not None and before.audience == "everyone"
    evidence = [each for detection in news for each in detection.evidence]
    return AlertText(
        audience="everyone" if was_public else audience,
        title=entry.title,
        snippet=snippet(entry.title, entry.summary, evidence),
        link=entry.link,
        feed_name=source.feed.name,
        language=detection_language(source.feed.language, entry),
        rules_hash=source.rules_hash,
        reason=reason,
        entry_id=source.entry_id,
        families=families,
        event_at=None if entry.event is None else entry.event.at,
    )


def as_json(texts: Mapping[str, str]) -> str:
    return json.dumps(dict(texts), ensure_ascii=False)


def alert_signal(
    detection: Detection, entry_id: int, raised: Raised | None, before: AlertSignal | None
) -> AlertSignal:
    """The signal as an alert tells it after this detection.

    `before`: as it was told. As long as it is told in the same direction it stays as high, and says
    which escalation raised it: a weaker report of a grave happening makes that no less grave.
    """
    told = AlertSignal(
        signal=detection.signal,
        direction=detection.direction,
        level=detection.level,
        explanation=detection.explanation,
        evidence_json=_evidence_json(detection),
        entry_id=entry_id,
        escalation="" if raised is None else raised.escalation,
        why_json=as_json({} if raised is None else raised.why),
    )
    if before is None or before.direction != told.direction:
        return told
    if rank(told.level) > rank(before.level) or told.escalation:
        return told
    return replace(told, level=before.level, escalation=before.escalation, why_json=before.why_json)


def strongest(detections: tuple[Detection, ...]) -> dict[str, Detection]:
    """For each signal the detection with the highest score, the first of equal ones."""
    best: dict[str, Detection] = {}
    for detection in detections:
        rival = best.get(detection.signal)
        if rival is None or detection.score > rival.score:
            best[detection.signal] = detection
    return best


def _evidence_json(detection: Detection) -> str:
    spans = [fields_of(each) for each in detection.evidence]
    return json.dumps(spans, ensure_ascii=False)
