"""The jobs that workers share by Procrastinate: hand out feeds, poll one, rescue what stalled."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import procrastinate
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from bot.clock import utc_now
from bot.workers.feed_work import FeedWork
from storage.file.errors import StorageError
from storage.postgres import queue

log = logging.getLogger(__name__)

# Before polls that wait.
FIRST = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """When feeds are handed out and what stalled is rescued, as cron has it (with seconds last);
    how often a worker says that it lives, and after how many seconds without a word its jobs are
    given to others: well above any hiccup, for a job that only hung is polled twice."""

    tick: str = "* * * * * */10"
    rescue: str = "* * * * * 5"
    heartbeat: float = 10.0
    stalled: float = 120.0


DEFAULT_PACE = Pace()


def app_of(
    connector: procrastinate.PsycopgConnector, work: FeedWork, pace: Pace
) -> procrastinate.App:
    """Procrastinate with a worker's three tasks.

    They have queueing locks only: a lock on what runs would be held by the dead
    (https://github.com/procrastinate-org/procrastinate/issues/1408).
    """
    app = procrastinate.App(connector=connector)

    @app.periodic(cron=pace.tick)
    @app.task(name="tick", queue=queue.QUEUE, queueing_lock="tick", priority=FIRST)
    async def tick(timestamp: int) -> None:
        try:
            await work.hand_out()
        except StorageError as error:
            log.error("tick: %s; trying again", error)

    @app.task(name=queue.POLL_FEED, queue=queue.QUEUE)
    async def poll_feed(feed_id: str, polls: int) -> None:
        try:
            await work.poll(feed_id, polls)
        except StorageError as error:
            # The claim stands: the feed is due again in some minutes.
            log.error("%s: not polled (%s)", feed_id, error)

    @app.periodic(cron=pace.rescue)
    @app.task(name="rescue", queue=queue.QUEUE, queueing_lock="rescue", priority=FIRST)
    async def rescue(timestamp: int) -> None:
        await rescue_stalled(app, pace.stalled)

    return app


async def rescue_stalled(app: procrastinate.App, seconds: float) -> int:
    """Give jobs of workers that are silent for so long to others; returns how many. What waits
    already, and what comes by the clock, is just ended."""
    jobs, rescued = app.job_manager, 0
    for job in await jobs.get_stalled_jobs(queue=queue.QUEUE, seconds_since_heartbeat=seconds):
        try:
            if job.task_name == queue.POLL_FEED:
                try:
                    await jobs.retry_job(job, retry_at=utc_now())
                    rescued += 1
                    continue
                except UniqueViolation:  # it was handed out again
                    pass
            await jobs.finish_job(job, Status.FAILED, delete_job=True)
        except ConnectorException as error:  # it woke and ended by itself
            log.info("rescue: job %s is left alone (%s)", job.id, error.__cause__)
    if rescued:
        log.warning("rescue: %d polls of workers that fell silent are done by others", rescued)
    return rescued
