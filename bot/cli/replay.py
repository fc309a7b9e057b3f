"""`marsad replay FILE`: how many messages old news would have made, with and without stories, and
what escalations add to them."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.rules.shared import AsJson, Lang, print_json
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from bot.alerts.pipeline import Pipeline
    from bot.alerts.story.scores import StoryEntry
    from bot.polling.report import Detections
    from rules import RuleSet
    from storage.file.database import Connection

READER = 1
HOURLY = timedelta(hours=1)
# After the last entry silence is listened for so long, and not through years without news.
LISTEN = timedelta(days=7)


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
    from bot.settings import load_settings
    from rules.trying.labelled import LabelsInvalid

    try:
        entries = read_story_entries(file, labelled=False)
    except LabelsInvalid as invalid:
        raise CannotGoOn(invalid.said.text(lang)) from invalid
    with tempfile.TemporaryDirectory(prefix="marsad-replay-") as folder:
        found = asyncio.run(_replay(entries, Path(folder), load_settings().rules_dir))
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


async def _replay(
    entries: Sequence[StoryEntry], folder: Path, operator_dir: Path | None
) -> Comparison:
    from bot.alerts.decide import PUSHED
    from bot.alerts.pipeline import Pipeline
    from rules import load_rules

    rules = load_rules(operator_dir)
    read = list(_read(Pipeline(lambda: rules), entries))
    alone = sum(d.level in PUSHED for found in read for d in found.per_entry[0])
    told = await _run(folder / "told.sqlite", rules, entries, read)
    plain = await _run(folder / "plain.sqlite", replace(rules, escalations=()), entries, read)
    days = {entry.published.date() for entry in entries}
    return Comparison(len(days), alone, told, plain)


def _read(pipeline: Pipeline, entries: Sequence[StoryEntry]) -> Iterator[Detections]:
    from bot.feeds.parse.entry import FeedEntry

    for each in entries:
        entry = FeedEntry(None, None, each.title, each.text, each.published, None, each.language)
        yield pipeline.detect_now((entry,), each.language)


async def _run(
    file: Path, rules: RuleSet, entries: Sequence[StoryEntry], read: Sequence[Detections]
) -> Replayed:
    from storage.file.database import Database

    database = await Database.open(file)
    try:
        return await database.write(lambda db: _tell(db, rules, entries, read))
    finally:
        await database.close()


def _tell(
    db: Connection, rules: RuleSet, entries: Sequence[StoryEntry], read: Sequence[Detections]
) -> Replayed:
    from bot.alerts.escalating.silence import tell_of_silence
    from bot.alerts.pipeline import Pipeline
    from bot.feeds.catalogue import Feed
    from bot.feeds.parse.entry import FeedEntry
    from bot.polling.identify import EntryChange
    from bot.rules_in_force import shipped_places
    from storage import decisions
    from storage.news import feeds
    from storage.readers import chats
    from storage.readers.chats import Chat
    from storage.readers.subscriptions import Subscription
    from storage.sending import outbox

    pipeline = Pipeline(lambda: rules)
    families, first = sorted({entry.family for entry in entries}), entries[0].published
    sources = {f: Feed(f, f, f"https://replay.invalid/{n}") for n, f in enumerate(families)}
    feeds.sync(db, [(each.id, each.url) for each in sources.values()], first)
    reader = Chat(
        *(READER, None, "private", "", "ar", "active", None, "subscriber"),
        *(first, None),
        subscriptions=(Subscription(READER, everything=True),),
    )
    chats.upsert(db, reader)
    critical = dict[int, bool]()
    last_read = dict[str, datetime]()
    reasons = Counter[str]()
    before = first
    for number, (each, found) in enumerate(zip(entries, read, strict=True)):
        for hour in _hours(before, each.published):
            reasons.update(tell_of_silence(db, rules, shipped_places, last_read, hour).reasons)
        before = last_read[each.family] = each.published
        entry = FeedEntry(
            *(f"r{number}", None, each.title, each.text, each.published, None, each.language)
        )
        accepted = pipeline.accept(
            db,
            sources[each.family],
            [EntryChange(entry, (f"guid:r{number}",), "new", None, "replayed")],
            replace(found, rules=rules),
            each.published,
        )
        reasons.update(accepted.reasons)
        if any(detection.level == "critical" for detection in found.per_entry[0]):
            critical[number] = _told_of(db, number)
    raised = decisions.raised(db)
    return Replayed(
        told=len(outbox.for_chat(db, READER)),
        alerts=decisions.alerts_told(db),
        critical=len(critical),
        kept=sum(not told for told in critical.values()),
        raised={
            each.id: sum(each.id in by for by in raised.values()) for each in rules.escalations
        },
        raised_alerts=len(raised),
        reasons={str(reason): times for reason, times in sorted(reasons.items())},
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
