"""`marsad demo`: the real way of an entry, on sample feeds or on any feed, shown on the console."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bot.alerts.decide import AlertPolicy
from bot.cli.samples import SAMPLES, document
from bot.clock import utc_now
from bot.console import ConsoleSender
from bot.errors import CannotGoOn
from bot.feeds.catalogue import Feed, slug
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher
from bot.feeds.fetch.local_files import FileRetriever, local_path
from bot.polling.identify import IdentityPolicy
from bot.polling.report import PollPolicy
from bot.process.lock import InstanceLock
from bot.rules_in_force import RulesInForce
from bot.settings import Settings
from bot.wiring import Source, parts_over, seat_console, to_console
from storage import entries
from storage.file.database import Connection

FOLDER = "demo"
INVENTED = (
    "أخبار متخيَّلة: الأماكن حقيقية والأحداث لم تقع.\n"
    "Invented news: the places are real, the events never happened."
)
STARS = "الكلمات الدالة بين *نجمتين*.\nEvidence stands between *stars*."
EVER = timedelta(days=36_500)
EVERYTHING = 100_000


@dataclass(frozen=True, slots=True)
class FeedCount:
    """What came of one feed. `found` counts entries by signal id."""

    feed: Feed
    polled: int
    found: Counter[str]
    silent: int
    error: str


async def show(
    settings: Settings, *, feed: str | None, data_dir: Path, explain: bool = False
) -> bool:
    """Poll the samples (or `feed`, a URL or a path) into a database of their own under
    `data_dir`, print each alert and a table. Whether every feed could be read.

    With `explain` each alert has the clauses that fired under it. An earlier demo's files are
    replaced; nothing else is touched.
    """
    console = Console()
    folder = data_dir / FOLDER
    with InstanceLock(folder):
        retriever, catalogue = _samples(folder) if feed is None else _any(feed, settings)
        rules = await RulesInForce.start(settings.rules_dir, settings.morphology_db)
        # Shown whatever its age: a demo is no news desk.
        source = Source(
            catalogue,
            retriever,
            PollPolicy(identity=IdentityPolicy(first_poll_age=None, max_age=EVER, hold_share=1.0)),
            AlertPolicy(max_age=EVER),
        )
        sender = ConsoleSender(
            console, lambda: rules().signals, timezone=settings.timezone, explain=explain
        )
        async with parts_over(
            _fresh_database(folder),
            rules,
            source,
            lambda _: to_console(sender),
            readers=partial(seat_console, rules=rules, now=utc_now()),
        ) as parts:
            reports = await parts.poller.poll_all(utc_now())
            if feed is None:
                console.print(INVENTED, highlight=False, soft_wrap=True)
            if not console.is_terminal:
                console.print(STARS, highlight=False, soft_wrap=True)
            await parts.dispatcher.run_until_idle()
            await parts.dispatcher.drain()
            errors = {report.feed_id: report.error or "" for report in reports}
            counts = await parts.database.read(
                partial(_counted, catalogue=catalogue, errors=errors)
            )
            console.print()
            console.print(_table(counts))
            for report in reports:
                if report.error:
                    words = f"{report.feed_id}: {report.error}. {report.hint or ''}"
                    console.print(words.strip(), markup=False, highlight=False, soft_wrap=True)
            console.print(f"\nThe database: {parts.database.path}", highlight=False, soft_wrap=True)
    return not any(errors.values())


def _samples(folder: Path) -> tuple[FileRetriever, tuple[Feed, ...]]:
    """The sample documents, dated as of now, as files; and their catalogue."""
    documents = folder / "feeds"
    shutil.rmtree(documents, ignore_errors=True)
    documents.mkdir(parents=True)
    catalogue = []
    for sample in SAMPLES:
        path = documents / sample.file
        path.write_bytes(document(sample, utc_now()))
        catalogue.append(
            Feed(
                id=sample.id,
                name=sample.name,
                url=path.absolute().as_uri(),
                language=sample.language,
                region=sample.region,
                family=sample.id,
            )
        )
    return FileRetriever(), tuple(catalogue)


def _any(feed: str, settings: Settings) -> tuple[Fetcher | FileRetriever, tuple[Feed, ...]]:
    """A feed that somebody names at the terminal, of whatever language.

    Raises CannotGoOn when there is no such file.
    """
    address = urlsplit(feed)
    if address.scheme.lower() in ("http", "https"):
        # Who types an address of the own network means it; a redirect does not get that trust
        # for any other host.
        allowed = [*settings.allow_private, *([address.hostname] if address.hostname else [])]
        name = address.hostname or feed
        return Fetcher(allow=AllowList.of(allowed)), (Feed(slug(name) or "feed", name, feed),)
    path = local_path(feed)
    if not path.is_file():
        raise CannotGoOn(
            f"«{feed}» is neither a file nor an address that begins with http:// or https://"
        )
    return FileRetriever(), (Feed(slug(path.stem) or "feed", path.name, path.absolute().as_uri()),)


def _fresh_database(folder: Path) -> Path:
    path = folder / "marsad.sqlite"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path


def _counted(db: Connection, catalogue: Sequence[Feed], errors: dict[str, str]) -> list[FeedCount]:
    stored = entries.recent(db, datetime.min.replace(tzinfo=UTC), EVERYTHING)
    counts = []
    for feed in catalogue:
        of_feed = [entry for entry in stored if entry.feed_id == feed.id]
        signals = [
            {each.signal for each in entries.detections_of(db, entry.id)}
            for entry in of_feed
            if entry.id is not None
        ]
        counts.append(
            FeedCount(
                feed=feed,
                polled=len(of_feed),
                found=Counter(signal for found in signals for signal in found),
                silent=sum(1 for found in signals if not found),
                error=errors.get(feed.id, ""),
            )
        )
    return counts


def _table(counts: Sequence[FeedCount]) -> Table:
    """A row for each signal that was found, a column for each feed."""
    table = Table(
        title="What was polled, found and silent (entries)",
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("", no_wrap=True)
    for count in counts:
        table.add_column(count.feed.id.replace("-", "-\n", 1), justify="right", overflow="fold")
    table.add_column("all", justify="right", style="bold")

    def row(name: str, numbers: list[int], *, end: bool = False) -> None:
        cells = (str(number) if number else "·" for number in numbers)
        table.add_row(name, *cells, str(sum(numbers)), end_section=end)

    row("polled", [count.polled for count in counts], end=True)
    for signal in sorted({signal for count in counts for signal in count.found}):
        row(signal, [count.found[signal] for count in counts])
    table.add_section()
    row("silent", [count.silent for count in counts])
    return table
