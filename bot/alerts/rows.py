"""What a poll found, in the shapes that are stored. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.alerts.decide import Send, Store, Update
from bot.alerts.snippet import snippet
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry
from bot.polling.identify import EntryChange
from storage.alerts import Alert, AlertText
from storage.entries import Entry, StoredDetection

if TYPE_CHECKING:
    from rules import Detection

LANGUAGES = frozenset({"ar", "en", "fr"})


def detection_language(catalogued: str | None, entry: FeedEntry) -> str | None:
    """The catalogue's word, else the entry's; None for a language there are no rules for."""
    language = catalogued or entry.language
    return language if language in LANGUAGES else None


def dated(entry: FeedEntry, now: datetime) -> datetime:
    """The newest date that the entry gives itself; `now` when it gives none."""
    return entry.newest_date or now


def entry_row(feed: Feed, change: EntryChange, now: datetime) -> Entry:
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
    )


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
class Reported:
    """A detection with the stored entry and the feed that it is from."""

    feed: Feed
    entry_id: int
    entry: FeedEntry
    detection: Detection
    rules_hash: str


def alert_text(
    reported: Reported, verdict: Send | Update | Store, before: Alert | None, families: int
) -> AlertText:
    """What the alert says from now on. Once it was for everyone it stays so."""
    feed, entry, detection = reported.feed, reported.entry, reported.detection
    was_public = before is not None and before.audience == "everyone"
    return AlertText(
        direction=detection.direction,
        level=detection.level,
        audience="everyone" if was_public else verdict.audience,
        title=entry.title,
        snippet=snippet(entry.title, entry.summary, detection.evidence),
        link=entry.link,
        feed_name=feed.name,
        language=detection_language(feed.language, entry),
        explanation=detection.explanation,
        evidence_json=_evidence_json(detection),
        rules_hash=reported.rules_hash,
        reason=verdict.reason,
        entry_id=reported.entry_id,
        families=families,
    )


def strongest(detections: tuple[Detection, ...]) -> dict[str, Detection]:
    """For each signal the detection with the highest score, the first of equal ones."""
    best: dict[str, Detection] = {}
    for detection in detections:
        rival = best.get(detection.signal)
        if rival is None or detection.score > rival.score:
            best[detection.signal] = detection
    return best


def _evidence_json(detection: Detection) -> str:
    spans: list[dict[str, Any]] = [asdict(each) for each in detection.evidence]
    return json.dumps(spans, ensure_ascii=False)
