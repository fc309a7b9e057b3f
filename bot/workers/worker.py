"""`marsad run --role poll`: one of any number of workers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import procrastinate
from procrastinate.exceptions import ConnectorException

from bot.alerts.pipeline import Pipeline
from bot.clock import utc_now
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher
from bot.polling.poller import Poller
from bot.process.event_loop import let_the_loop_run
from bot.process.giving_up import unless_stopped
from bot.web.metrics import Metrics, MetricsServer
from bot.wiring.from_settings import poll_policy
from bot.workers.feed_work import FeedWork
from bot.workers.jobs import DEFAULT_PACE, Pace, app_of
from bot.workers.library_logs import keep_to_lines
from bot.workers.rules_by_version import RulesByVersion
from storage.file.errors import StorageError
from storage.opening import open_database
from storage.postgres import queue, workers
from storage.postgres.workers import WorkerSeen
from storage.rule_files import versions

if TYPE_CHECKING:
    from bot.polling.report import PollReport
    from bot.settings import Settings

log = logging.getLogger(__name__)

# Of all workers: its name for Procrastinate, which stands in what that logs.
NAME = "marsad"
# Seconds: what a poll that is under way gets at a stop to end well.
GRACE = 8
# Seconds after which a worker that was thrown out begins anew: the server restarts, say.
AGAIN_AFTER = (1, 2, 5, 10)


async def work(
    settings: Settings,
    stop: asyncio.Event,
    *,
    pace: Pace = DEFAULT_PACE,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Poll feeds until `stop` is set. Raises StorageError, where the server cannot be reached at
    the start, CannotGoOn, and StoppedEarly when it is set before the rules are there.

    A server that goes away later is waited for: what was under way is polled again.
    """
    keep_to_lines(NAME)
    metrics = Metrics()
    name = f"{socket.gethostname()}, process {os.getpid()}, {uuid4().hex[:4]}"
    async with feed_work(settings, clock, partial(_count, metrics), stop) as doing:
        await asyncio.to_thread(queue.prepare, settings.database_url)
        port = settings.metrics_port
        server = MetricsServer(metrics, port, partial(problems, doing)) if port else None
        beating = asyncio.create_task(_beat(doing, name, pace, stop), name="beat")
        log.info("Marsad polls as %s: %d signals", name, len(doing.rules().signals))
        try:
            await _until_stopped(settings, doing, pace, stop)
        finally:
            stop.set()
            await asyncio.wait({beating})
            if server:
                server.close()
            with contextlib.suppress(StorageError):
                await doing.database.write(lambda db: workers.leave(db, name))


@asynccontextmanager
async def feed_work(
    settings: Settings,
    clock: Callable[[], datetime],
    report: Callable[[PollReport], None],
    stop: asyncio.Event | None = None,
) -> AsyncIterator[FeedWork]:
    """The parts of a worker, put together over the server's database. Raises StorageError, and
    StoppedEarly when `stop` is set while rules are compiled."""
    async with AsyncExitStack() as stack:
        database = await open_database(settings.database, path=settings.database_file)
        stack.push_async_callback(database.close)
        rules = RulesByVersion(database, settings.morphology_db, settings.cache_dir)
        stack.callback(rules.close)
        newest = await database.read(versions.last_id)
        async with unless_stopped(stop or asyncio.Event()):
            await rules.follow(newest)
        let_the_loop_run()
        pipeline = Pipeline(
            rules,
            gazetteer=rules.places,
            read=database.read,
        )
        retriever = Fetcher(allow=AllowList.of(settings.allow_private))
        stack.push_async_callback(retriever.aclose)
        policy = poll_policy(settings)
        poller = Poller(database, retriever, (), pipeline, policy=policy)
        stack.push_async_callback(poller.aclose)
        yield FeedWork(database, poller, rules, policy, clock, report)


def problems(doing: FeedWork) -> list[str]:
    """What is wrong with this worker, for /healthz; [] when all is well."""
    found = []
    if doing.unstored:
        found.append(f"polls cannot be stored: {doing.unstored}")
    if since := doing.poller.unreachable_since:
        found.append(f"no feed can be reached since {since:%Y-%m-%d %H:%M} UTC")
    return found


async def _until_stopped(
    settings: Settings, doing: FeedWork, pace: Pace, stop: asyncio.Event
) -> None:
    stopped = asyncio.create_task(stop.wait())
    thrown_out = 0
    try:
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            running = asyncio.create_task(_run(settings, doing, pace), name="worker")
            await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                running.cancel()
            why = await _end_of(running)
            if stop.is_set():
                return
            if asyncio.get_running_loop().time() - began > 60:
                thrown_out = 0
            pause = AGAIN_AFTER[min(thrown_out, len(AGAIN_AFTER) - 1)]
            thrown_out += 1
            log.error("worker: PostgreSQL went away (%s); again in %d s", why, pause)
            await asyncio.wait({stopped}, timeout=pause)
    finally:
        stopped.cancel()


async def _run(settings: Settings, doing: FeedWork, pace: Pace) -> None:
    """Take jobs; ends when its connections do."""
    app = app_of(queue.connector(settings.database_url), doing, pace)
    async with app.open_async():
        await app.run_worker_async(
            queues=[queue.QUEUE],
            name=NAME,
            concurrency=doing.policy.at_once,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=pace.heartbeat,
            # A shorter one would give up for lost what only hangs a moment.
            stalled_worker_timeout=pace.stalled,
            shutdown_graceful_timeout=GRACE,
        )


async def _end_of(running: asyncio.Task[None]) -> str:
    """Why it ended. A bug is raised."""
    try:
        await running
    except asyncio.CancelledError:
        return "stopped"
    except (ConnectorException, procrastinate.exceptions.ProcrastinateException, OSError) as error:
        return type(error.__cause__ or error).__name__
    except Exception as error:
        log.exception("worker: it broke off")
        return type(error).__name__
    return "its connection broke"


async def _beat(doing: FeedWork, name: str, pace: Pace, stop: asyncio.Event) -> None:
    while not stop.is_set():
        seen = WorkerSeen(name, doing.poller.unreachable_since, doing.unstored, doing.rules().hash)
        try:
            await doing.database.write(lambda db, seen=seen: workers.beat(db, seen))  # type: ignore[misc]
        except StorageError as error:
            log.warning("worker: that it lives could not be written down: %s", error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pace.heartbeat)


def _count(metrics: Metrics, report: PollReport) -> None:
    metrics.polls.labels(report.result).inc()
    metrics.entries.inc(report.new)
    metrics.alerts.inc(report.alerts)
