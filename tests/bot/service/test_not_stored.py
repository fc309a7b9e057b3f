"""What cannot be stored is not green, and a database that is gone is no new beginning."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from shutil import rmtree

import pytest
from aiohttp import web

from bot.clock import utc_now
from bot.installation import DatabaseMissing, begin_anew, markers, note_installation
from bot.installation import require_database as require
from bot.locales import LANGUAGES, texts
from bot.notices.service import DatabaseLost
from bot.service.service import Service
from bot.settings import Settings, load_settings
from bot.wiring.from_settings import parts_from_settings
from bot.wiring.parts import Parts
from storage.connection import Connection
from storage.file.backup import restore
from storage.news import entries, feeds
from storage.opening import open_database
from storage.readers import chats
from tests.bot.service.newsroom import SHORTAGE, SPORT, Newsroom, write_feeds
from tests.bot.service.processes import ended, process, said

pytestmark = pytest.mark.usefixtures("shipped_rules_once")


class Heart:
    """Where the heartbeat goes."""

    beats = 0

    async def take(self, _: web.Request) -> web.Response:
        self.beats += 1
        return web.Response()


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[list[str], str]]:
    """What is posted to an address on loopback."""
    told: list[str] = []

    async def take(request: web.Request) -> web.Response:
        told.append((await request.json())["message"].replace("\u2060", ""))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield told, f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def into_the_file(file: Path) -> None:
    """Put what stands in the WAL into the file itself, as another program may."""
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


@asynccontextmanager
async def ticking(
    folder: Path, newsroom: Newsroom, **given: object
) -> AsyncIterator[tuple[Service, Parts, Heart]]:
    """A service whose ticks the test calls, with a heart that is listened to."""
    heart = Heart()
    app = web.Application()
    app.router.add_get("/", heart.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = load_settings(
        None,
        data_dir=folder / "data",
        feeds_file=write_feeds(folder, newsroom),
        allow_private="127.0.0.1",
        heartbeat_url=f"http://127.0.0.1:{runner.addresses[0][1]}/",
        operators=(900,),
        **given,
    )
    try:
        async with parts_from_settings(settings) as parts:
            service = Service(settings, parts)
            yield service, parts, heart
            await service.rounds.heartbeat.close()
    finally:
        await runner.cleanup()


async def tick(service: Service, parts: Parts) -> None:
    """One tick with every feed due, and its call to the heartbeat's address."""
    due = utc_now()

    def all_due(db: Connection) -> None:
        for state in feeds.all_states(db):
            feeds.claim(db, state.id, due)

    await parts.database.write(all_due)
    await service.rounds.tick()
    if service.rounds.heartbeat._call:
        await service.rounds.heartbeat._call


async def test_polls_that_cannot_be_stored_are_named_and_stop_the_heartbeat(
    tmp_path: Path,
) -> None:
    async with Newsroom() as newsroom:
        newsroom.publish(SPORT)
        async with ticking(tmp_path, newsroom) as (service, parts, heart):
            await tick(service, parts)
            assert (service.problems(), heart.beats) == ([], 1)
            good = service.metrics.last_tick._value.get()

            def no_room(db: Connection) -> None:
                pages = db.execute("PRAGMA page_count").fetchone()[0]
                db.execute(f"PRAGMA max_page_count = {pages}")

            # Small changes still find room: the claim of the feed is written, its entries are not.
            await parts.database.write(no_room)
            for number in range(8):
                newsroom.publish(f"{number} " + "خبر طويل " * 2_000)
            await tick(service, parts)
            (problem,) = service.problems()
            assert "polls cannot be stored since" in problem
            assert "no room left" in problem
            assert heart.beats == 1
            assert service.metrics.last_tick._value.get() == good
            assert service.metrics.unstored._value.get() == 1
            assert service.metrics.problems._value.get() == 1
            assert service.metrics.polls.labels("unstored")._value.get() == 1

            await parts.database.write(
                lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone()
            )
            await tick(service, parts)
            assert (service.problems(), heart.beats) == ([], 2)
            assert service.metrics.unstored._value.get() == 0


async def test_a_tick_that_cannot_write_at_all_is_named_at_once(
    tmp_path: Path,
) -> None:
    async with Newsroom() as newsroom, ticking(tmp_path, newsroom) as (service, parts, heart):
        await tick(service, parts)
        await parts.database.write(lambda db: db.execute("ALTER TABLE feeds RENAME TO gone"))
        await service.rounds.tick()
        assert any("nothing can be stored" in each for each in service.problems())
        assert heart.beats == 1


@pytest.mark.parametrize("loss", ["deleted", "replaced", "emptied"])
async def test_a_database_lost_while_running_is_seen_and_what_was_in_it_is_saved(
    tmp_path: Path, loss: str
) -> None:
    async with Newsroom() as newsroom:
        newsroom.publish(SHORTAGE)
        async with ticking(tmp_path, newsroom) as (service, parts, heart):
            await tick(service, parts)
            file = tmp_path / "data" / "marsad.sqlite"
            if loss == "deleted":
                for part in file.parent.glob("marsad.sqlite*"):
                    part.unlink()
            elif loss == "replaced":
                other = tmp_path / "other.sqlite"
                other.write_bytes(file.read_bytes())
                other.replace(file)
            else:
                file.write_bytes(b"")
            newsroom.publish(SPORT)
            await service.rounds.tick()
            assert any(f"file was {loss}" in each for each in service.problems())
            assert heart.beats == 1
            saved = list(file.parent.glob("marsad.sqlite.rescued-*"))
        if loss == "emptied":
            return  # nothing was left to be saved
        (rescued,) = saved
        restored = tmp_path / "restored.sqlite"
        restore(rescued, restored, utc_now())
        database = await open_database(restored)
        found = await database.read(lambda db: entries.recent(db, utc_now().replace(year=2000), 9))
        assert SHORTAGE in [entry.title for entry in found]
        await database.close()


@pytest.mark.parametrize("where", ["everywhere", "the last third"])
async def test_random_bytes_over_the_file_are_seen_told_and_what_can_be_read_is_saved(
    tmp_path: Path, where: str
) -> None:
    async with Newsroom() as newsroom, listening() as (told, address):
        for number in range(200):
            newsroom.publish(f"{number} " + "خبر عن السوق " * 20)
        newsroom.publish(SHORTAGE)
        given = {"notify_urls": (address.replace("http", "json"),)}
        async with ticking(tmp_path, newsroom, **given) as (service, parts, heart):
            await tick(service, parts)
            file = tmp_path / "data" / "marsad.sqlite"
            into_the_file(file)
            await tick(service, parts)
            assert (service.problems(), heart.beats) == ([], 2)
            begin = 0 if where == "everywhere" else file.stat().st_size * 2 // 3
            with file.open("r+b") as open_file:
                open_file.seek(begin)
                open_file.write(os.urandom(file.stat().st_size - begin))
            await service.rounds.tick()
            assert any("file is damaged" in each for each in service.problems())
            assert heart.beats == 2
            assert len(told) == 1
            assert ("marsad restore" in told[0]) == (where != "everywhere")
            saved = list(file.parent.glob("marsad.sqlite.rescued-*"))
            assert all(each.name.split("-")[1] in told[0] for each in saved)
            await service.rounds.tick()
            assert any("file is damaged" in each for each in service.problems())
            assert len(told) == 1
        assert list(file.parent.glob("marsad.sqlite.rescued-*")) == saved
    assert len(saved) == (where != "everywhere")
    for each in saved:
        restored = tmp_path / "restored.sqlite"
        restore(each, restored, utc_now())
        database = await open_database(restored)
        assert [chat.id for chat in await database.read(chats.operators)] == [900]
        await database.close()


async def test_a_start_on_a_damaged_file_is_not_green_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.service.operator_notices")
    async with Newsroom() as newsroom:
        for number in range(200):
            newsroom.publish(f"{number} " + "خبر عن السوق " * 20)
        async with ticking(tmp_path, newsroom) as (service, parts, heart):
            await tick(service, parts)
        file = tmp_path / "data" / "marsad.sqlite"
        with file.open("r+b") as open_file:
            open_file.seek(file.stat().st_size * 2 // 3)
            open_file.write(os.urandom(8_192))
        async with ticking(tmp_path, newsroom) as (service, parts, heart):
            await service.rounds.tick()
            assert "a notice to chat 900" in caplog.text
            assert any("file is damaged" in each for each in service.problems())
            assert heart.beats == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_operators_hear_of_a_lost_database_in_their_language(language: str) -> None:
    words = DatabaseLost("deleted", "/var/x.rescued").text(texts(language))
    assert "/var/x.rescued" in words
    assert "marsad restore" in words
    assert "marsad" not in DatabaseLost("emptied", "").text(texts(language))
    words = DatabaseLost("damaged", "/var/x.rescued").text(texts(language))
    assert "/var/x.rescued" in words
    assert "marsad restore" in words


def settings_in(folder: Path, **given: object) -> Settings:
    return load_settings(None, data_dir=folder / "data", marker_dir=folder / "else", **given)


async def made(settings: Settings) -> None:
    database = await open_database(settings.database_file)
    await database.close()
    note_installation(settings)


async def test_a_first_start_needs_nothing(tmp_path: Path) -> None:
    require(settings_in(tmp_path))


@pytest.mark.parametrize("what", ["unmounted", "no folder", "deleted", "empty", "foreign"])
async def test_a_missing_or_empty_database_where_there_was_one_is_no_new_beginning(
    tmp_path: Path, what: str
) -> None:
    settings = settings_in(tmp_path)
    await made(settings)
    require(settings)
    for part in list(settings.data_dir.iterdir()):
        if what in ("unmounted", "no folder") or part.name.startswith("marsad.sqlite"):
            part.unlink()
    if what == "no folder":
        settings.data_dir.rmdir()
    if what == "empty":
        settings.database_file.touch()
    if what == "foreign":
        import sqlite3

        connection = sqlite3.connect(settings.database_file)
        connection.execute("CREATE TABLE notes (text)")
        connection.close()
    with pytest.raises(DatabaseMissing, match="marsad begin-anew"):
        require(settings)
    assert begin_anew(settings)
    require(settings)


async def test_one_marker_is_enough_and_another_data_directory_is_another_installation(
    tmp_path: Path,
) -> None:
    settings = settings_in(tmp_path)
    await made(settings)
    markers(settings)[1].unlink()
    settings.database_file.unlink()
    with pytest.raises(DatabaseMissing):
        require(settings)
    require(load_settings(None, data_dir=tmp_path / "other", marker_dir=tmp_path / "else"))


async def test_nothing_is_forgotten_while_there_is_a_database(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    await made(settings)
    with pytest.raises(Exception, match="nothing was changed"):
        begin_anew(settings)
    assert all(marker.is_file() for marker in markers(settings))


def empty(folder: Path) -> None:
    for part in folder.iterdir():
        if part.is_dir():
            rmtree(part)
        else:
            part.unlink()


# Its four processes run the lines that those of test_run.py do.
@pytest.mark.no_cover
async def test_the_service_refuses_says_why_and_begins_anew_when_told_to(tmp_path: Path) -> None:
    async with Newsroom() as newsroom:
        write_feeds(tmp_path, newsroom)
        elsewhere = {"MARSAD_MARKER_DIR": str(tmp_path / "else")}
        async with process(tmp_path, "run", **elsewhere) as running:
            await said(running, "Marsad runs")
            # While it runs: a disk that went away under it.
            empty(tmp_path / "data")
            await said(running, "is saved in")
            running.send_signal(signal.SIGTERM)
            await ended(running)
        empty(tmp_path / "data")
        async with process(tmp_path, "run", **elsewhere) as running:
            code, _, error = await ended(running)
            assert code == 1
            assert "is missing or empty" in error
            assert "Traceback" not in error
        assert not list((tmp_path / "data").iterdir())
        async with process(tmp_path, "begin-anew", **elsewhere) as running:
            assert (await ended(running))[0] == 0
        async with process(tmp_path, "run", **elsewhere) as running:
            await said(running, "Marsad runs")
            running.send_signal(signal.SIGTERM)
            assert (await ended(running))[0] == 0
