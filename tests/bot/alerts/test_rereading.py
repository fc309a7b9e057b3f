"""What was read by no rules, or by rules that lacked a signal, is read again and told once; a live
page is read at every edit, and told as often as it has something to tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.pipeline import Pipeline
from bot.alerts.rereading import Rereader
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.database import Database
from storage.news import entries, feeds
from storage.news.entries import Entry
from storage.opening import open_database
from storage.sending import outbox
from tests.bot.alerts.newsroom import Newsroom, OneWord, Rules, change, feed, find, item, rules
from tests.storage.make import HOUR, NOW

SIEGE, CALM = "حصار مطبق على مدينة درعا", "سوق هادئ في مدينة حمص"


class Desk:
    """The real pipeline over a real file; `broken` makes the rules fail on every entry."""

    def __init__(self, database: Database, batch: int) -> None:
        self.database = database
        self.listed = True
        self.rules: Rules = rules()
        self.broken = False
        self.pipeline = Pipeline(lambda: self.rules, detector=self._find)  # type: ignore[arg-type, return-value]
        self.rereader = Rereader(
            database,
            self.pipeline,
            lambda: self.rules,  # type: ignore[arg-type, return-value]
            lambda: [feed()] if self.listed else [],
            batch=batch,
        )

    def _find(self, *about: Any) -> Any:
        if self.broken:
            raise RuntimeError("a bug")
        return find(*about)

    def lose(self, signal: str) -> None:
        self.rules = Rules({k: v for k, v in rules().signals.items() if k != signal}, "lost")

    def restore(self) -> None:
        self.rules = rules()

    async def poll(
        self, *titles: str, kind: str = "new", entry_id: int | None = None, now: datetime = NOW
    ) -> None:
        said = [item(title, published_at=now) for title in titles]
        found = await self.pipeline.detect(said, "ar")
        changes = [change(each, kind, entry_id) for each in said]

        def write(db: Connection) -> None:
            feeds.sync(db, [(feed().id, feed().url)], now)
            self.pipeline.accept(db, feed(), changes, found, now)

        await self.database.write(write)

    async def poison(self, *entry_ids: int) -> None:
        """A fault of these rows, or of the whole table: what is detected cannot be written."""
        which = f"WHEN NEW.entry_id IN ({', '.join(map(str, entry_ids))})" if entry_ids else ""

        def write(db: Connection) -> None:
            db.execute(
                f"""
                CREATE TRIGGER poison BEFORE INSERT ON detections {which}
                BEGIN SELECT RAISE(ABORT, 'a fault of this row'); END"""
            )

        await self.database.write(write)

    async def cure(self) -> None:
        await self.database.write(lambda db: db.execute("DROP TRIGGER poison"))

    async def alerts(self) -> list[Alert]:
        return await self.database.read(lambda db: alerts.recent(db, None, NOW - 99 * HOUR, 1_000))

    async def stored(self) -> list[Entry]:
        since = NOW - 999 * HOUR
        return await self.database.read(partial(entries.recent, since=since, limit=99))


@asynccontextmanager
async def desk(path: Path, batch: int = 2) -> AsyncIterator[Desk]:
    database = await open_database(path / "marsad.sqlite")
    try:
        yield Desk(database, batch)
    finally:
        await database.close()


@pytest.mark.parametrize("way", ["bug", "absent"])
async def test_what_could_not_be_read_is_told_once_when_it_can_be(tmp_path: Path, way: str) -> None:
    async with desk(tmp_path) as at:
        await at.poll(CALM)  # the whole rules are in force first
        at.broken = way == "bug"
        if way == "absent":
            at.lose("siege")
        await at.poll(*(f"{SIEGE} {n} {n * 7}" for n in range(5)))
        assert await at.alerts() == []
        hashes = {entry.rules_hash for entry in await at.stored() if entry.title != CALM}
        assert hashes == ({None} if way == "bug" else {"lost"})
        at.broken = False
        at.restore()
        assert await at.rereader.look(NOW + HOUR, unread=True) > 0
        told = await at.alerts()
        assert told and {alert.gravest.signal for alert in told} == {"siege"}
        assert {entry.rules_hash for entry in await at.stored()} == {at.rules.hash}
        for _ in range(3):
            assert await at.rereader.look(NOW + HOUR, unread=True) == 0
        assert await at.alerts() == told


async def test_what_is_no_news_any_more_is_not_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.broken = True
        await at.poll(SIEGE)
        at.broken = False
        assert await at.rereader.look(NOW + 73 * HOUR, unread=True) == 0
        assert await at.alerts() == []


async def test_what_was_there_when_the_feed_was_first_read_stays_history(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.broken = True
        await at.poll(SIEGE, kind="seed")
        at.broken = False
        assert await at.rereader.look(NOW + HOUR, unread=True) == 0


async def test_a_new_signal_does_not_dig_in_the_past(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.lose("siege")
        await at.poll(SIEGE)
        at.restore()
        assert await at.rereader.look(NOW + HOUR, unread=True) == 0


async def test_rules_that_fail_again_leave_the_entry_for_the_next_ones(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        at.broken = True
        await at.poll(SIEGE)
        async with asyncio.timeout(30):
            assert await at.rereader.look(NOW, unread=True) == 0
        at.broken = False
        assert await at.rereader.look(NOW + HOUR, unread=True) == 1


async def test_a_signal_that_was_told_is_not_told_again_by_a_reading_of_a_new_text(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as at:
        await at.poll(SIEGE)
        at.broken = True
        await at.poll(f"{SIEGE} اليوم", kind="updated", entry_id=1, now=NOW + HOUR)
        at.broken = False
        assert await at.rereader.look(NOW + HOUR, unread=True) == 0
        assert [alert.version for alert in await at.alerts()] == [1]


def test_a_page_that_alternates_between_two_texts_is_no_flood(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    for turn in range(1, 30):
        text = (SIEGE, "إخلاء مخيم بعيد قرب إدلب")[turn % 2]
        now = NOW + turn * timedelta(minutes=5)
        entry = item(text, published_at=now)
        newsroom.poll(feed(), [change(entry, "updated", 1)], now)
    found = alerts.recent(newsroom.db, None, NOW - HOUR, 1_000)
    assert sorted((alert.gravest.signal, alert.version) for alert in found) == [
        ("evacuation", 1),
        ("siege", 1),
    ]


def test_a_critical_change_in_the_twentieth_edit_is_told_though_others_were_too_many(
    newsroom: Newsroom,
) -> None:
    newsroom.says("بث مباشر")
    for turn in range(1, 20):
        letter = "ابجدهوزحطيكلمنسعفصقرشت"[turn - 1]
        words = " ".join(letter * length for length in (4, 6, 8, 10))
        entry = item(f"حصار {words}", published_at=NOW)
        newsroom.poll(feed(), [change(entry, "updated", 1)], NOW + turn * timedelta(minutes=1))
    before = alerts.recent(newsroom.db, None, NOW - HOUR, 1_000)
    assert len(before) == 6
    newsroom.rules.signals["evacuation"] = OneWord("critical")
    entry = item("إخلاء مخيم بعيد قرب إدلب", published_at=NOW)
    told = newsroom.poll(feed(), [change(entry, "updated", 1)], NOW + 20 * timedelta(minutes=1))
    assert [(alert.gravest.signal, alert.level) for alert in told.alerts] == [
        ("evacuation", "critical")
    ]
    assert outbox.counts(newsroom.db) is not None
