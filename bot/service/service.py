"""The running service: start, run, stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import SteadyTime, uptime_beside, utc_now
from bot.lost_file import FileWatch
from bot.reloads import Reloads
from bot.service.beside import index, read_again, ready_for_questions
from bot.service.operator_notices import OperatorNotices
from bot.service.problems import problems
from bot.service.rounds import Rounds
from bot.service.scheduler import AsyncIOScheduler, IntervalTrigger
from bot.service.token import TokenWatch
from bot.web.metrics import Metrics, MetricsServer
from bot.wiring.parts import Parts

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.telegram.polling import Polling
    from bot.web.server import PageServer

log = logging.getLogger(__name__)

TICK = timedelta(seconds=10)
HOUSEKEEPING = timedelta(hours=24)
# Where the database was busy or away.
HOUSEKEEPING_AGAIN = timedelta(minutes=10)
# Places that have fallen silent are looked for this often.
LISTENING = timedelta(hours=1)
# What a message that is under way gets for its answer at a stop.
SEND_GRACE = timedelta(seconds=8)
# All of a stop: systemd and Docker wait 90 and 10 s, people less.
STOP_WITHIN = timedelta(seconds=25)
# A newcomer asks Telegram for updates this long, undisturbed, before it sends anything.
PROBATION = timedelta(seconds=6)
# While Telegram does not answer nobody can be disturbed, and the second channel must hear of it.
LONGEST_PROBATION = timedelta(minutes=1)


class Service:
    """Everything that runs, over `Parts`. `run` returns when `stop` is set."""

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        *,
        tick: timedelta = TICK,
        probation: timedelta = PROBATION,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._tick_every = tick
        self._probation = probation
        self._clock = clock
        self._stop = asyncio.Event()
        self._started_at = clock()
        self._file = FileWatch(parts.database, settings.database_file, self._started_at)
        self.metrics = Metrics()
        self._notify = OperatorNotices(parts, clock)
        self._reloads = Reloads(parts, settings.feeds_file, self.metrics, self._notify, clock)
        self._token = TokenWatch(
            parts.second_channel,
            stop=lambda: self._stop.set(),
            notify=self._notify,
            clock=clock,
        )
        self.rounds = Rounds(
            settings,
            parts,
            self.metrics,
            self._file,
            problems=self.problems,
            stopping=lambda: self._stop.is_set(),
            notify=self._notify,
            clock=clock,
        )

    async def run(self, stop: asyncio.Event, hang_up: asyncio.Event | None = None) -> None:
        """Serve until `stop` is set; read rules and feeds again each time `hang_up` is.

        Raises CannotGoOn when Telegram makes it end by itself.
        """
        self._stop = stop
        self._started_at = self._clock()
        port = self._settings.metrics_port
        server = MetricsServer(self.metrics, port, self.problems) if port else None
        scheduler = self._scheduler()
        dispatcher = self._parts.dispatcher
        polling = self._token.polling(self._parts.application, self._probation)
        try:
            scheduler.start()
            if polling:
                await polling.start()
            async with (
                self._page(),
                asyncio.TaskGroup() as tasks,
            ):
                tasks.create_task(self._dispatch(polling, stop), name="dispatch")
                tasks.create_task(self._reloads.watch(stop), name="rules")
                tasks.create_task(self._keep_ticking(scheduler, stop), name="clock")
                tasks.create_task(self._read_again(stop), name="read-again")
                tasks.create_task(index(self._parts.database, stop), name="index")
                if polling:
                    tasks.create_task(self._ready(stop), name="questions")
                if hang_up:
                    tasks.create_task(self._reloads.on_hang_up(hang_up, stop), name="hang-up")
                if hooks := self._parts.webhooks:
                    tasks.create_task(hooks.run(stop), name="webhooks")
                if watch := self._parts.second_channel:
                    tasks.create_task(watch.run(stop), name="second-channel")
        finally:
            stop.set()
            # What is under way ends first: a scheduler that is shut down cuts its jobs off.
            scheduler.pause()
            try:
                async with asyncio.timeout(STOP_WITHIN.total_seconds()):
                    # Before the bot's connections close: an answer that is cut off leaves a doubt.
                    await asyncio.gather(self.rounds.finish_tick(), dispatcher.drain(SEND_GRACE))
                    if polling:
                        await polling.stop()
            except TimeoutError:
                log.warning("stop: what was under way took too long and is cut off")
            scheduler.shutdown(wait=False)
            await self._file.close()
            if self._file.lost:
                await self._file.rescue()
            await self.rounds.heartbeat.close()
            if server:
                server.close()
        if self._token.failure:
            raise self._token.failure

    def problems(self) -> list[str]:
        """What is wrong now, for /healthz; [] when all is well. Reads plain values only."""
        now = self._clock()
        return problems(
            self._parts,
            self.rounds,
            lost=self._file.lost,
            broken=self._file.broken,
            contested=self._token.contested(now),
            unheard=self._token.unheard_since,
            started_at=self._started_at,
            now=now,
        )

    def _page(self) -> contextlib.AbstractAsyncContextManager[PageServer | None]:
        """The page while the service runs; what it is made with is imported where it is wanted."""
        if self._settings.web_port is None:
            return contextlib.nullcontext()
        from bot.web.server import beside_service
        from bot.web.site import Site

        settings, parts, token = self._settings, self._parts, self._settings.telegram_token
        site = Site(
            parts.database,
            parts.rules,
            parts.feeds,
            settings.timezone,
            gazetteer=parts.rules.places,
            clock=self._clock,
            token=token.get_secret_value() if token else None,
            address=settings.page_address,
            export_sender=settings.export_sender,
            export_public=settings.export_scope == "public",
            metrics=self.metrics,
            problems=self.problems,
        )
        return beside_service(site, settings)

    async def _dispatch(self, polling: Polling | None, stop: asyncio.Event) -> None:
        """Send, but not before it is known that no other instance works with our token."""
        if polling:
            ours = asyncio.create_task(polling.ready.wait())
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait(
                {ours, stopped},
                timeout=LONGEST_PROBATION.total_seconds(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            ours.cancel()
            stopped.cancel()
        await self._parts.dispatcher.run(stop)

    async def _read_again(self, stop: asyncio.Event) -> None:
        await read_again(
            self._parts.rereader, self._reloads.swapped, self._count_alerts, self._clock, stop
        )

    async def _ready(self, stop: asyncio.Event) -> None:
        await ready_for_questions(self._parts.rules(), self._parts.rules.places(), stop)

    def _count_alerts(self, alerts: int) -> None:
        self.metrics.alerts.inc(alerts)
        self._parts.dispatcher.wake()

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A late tick is still due, and two that were missed are one.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        every = IntervalTrigger(seconds=self._tick_every.total_seconds())
        scheduler.add_job(self.rounds.tick, every, next_run_time=utc_now(), id="tick")
        daily = IntervalTrigger(seconds=HOUSEKEEPING.total_seconds())
        first = utc_now() + timedelta(minutes=1)

        async def housekeeping() -> None:
            if not await self.rounds.housekeeping():
                again = utc_now() + HOUSEKEEPING_AGAIN
                scheduler.modify_job("housekeeping", next_run_time=again)

        scheduler.add_job(housekeeping, daily, next_run_time=first, id="housekeeping")
        hourly = IntervalTrigger(seconds=LISTENING.total_seconds())
        # Not at once: after a pause the feeds are read first.
        heard = utc_now() + timedelta(minutes=10)
        scheduler.add_job(self.rounds.listen, hourly, next_run_time=heard, id="listening")
        return scheduler

    async def _keep_ticking(self, scheduler: AsyncIOScheduler, stop: asyncio.Event) -> None:
        """The scheduler plans by the wall clock: when it is set back, the next tick is far off."""
        steady = SteadyTime(utc_now(), uptime_beside(utc_now).passed)
        while not stop.is_set():
            now = utc_now()
            if steady.look(now):
                steady.follow(now)
                for job in scheduler.get_jobs():
                    wait = timedelta(0) if job.id == "tick" else timedelta(minutes=1)
                    job.modify(next_run_time=now + wait)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), min(1.0, self._tick_every.total_seconds()))
