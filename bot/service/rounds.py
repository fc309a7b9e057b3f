"""What the service does again and again: ticks, and once an hour or a day the rest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.delivery.results import give_up_held
from bot.lost_file import FileWatch
from bot.notices.receivers import ChatNotice
from bot.notices.service import DatabaseLost
from bot.polling.health import Condition, feeds_health
from bot.process.heartbeat import Heartbeat
from bot.service.operator_notices import OperatorNotices
from bot.web.metrics import Metrics
from bot.wiring.parts import Parts
from storage import retention
from storage.connection import Connection
from storage.file.errors import StorageError
from storage.news import feeds
from storage.readers import forgetting
from storage.sending import outbox

if TYPE_CHECKING:
    from bot.settings import Settings

log = logging.getLogger(__name__)

# What a poll that is under way gets to end well; a fetch has its own, shorter, time-out.
TICK_GRACE = timedelta(seconds=8)
# A chat that stayed unreachable this long gets nothing of what was held for it.
HELD_FOR = timedelta(days=7)


class Rounds:
    """Rounds over `Parts`. `last_tick` is when one last did something; `unstored` says why the
    last could store nothing, "" if it could."""

    def __init__(
        self,
        settings: Settings,
        parts: Parts,
        metrics: Metrics,
        file: FileWatch,
        *,
        problems: Callable[[], list[str]],
        stopping: Callable[[], bool],
        notify: OperatorNotices,
        clock: Callable[[], datetime],
    ) -> None:
        self.last_tick: datetime | None = None
        self.unstored = ""
        self.heartbeat = Heartbeat(
            settings.heartbeat_url.get_secret_value() if settings.heartbeat_url else None
        )
        self._settings = settings
        self._parts = parts
        self._metrics = metrics
        self._file = file
        self._problems = problems
        self._stopping = stopping
        self._notify = notify
        self._clock = clock
        self._ticking = asyncio.Lock()

    async def tick(self) -> None:
        """Poll the feeds that are due, and say in metrics and by the heartbeat how it stands."""
        if self._stopping():
            return
        if not self._file.lost:
            # Before the look: a service that starts on a damaged file must know whom to tell.
            await self._notify.remember()
        if loss := await self._file.look():
            lost = DatabaseLost(loss, str(await self._file.rescue() or ""))
            # A damaged file may take the notice and never give it back.
            await (self._notify.at_once(lost) if loss == "damaged" else self._notify(lost))
        async with self._ticking:
            try:
                with self._metrics.tick_seconds.time():
                    reports = await self._parts.poller.tick(self._clock())
            except StorageError as error:
                log.error("tick: %s; trying again", error)
                self.unstored = str(error)
                self._count_problems()
                return
            except Exception:
                log.exception("tick: failed; trying again")
                self._count_problems()
                return
        self.unstored = ""
        for report in reports:
            self._metrics.polls.labels(report.result).inc()
            self._metrics.entries.inc(report.new)
            self._metrics.alerts.inc(report.alerts)
        # A tick whose polls are not stored did nothing.
        if self._parts.poller.unstored is None:
            self.last_tick = self._clock()
            self._metrics.last_tick.set(self.last_tick.timestamp())
        problems = self._count_problems()
        try:
            await self._gauge()
        except StorageError as error:
            log.error("metrics: %s", error)
            return
        self._parts.dispatcher.wake()
        # A heart that beats while nothing can be sent would make silence look like good news.
        if not problems:
            self.heartbeat.beat()

    def _count_problems(self) -> list[str]:
        unstored, problems = self._parts.poller.unstored, self._problems()
        self._metrics.unstored.set(unstored.feeds if unstored else 0)
        self._metrics.problems.set(len(problems))
        return problems

    async def _gauge(self) -> None:
        if not self._settings.metrics_port:
            return

        def look(db: Connection) -> tuple[dict[str, int], dict[Condition, int]]:
            return outbox.counts(db), feeds_health(feeds.all_states(db)).counts

        counted = await self._parts.database.read(look)
        self._metrics.gauges(*counted, self._parts.dispatcher.edits)

    async def housekeeping(self) -> bool:
        """What is too old goes, and what was held too long is given up. False where the database
        could not do all of it: what was done stays done, and the rest is for another time."""
        now = self._clock()
        older = now - timedelta(days=self._settings.retention_days)
        acts = now - timedelta(days=self._settings.activity_days)

        def give_up(db: Connection) -> list[ChatNotice]:
            forgetting.activity(db, acts)
            return give_up_held(db, now - HELD_FOR, now)

        purged = 0
        try:
            if not await self._parts.database.read(partial(retention.days_were_lived, now=now)):
                log.warning(
                    "housekeeping: nothing came in the week before the last days: after a long "
                    "pause, or because the clock of this machine is ahead; nothing is forgotten "
                    "until it has shown such a time for %d days",
                    retention.LIVED.days,
                )
                return True
            given_up = await self._parts.database.write(give_up)
            # A step at a time: polls and sends go in between.
            step: retention.Step | None = retention.FIRST
            while step is not None and not self._stopping():
                some = partial(retention.purge_some, older_than=older, step=step)
                more, step = await self._parts.database.write(some)
                purged += more.entries
        except StorageError as error:
            log.error("housekeeping: %s; trying again in some minutes", error)
            return False
        if purged:
            log.info("housekeeping: %d old entries went", purged)
        for notice in given_up:
            log.warning(
                "housekeeping: chat %d: messages given up: %s (%s)",
                *(notice.chat_id, notice.message, notice.reason),
            )
        self._parts.dispatcher.wake()
        return True

    async def listen(self) -> None:
        """Tell of places that were told of and are told of no more."""
        now = self._clock()
        if self._stopping() or self._parts.poller.unreachable_since:
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
            self._metrics.alerts.inc(len(told.alerts))
            self._parts.dispatcher.wake()

    async def finish_tick(self) -> None:
        """At a stop: let the polls that are under way end well."""
        try:
            async with asyncio.timeout(TICK_GRACE.total_seconds()), self._ticking:
                await self._parts.poller.drain()
        except TimeoutError:
            log.warning("stop: a poll is cut off; its feeds are polled again at the next start")
