"""The service listens once an hour for places that have fallen silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.service.service import Service
from bot.settings import load_settings
from storage.connection import Connection
from storage.news import feeds
from storage.opening import open_database
from storage.sending import outbox
from tests.bot.alerts.escalating.test_escalations import SILENCE, says
from tests.bot.alerts.newsroom import Newsroom, feed, rules
from tests.storage.make import HOUR, NOW, add_chat


async def test_a_silence_is_told_once_and_not_while_no_feed_can_be_reached(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "marsad.sqlite")
    in_force = rules()
    in_force.escalations = (SILENCE,)
    newsrooms: list[Newsroom] = []
    now = NOW + 26 * HOUR

    def fill(db: Connection) -> None:
        newsroom = Newsroom(db, in_force)
        add_chat(db, 1, "siege")
        says(newsroom, 1, "siege", "enab")
        says(newsroom, 1, "siege", "sana", now=NOW + HOUR)
        for state in feeds.all_states(db):
            feeds.save(db, replace(state, last_new_entry_at=now))
        newsrooms.append(newsroom)

    await database.write(fill)
    woken: list[datetime] = []
    poller = SimpleNamespace(unreachable_since=now)
    parts: Any = SimpleNamespace(
        database=database,
        dispatcher=SimpleNamespace(wake=lambda: woken.append(now)),
        pipeline=newsrooms[0].pipeline,
        feeds=lambda: (feed("enab"), feed("sana")),
        poller=poller,
        desk=None,
        second_channel=None,
    )
    service = Service(load_settings(None, data_dir=tmp_path), parts, clock=lambda: now)
    for reachable, versions in ((False, [1]), (True, [1, 2]), (True, [1, 2])):
        poller.unreachable_since = None if reachable else now
        await service.rounds.listen()
        rows = await database.read(lambda db: outbox.for_chat(db, 1))
        assert [row.version for row in rows] == versions
    assert len(woken) == 1
    assert "listening" in {job.id for job in service._scheduler().get_jobs()}
    await database.close()
