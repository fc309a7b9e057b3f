"""`marsad replay FILE`: how many messages old news would have made, with and without stories."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
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
    from storage.file.database import Connection

READER = 1


@dataclass(frozen=True, slots=True)
class Replayed:
    """What somebody who chose every signal would have got. `alone`: with a message for each signal
    of each entry; `told`: as the service tells it, with stories. `critical` counts entries with a
    critical signal, `kept` those of which the reader's chat was never told anything."""

    days: int
    alone: int
    told: int
    critical: int
    kept: int


def replay_command(
    file: Annotated[
        Path, typer.Argument(help='JSON lines: {"id", "family", "published", "title", "text", …}.')
    ],
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Let old entries go through rules, stories and decisions in published order; send nothing."""
    from bot.alerts.story.scores import read_story_entries
    from rules.trying.labelled import LabelsInvalid

    try:
        entries = read_story_entries(file, labelled=False)
    except LabelsInvalid as invalid:
        raise CannotGoOn(invalid.said.text(lang)) from invalid
    with tempfile.TemporaryDirectory(prefix="marsad-replay-") as folder:
        found = asyncio.run(_replay(entries, Path(folder) / "marsad.sqlite"))
    if as_json:
        per_day = max(found.days, 1)
        print_json(
            {
                "entries": len(entries),
                "days": found.days,
                "messages": {"alone": found.alone, "told": found.told},
                "per_day": {
                    "alone": round(found.alone / per_day, 2),
                    "told": round(found.told / per_day, 2),
                },
                "critical": {"entries": found.critical, "kept_back": found.kept},
            }
        )
        return
    table = Table("", "messages", "a day", title=f"{len(entries)} entries, {found.days} days")
    for name, number in (("one for each signal and entry", found.alone), ("told", found.told)):
        table.add_row(name, str(number), f"{number / max(found.days, 1):.1f}")
    console = Console()
    console.print(table)
    console.print(f"critical entries: {found.critical}; never told in any message: {found.kept}")


async def _replay(entries: Sequence[StoryEntry], file: Path) -> Replayed:
    from bot.alerts.pipeline import Pipeline
    from rules import load_rules
    from storage.file.database import Database

    rules = load_rules()
    pipeline = Pipeline(lambda: rules)
    database = await Database.open(file)
    try:
        return await database.write(lambda db: _run(db, pipeline, entries))
    finally:
        await database.close()


def _run(db: Connection, pipeline: Pipeline, entries: Sequence[StoryEntry]) -> Replayed:
    from bot.alerts.decide import PUSHED
    from bot.feeds.catalogue import Feed
    from bot.feeds.parse.entry import FeedEntry
    from bot.polling.identify import EntryChange
    from storage import chats, feeds, outbox
    from storage.chats import Chat

    families, first = sorted({entry.family for entry in entries}), entries[0].published
    sources = {f: Feed(f, f, f"https://replay.invalid/{n}") for n, f in enumerate(families)}
    feeds.sync(db, [(each.id, each.url) for each in sources.values()], first)
    signals = frozenset(pipeline.rules.signals)
    reader = Chat(
        *(READER, None, "private", "", "ar", "active", None, "subscriber", signals),
        *("alert", first, None),
    )
    chats.upsert(db, reader)
    alone, critical = 0, dict[int, bool]()
    for number, each in enumerate(entries):
        entry = FeedEntry(
            *(f"r{number}", None, each.title, each.text, each.published, None, each.language)
        )
        found = pipeline.detect_now((entry,), each.language)
        alone += sum(detection.level in PUSHED for detection in found.per_entry[0])
        pipeline.accept(
            db,
            sources[each.family],
            [EntryChange(entry, (f"guid:r{number}",), "new", None, "replayed")],
            found,
            each.published,
        )
        if any(detection.level == "critical" for detection in found.per_entry[0]):
            critical[number] = _told_of(db, number)
    days = {entry.published.date() for entry in entries}
    rows = outbox.for_chat(db, READER)
    kept = sum(not told for told in critical.values())
    return Replayed(len(days), alone, len(rows), len(critical), kept)


def _told_of(db: Connection, number: int) -> bool:
    """Whether the reader has a message of the story that the entry belongs to."""
    from storage import alerts, outbox, stories

    story = stories.of_entry(db, number + 1)
    if story is None:
        return False
    return any(outbox.for_chat(db, READER, alert.id) for alert in alerts.for_story(db, story))
