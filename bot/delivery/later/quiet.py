"""Quiet hours begin and end: what chats' clocks say, written down for looks at the outbox."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, tzinfo
from functools import partial

from bot.wall_time import last_quiet, next_change, zone_of
from storage.connection import Connection
from storage.database import Database
from storage.readers import chat_clocks
from storage.readers.chat_clocks import ChatClock

log = logging.getLogger(__name__)

# Times of a clock in the year 1 or 9999 that nobody can count on from.
_NEVER = (OverflowError, ValueError)


class QuietHours:
    """Follows the quiet hours of all chats; `timezone` is that of chats that named none."""

    def __init__(self, database: Database, timezone: tzinfo) -> None:
        self._database = database
        self._timezone = timezone
        self._anew = True

    def look_anew(self) -> None:
        """The clock of the machine was moved: what was found by the old time may be wrong."""
        self._anew = True

    async def follow(self, now: datetime) -> None:
        """Write down whose quiet hours began or ended, before anything is sent by it."""
        if self._anew:
            await self._database.write(chat_clocks.follow_anew)
            self._anew = False
        due = await self._database.read(partial(chat_clocks.to_follow, now=now))
        if due:
            # Read again in the transaction: somebody may have changed them meanwhile.
            write = partial(follow_quiet, timezone=self._timezone, now=now)
            log.info("dispatch: quiet hours of %d chats changed", await self._database.write(write))


def follow_quiet(db: Connection, timezone: tzinfo, now: datetime) -> int:
    """Write down what the clocks of chats say that changed by now, in a write transaction; how
    many there were."""
    due = chat_clocks.to_follow(db, now)
    for chat_id, clock in due.items():
        until, look_at = quiet_now(clock, timezone, now)
        chat_clocks.hold(db, chat_id, until, look_at, now)
    return len(due)


def quiet_now(
    clock: ChatClock, timezone: tzinfo, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the quiet hours that began last end or ended, and when to ask that again. Pure."""
    if clock.quiet is None:
        return None, None
    zone = zone_of(clock.timezone, timezone)
    try:
        found = last_quiet(clock.quiet, zone, now)
        change = next_change(clock.quiet, zone, now)
    except _NEVER:
        return None, None
    # Rules of time zones change with the machine's own data: look at least once a day.
    return found.until if found else None, min(change or now, now + timedelta(days=1))
