"""What the service clears away each day, and who hears of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.service.rounds import HELD_FOR
from bot.service.service import HOUSEKEEPING_AGAIN, Service
from bot.settings import load_settings
from storage.connection import Connection
from storage.file.errors import StorageBusy
from storage.opening import open_database
from storage.readers import chats
from storage.rows import fetch
from storage.sending import second_channel
from tests.bot.delivery.desk import OPERATOR, START, Desk, chat
from tests.storage.make import add_entry


async def test_operators_hear_what_was_given_up_and_else_the_second_channel(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "marsad.sqlite")
    desk = Desk(database)
    parts: Any = SimpleNamespace(
        database=database, dispatcher=desk.dispatcher, desk=None, second_channel=None
    )
    service = Service(load_settings(None, data_dir=tmp_path), parts, clock=desk.clock)
    await desk.with_chats(chat(1), chat(2), chat(OPERATOR, role="operator"))
    for gone in (1, OPERATOR):
        await desk.alert(1)
        now = desk.clock()
        await database.write(lambda db: chats.pause(db, gone, "kicked", now))  # noqa: B023
        await database.write(lambda db: chats.pause(db, 1, "kicked", now))  # noqa: B023
        await service.rounds.housekeeping()
        assert (await desk.states(1))[-1] == "paused"
        desk.clock.pass_(seconds=(HELD_FOR + timedelta(hours=1)).total_seconds())
        await service.rounds.housekeeping()
        assert set(await desk.states(1)) == {"expired"}
    told = [row.text or "" for row in await desk.rows(OPERATOR) if row.kind == "notice"]
    assert len(told) == 1 and "Chat 1 (1)" in told[0] and "given up" in told[0]
    # By the second time the operator is gone too, with the first word still unread.
    queued = await database.read(lambda db: second_channel.pending(db, START))
    given_up = sorted(each.body for each in queued if "given up: \u20681\u2069" in each.body)
    assert len(given_up) == 2
    assert "Chat 1 (1)" in given_up[0] and f"Chat {OPERATOR} ({OPERATOR})" in given_up[1]
    await database.close()


async def test_a_database_that_was_busy_is_asked_again_the_same_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await open_database(tmp_path / "marsad.sqlite")
    parts: Any = SimpleNamespace(
        database=database, dispatcher=Desk(database).dispatcher, desk=None, second_channel=None
    )
    service = Service(load_settings(None, data_dir=tmp_path), parts)

    async def busy(fn: object) -> None:
        raise StorageBusy("the database is busy")

    scheduler = service._scheduler()
    scheduler.start(paused=True)
    job = scheduler.get_job("housekeeping")
    assert job is not None
    monkeypatch.setattr(database, "write", busy)
    await job.func()
    again = job.next_run_time - datetime.now(UTC)
    assert timedelta(0) < again <= HOUSEKEEPING_AGAIN < timedelta(hours=1)

    monkeypatch.undo()
    planned = job.next_run_time
    await job.func()
    assert job.next_run_time == planned
    scheduler.shutdown(wait=False)
    await database.close()


async def test_a_clock_that_is_a_year_ahead_forgets_nothing_until_it_was_lived_by(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = await open_database(tmp_path / "marsad.sqlite")
    desk = Desk(database)
    parts: Any = SimpleNamespace(
        database=database, dispatcher=desk.dispatcher, desk=None, second_channel=None
    )
    settings = load_settings(None, data_dir=tmp_path, retention_days=30)
    service = Service(settings, parts, clock=desk.clock)

    def entries(db: Connection) -> int:
        return int(fetch(db, "SELECT count(*) AS many FROM entries")[0]["many"])

    async def another() -> None:
        at = desk.clock()
        came = partial(add_entry, guid=f"{at}", first_seen_at=at, last_seen_at=at)
        await database.write(came)

    for _ in range(3):
        await another()
        desk.clock.pass_(seconds=timedelta(days=1).total_seconds())
    before = desk.clock()
    desk.clock.pass_(seconds=timedelta(days=365).total_seconds())
    for _ in range(3):
        await another()
        await service.rounds.housekeeping()
        desk.clock.pass_(seconds=timedelta(days=1).total_seconds() - 60)
    assert await database.read(entries) == 6
    assert "clock of this machine is ahead" in caplog.text
    # Set right again, or taken for what it is after some days.
    desk.clock.pass_(seconds=(before - desk.clock()).total_seconds())
    await service.rounds.housekeeping()
    assert await database.read(entries) == 6
    desk.clock.pass_(seconds=timedelta(days=369).total_seconds())
    await service.rounds.housekeeping()
    assert await database.read(entries) < 6
    await database.close()
