"""Digests are made when their time has come.

Each is a row of the outbox, written in one transaction with what it tells up to: so a stop between
making and sending loses nothing, and none is made twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from functools import partial

from bot.alerts.digest import MOST, Digest, Stream, chosen, is_sent, sources_heard
from bot.alerts.weekly import WEEK, summary
from bot.wall_time import next_hour, next_time, zone_of
from storage import alerts, chat_clocks, chats, digest_turns, feeds, outbox
from storage.alerts import Alert
from storage.chat_clocks import USUAL_DIGEST, ChatClock
from storage.chats import Chat
from storage.digest_turns import DigestTurn
from storage.file.database import Connection, Database
from storage.outbox import NewDelivery

log = logging.getLogger(__name__)

# Digests that are made in one step, a transaction for each: polls wait for the writer meanwhile.
AT_ONCE = 4
# A clock that was set a second before the hour, and planned by a second after it, still has it.
_JUST_NOW = timedelta(minutes=1)
# When a clock in the year 1 or 9999 says nothing better.
_SOMETIME = timedelta(days=1)


class Digests:
    """Makes the digests of all chats; `timezone` is that of chats that named none."""

    def __init__(self, database: Database, timezone: tzinfo) -> None:
        self._database = database
        self._timezone = timezone
        self._anew = True

    def plan_anew(self) -> None:
        """The clock of the machine was moved: what was planned by the old time may be wrong."""
        self._anew = True

    async def make(self, now: datetime) -> bool:
        """Make a few of those that are due; whether more are."""
        if self._anew:
            await self._database.write(partial(digest_turns.plan_all_anew, now=now))
            self._anew = False

        def look(db: Connection) -> tuple[bool, list[DigestTurn]]:
            unplanned = bool(digest_turns.without(db) or digest_turns.unplanned(db))
            return unplanned, digest_turns.due(db, now, AT_ONCE + 1)

        unplanned, due = await self._database.read(look)
        if unplanned:
            await self._database.write(partial(plan_turns, timezone=self._timezone, now=now))
        lately: list[Alert] | None = None
        for turn in due[:AT_ONCE]:
            if turn.stream == "weekly" and lately is None:
                # Read before the transactions, and once for all.
                lately = await self._database.read(partial(alerts.since, moment=now - 2 * WEEK))
            write = partial(
                make_digest, turn=turn, timezone=self._timezone, now=now, lately=lately or ()
            )
            if await self._database.write(write):
                log.info("digest (%s) of chat %d is made", turn.stream, turn.chat_id)
        return len(due) > AT_ONCE


def plan_turns(db: Connection, timezone: tzinfo, now: datetime) -> None:
    """Say when each digest is due that is not planned, in a write transaction."""
    for chat_id in digest_turns.without(db):
        digest_turns.begin(db, chat_id, "daily", now)
    for turn in digest_turns.unplanned(db):
        clock = chat_clocks.get(db, turn.chat_id)
        since = min(now, max(turn.told_at, now - _JUST_NOW))
        digest_turns.plan(db, turn, next_turn(turn.stream, clock, timezone, since))


def next_turn(stream: str, clock: ChatClock, timezone: tzinfo, now: datetime) -> datetime:
    """When the next digest of the stream is due by the chat's clock. Pure."""
    zone = zone_of(clock.timezone, timezone)
    minute = USUAL_DIGEST if clock.digest_at is None else clock.digest_at
    try:
        if stream == "hourly":
            return next_hour(zone, now)
        day = clock.weekly_day if stream == "weekly" else None
        return next_time(minute, zone, now, day)
    except (OverflowError, ValueError):
        return now + _SOMETIME if now.year < 9999 else now


def make_digest(
    db: Connection,
    turn: DigestTurn,
    timezone: tzinfo,
    now: datetime,
    lately: Sequence[Alert] = (),
) -> bool:
    """Queue the digest that is due, note what it tells up to and plan the next, in a write
    transaction; whether there is one to send. `lately`: the alerts of two weeks, for a summary."""
    stored = digest_turns.get(db, turn.chat_id, turn.stream)
    chat = chats.get(db, turn.chat_id)
    if stored is None or stored.next_at is None or stored.next_at > now or chat is None:
        return False  # changed since it was read
    told_to = digest_turns.newest_decision(db)
    next_at = next_turn(turn.stream, chat_clocks.get(db, chat.id), timezone, now)
    digest_turns.told(db, stored, told_to, now, next_at)
    if turn.stream == "weekly":
        heard = sources_heard(feeds.all_states(db), now - WEEK)
        text = summary(chat, lately, heard, stored.next_at, now).to_text() if chat.signals else ""
    else:
        digest = _digest(db, chat, stored, told_to, stored.next_at, now)
        text = digest.to_text() if is_sent(chat, digest) else ""
    if not text:
        return False
    row = NewDelivery(
        alert_id=None,
        chat_id=chat.id,
        kind="digest",
        version=0,
        level="watch",
        not_before=now,
        text=text,
        key=f"{turn.stream}:{told_to}:{now.isoformat()}",
    )
    return outbox.enqueue(db, [row], now) > 0


def _digest(
    db: Connection, chat: Chat, turn: DigestTurn, told_to: int, due: datetime, now: datetime
) -> Digest:
    stream: Stream = "hourly" if turn.stream == "hourly" else "daily"
    ids = digest_turns.alerts_since(db, turn.told_to, told_to) if chat.signals else []
    pushed = digest_turns.pushed(db, chat.id, ids)
    known = alerts.by_ids(db, [each for each in ids if each not in pushed])
    mine = chosen(chat, stream, known.values(), pushed)
    return Digest(
        stream=stream,
        since=turn.told_at,
        until=now,
        due=due,
        alerts=tuple(each.id for each in mine[:MOST]),
        more=max(0, len(mine) - MOST),
        sources=sources_heard(feeds.all_states(db), turn.told_at),
    )
