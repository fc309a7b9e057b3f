"""What the service asks of its database, over a short history and a long one.

    python -m bench.storage [--full] [--json]

Each question is asked of a file with a short history and of one with a long one, with as many
entries a day; the table says by how much the long one takes longer. Then how long retention holds
the writer, and how fast entries are stored.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from sqlite_utils import Database as SqliteConnection

from bench.news import articles
from bench.report import Figure, show
from bench.year import NOW, YEAR, fill
from bot.alerts.pipeline import Pipeline
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry
from bot.polling.identify import EntryChange, keyed
from rules import Gazetteer, RuleSet, load_gazetteer, load_rules
from storage import alerts, retention
from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.file.writing import in_transaction
from storage.news import entries, feeds, place_reports, readings, stories
from storage.readers import chats
from storage.sending import digest_turns, outbox, owed, second_channel
from storage.sending.outbox import NewDelivery
from tests.storage.make import chat

CHATS = 50
LONGER, NOISE = 1.5, 0.02
"""How much longer the long history may take: times, and milliseconds that a clock is worth."""

QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "feeds that are due": lambda db: feeds.due(db, NOW, 200),
    "entries that are known": lambda db: entries.known(db, "feed7", ["guid:1", "guid:2"]),
    "entries of the last hours": lambda db: entries.recent(db, NOW - timedelta(hours=6), 50),
    "entries that no rules read": lambda db: readings.unread(db, NOW - timedelta(days=7), 0, 50),
    "reports of the last four days": lambda db: stories.reports(db, NOW - timedelta(hours=6)),
    "the newest alerts": lambda db: alerts.recent(db, None, NOW - timedelta(hours=6), 10),
    "critical, for the second channel": lambda db: second_channel.critical_alerts(
        db, NOW - timedelta(hours=6)
    ),
    "the outbox, state by state": outbox.counts,
    "what is owed now": lambda db: owed.ready(db, NOW, 2),
    "an alert in a chat": lambda db: outbox.for_chat(db, 1, 7),
    "the last line of each chat": lambda db: owed.last_lines(db, range(1, CHATS)),
    "the newest decision": digest_turns.newest_decision,
    "reports of silent places": lambda db: place_reports.of_the_silent(
        *(db, "place", ["siege"], "worsening", NOW - timedelta(hours=6), NOW - timedelta(hours=3))
    ),
}


def made(
    path: Path, number: int, span: timedelta, gazetteer: Gazetteer, rules: RuleSet
) -> SqliteConnection:
    """A span until now with so many entries, a twentieth as many alerts, and each sent to every
    chat of fifty until there are as many deliveries as entries."""
    db = connect(path)
    db.execute("PRAGMA synchronous=OFF")
    migrate(db)
    in_transaction(db, lambda db: fill(db, number, number // 20, gazetteer, rules, span))

    def send(db: Connection) -> None:
        for chat_id in range(1, CHATS + 1):
            chats.upsert(db, chat(chat_id, "siege"))
        of = number // 20
        for alert_id in range(1, number // CHATS + 1):
            at = NOW - span + span * (alert_id / of)
            rows = [
                NewDelivery(alert_id, chat_id, "alert", 1, "alert", at)
                for chat_id in range(1, CHATS + 1)
            ]
            outbox.enqueue(db, rows, at)
        db.execute("UPDATE outbox SET state = 'sent'")
        db.execute("UPDATE entries SET rules_hash = 'r', read_at = first_seen_at")
        db.execute("DELETE FROM search_due")

    in_transaction(db, send)
    return db


def median_ms(ask: Callable[[], object], runs: int = 15) -> float:
    taken = []
    for _ in range(runs):
        start = time.thread_time()
        ask()
        taken.append(1e3 * (time.thread_time() - start))
    return statistics.median(taken)


def asked(small: Connection, large: Connection, many: int) -> list[Figure]:
    found = []
    for name, question in QUESTIONS.items():
        short = median_ms(partial(question, small))
        long = median_ms(partial(question, large))
        limit = LONGER * short + NOISE
        found.append(Figure(f"{name}: {many:,} entries", long, "ms", limit, max(short, 1e-3)))
    return found


def forgotten(db: SqliteConnection) -> list[Figure]:
    """How long each step of retention holds the writer; the older half of the year goes."""
    held: list[float] = []
    worked: list[float] = []
    gone = retention.Purged()
    step: retention.Step | None = retention.FIRST
    while step is not None and len(held) <= 400:
        start, begun = time.perf_counter(), time.thread_time()
        some = partial(retention.purge_some, older_than=NOW - YEAR / 2, step=step)
        more, step = in_transaction(db, some)
        gone += more
        held.append(1e3 * (time.perf_counter() - start))
        worked.append(1e3 * (time.thread_time() - begun))
    return [
        Figure("retention: a step holds the writer, median", statistics.median(held), "ms", 100),
        Figure("retention: a step holds the writer, worst", max(held), "ms", 100),
        Figure("retention: a step, worst, of the processor", max(worked), "ms", 100),
        Figure("retention: rows of entries and alerts gone", gone.entries + gone.alerts, ""),
    ]


def stored(folder: Path, rules: RuleSet, number: int) -> list[Figure]:
    """Entries a second through the pipeline's transaction, without detection."""
    db = connect(folder / "new.sqlite")
    migrate(db)
    pipeline = Pipeline(lambda: rules, detector=lambda *_: ())
    source = Feed("f", "f", "http://f.test/", "ar", "world", "f")
    now = datetime.now(NOW.tzinfo)
    in_transaction(db, lambda db: feeds.sync(db, [(source.id, source.url)], now))
    news = articles(7)
    worked, longest, at = 0.0, 0.0, 0
    while at < number:
        listed = [
            FeedEntry(f"{at + n}", f"https://f.example/{at + n}", a.title, a.text, now, None, "ar")
            for n, a in enumerate(islice(news, 100))
        ]
        changes = [
            EntryChange(e.entry, e.keys, "new", None, "unknown", e.content_hash)
            for e in keyed(listed)
        ]
        found = pipeline.detect_now([each.entry for each in changes], "ar")
        begun = time.thread_time()
        in_transaction(db, lambda db: pipeline.accept(db, source, changes, found, now))  # noqa: B023
        took = time.thread_time() - begun
        worked, longest, at = worked + took, max(longest, took), at + len(listed)
    db.close()
    return [
        Figure("ingest: entries a second of the processor", number / worked, "", 5_000, least=True),
        Figure("ingest: 100 entries, worst, of the processor", 1e3 * longest, "ms", 100),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 and 1,000,000 entries")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    few, many = (10_000, 1_000_000) if given.full else (5_000, 50_000)
    gazetteer, rules = load_gazetteer(), load_rules()
    with tempfile.TemporaryDirectory(prefix="marsad-bench-") as name:
        folder = Path(name)
        small = made(folder / "small.sqlite", few, YEAR * (few / many), gazetteer, rules)
        large = made(folder / "large.sqlite", many, YEAR, gazetteer, rules)
        figures = asked(small, large, many)
        figures += forgotten(large)
        figures += stored(folder, rules, 2_000)
        small.close()
        large.close()
    show(f"the database; peer: {few:,} entries", figures, as_json=given.json)


if __name__ == "__main__":
    main()
