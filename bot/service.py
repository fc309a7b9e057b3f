"""The running service: start, run, stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.asking.indexing import Indexer
from bot.clock import SteadyTime, uptime_beside, utc_now
from bot.delivery.results import give_up_held
from bot.delivery.second_channel import Outage
from bot.errors import CannotGoOn
from bot.lost_file import FileWatch
from bot.notices import (
    ChatNotice,
    DatabaseLost,
    Notice,
    TokenShared,
    notify_operators,
)
from bot.polling.health import Condition, feeds_health
from bot.process.heartbeat import Heartbeat
from bot.process.installation import note_installation, require_database
from bot.process.lock import InstanceLock
from bot.reloads import Reloads
from bot.web.metrics import Metrics, MetricsServer
from bot.wiring import Parts, parts_from_settings
from storage.file.database import Connection
from storage.file.errors import StorageError
from storage.news import entries, feeds
from storage.readers import forgetting
from storage.sending import outbox

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.telegram.polling import Polling

log = logging.getLogger(__name__)

TICK = timedelta(seconds=10)
HOUSEKEEPING = timedelta(hours=24)
# Places that have fallen silent are looked for this often.
LISTENING = timedelta(hours=1)
# What a poll that is under way gets to end well; a fetch has its own, shorter, time-out.
TICK_GRACE = timedelta(seconds=8)
# What a message that is under way gets for its answer at a stop.
SEND_GRACE = timedelta(seconds=8)
# All of a stop: systemd and Docker wait 90 and 10 s, people less.
STOP_WITHIN = timedelta(seconds=25)
# Entries that lacked a signal are looked for this often; after a change of rules, at once.
READ_AGAIN = timedelta(minutes=1)
# New entries can be searched after so long, or sooner.
SEARCHABLE_WITHIN = timedelta(seconds=5)
# Of entries that cannot be read again so many are named one by one.
APART_NAMED = 5
# No good tick for this long is a service that stands still.
STALE = timedelta(minutes=5)
# A chat that stayed unreachable this long gets nothing of what was held for it.
HELD_FOR = timedelta(days=7)
# A newcomer asks Telegram for updates this long, undisturbed, before it sends anything.
PROBATION = timedelta(seconds=6)
# While Telegram does not answer nobody can be disturbed, and the second channel must hear of it.
LONGEST_PROBATION = timedelta(minutes=1)
# Telegram says 409 once when one process takes over from another; while a second instance goes on
# it is heard again and again.
CONFLICTS, CONFLICT_WINDOW = 3, timedelta(minutes=1)


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
        self._heartbeat = Heartbeat(
            settings.heartbeat_url.get_secret_value() if settings.heartbeat_url else None
        )
        self._ticking = asyncio.Lock()
        self._stop = asyncio.Event()
        self._failure: CannotGoOn | None = None
        self._conflicts: deque[datetime] = deque(maxlen=CONFLICTS)
        self._started_at = clock()
        self._last_tick: datetime | None = None
        self._tick_unstored = ""
        self._asking: Polling | None = None
        self._contested: asyncio.Task[None] | None = None
        self._file = FileWatch(parts.database, settings.database_file, self._started_at)
        self.metrics = Metrics()
        self._reloads = Reloads(parts, settings.feeds_file, self.metrics, self._notify, clock)

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
        polling = self._asking = self._polling()
        try:
            scheduler.start()
            if polling:
                await polling.start()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._dispatch(polling, stop), name="dispatch")
                tasks.create_task(self._reloads.watch(stop), name="rules")
                tasks.create_task(self._keep_ticking(scheduler, stop), name="clock")
                tasks.create_task(self._read_again(stop), name="read-again")
                tasks.create_task(self._index(stop), name="index")
                if hang_up:
                    tasks.create_task(self._reloads.when_told(hang_up, stop), name="hang-up")
                if watch := self._parts.second_channel:
                    tasks.create_task(watch.run(stop), name="second-channel")
        finally:
            stop.set()
            # What is under way ends first: a scheduler that is shut down cuts its jobs off.
            scheduler.pause()
            try:
                async with asyncio.timeout(STOP_WITHIN.total_seconds()):
                    # Before the bot's connections close: an answer that is cut off leaves a doubt.
                    await asyncio.gather(self._finish_tick(), dispatcher.drain(SEND_GRACE))
                    if polling:
                        await polling.stop()
            except TimeoutError:
                log.warning("stop: what was under way took too long and is cut off")
            scheduler.shutdown(wait=False)
            if self._file.lost:
                await self._file.rescue()
            await self._heartbeat.close()
            if server:
                server.close()
        if self._failure:
            raise self._failure

    def problems(self) -> list[str]:
        """What is wrong now, for /healthz; [] when all is well. Reads plain values only."""
        health, now = self._parts.dispatcher.health, self._clock()
        found = []
        if (step := health.clock_step) and step.is_named(now):
            found.append(step.reason)
        if self._file.lost:
            found.append(f"the database's file was {self._file.lost} under the running service")
        if self._tick_unstored:
            found.append(f"nothing can be stored: {self._tick_unstored}")
        if unstored := self._parts.poller.unstored:
            found.append(
                f"polls cannot be stored since {unstored.since:%Y-%m-%d %H:%M} UTC "
                f"(feeds: {unstored.feeds}): {unstored.reason}"
            )
        found += self._not_read_again()
        # Also a tick in the future: the clock was set back, and no tick came since.
        if abs(now - (self._last_tick or self._started_at)) > STALE:
            last = f"{self._last_tick:%Y-%m-%d %H:%M} UTC" if self._last_tick else "the start"
            found.append(f"no good tick since {last}")
        if since := self._parts.poller.unreachable_since:
            found.append(f"no feed can be reached since {since:%Y-%m-%d %H:%M} UTC")
        if too_many(self._conflicts, now):
            found.append("another instance uses the same bot token")
        if health.halted:
            found.append(f"nothing is sent: {health.halted.reason}")
        if health.stuck_since:
            found.append(f"dispatch is stuck: {health.stuck_reason}")
        if health.failing_since:
            found.append(f"Telegram does not answer: {health.failing_reason}")
        return found

    def _not_read_again(self) -> list[str]:
        """Entries that are set apart, the first few by name; not those that operators were told
        of, for nothing more is tried."""
        apart = [each for each in self._parts.rereader.failing if not each.given_up]
        named = [each.reason for each in apart[:APART_NAMED]]
        more = len(apart) - len(named)
        return [*named, f"entries that cannot be read again besides: {more}"] if more else named

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
        """Read stored entries again that other rules could not read: at the start, and when the
        rules change. And once more a while later: a poll may have been under way meanwhile."""
        stopped = asyncio.create_task(stop.wait())
        unread = 2
        try:
            while not stop.is_set():
                try:
                    told = await self._parts.rereader.look(self._clock(), unread=unread > 0)
                    unread -= unread > 0
                    if told:
                        self.metrics.alerts.inc(told)
                        self._parts.dispatcher.wake()
                except StorageError as error:
                    log.error("entries could not be read again: %s; trying again", error)
                except Exception:  # polls and sending go on without it
                    log.exception("entries could not be read again; trying again")
                swapped = asyncio.create_task(self._reloads.swapped.wait())
                await asyncio.wait(
                    {stopped, swapped},
                    timeout=READ_AGAIN.total_seconds(),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                swapped.cancel()
                if self._reloads.swapped.is_set():
                    self._reloads.swapped.clear()
                    unread = 2
        finally:
            stopped.cancel()

    async def _index(self, stop: asyncio.Event) -> None:
        """Make entries searchable as they come."""
        indexer = Indexer(self._parts.database)
        while not stop.is_set():
            try:
                await indexer.run(stop, SEARCHABLE_WITHIN.total_seconds())
            except StorageError as error:
                log.error("entries could not be made searchable: %s; trying again", error)
            except Exception:  # polls and sending go on without it
                log.exception("entries could not be made searchable; trying again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), READ_AGAIN.total_seconds())

    async def _notify(self, notice: Notice) -> None:
        try:
            await self._parts.database.write(
                partial(notify_operators, notice=notice, now=self._clock())
            )
        except StorageError as error:
            log.error("operators could not be notified: %s", error)
        self._parts.dispatcher.wake()

    def _scheduler(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A late tick is still due, and two that were missed are one.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        every = IntervalTrigger(seconds=self._tick_every.total_seconds())
        scheduler.add_job(self._tick, every, next_run_time=utc_now(), id="tick")
        daily = IntervalTrigger(seconds=HOUSEKEEPING.total_seconds())
        first = utc_now() + timedelta(minutes=1)
        scheduler.add_job(self._housekeeping, daily, next_run_time=first, id="housekeeping")
        hourly = IntervalTrigger(seconds=LISTENING.total_seconds())
        # Not at once: after a pause the feeds are read first.
        heard = utc_now() + timedelta(minutes=10)
        scheduler.add_job(self._listen, hourly, next_run_time=heard, id="listening")
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

    async def _tick(self) -> None:
        if self._stop.is_set():
            return
        if loss := self._file.look():
            await self._notify(DatabaseLost(loss, str(await self._file.rescue() or "")))
        async with self._ticking:
            try:
                with self.metrics.tick_seconds.time():
                    reports = await self._parts.poller.tick(self._clock())
            except StorageError as error:
                log.error("tick: %s; trying again", error)
                self._tick_unstored = str(error)
                self._count_problems()
                return
            except Exception:
                log.exception("tick: failed; trying again")
                self._count_problems()
                return
        self._tick_unstored = ""
        for report in reports:
            self.metrics.polls.labels(report.result).inc()
            self.metrics.entries.inc(report.new)
            self.metrics.alerts.inc(report.alerts)
        # A tick whose polls are not stored did nothing.
        if self._parts.poller.unstored is None:
            self._last_tick = self._clock()
            self.metrics.last_tick.set(self._last_tick.timestamp())
        problems = self._count_problems()
        try:
            await self._gauge()
        except StorageError as error:
            log.error("metrics: %s", error)
            return
        self._parts.dispatcher.wake()
        # A heart that beats while nothing can be sent would make silence look like good news.
        if not problems:
            self._heartbeat.beat()

    def _count_problems(self) -> list[str]:
        unstored, problems = self._parts.poller.unstored, self.problems()
        self.metrics.unstored.set(unstored.feeds if unstored else 0)
        self.metrics.problems.set(len(problems))
        return problems

    async def _gauge(self) -> None:
        if not self._settings.metrics_port:
            return

        def look(db: Connection) -> tuple[dict[str, int], dict[Condition, int]]:
            return outbox.counts(db), feeds_health(feeds.all_states(db)).counts

        counted = await self._parts.database.read(look)
        self.metrics.gauges(*counted, self._parts.dispatcher.edits)

    async def _housekeeping(self) -> None:
        now = self._clock()
        older = now - timedelta(days=self._settings.retention_days)

        acts = now - timedelta(days=self._settings.activity_days)

        def forget(db: Connection) -> tuple[int, list[ChatNotice]]:
            forgetting.activity(db, acts)
            return entries.purge(db, older), give_up_held(db, now - HELD_FOR, now)

        try:
            purged, given_up = await self._parts.database.write(forget)
        except StorageError as error:
            log.error("housekeeping: %s; trying again tomorrow", error)
            return
        if purged:
            log.info("housekeeping: %d old entries went", purged)
        for notice in given_up:
            log.warning(
                "housekeeping: chat %d: messages given up: %s (%s)",
                *(notice.chat_id, notice.message, notice.reason),
            )
        self._parts.dispatcher.wake()

    async def _listen(self) -> None:
        """Tell of places that were told of and are told of no more."""
        now = self._clock()
        if self._stop.is_set() or self._parts.poller.unreachable_since:
            return
        sources = self._parts.feeds()
        try:
            told = await self._parts.database.write(
                lambda db: self._parts.pipeline.listen(db, sources, now)
            )
        except StorageError as error:
            log.error("silent places: %s; looking again in an hour", error)
            return
        if told.alerts:
            self.metrics.alerts.inc(len(told.alerts))
            self._parts.dispatcher.wake()

    async def _finish_tick(self) -> None:
        try:
            async with asyncio.timeout(TICK_GRACE.total_seconds()), self._ticking:
                await self._parts.poller.drain()
        except TimeoutError:
            log.warning("stop: a poll is cut off; its feeds are polled again at the next start")

    # What Telegram may say to make the service end.

    def _polling(self) -> Polling | None:
        if self._parts.application is None:
            return None
        from bot.telegram.app import polling_of

        return polling_of(
            self._parts.application,
            on_conflict=self._conflict,
            on_refused=self._refused,
            on_yield=self._yield,
            probation=self._probation.total_seconds(),
        )

    def _conflict(self) -> None:
        self._conflicts.append(self._clock())
        polling = self._asking
        if polling and polling.ready.is_set() and too_many(self._conflicts, self._clock()):
            self._contested = asyncio.create_task(self._notify(TokenShared()), name="contested")

    def _yield(self) -> None:
        """The other instance was there first. Nothing was sent, and nobody is told but who looks
        at this process: production goes on."""
        reason = (
            "Another instance uses the same bot token and was there first (Telegram says 409), so "
            "this one ends and has sent nothing: stop the other, or give each its own token"
        )
        # Not logged as well: `marsad run` ends with these words, and one line is clearer.
        self._failure = CannotGoOn(reason, exit_code=3)
        self._stop.set()

    def _refused(self) -> None:
        reason = (
            "Telegram refuses the bot token: copy it from @BotFather again into "
            "MARSAD_TELEGRAM_TOKEN"
        )
        log.error("%s", reason)
        self._failure = CannotGoOn(reason, exit_code=3)
        if watch := self._parts.second_channel:
            self._last_words = asyncio.create_task(watch.report_stop(Outage("token", "401")))
            self._last_words.add_done_callback(lambda _: self._stop.set())
        else:
            self._stop.set()


def too_many(conflicts: Sequence[datetime], now: datetime) -> bool:
    """Whether these 409s mean a second instance rather than one that just ended."""
    recent = [at for at in conflicts if now - at <= CONFLICT_WINDOW]
    return len(recent) >= CONFLICTS


async def serve(settings: Settings) -> None:
    """`marsad run`: until SIGTERM or SIGINT; SIGHUP reloads rules and feeds.

    Raises what `Parts` and `Service.run` raise.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    hang_up = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, hang_up.set)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _asked_to_stop, number, stop)
    require_database(settings)
    with InstanceLock(settings.data_dir):
        async with parts_from_settings(settings) as parts:
            note_installation(settings)
            log.info(
                "Marsad runs: %d feeds, %d signals, %s",
                len(parts.catalogue),
                len(parts.rules().signals),
                "Telegram" if parts.application else "console (no bot token is set)",
            )
            await Service(settings, parts).run(stop, hang_up)
    log.info("Marsad stopped")


async def poll_once(settings: Settings) -> bool:
    """`marsad poll`: every feed once, then what is owed. Whether any feed could be read.

    Raises CannotGoOn when Telegram refuses the token, and what `parts_from_settings` raises.
    """
    require_database(settings)
    with InstanceLock(settings.data_dir):
        async with parts_from_settings(settings) as parts:
            note_installation(settings)
            reports = await parts.poller.poll_all(utc_now())
            await parts.rereader.look(utc_now(), unread=True)
            sent = await parts.dispatcher.run_until_idle()
            await parts.dispatcher.drain()
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
