"""A year of a large desk's news, invented, in a file: what benches over a year ask.

Filled as fast as SQLite takes it.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database as SqliteConnection

from bot.alerts.said.facts import labels
from bot.asking.indexing import BATCH, fold
from rules import Gazetteer, RuleSet
from storage.connection import Connection
from storage.database import Database
from storage.file.migrations import MIGRATIONS
from storage.news import search
from storage.news.search import Folded
from storage.rows import to_text

NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
FEEDS = 300
WORDS = (
    "قالت مصادر محلية إن قصف حصار مستشفى المدينة أدوية مياه كهرباء وقود نازحين مخيم قافلة مساعدات "
    "وصول إغلاق معبر هدنة وفد لجنة الصحة الأمم المتحدة أطفال جرحى قتلى كوليرا تفشي جوع خبز مطحنة "
    "طريق جسر سوق مدرسة برد سيول زلزال اجتماع رئيس وزير اقتصاد رياضة مباراة سعر صرف دولار نفط "
    "water hospital siege aid convoy ceasefire market school football election price report"
).split()
PLACES = ("SY-HL", "g170063", "SD-KH", "g369004", "ps-gaza-strip", "YE", "SY-DI", "SD", "LB", "LY")
DISTINCT = 5_000
"""Texts that are made; a million entries are these in turn."""


def over_a_year(description: str | None) -> argparse.Namespace:
    """What a bench over a year's file is asked for."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--alerts", type=int, default=50_000)
    parser.add_argument("--keep", type=Path, help="use this file, and make it if it is not there")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def news(seeded: random.Random) -> list[tuple[str, str]]:
    made = []
    for _ in range(DISTINCT):
        title, text = (" ".join(seeded.choices(WORDS, k=number)) for number in (9, 45))
        made.append((title, text))
    return made


def fill(
    db: Connection,
    entries: int,
    alerts: int,
    gazetteer: Gazetteer,
    rules: RuleSet,
    span: timedelta = YEAR,
) -> None:
    """Entries and alerts spread over a year or another span until now; each alert is of one
    entry."""
    seeded = random.Random(7)
    texts = news(seeded)
    signals = sorted(rules.signals)
    places = [gazetteer.places[each] for each in PLACES]
    stored = [
        (
            *(place.id, place.country, place.adm1, place.kind, "clause"),
            json.dumps([place.id, *(p.id for p in gazetteer.around(place))]),
            json.dumps(labels(gazetteer, place), ensure_ascii=False),
        )
        for place in places
    ]
    add = db.conn.executemany
    add(
        "INSERT INTO feeds (id, url, next_check_at) VALUES (?, ?, ?)",
        [(f"feed{n}", f"https://feed{n}.example/rss", to_text(NOW)) for n in range(FEEDS)],
    )

    def moment(number: int, of: int) -> str:
        return to_text(NOW - span + span * (number / of))

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(entries):
            at = moment(number, entries)
            title, text = texts[number % DISTINCT]
            link = f"https://feed.example/{number}"
            yield f"feed{number % FEEDS}", link, title, text, str(number), "ar", at, at, at

    add(
        """
        INSERT INTO entries (feed_id, link, title, summary, content_hash, language, published_at,
            first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        rows(),
    )
    every = max(1, entries // alerts)
    for number in range(alerts):
        entry_id, at = 1 + number * every, moment(number, alerts)
        signal, level = seeded.choice(signals), seeded.choice(("alert", "watch", "info", "info"))
        if seeded.random() < 0.03:
            level = "critical"
        way = seeded.choices(("worsening", "improving", "denied"), (90, 8, 2))[0]
        told = ("[]", "r", "first-telling", 1, at, at)
        db.conn.execute("INSERT INTO stories VALUES (?, ?, ?, ?)", (number + 1, "قصة", at, at))
        db.conn.execute(
            """
            INSERT INTO story_entries (entry_id, story_id, family, attached_at)
            VALUES (?, ?, 'family', ?)""",
            (entry_id, number + 1, at),
        )
        db.conn.execute(
            """
            INSERT INTO alerts (id, short_id, story_id, entry_id, signal, direction, level, version,
                audience, title, snippet, link, feed_name, language, explanation, evidence_json,
                rules_hash, reason, families, created_at, updated_at)
            SELECT ?, 'A' || ?, ?, id, ?, ?, ?, 1, 'everyone', title, '', link, 'ناشر', 'ar', '',
                ?, ?, ?, ?, ?, ? FROM entries WHERE id = ?""",
            (number + 1, number + 1, number + 1, signal, way, level, *told, entry_id),
        )
        db.conn.execute(
            """
            INSERT INTO alert_signals (alert_id, signal, direction, level, explanation,
                evidence_json, entry_id, version) VALUES (?, ?, ?, ?, '', '[]', ?, 1)""",
            (number + 1, signal, way, level, entry_id),
        )
        for position, place in enumerate(seeded.sample(stored, seeded.choice((1, 1, 2)))):
            db.conn.execute(
                "INSERT INTO alert_places VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number + 1, position, *place),
            )


def older(path: Path, entries: int, alerts: int, gazetteer: Gazetteer, rules: RuleSet) -> None:
    """The database as the version before left it."""
    db = SqliteConnection(path)
    db.conn.execute("PRAGMA synchronous=OFF")
    MIGRATIONS.apply(db, stop_before="m026_asking")
    fill(db, entries, alerts, gazetteer, rules)
    db.conn.commit()
    db.close()


async def index(database: Database) -> None:
    """Make all entries searchable; how long the writer is held by a batch."""
    batches: list[float] = []
    known: dict[str, tuple[str, str]] = {}
    start = time.perf_counter()
    while due := await database.read(lambda db: search.due(db, BATCH)):
        new = fold([each for each in due if each.title not in known])
        texts = {each.entry_id: each.title for each in due}
        known |= {texts[each.entry_id]: (each.words, each.also) for each in new}
        folded = [Folded(each.entry_id, each.updates, *known[each.title]) for each in due]
        began = time.perf_counter()
        await database.write(lambda db: search.put(db, folded))  # noqa: B023
        batches.append(1e3 * (time.perf_counter() - began))
    if batches:
        print(
            f"indexed in {time.perf_counter() - start:.0f} s; a batch of {BATCH} holds the writer "
            f"{statistics.median(batches):.0f} ms (worst {max(batches):.0f})",
            flush=True,
        )
