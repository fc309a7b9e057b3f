"""A newsroom for tests: feeds that say things, and rules that are one word each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from bot.alerts.pipeline import Pipeline
from bot.alerts.record import Accepted
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry
from bot.polling.content_hash import content_hash
from bot.polling.identify import EntryChange
from bot.polling.report import Detections
from rules.escalations.escalation import Escalation
from rules.matching.detection import Detection, Evidence
from storage.connection import Connection
from storage.news import feeds
from storage.news.facts import Facts
from tests.storage.make import NOW

WORDS = {"حصار": "siege", "إخلاء": "evacuation", "besieged": "siege"}
# What says it is critical, whatever the signal.
URGENT = "خطير"
Direction = Literal["worsening", "improving", "denied"]
DIRECTIONS: dict[str, Direction] = {"رفع": "improving", "نفى": "denied"}


@dataclass(frozen=True)
class OneWord:
    """Stands in for a `rules.Signal`; `found` is the level of its detections where evidence is
    weak."""

    level: str = "alert"
    status: str = "stable"
    found: str | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Rules:
    """Stands in for a RuleSet: what the pipeline asks of one is its signals and its hash."""

    signals: dict[str, Any]
    hash: str = "r1"
    states: dict[str, Any] = field(default_factory=dict)
    escalations: tuple[Escalation, ...] = ()

    def change(self, signal: str, **values: Any) -> None:
        self.signals[signal] = replace(self.signals[signal], **values)


def of_its_own(number: int, words: int = 25) -> str:
    """Words that no other text has: what begins alike tells another happening."""
    letters = str.maketrans("0123456789abcdef", "ابجدهوزحطيكلمنسع")
    digest = hashlib.sha512(str(number).encode()).hexdigest().translate(letters)
    return " ".join(digest[at : at + 5] for at in range(0, 5 * words, 5))


def rules() -> Rules:
    return Rules({name: OneWord() for name in WORDS.values()})


def find(rules: Any, title: str, text: str, language: str | None) -> tuple[Detection, ...]:
    """One detection for each word of the text that names a signal, critical beside `URGENT`."""
    found = []
    for word, signal in WORDS.items():
        field: Literal["title", "text"] = "title" if word in title else "text"
        where = title if field == "title" else text
        start = where.find(word)
        if start < 0 or signal not in rules.signals:
            continue
        evidence = Evidence(field, start, start + len(word), word, word, f"any({word})", 100)
        direction: Direction = next(
            (d for sign, d in DIRECTIONS.items() if sign in title + text), "worsening"
        )
        named = rules.signals[signal]
        level: Any = "critical" if URGENT in title + text else named.found or named.level
        found.append(
            Detection(signal, direction, 100, 100, level, (evidence,), f"100/100: any({word})")
        )
    return tuple(found)


def feed(family: str = "enab", **changes: Any) -> Feed:
    return replace(
        Feed(
            f"{family}-feed", f"موقع {family}", f"https://{family}.example/rss", "ar", "sy", family
        ),
        **changes,
    )


def item(title: str, text: str = "", **changes: Any) -> FeedEntry:
    return replace(FeedEntry(None, None, title, text, NOW, None, "ar"), **changes)


def change(entry: FeedEntry, kind: str = "new", entry_id: int | None = None) -> EntryChange:
    keys = (f"hash:{entry.title}|{entry.summary}",)
    digest = content_hash(entry)
    return EntryChange(entry, keys, kind, entry_id, "test", digest)  # type: ignore[arg-type]


def pipeline(rule_set: Rules | None = None) -> Pipeline:
    in_force = rule_set or rules()
    return Pipeline(lambda: in_force, detector=find)  # type: ignore[arg-type, return-value]


class Newsroom:
    """Polls by hand: what the feed says goes through the real pipeline into a real database."""

    def __init__(self, db: Connection, rule_set: Rules | None = None) -> None:
        self.db = db
        self.rules = rule_set or rules()
        self.pipeline = pipeline(self.rules)

    def poll(self, source: Feed, changes: Sequence[EntryChange], now: datetime = NOW) -> Accepted:
        known = [(state.id, state.url) for state in feeds.all_states(self.db)]
        if source.id not in dict(known):
            feeds.sync(self.db, [*known, (source.id, source.url)], now)
        batch = tuple(each.entry for each in changes)
        found = self.pipeline._detect(batch, "ar")
        return self.pipeline.accept(self.db, source, changes, found, now)

    def found(
        self, per_entry: Sequence[Any], facts: Mapping[int, Facts] | None = None
    ) -> Detections:
        return Detections(per_entry, self.rules, facts=facts or {})  # type: ignore[arg-type]

    def says(self, title: str, text: str = "", family: str = "enab", **given: Any) -> Accepted:
        """A new entry of that family's feed."""
        now = given.pop("now", NOW)
        kind = given.pop("kind", "new")
        given.setdefault("published_at", now)
        return self.poll(feed(family), [change(item(title, text, **given), kind)], now)
