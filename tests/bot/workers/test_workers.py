"""Workers share the feeds of one database: none is polled twice, and none is lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.clock import utc_now
from bot.feeds.catalogue import load_catalogue
from bot.polling.elsewhere import PolledElsewhere, sync_catalogue
from bot.rules_in_force import RulesInForce
from bot.settings import Settings, load_settings
from bot.wiring.from_settings import parts_from_settings
from bot.workers.rules_by_version import bring_up_to_date
from bot.workers.worker import feed_work, work
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError
from storage.news import feeds
from storage.opening import open_database
from storage.postgres import queue
from storage.rows import fetch
from storage.rule_files import versions
from tests.bot.service.processes import process, said
from tests.bot.workers.press import ITEMS, Press
from tests.bot.workers.quick_marsad import QUICK

NOW = datetime.now(UTC)
FEEDS = 8
QUICK_MARSAD = "tests.bot.workers.quick_marsad"


@pytest.fixture
async def press() -> AsyncIterator[Press]:
    async with Press(FEEDS) as serving:
        yield serving


def settings_of(url: str, folder: Path, press: Press, **given: Any) -> Settings:
    values: dict[str, Any] = {
        "database_url": url,
        "data_dir": folder / "data",
        "feeds_file": press.write_list(folder),
        "allow_private": ("127.0.0.0/8",),
    }
    return load_settings(None, **values | given)


@asynccontextmanager
async def listed(settings: Settings) -> AsyncIterator[Database]:
    """The database, with the feeds of the list."""
    database = await open_database(settings.database)
    await sync_catalogue(database, load_catalogue(settings.feeds_file), utc_now())
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def working(settings: Settings, number: int) -> AsyncIterator[list[asyncio.Task[None]]]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(work(settings, stop, pace=QUICK)) for _ in range(number)]
    try:
        yield tasks
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def polled(database: Database, at_least: int = 1, *, seconds: float = 90) -> None:
    fewest = 0
    async with asyncio.timeout(seconds):
        while fewest < at_least:
            await asyncio.sleep(0.1)
            with contextlib.suppress(StorageError):  # its connection broke: the next is a new one
                fewest = min(each.polls for each in await database.read(feeds.all_states))


def stored(db: Connection) -> dict[str, Any]:
    """What came of the feeds, without ids and times."""
    return {
        "entries": Counter(
            (row["feed_id"], row["title"])
            for row in fetch(db, "SELECT feed_id, title FROM entries")
        ),
        "detections": Counter(
            (row["feed_id"], row["signal"])
            for row in fetch(
                db,
                "SELECT e.feed_id, d.signal FROM detections d JOIN entries e ON e.id = d.entry_id",
            )
        ),
        "alerts": fetch(db, "SELECT count(*) AS n FROM alerts")[0]["n"],
        "stories": sorted(
            row["n"]
            for row in fetch(db, "SELECT count(*) AS n FROM story_entries GROUP BY story_id")
        ),
    }


@pytest.mark.usefixtures("few")
async def test_workers_share_the_feeds_and_find_what_one_process_finds(
    url: str, tmp_path: Path, press: Press
) -> None:
    press.open.set()
    settings = settings_of(url, tmp_path, press)
    async with listed(settings) as database, working(settings, 2):
        await polled(database)
        assert press.asked == dict.fromkeys(range(FEEDS), 1)
        ours = await database.read(stored)
    (tmp_path / "alone").mkdir()
    alone = settings_of("", tmp_path / "alone", press)
    async with parts_from_settings(alone) as parts:
        await parts.poller.poll_all(utc_now())
        theirs = await parts.database.read(stored)
    assert ours == theirs
    assert sum(ours["entries"].values()) == FEEDS * ITEMS
    assert ours["alerts"] == 1


async def test_a_worker_that_is_killed_loses_nothing_and_doubles_nothing(
    url: str, tmp_path: Path, press: Press
) -> None:
    settings = settings_of(url, tmp_path, press)
    given = {"MARSAD_DATABASE_URL": url, "MARSAD_ALLOW_PRIVATE": "127.0.0.0/8"}
    async with listed(settings) as database:
        arguments: tuple[str, ...] = ("run", "--role", "poll")
        async with process(tmp_path, *arguments, module=QUICK_MARSAD, **given) as first:
            await press.held_up(FEEDS)
            first.send_signal(signal.SIGKILL)
            await first.wait()
        press.open.set()
        async with (
            process(tmp_path, *arguments, module=QUICK_MARSAD, **given),
            process(tmp_path, *arguments, module=QUICK_MARSAD, **given),
        ):
            await polled(database, seconds=120)
        found = await database.read(stored)
        assert set(found["entries"].values()) == {1}
        assert sum(found["entries"].values()) == FEEDS * ITEMS
        assert found["alerts"] == 1
        assert press.asked == dict.fromkeys(range(FEEDS), 2), "once more each, by the others"


@pytest.mark.usefixtures("few")
async def test_a_stalled_poll_that_wakes_is_refused(url: str, tmp_path: Path, press: Press) -> None:
    settings = settings_of(url, tmp_path, press)
    reports: list[str] = []
    async with (
        listed(settings) as database,
        feed_work(settings, utc_now, lambda report: reports.append(report.result)) as one,
        feed_work(settings, utc_now, lambda report: reports.append(report.result)) as other,
    ):
        both = [asyncio.create_task(each.poll("feed-0", 0)) for each in (one, other)]
        await press.held_up(2)
        press.open.set()
        await asyncio.gather(*both)
        assert sorted(reports) == ["accepted", "elsewhere"]
        assert await one.poll("feed-0", 0) is None, "a job that was done already"
        found = await database.read(stored)
        assert sum(found["entries"].values()) == ITEMS
        assert found["alerts"] == 1


@pytest.mark.usefixtures("few")
async def test_a_worker_goes_on_when_its_connections_break(
    url: str, tmp_path: Path, press: Press
) -> None:
    press.open.set()
    settings = settings_of(url, tmp_path, press)
    async with listed(settings) as database, working(settings, 1) as tasks:
        await polled(database)
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            server.execute("UPDATE feeds SET next_check_at = '2000-01-01T00:00:00+00:00'")
        await polled(database, 2)
        assert not tasks[0].done()


MINE = """id: sport
title: {ar: رياضة, en: Sport, fr: Sport}
description: A rule that an operator adds.
sector: none
terms:
  field: {ar: [الميدان]}
when:
  - any: [field]
tests:
  fires: [خبر من الميدان]
  silent: [يوم هادئ]
"""


@pytest.mark.usefixtures("few")
async def test_workers_work_by_the_newest_version_of_the_rules(
    url: str, tmp_path: Path, press: Press
) -> None:
    press.open.set()
    mine = tmp_path / "mine"
    (mine / "signals").mkdir(parents=True)
    settings = settings_of(url, tmp_path, press, rules_dir=mine)
    async with (
        listed(settings) as database,
        feed_work(settings, utc_now, lambda _: None) as one,
    ):
        assert "sport" not in one.rules().signals
        (mine / "signals" / "sport.yaml").write_text(MINE, encoding="utf-8")
        await database.write(
            lambda db: versions.note_files(db, {"signals/sport.yaml": MINE.encode()}, NOW)
        )
        await one.poll("feed-1", 0)
        assert one.rules().hash == (await RulesInForce.start(mine, None))().hash
        found = await database.read(stored)
        assert found["detections"]["feed-1", "sport"] == ITEMS

        # One that stood by has the folder as it was, or none of it.
        newer = MINE.replace("يوم هادئ", "ليل هادئ")
        await database.write(
            lambda db: versions.note_files(db, {"signals/sport.yaml": newer.encode()}, NOW)
        )
        await bring_up_to_date(settings)
        assert (mine / "signals" / "sport.yaml").read_text(encoding="utf-8") == newer
        edited = newer.replace("ليل", "صباح")
        (mine / "signals" / "sport.yaml").write_text(edited, encoding="utf-8")
        await bring_up_to_date(settings)
        assert (mine / "signals" / "sport.yaml").read_text(encoding="utf-8") == edited


async def test_a_second_bot_waits_and_takes_over(url: str, tmp_path: Path, press: Press) -> None:
    press.write_list(tmp_path)
    given = {"MARSAD_DATABASE_URL": url}
    arguments = ("run", "--role", "bot")
    async with process(tmp_path, *arguments, module=QUICK_MARSAD, **given) as first:
        await said(first, "Marsad runs")
        async with process(tmp_path, *arguments, module=QUICK_MARSAD, **given) as second:
            await said(second, "waiting to take over")
            first.send_signal(signal.SIGKILL)
            await first.wait()
            await said(second, "Marsad runs")


async def test_many_that_start_together_make_the_queue_once(url: str) -> None:
    await (await open_database(url)).close()
    await asyncio.gather(*(asyncio.to_thread(queue.prepare, url) for _ in range(6)))
    with psycopg.connect(url) as server:
        made = server.execute("SELECT count(*) FROM marsad_queue.marsad_queue_steps").fetchone()
    assert made
    assert made[0] > 30


async def test_a_feed_that_waits_is_not_queued_twice(url: str) -> None:
    database = await open_database(url)
    await asyncio.to_thread(queue.prepare, url)
    put = lambda db: queue.put_in(db, [("a", 0), ("b", 0)])  # noqa: E731
    assert await database.write(put) == 2
    assert await database.write(put) == 0
    assert await database.read(queue.waiting) == {"todo": 2}
    await database.close()


@pytest.mark.usefixtures("few")
async def test_all_feeds_that_are_due_are_handed_out_in_one_tick(
    url: str, tmp_path: Path, press: Press
) -> None:
    settings = settings_of(url, tmp_path, press)
    async with listed(settings), feed_work(settings, utc_now, lambda _: None) as one:
        await asyncio.to_thread(queue.prepare, url)
        one.policy = replace(one.policy, batch=3)
        assert await one.hand_out() == FEEDS
        assert await one.hand_out() == 0
        assert await one.database.read(queue.waiting) == {"todo": FEEDS}


async def test_a_process_that_hangs_in_a_write_keeps_nobody_from_writing(url: str) -> None:
    hung, other = await open_database(url), await open_database(url)

    def hang(db: Any) -> None:
        assert db.run("SHOW idle_in_transaction_session_timeout").fetchone() == ("20s",)
        db.run("SET LOCAL idle_in_transaction_session_timeout = 200")
        writing.set()
        woken.wait(30)
        db.run("SELECT 1")

    writing, woken = threading.Event(), threading.Event()
    sleeping = asyncio.create_task(hung.write(hang))
    assert await asyncio.to_thread(writing.wait, 30)
    await other.write(lambda db: None)
    woken.set()
    with pytest.raises(StorageError):
        await sleeping
    await hung.write(lambda db: None)
    await hung.close()
    await other.close()


async def test_who_tells_people_says_that_nobody_polls(url: str) -> None:
    database = await open_database(url)
    watch = PolledElsewhere(database, ())
    await watch.tick(NOW)
    assert "no worker polls feeds since" in watch.troubles[0]
    await database.close()
