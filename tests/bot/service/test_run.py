"""`marsad run` as a process: what it says, how it ends, and what never leaves it."""

from __future__ import annotations

import asyncio
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.console import console_chat
from bot.service.token import CONFLICT_WINDOW, CONFLICTS, too_many
from storage.opening import open_database
from storage.readers import chats
from storage.readers.subscriptions import Subscription
from storage.sending import outbox
from tests.bot.service.newsroom import SHORTAGE, Newsroom, write_feeds
from tests.bot.service.processes import PATIENCE, SHIPPED, ended, process, said
from tests.telegram_server import TelegramServer

FLOOD = "غمر الفيضان القرية"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


async def test_without_a_token_alerts_are_on_the_console_and_sigterm_ends_it_well(
    tmp_path: Path, shipped_cache: Path
) -> None:
    shutil.copytree(shipped_cache, tmp_path / "data" / "cache")
    async with Newsroom() as newsroom:
        newsroom.publish(SHORTAGE)
        write_feeds(tmp_path, newsroom)
        async with process(tmp_path, "run", module=SHIPPED) as running:
            await said(running, "Marsad runs")
            async with process(tmp_path, "run", module=SHIPPED) as second:
                code, _, error = await ended(second)
                assert code == 3
                assert f"process {running.pid}" in error
            assert running.stdout
            shown = ""
            async with asyncio.timeout(PATIENCE):
                while "مستشفى تعز" not in shown:
                    line = (await running.stdout.readline()).decode("utf-8")
                    shown += line.replace("*", "")  # what was found stands between asterisks
            running.send_signal(signal.SIGTERM)
            code, _, error = await ended(running)
    assert code == 0
    assert "Marsad stopped" in error


async def test_a_refused_token_ends_a_poll_with_3_is_in_no_line_and_loses_nothing(
    tmp_path: Path,
) -> None:
    token = "123456789:AAEhBP0av28fakefakefakefakefakefake"
    database = await open_database(tmp_path / "data" / "marsad.sqlite")
    reader = replace(
        console_chat(NOW),
        id=7,
        subscriptions=(Subscription(7, signals=frozenset({"flood"})),),
    )
    await database.write(lambda db: chats.upsert(db, reader))
    await database.close()
    async with Newsroom() as newsroom, TelegramServer() as telegram:
        newsroom.publish(FLOOD)
        write_feeds(tmp_path, newsroom)
        async with process(
            tmp_path,
            "poll",
            MARSAD_TELEGRAM_TOKEN=token,
            MARSAD_TELEGRAM_BASE_URL=telegram.base_url,
            MARSAD_LOG_LEVEL="DEBUG",
        ) as running:
            code, out, error = await ended(running)
        assert code == 3
        assert "token is refused" in error
        assert "1 feeds polled, 0 failed, 1 new entries" in error
        assert "Traceback" not in error
        assert token not in out + error
        assert token.split(":")[1] not in out + error
    database = await open_database(tmp_path / "data" / "marsad.sqlite")
    assert (await database.read(outbox.counts))["pending"] == 1
    await database.close()


def test_one_409_is_a_handover_and_many_are_a_second_instance() -> None:
    beats = [NOW - timedelta(seconds=10 * number) for number in range(CONFLICTS)]
    assert not too_many(beats[:1], NOW)
    assert too_many(beats, NOW)
    assert not too_many([at - CONFLICT_WINDOW for at in beats], NOW)
