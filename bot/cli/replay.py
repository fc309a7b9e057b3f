"""`marsad replay FILE`: how many messages old news would have made, with and without stories, and
what escalations add to them."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.rules.shared import AsJson, Lang, files_of, print_json, read_all
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from bot.alerts.pipeline import Pipeline
    from bot.alerts.story.remembered import RememberedStories
    from bot.alerts.story.scores import StoryEntry
    from bot.feeds.parse.entry import FeedEntry
    from rules import Detection, Gazetteer, RuleSet
    from rules.trying.all_cores import RuleFiles
    from storage.connection import Connection
    from storage.news.facts import Facts

READER = 1
HOURLY = timedelta(hours=1)
# After the last entry silence is listened for so long, and not through years without news.
LISTEN = timedelta(days=7)
# Entries of one transaction.
TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Replayed:
    """What somebody who chose every signal would have got. `told`: messages; `alerts`: those that
    were made, whatever their level. `critical` counts entries with a critical signal, `kept` those
    of which the reader's chat was never told anything. `raised`: alerts that an escalation raised,
    by its id; `reasons`: how often each decision was made."""

    told: int = 0
    alerts: int = 0
    critical: int = 0
    kept: int = 0
    raised: Mapping[str, int] = field(default_factory=dict)
    raised_alerts: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`alone`: messages with one for each signal of each entry; `plain`: without escalations."""

    days: int
    alone: int
    told: Replayed
    plain: Replayed


def replay_command(
    file: Annotated[
        Path, typer.Argument(help='JSON lines: {"id", "family", "published", "title", "text", …}.')
    ],
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Let old entries go through rules, stories and decisions in published order; send nothing."""
    from bot.alerts.story.scores import read_story_entries
    from rules.trying.measuring.labelled import LabelsInvalid

    try:
        entries = read_story_entries(file, labelled=False)
    except LabelsInvalid as invalid:
        raise CannotGoOn(invalid.said.text(lang)) from invalid
    with tempfile.TemporaryDirectory(prefix="marsad-replay-") as folder:
        found = asyncio.run(_replay(entries, Path(folder), files_of(None)))
    if as_json:
        print_json(_as_json(entries, found))
    else:
        _show(entries, found)


def _as_json(entries: Sequence[StoryEntry], found: Comparison) -> dict[str, object]:
    per_day, told = max(found.days, 1), found.told
    return {
        "entries": len(entries),
        "days": found.days,
        "messages": {"alone": found.alone, "told": told.told},
        "per_day": {
            "alone": round(found.alone / per_day, 2),
            "told": round(told.told / per_day, 2),
        },
        "critical": {"entries": told.critical, "kept_back": told.kept},
        "escalations": {
            "alerts": told.alerts,
            "raised": told.raised_alerts,
            "by": dict(told.raised),
            "messages_added": told.told - found.plain.told,
        },
        "reasons": dict(told.reasons),
    }


def _show(entries: Sequence[StoryEntry], found: Comparison) -> None:
    console, told = Console(), found.told
    table = Table("", "messages", "a day", title=f"{len(entries)} entries, {found.days} days")
    rows = (
        ("one for each signal and entry", found.alone),
        ("told, without escalations", found.plain.told),
        ("told", told.told),
    )
    for name, number in rows:
        table.add_row(name, str(number), f"{number / max(found.days, 1):.1f}")
    console.print(table)
    console.print(f"critical entries: {told.critical}; never told in any message: {told.kept}")
    raised = Table("escalation", "alerts raised")
    for name, number in told.raised.items():
        raised.add_row(name, str(number))
    console.print(raised)
    share = told.raised_alerts / max(told.alerts, 1)
    console.print(f"{told.raised_alerts} of {told.alerts} alerts were raised ({share:.1%})")


async def _replay(entries: Sequence[StoryEntry], folder: Path, files: RuleFiles) -> Comparison:
    """Both desks side by side, so that what was read of an entry need not be kept; the second takes
    over the stories that the first chose."""
    from bot.alerts.decide import PUSHED
    from bot.alerts.story.chosen_once import NotedStories, RepeatedStories
    from storage.opening import open_database

    rules, places = files.load(), partial(_shipped_places, files.cache)
    places()  # now: the processes that read have what is loaded here
    reading = zip(entries, read_all(_Reader(files.cache), rules, files, entries), strict=True)
    noted = NotedStories()
    desks = [
        _Desk(rules, entries, places, noted),
        _Desk(replace(rules, escalations=()), entries, places, RepeatedStories(noted)),
    ]
    databases = [await open_database(folder / f"{name}.sqlite") for name in ("told", "plain")]
    alone = 0
    try:
        for desk, database in zip(desks, databases, strict=True):
            await database.write(desk.open)
        while lot := list(islice(reading, TOGETHER)):
            alone += sum(d.level in PUSHED for _, found in lot for d in found.per_entry[0])
            for desk, database in zip(desks, databases, strict=True):
                await database.write(partial(desk.take, lot=lot))
        told, plain = [
            await database.write(desk.outcome)
            for desk, database in zip(desks, databases, strict=True)
        ]
    finally:
        for database in databases:
            await database.close()
    days = {entry.published.date() for entry in entries}
    return Comparison(len(days), alone, told, plain)


@dataclass(frozen=True, slots=True)
class _Found:
    """`Detections` of one entry without the rules, which each process has itself."""

    per_entry: Sequence[tuple[Detection, ...]]
    failures: Mapping[int, str]
    facts: Mapping[int, Facts]


class _Reader:
    """What the service finds in entries, by `all_cores`: each process is handed its own."""

    def __init__(self, cache: Path | None) -> None:
        self._places = partial(_shipped_places, cache)
        self._pipeline: Pipeline | None = None

    def __call__(self, rules: RuleSet, entries: Sequence[StoryEntry]) -> list[_Found]:
        from bot.alerts.pipeline import Pipeline

        if self._pipeline is None:
            self._pipeline = Pipeline(lambda: rules, gazetteer=self._places)
        each = (self._pipeline.detect_now((_feed_entry(e, None),), e.language) for e in entries)
        return [_Found(found.per_entry, found.failures, found.facts) for found in each]


@cache
def _shipped_places(folder: Path | None) -> Gazetteer:
    from rules.loading.places.kept import load_gazetteer

    return load_gazetteer(cache=folder)


def _feed_entry(entry: StoryEntry, guid: str | None) -> FeedEntry:
    from bot.feeds.parse.entry import FeedEntry

    return FeedEntry(guid, None, entry.title, entry.text, entry.published, None, entry.language)


class _Desk:
    """A database with one reader, who chose every signal."""

    def __init__(
        self,
        rules: RuleSet,
        entries: Sequence[StoryEntry],
        places: Callable[[], Gazetteer],
        stories: RememberedStories,
    ) -> None:
        from bot.alerts.pipeline import Pipeline
        from bot.feeds.catalogue import Feed

        self._rules = rules
        self._places = places
        self._pipeline = Pipeline(lambda: rules, stories=stories, gazetteer=places)
        families = sorted({entry.family for entry in entries})
        self._sources = {
            f: Feed(f, f, f"https://replay.invalid/{n}") for n, f in enumerate(families)
        }
        self._first = self._before = entries[0].published
        self._critical = dict[int, bool]()
        self._last_read = dict[str, datetime]()
        self._reasons = Counter[str]()
        self._number = 0

    def open(self, db: Connection) -> None:
        from storage.news import feeds
        from storage.readers import chats
        from storage.readers.chats import Chat
        from storage.readers.subscriptions import Subscription

        feeds.sync(db, [(each.id, each.url) for each in self._sources.values()], self._first)
        reader = Chat(
            *(READER, None, "private", "", "ar", "active", None, "subscriber"),
            *(self._first, None),
            subscriptions=(Subscription(READER, everything=True),),
        )
        chats.upsert(db, reader)

    def take(self, db: Connection, lot: Sequence[tuple[StoryEntry, _Found]]) -> None:
        for entry, found in lot:
            self._take(db, entry, found)

    def _take(self, db: Connection, each: StoryEntry, found: _Found) -> None:
        from bot.alerts.escalating.silence import notify_of_silence
        from bot.polling.content_hash import content_hash
        from bot.polling.identify import EntryChange
        from bot.polling.report import Detections

        rules = self._rules
        for hour in _hours(self._before, each.published):
            silence = notify_of_silence(db, rules, self._places, self._last_read, hour)
            self._reasons.update(silence.reasons)
        self._before = self._last_read[each.family] = each.published
        if not found.per_entry[0] and not found.failures:
            return  # nothing follows from it, and no story is compared with it
        number = self._number
        self._number += 1
        entry = _feed_entry(each, f"r{number}")
        keys, digest = (f"guid:r{number}",), content_hash(entry)
        accepted = self._pipeline.accept(
            db,
            self._sources[each.family],
            [EntryChange(entry, keys, "new", None, "replayed", digest)],
            Detections(found.per_entry, rules, found.failures, found.facts),
            each.published,
        )
        self._reasons.update(accepted.reasons)
        if any(detection.level == "critical" for detection in found.per_entry[0]):
            self._critical[number] = _told_of(db, number)

    def outcome(self, db: Connection) -> Replayed:
        from storage import decisions
        from storage.sending import outbox

        raised, escalations = decisions.raised(db), self._rules.escalations
        return Replayed(
            told=len(outbox.for_chat(db, READER)),
            alerts=decisions.alerts_decided(db),
            critical=len(self._critical),
            kept=sum(not told for told in self._critical.values()),
            raised={e.id: sum(e.id in by for by in raised.values()) for e in escalations},
            raised_alerts=len(raised),
            reasons={str(reason): times for reason, times in sorted(self._reasons.items())},
        )


def _hours(before: datetime, now: datetime) -> Iterator[datetime]:
    """The times at which the service would have listened between two entries."""
    hour = before.replace(minute=0, second=0, microsecond=0) + HOURLY
    while hour <= min(now, before + LISTEN):
        yield hour
        hour += HOURLY


def _told_of(db: Connection, number: int) -> bool:
    """Whether the reader has a message of the story that the entry belongs to."""
    from storage import alerts
    from storage.news import stories
    from storage.sending import outbox

    story = stories.of_entry(db, number + 1)
    if story is None:
        return False
    return any(outbox.for_chat(db, READER, alert.id) for alert in alerts.for_story(db, story))
