"""`marsad demo`: the real way of an entry, on sample feeds or on any feed, shown on the console."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from bot.alerts.decide import AlertPolicy
from bot.alerts.summaries.history import AlertHistory, history_of
from bot.cli.samples import DAY, SAMPLES, document
from bot.clock import utc_now
from bot.console import print_card
from bot.delivery.deciding.outcome import Outcome, Outgoing, Sent
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.errors import CannotGoOn
from bot.feeds.catalogue import Feed, slug
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher
from bot.feeds.fetch.local_files import FileRetriever, local_path
from bot.messages.cards.display import Display
from bot.messages.cards.explanation import story_card
from bot.notices.feeds import publishers_of
from bot.polling.identify import IdentityPolicy
from bot.polling.report import PollPolicy, PollReport
from bot.process.lock import InstanceLock
from bot.process.patience import reading_rules
from bot.rules_in_force import RulesInForce
from bot.settings import Settings
from bot.text import clean, shorten
from bot.wiring.parts import Destination, Parts, Source, parts_over, seat_console
from storage import alerts
from storage.connection import Connection
from storage.news import entries

FOLDER = "demo"
INVENTED = (
    "أخبار متخيَّلة: الأماكن حقيقية والأحداث لم تقع.\n"
    "Invented news: the places are real, the events never happened."
)
STARS = "الكلمات الدالة بين *نجمتين*. Evidence stands between *stars*."
EVER = timedelta(days=36_500)
EVERYTHING = 100_000
ROUND = timedelta(hours=1)
"""How often the samples are polled in the day that they tell."""


@dataclass(slots=True)
class Day:
    """The clock of the demo: the hour that is being told."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Gathered:
    """Takes every message as a chat would and counts it; the cards are printed as they stand at
    the end. A `bot.delivery.deciding.outcome.Sender`."""

    messages: int = 0
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Always taken."""
        self.messages += 1
        return Sent(next(self._numbers))


@dataclass(frozen=True, slots=True)
class FeedCount:
    """What came of one feed. `silent`: the headlines of entries without a signal."""

    feed: Feed
    polled: int
    silent: tuple[str, ...]


async def show(
    settings: Settings,
    *,
    feed: str | None,
    data_dir: Path,
    explain: bool = False,
    console: Console | None = None,
    now: datetime | None = None,
) -> bool:
    """Poll the samples hour by hour through a day (or `feed`, a URL or a path, once) into a
    database of their own under `data_dir`; print each alert as it stands then, and what of the
    feeds was silent. Whether every feed could be read.

    With `explain` each alert has the clauses that fired under it. An earlier demo's files are
    replaced; nothing else is touched.
    """
    console, end = console or Console(), now or utc_now()
    folder = data_dir / FOLDER
    with InstanceLock(folder):
        retriever, catalogue = sample_feeds(folder) if feed is None else _any(feed, settings)
        with reading_rules():
            rules = await RulesInForce.start(settings.rules_dir, settings.morphology_db)
        # Shown whatever its age: a demo is no news desk.
        source = Source(
            catalogue,
            retriever,
            PollPolicy(identity=IdentityPolicy(first_poll_age=None, max_age=EVER, hold_share=1.0)),
            AlertPolicy(max_age=EVER),
        )
        day, sender = Day(end - DAY if feed is None else end), Gathered()
        async with parts_over(
            _fresh_database(folder),
            rules,
            source,
            lambda _: Destination(sender, DeliveryPolicy.at_once()),
            readers=partial(seat_console, now=day.at),
            clock=day,
        ) as parts:
            reports = await _polled(parts, day, end, folder if feed is None else None)
            await parts.dispatcher.drain()
            if feed is None:
                console.print(INVENTED, highlight=False, soft_wrap=True)
            if not console.is_terminal:
                console.print(STARS, highlight=False, soft_wrap=True)
            histories = await parts.database.read(histories_in)
            publishers = publishers_of(catalogue)
            for each in histories:
                display = Display(
                    each.alert.language or "ar", rules().signals, end, settings.timezone, publishers
                )
                _print(console, each, display, explain=explain)
            counts = await parts.database.read(partial(_counted, catalogue=catalogue))
            _sum_up(console, counts, histories, sender.messages)
            for report in reports:
                if report.error:
                    words = f"{report.feed_id}: {report.error}. {report.hint or ''}"
                    console.print(words.strip(), markup=False, highlight=False, soft_wrap=True)
            console.print(f"The database: {parts.database.path}", highlight=False, soft_wrap=True)
    return not any(report.error for report in reports)


async def _polled(
    parts: Parts, day: Day, end: datetime, folder: Path | None
) -> tuple[PollReport, ...]:
    """Poll and send, hour by hour until the end; without samples' `folder` once."""
    while True:
        if folder is not None:
            publish(folder, end, day.at)
        reports = await parts.poller.poll_all(day.at)
        await parts.dispatcher.run_until_idle()
        if day.at >= end:
            return reports
        day.at = min(day.at + ROUND, end)


def sample_feeds(folder: Path) -> tuple[FileRetriever, tuple[Feed, ...]]:
    """The samples' catalogue; their documents are files."""
    documents = folder / "feeds"
    shutil.rmtree(documents, ignore_errors=True)
    documents.mkdir(parents=True)
    catalogue = tuple(
        Feed(
            id=sample.id,
            name=sample.name,
            url=(documents / sample.file).absolute().as_uri(),
            language=sample.language,
            region=sample.region,
            family=sample.id,
        )
        for sample in SAMPLES
    )
    return FileRetriever(), catalogue


def publish(folder: Path, end: datetime, at: datetime) -> None:
    """Write the samples as they stood at that hour of the day that ends then."""
    for sample in SAMPLES:
        (folder / "feeds" / sample.file).write_bytes(document(sample, end, at))


def _any(feed: str, settings: Settings) -> tuple[Fetcher | FileRetriever, tuple[Feed, ...]]:
    """A feed that somebody names at the terminal, of whatever language.

    Raises CannotGoOn when there is no such file, and for what is no address.
    """
    try:
        address = urlsplit(feed)
    except ValueError as error:  # "http://[::1"
        raise CannotGoOn(f"«{feed}» cannot be read as an address ({error})") from None
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


def histories_in(db: Connection) -> list[AlertHistory]:
    """Every alert with how it came about, in the order in which they were first told."""
    made = alerts.recent(db, None, datetime.min.replace(tzinfo=UTC), EVERYTHING, for_operators=True)
    found = [history_of(db, each.short_id, None) for each in sorted(made, key=lambda a: a.id)]
    return [each for each in found if each is not None]


def _counted(db: Connection, catalogue: Sequence[Feed]) -> list[FeedCount]:
    stored = entries.recent(db, datetime.min.replace(tzinfo=UTC), EVERYTHING)
    counts = []
    for feed in catalogue:
        of_feed = [entry for entry in reversed(stored) if entry.feed_id == feed.id]
        silent = [
            entry.title
            for entry in of_feed
            if entry.id is not None and not entries.detections_of(db, entry.id)
        ]
        counts.append(FeedCount(feed, len(of_feed), tuple(silent)))
    return counts


def _print(console: Console, history: AlertHistory, display: Display, *, explain: bool) -> None:
    alert = history.alert
    card = story_card(history, display)
    explanation = "\n".join(each.explanation for each in alert.signals) if explain else ""
    print_card(console, card, alert.level, explanation)


def _sum_up(
    console: Console, counts: Sequence[FeedCount], told: Sequence[AlertHistory], messages: int
) -> None:
    """How many entries became how few cards, and what of each feed was silent, with an example."""
    polled, silent = sum(c.polled for c in counts), sum(len(c.silent) for c in counts)
    console.rule(style="white")
    console.print(
        f"Entries: {polled}, silent of them: {silent}. Cards: {len(told)}, one for each happening. "
        f"Messages to a reader of everything: {messages}.",
        highlight=False,
    )
    for each in counts:
        example = f", as «{shorten(clean(each.silent[0]), 70)}»" if each.silent else ""
        words = f"{each.feed.id}: entries {each.polled}, silent {len(each.silent)}{example}"
        console.print(words, markup=False, highlight=False, soft_wrap=True)
