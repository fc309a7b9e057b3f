"""What a worker does: hand out the feeds that are due, and poll one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.feeds.definitions import feed_of
from bot.polling.poller import Poller
from bot.polling.report import PollPolicy, PollReport
from bot.polling.schedule import claim_until
from bot.workers.rules_by_version import RulesByVersion
from storage.connection import Connection
from storage.database import Database
from storage.news import feeds
from storage.news.feeds import FeedState
from storage.postgres import queue
from storage.rule_files import versions

log = logging.getLogger(__name__)

# In one tick: many more feeds than are polled in its ten seconds.
MOST_BATCHES = 50


@dataclass(slots=True)
class FeedWork:
    """`report` hears what came of each poll. `unstored` says why the last could not be stored."""

    database: Database
    poller: Poller
    rules: RulesByVersion
    policy: PollPolicy
    clock: Callable[[], datetime]
    report: Callable[[PollReport], None]
    unstored: str = ""

    async def hand_out(self) -> int:
        """Queue the feeds that are due, each claimed in the same transaction: it is due again soon
        should its job be lost. Returns how many. Raises StorageError.

        However many are due: this is asked once over all workers, who would wait for the next time
        with nothing to do. A batch at a time, so that other writers get their turn.
        """
        now, queued = self.clock(), 0

        def write(db: Connection) -> tuple[int, bool]:
            due = feeds.due(db, now, self.policy.batch)
            for state in due:
                feed = feed_of(state.definition or "")
                minutes = feed.interval_minutes if feed else None
                feeds.claim(db, state.id, claim_until(now, self.policy.schedule, minutes))
            put = queue.put_in(db, [(state.id, state.polls) for state in due])
            # None was put in where all of them wait already: what follows is no different.
            return put, put > 0 and len(due) == self.policy.batch

        for _ in range(MOST_BATCHES):
            put, more = await self.database.write(write)
            queued += put
            if not more:
                break
        return queued

    async def poll(self, feed_id: str, polls: int) -> PollReport | None:
        """Poll a feed of which so many polls were stored when it was queued; None when another was
        stored since, or it is listed no more. Raises StorageError when it could not be looked up.
        """

        def look(db: Connection) -> tuple[FeedState | None, int]:
            return feeds.get(db, feed_id), versions.last_id(db)

        state, version = await self.database.read(look)
        if state is None or not state.active or state.polls != polls:
            return None
        feed = feed_of(state.definition or "")
        if feed is None:
            log.error("%s: its definition cannot be read here; update this worker", feed_id)
            return None
        await self.rules.follow(version)
        report = await self.poller.poll(state, feed, self.clock())
        self.unstored = (report.error or "") if report.result == "unstored" else ""
        self.report(report)
        return report
