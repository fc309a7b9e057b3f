"""How long the bot takes to prepare each answer over a year of a large desk's news.

python -m bench.commands [--entries 1000000] [--alerts 50000] [--keep FILE]

Fills a database with invented news (`bench.year`), then asks every command again and
again: the median and the worst time from a question's words to the finished message.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path

from bench.report import Figure, show
from bench.year import NOW, YEAR, index, older, over_a_year
from bot.alerts.summaries.history import history_of
from bot.alerts.summaries.place_status import Known, look_up, read_status
from bot.asking.answer import answer, names_of
from bot.asking.forms import other_stems
from bot.asking.guessing import with_guesses
from bot.asking.indexing import Indexer
from bot.asking.reader import read_question
from bot.asking.vocabulary import vocabulary_of
from bot.asking.words import search_of
from bot.charts.places import bubbles
from bot.charts.trend import since, trend_of
from bot.exports.edition import Edition
from bot.exports.naming import Naming
from bot.exports.writing import formats
from bot.messages.answers.asked import answer_card
from bot.messages.answers.charts import map_caption, trend_caption, trend_picture
from bot.messages.answers.place_status import place_status_card
from bot.messages.answers.searched import search_card
from bot.messages.cards.display import Display
from bot.messages.cards.explanation import explanation_card
from bot.rules_in_force import RulesInForce
from bot.telegram.commands.asking.export import MOST_ROWS, USUAL_FORMATS, written
from bot.telegram.registry import all_commands
from rules import Gazetteer, RuleSet, load_gazetteer, load_rules
from rules.matching.places.spellings import spellings_of
from storage import finding, items
from storage.connection import Connection
from storage.database import Database
from storage.finding import Cursor, Wanted
from storage.items import AlertItem
from storage.news import search
from storage.opening import open_database
from storage.readers import chats
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription
from storage.rows import fetch
from tests.bot.telegram.desk import OPERATOR, office
from tests.telegram_server import TelegramServer

READER = 1
QUESTIONS = (
    *("حلب حصار 3 أيام", "critical sudan 30d", "أخبار جيدة من غزة شهر", "السوريين اليوم"),
    *("حلبب حصار", "Allepo siege 1 year", "نقص المياه في اليمن سنة", "حلب كوليرا سنة"),
    *("siege 366d improving yemen", "مرحبا", "مباراة رياضة غزة", "الخرطوم نزوح أسبوع"),
)
SEARCHES = (
    *("كوليرا مخيم", '"قصف مستشفى" -مباراة', "حصار", "مستش*", "water hospital", "في قالت مصادر"),
    *("زلزال سيول برد كوليرا جسر", "كلمة لا توجد"),
)


AT_WORK_LONG = ("doctor", "backup")
"""They answer at once, and work on for a while."""

WIDE = Wanted(since=NOW - YEAR)


def chat_of(signals: frozenset[str] = frozenset(), places: frozenset[str] = frozenset()) -> Chat:
    chosen = Subscription(
        READER,
        signals=signals,
        places={place: {} for place in places},
        lowest_level="info",
    )
    values = ("private", "قارئ", "ar", "active", None, "subscriber")
    return Chat(READER, None, *values, NOW, None, subscriptions=(chosen,))


async def timed(name: str, ask: Callable[[], Awaitable[object]], runs: int) -> None:
    """Milliseconds by the clock, and of the processor: the clock also counts what else runs."""
    taken, worked = [], []
    for _ in range(runs):
        start, begun = time.perf_counter(), time.process_time()
        await ask()
        taken.append(1e3 * (time.perf_counter() - start))
        worked.append(1e3 * (time.process_time() - begun))
    median, busy = statistics.median(taken), statistics.median(worked)
    print(f"{name:44} {median:8.1f} {max(taken):8.1f} {busy:9.1f}", flush=True)
    _figures.append(Figure(name, busy, "ms of the processor"))


_figures: list[Figure] = []


async def main() -> None:
    given = over_a_year(__doc__)
    gazetteer, rules = load_gazetteer(), load_rules()
    spellings_of(gazetteer)  # as the service does when it starts
    with tempfile.TemporaryDirectory(prefix="marsad-bench-") as folder:
        path = given.keep or Path(folder) / "marsad.sqlite"
        if not path.exists():
            start = time.perf_counter()
            older(path, given.entries, given.alerts, gazetteer, rules)
            print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)
        start = time.perf_counter()
        database = await open_database(path)
        print(f"opened, with migrations: {time.perf_counter() - start:.1f} s", flush=True)
        await index(database)
        print(
            f"{path.stat().st_size / 1e6:,.0f} MB\n\n"
            f"{'milliseconds':44} {'median':>8} {'worst':>8} {'processor':>9}"
        )
        await measure(database, gazetteer, rules, given.runs)
        await through_the_bot(database, gazetteer, rules, Path(folder), given.runs)
        await database.close()
    if given.json:
        show(f"commands over {given.entries:,} entries", _figures, as_json=True)


async def measure(database: Database, gazetteer: Gazetteer, rules: RuleSet, runs: int) -> None:
    display = Display("ar", rules.signals, NOW, UTC)
    vocabulary = vocabulary_of({name: each.title for name, each in rules.signals.items()})
    others = partial(other_stems, related=rules.related)
    everyone = chat_of()
    await database.write(lambda db: chats.upsert(db, everyone))

    async def ask(text: str, chat: Chat = everyone, after: Cursor | None = None) -> None:
        question = await asyncio.to_thread(read_question, text, vocabulary, gazetteer, NOW)
        found = await database.read(
            lambda db: answer(
                *(db, question, chat, NOW, UTC), gazetteer=gazetteer, after=after, others=others
            )
        )
        if question.words and not found.alerts:
            await asyncio.to_thread(with_guesses, question, vocabulary, gazetteer)
        answer_card(found, display, names_of(question, gazetteer))

    async def look_for(text: str) -> None:
        wanted = await asyncio.to_thread(search_of, text, others)
        hits = await database.read(lambda db: search.find(db, wanted.match, 7))
        search_card(wanted, hits, display)

    async def alert(short_id: str) -> None:
        found = await database.read(lambda db: history_of(db, short_id, everyone))
        assert found is not None
        explanation_card(found, display, rules.note)

    async def status(name: str) -> None:
        known = look_up(gazetteer, name)
        assert isinstance(known, Known)
        read = await database.read(lambda db: read_status(db, known, rules.states, NOW))
        place_status_card(read, display)

    async def trend() -> None:
        wanted = replace(
            WIDE, since=since(30, NOW.date(), UTC), places=["SY-HL"], signals=["siege"]
        )
        told = await database.read(lambda db: finding.made(db, wanted))
        figures = trend_of([(each.at, each.alerts) for each in told], 30, NOW.date(), UTC)
        trend_caption(figures, "", display)
        trend_picture(figures, "", display)

    async def map_of(days: int) -> None:
        wanted = replace(WIDE, since=NOW - timedelta(days=days))
        counted = await database.read(lambda db: finding.by_place(db, wanted, 400))
        points, nowhere = await asyncio.to_thread(bubbles, counted, gazetteer)
        map_caption(points, nowhere, "", display)

    async def export(days: int) -> None:
        def look(db: Connection) -> list[AlertItem]:
            found = finding.find(db, replace(WIDE, since=NOW - timedelta(days=days)), MOST_ROWS)
            return items.alert_items(db, [each.id for each in found])

        naming = Naming(display.say, rules.signals, gazetteer)
        found = [naming.record(each) for each in await database.read(look)]
        for each in USUAL_FORMATS:
            await asyncio.to_thread(written, formats()[each], found, Edition(naming, NOW))

    narrow = chat_of(frozenset(sorted(rules.signals)[:2]), frozenset({"LB", "LY"}))
    await timed("/recent", lambda: ask(""), runs)
    await timed("/recent, signals and places chosen", lambda: ask("", narrow), runs)
    far = Cursor(NOW - YEAR / 2, 25_000)
    await timed("/recent حلب 366d, a page far back", lambda: ask("حلب 366d", after=far), runs)
    for text in QUESTIONS:
        await timed(f"/recent {text}", partial(ask, text), runs)
    for text in SEARCHES:
        await timed(f"/search {text}", partial(look_for, text), runs)
    count = await database.read(lambda db: fetch(db, "SELECT count(*) AS n FROM alerts"))
    middle = f"A{count[0]['n'] // 2}"
    await timed(f"/alert {middle}", lambda: alert(middle), runs)
    await timed("/status حلب", lambda: status("حلب"), runs)
    await timed("/trend حصار حلب 30d, without drawing", trend, runs)
    await timed("/map 7d, without drawing", lambda: map_of(7), runs)
    await timed("/map 92d, without drawing", lambda: map_of(92), runs)
    await timed("/export 7d, both files", lambda: export(7), runs)
    await timed(f"/export 366d ({MOST_ROWS} rows), both files", lambda: export(366), runs)
    await timed("new entries made searchable (none)", Indexer(database).look, runs)


async def through_the_bot(
    database: Database, gazetteer: Gazetteer, rules: RuleSet, folder: Path, runs: int
) -> None:
    """Every command, alone and as an operator writes it, from the update to the first answer:
    a real bot against the fake Bot API on loopback."""
    in_force = RulesInForce(rules, folder / "own-rules", None, "", gazetteer)
    # The fake server counts from one again: what a run before noted is not of this one.
    await database.write(lambda db: db.execute("DELETE FROM handled_updates"))
    async with TelegramServer() as server, office(server, database, in_force, folder) as desk:
        print("\nas an operator writes it, alone, with the way there and back", flush=True)
        for each in sorted(all_commands(), key=lambda command: command.name in AT_WORK_LONG):
            asked = partial(desk.ask, OPERATOR, f"/{each.name}", language_code="ar")
            await timed(f"/{each.name}", asked, 1 if each.name in AT_WORK_LONG else runs)
            await desk.settled()


if __name__ == "__main__":
    asyncio.run(main())
