"""The whole service over a server's database, as it is over a file."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.main import app
from bot.operating.doctor.examine import examine
from bot.operating.doctor.finding import State
from bot.process import lease
from bot.process.lease import HeldByAnother, ServiceLease
from bot.process.logs import Redactor
from bot.service.start import alone
from bot.settings import SettingsInvalid, load_settings
from storage.file.errors import StorageError
from storage.opening import open_database
from storage.postgres.leases import LeaseLost
from storage.readers.people import invite
from storage.sending import outbox
from tests.bot.service.newsroom import SPORT, Newsroom
from tests.bot.service.test_end_to_end import OPERATOR, READER, ask, running, settings_for, until
from tests.telegram_server import TelegramServer

FLOOD = "غمر الفيضان قرى في وادي النيل"


@pytest.mark.usefixtures("few")
async def test_an_entry_goes_from_the_feed_to_a_phone_and_commands_find_it(
    url: str,
    tmp_path: Path,
    newsroom: Newsroom,
    telegram: TelegramServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newsroom.publish(SPORT)
    settings = settings_for(tmp_path, newsroom, telegram, database_url=url)
    async with running(settings) as now:
        await ask(telegram, READER, "/start")
        await ask(telegram, READER, "/subscribe")
        telegram.press(telegram.sent_to(READER)[-1], "s*")
        await telegram.until(lambda: telegram.answers)
        await until(lambda: newsroom.asked == 1)
        newsroom.publish(FLOOD)
        now.clock.ahead += timedelta(minutes=20)
        # At the hour of digests one comes as well.
        await telegram.until(lambda: any(FLOOD in each for each in telegram.texts(READER)))
        now.stop.set()
        await asyncio.wait_for(now.ended, 60)
        counts = await now.parts.database.read(outbox.counts)
        assert counts["sent"] == sum(counts.values()) >= 1
        assert sum(FLOOD in each for each in telegram.texts(READER)) == 1
    assert not settings.database_file.exists()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARSAD_FEEDS_FILE", str(tmp_path / "feeds.yaml"))
    monkeypatch.setenv("MARSAD_DATABASE_URL", url)
    for command, words in (
        ("alerts list", "A1"),
        ("export --since 1d --format jsonl", FLOOD),
        ("people list", str(OPERATOR)),
        ("feeds list", "well"),
    ):
        done = await _marsad(command)
        assert (done.exit_code, words in done.output) == (0, True), done.output
    for command, instead in (
        ("backup copy", "pg_basebackup"),
        ("restore copy", "pg_restore"),
        ("begin-anew", "empty database"),
    ):
        done = await _marsad(command)
        assert (done.exit_code, instead in done.output) == (1, True), done.output


async def _marsad(command: str) -> Result:
    """Commands begin a loop of their own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, command.split()))


async def test_a_second_service_is_refused_and_takes_over_when_the_first_is_dead(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = asyncio.Event()
    quick = {"held_for": 0.6, "renewed_every": 0.1, "asked_every": 0.1}
    first = ServiceLease(url, "one", patience=0, **quick)
    assert await first.acquire(stop)
    await asyncio.sleep(1)  # renewed all the time
    with pytest.raises(HeldByAnother, match="process") as refused:
        await ServiceLease(url, "one", patience=0.2, **quick).acquire(stop)
    assert refused.value.exit_code == 3

    second, lost = ServiceLease(url, "one", patience=None, **quick), asyncio.Event()
    first.on_loss = lost.set
    waiting = asyncio.create_task(second.acquire(stop))
    database = await open_database(url)
    database.fence(first.check)
    await database.write(lambda db: None)
    monkeypatch.setattr(first, "_take", asyncio.Event().wait)  # it hangs, as one that was stopped
    assert await asyncio.wait_for(waiting, 10)
    with pytest.raises(LeaseLost):
        await database.write(lambda db: invite(db, "viewer", datetime.now(UTC), datetime.now(UTC)))
    await second.release()
    monkeypatch.undo()
    await first.release()
    await database.close()


async def test_a_service_that_lost_its_lease_ends(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEWED_EVERY", 0.1)
    settings = load_settings(None, database_url=url, data_dir=tmp_path)
    stop = asyncio.Event()
    with pytest.raises(Exception, match="took over"):
        async with alone(settings, stop) as ours:
            assert isinstance(ours, ServiceLease)
            ours._renewed_every = 0.1
            database = await open_database(url)
            await database.write(lambda db: db.execute("UPDATE leases SET owner = 'other'"))
            await asyncio.wait_for(stop.wait(), 30)
            await database.close()


@pytest.mark.usefixtures("few")
async def test_the_doctor_looks_at_the_server(url: str, tmp_path: Path) -> None:
    settings = load_settings(None, database_url=url, data_dir=tmp_path)
    found = {each.what: each for each in await examine(settings)}
    assert found["database"].state is State.OK
    assert "not running" in found["instance"].found
    wrong = load_settings(
        None, database_url="postgresql://u:secret-word@127.0.0.1:1/marsad", data_dir=tmp_path
    )
    found = {each.what: each for each in await examine(wrong)}
    assert found["database"].state is found["instance"].state is State.BAD
    assert "MARSAD_DATABASE_URL" in found["database"].advice
    assert "secret-word" not in str(found)


@pytest.mark.parametrize(
    "wrong",
    ["mysql://u:secret-word@h/d", "postgresql://u:secret-word%zz@h/d", "postgresql://u:p@h",
     "postgresql://u:secret-word/@h/d", "postgresql://u:secret-word@h:port/d"],
)  # fmt: skip
async def test_a_password_is_never_said(wrong: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(None, database_url=wrong)
    assert "MARSAD_DATABASE_URL" in str(refused.value)
    assert "secret-word" not in str(refused.value)
    with caplog.at_level(logging.DEBUG), pytest.raises(StorageError) as failed:
        await open_database(wrong.replace("mysql", "postgresql").replace("@h", "@127.0.0.1:1"))
    assert "secret-word" not in str(failed.value) + caplog.text


def test_a_password_is_redacted_in_the_log_and_the_place_is_not() -> None:
    given = "postgresql://marsad:se%24cret-word@db.example:5433/marsad?sslmode=verify-full"
    settings = load_settings(None, database_url=given)
    assert settings.database_name == "db.example:5433/marsad"
    assert "cret-word" not in repr(settings)
    redact = Redactor(settings.secrets)
    assert redact(f"se$cret-word {given}").count("cret-word") == 0
    assert redact("db.example verify-full") == "db.example verify-full"
