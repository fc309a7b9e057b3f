"""`marsad run` and `marsad poll`: the parts put together, and one process at a time."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.asking.indexing import Indexer
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.installation import note_installation, require_database
from bot.process.giving_up import StoppedEarly
from bot.process.lease import PATIENCE, ServiceLease
from bot.process.lock import InstanceLock
from bot.service.service import Service
from bot.wiring.from_settings import parts_from_settings

if TYPE_CHECKING:
    from bot.settings import Settings

log = logging.getLogger(__name__)


class Role(StrEnum):
    """What a process of `marsad run` does: all of it, one of many that poll, or the one that tells
    people."""

    ALL = "all"
    POLL = "poll"
    BOT = "bot"


async def serve(settings: Settings, role: Role = Role.ALL) -> None:
    """`marsad run`: until SIGTERM or SIGINT; SIGHUP reloads rules and feeds.

    Raises what `Parts` and `Service.run` raise, and CannotGoOn for a role that needs a server.
    """
    if role is not Role.ALL and not settings.database_url:
        raise CannotGoOn(
            f"--role {role} is for several processes on one PostgreSQL server: set "
            "MARSAD_DATABASE_URL, or leave --role out",
            exit_code=2,
        )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    hang_up = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, hang_up.set)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _asked_to_stop, number, stop)
    with suppress(StoppedEarly):
        await _serve(settings, role, stop, hang_up)
    log.info("Marsad stopped")


async def _serve(
    settings: Settings, role: Role, stop: asyncio.Event, hang_up: asyncio.Event
) -> None:
    if role is Role.POLL:
        from bot.workers.worker import work

        await work(settings, stop)
        return
    polls = role is Role.ALL
    async with alone(settings, stop, patience=PATIENCE if polls else None) as lease:
        if stop.is_set():
            return
        if not polls:
            from bot.workers.rules_by_version import bring_up_to_date

            await bring_up_to_date(settings)
        async with parts_from_settings(settings, polls=polls, stop=stop) as parts:
            parts.database.fence(lease.check)
            note_installation(settings)
            log.info(
                "Marsad runs: %d feeds, %d signals, %s",
                len(parts.catalogue),
                len(parts.rules().signals),
                "Telegram" if parts.application else "console (no bot token is set)",
            )
            await Service(settings, parts).run(stop, hang_up)


@asynccontextmanager
async def alone(
    settings: Settings, stop: asyncio.Event, *, patience: float | None = PATIENCE
) -> AsyncIterator[ServiceLease | InstanceLock]:
    """While no other process serves the database: by a lock on the file's folder, or by a lease on
    the server. Sets `stop` when the lease is lost, and raises CannotGoOn at the end.

    Waits for `patience` seconds where another holds the lease (None: for ever), or until `stop`
    is set. Raises AlreadyRunning or HeldByAnother, DatabaseMissing, and StorageError.
    """
    if not settings.database_url:
        require_database(settings)
        with InstanceLock(settings.data_dir) as lock:
            yield lock
        return
    lease = ServiceLease(settings.database_url, settings.database_name, patience=patience)
    if not await lease.acquire(stop):
        yield lease
        return
    lease.on_loss = stop.set
    try:
        yield lease
    finally:
        await lease.release()
    if lease.lost:
        raise CannotGoOn(f"This service ends: {lease.lost}. It waits its turn when started again")


async def poll_once(settings: Settings) -> bool:
    """`marsad poll`: every feed once, then what is owed. Whether any feed could be read.

    Raises CannotGoOn when Telegram refuses the token, and what `parts_from_settings` raises.
    """
    async with alone(settings, asyncio.Event()) as lease, parts_from_settings(settings) as parts:
        parts.database.fence(lease.check)
        note_installation(settings)
        reports = await parts.poller.poll_all(utc_now())
        await parts.rereader.look(utc_now(), unread=True)
        sent = await parts.dispatcher.run_until_idle()
        await parts.dispatcher.drain()
        if parts.webhooks:
            await parts.webhooks.run_until_idle()
        if parts.second_channel:
            await parts.second_channel.tick(utc_now())
        await Indexer(parts.database).catch_up()
        log.info(
            "%d feeds polled, %d failed, %d new entries, %d messages sent",
            len(reports),
            sum(1 for report in reports if report.error),
            sum(report.new for report in reports),
            sent.sent,
        )
        if parts.dispatcher.health.halted:
            raise CannotGoOn(f"nothing is sent: {parts.dispatcher.health.halted.reason}", 3)
    return not reports or any(not report.error for report in reports)


def _asked_to_stop(number: int, stop: asyncio.Event) -> None:
    log.info("%s: stopping", signal.Signals(number).name)
    stop.set()
