"""Digests are made when their time has come.

Each is a row of the outbox, written in one transaction with what it tells up to: so a stop between
making and sending loses nothing, and none is made twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache, partial

from bot.alerts.routing.wanting import words_of
from bot.alerts.summaries.digest import (
    MOST,
    Digest,
    Stream,
    chosen,
    is_sent,
    is_wanted,
    sources_heard,
)
from bot.alerts.summaries.weekly import WEEK, digest_of, summary
from bot.wall_time import next_hour, next_time, zone_of
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError
from storage.news import feeds
from storage.readers import chat_clocks, chats, reader_changes
from storage.readers.chat_clocks import USUAL_DIGEST, ChatClock
from storage.readers.chats import Chat
from storage.sending import digest_turns, outbox
from storage.sending.digest_turns import DigestTurn
from storage.sending.outbox import NewDelivery, Recipient

log = logging.getLogger(__name__)

# Digests that are made in one step, a transaction for each: polls wait for the writer meanwhile.
AT_ONCE = 4
# Digests that are planned in one transaction: what is to be sent waits for the writer meanwhile.
PLANNED_AT_ONCE = 100
# A clock that was set a second before the hour, and planned by a second after it, still has it.
_JUST_NOW = timedelta(minutes=1)
# A digest that could not be made is tried again after this.
_AFTER_A_BUG = timedelta(minutes=10)
# When a clock in the year 1 or 9999 says nothing better.
_SOMETIME = timedelta(days=1)


FindWords = Callable[[Connection, int, frozenset[str]], frozenset[str]]
"""Which of the words are in the texts of the story with that id."""


def no_words(db: Connection, story_id: int, words: frozenset[str]) -> frozenset[str]:
    """For whoever has no rules to find words by: none is there."""
    return frozenset()


class Digests:
    """Makes the digests of all chats; `timezone` is that of chats that named none. `find_words`
    finds words that subscriptions name in the texts of a story."""

    def __init__(
        self, database: Database, timezone: tzinfo, find_words: FindWords = no_words
    ) -> None:
        self._find_words = find_words
        self._database = database
        self._timezone = timezone
        self._anew = True
        # Up to which change of the chats it is known that nobody lacks a digest.
        self._known: int | None = None

    def plan_anew(self) -> None:
        """The clock of the machine was moved: what was planned by the old time may be wrong."""
        self._anew = True

    async def make(self, now: datetime) -> bool:
        """Make a few of those that are due; whether any was made, so that there is more to do."""
        if self._anew:
            await self._database.write(partial(digest_turns.plan_all_anew, now=now))
            self._anew = False

        known = self._known

        def look(db: Connection) -> tuple[bool, int, list[DigestTurn]]:
            # To look for chats without a digest costs what there are of them.
            last = reader_changes.last_change(db)
            without = last != known and (
                digest_turns.without(db, 1) or digest_turns.without_hourly(db, 1)
            )
            unplanned = bool(without or digest_turns.unplanned(db, 1))
            return unplanned, last, digest_turns.due(db, now, AT_ONCE)

        unplanned, last, due = await self._database.read(look)
        if not unplanned:
            self._known = last
        if unplanned:
            await self._database.write(partial(plan_turns, timezone=self._timezone, now=now))
        lately: Sequence[Alert] = ()
        if any(turn.stream == "weekly" for turn in due):
            # Read before the transactions, and once for all.
            lately = await self._database.read(partial(alerts.since, moment=now - 2 * WEEK))
        for turn in due:
            await self._make(turn, lately, now)
        return unplanned or bool(due)

    async def _make(self, turn: DigestTurn, lately: Sequence[Alert], now: datetime) -> None:
        write = partial(
            make_digest,
            turn=turn,
            timezone=self._timezone,
            now=now,
            lately=lately,
            find_words=self._find_words,
        )
        try:
            if made := await self._database.write(write):
                log.info("digest (%s) of chat %d: messages: %d", turn.stream, turn.chat_id, made)
        except StorageError:
            raise
        except Exception:  # a bug in one digest must stop neither the others nor any alert
            log.exception("digest (%s) of chat %d could not be made", turn.stream, turn.chat_id)
            later = partial(digest_turns.plan, turn=turn, next_at=now + _AFTER_A_BUG)
            await self._database.write(later)


def plan_turns(db: Connection, timezone: tzinfo, now: datetime) -> None:
    """Say when digests are due that are not planned, of some at a time, in a write transaction."""
    for chat_id in digest_turns.without(db, PLANNED_AT_ONCE):
        digest_turns.begin(db, chat_id, "daily", now)
    for chat_id in digest_turns.without_hourly(db, PLANNED_AT_ONCE):
        digest_turns.begin(db, chat_id, "hourly", now)
    turn_after = cache(next_turn)  # most chats have the usual clock
    for turn in digest_turns.unplanned(db, 2 * PLANNED_AT_ONCE):
        clock = chat_clocks.get(db, turn.chat_id)
        since = min(now, max(turn.told_at, now - _JUST_NOW))
        digest_turns.plan(db, turn, turn_after(turn.stream, clock, timezone, since))


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
    find_words: FindWords = no_words,
) -> int:
    """Queue the digest that is due, for each topic of the chat, note what it tells up to and plan
    the next, in a write transaction; how many there are to send. `lately`: the alerts of two weeks,
    for a summary."""
    stored = digest_turns.get(db, turn.chat_id, turn.stream)
    chat = chats.get(db, turn.chat_id)
    if stored is None or stored.next_at is None or stored.next_at > now or chat is None:
        return 0  # changed since it was read
    told_to = digest_turns.newest_decision(db)
    making = _Making(db, chat, stored, stored.next_at, told_to, now, find_words)
    texts = {
        thread_id: making.weekly(thread_id, lately)
        if turn.stream == "weekly"
        else making.digest(thread_id)
        for thread_id in dict.fromkeys(each.thread_id for each in chat.subscriptions)
        if is_wanted(chat.topic(thread_id))
    }
    if turn.stream == "hourly" and all(each.delivery != "hourly" for each in chat.subscriptions):
        digest_turns.end(db, chat.id, "hourly")
    else:
        clock = chat_clocks.get(db, chat.id)
        digest_turns.sent(db, stored, told_to, now, next_turn(turn.stream, clock, timezone, now))
    rows = [
        NewDelivery(
            alert_id=None,
            chat_id=chat.id,
            thread_id=thread_id,
            kind="digest",
            version=0,
            level="watch",
            not_before=now,
            text=text,
            key=f"{turn.stream}:{told_to}:{now.isoformat()}",
        )
        for thread_id, text in texts.items()
        if text
    ]
    return outbox.enqueue(db, rows, now)


@dataclass(frozen=True, slots=True)
class _Making:
    """The digests of a chat's topics that are due at one moment, as the outbox keeps them."""

    db: Connection
    chat: Chat
    turn: DigestTurn
    due: datetime
    told_to: int
    now: datetime
    find_words: FindWords

    def digest(self, thread_id: int | None) -> str:
        """What became known since the one before; "" where there is none to send."""
        to, topic = Recipient(self.chat.id, thread_id), self.chat.topic(thread_id)
        stream: Stream = "hourly" if self.turn.stream == "hourly" else "daily"
        ids = digest_turns.alerts_since(self.db, self.turn.told_to, self.told_to)
        pushed = digest_turns.pushed(self.db, to, ids)
        known = alerts.by_ids(self.db, [each for each in ids if each not in pushed])
        texts = digest_turns.texts_since(self.db, to, self.turn.told_at)
        before = [digest_of(each) for each in texts] if stream == "daily" else []
        told = {each for d in before if isinstance(d, Digest) for each in d.alerts}
        mine = chosen(topic, stream, known.values(), told, self.words_of)
        digest = Digest(
            stream=stream,
            since=self.turn.told_at,
            until=self.now,
            due=self.due,
            alerts=tuple(each.id for each in mine[:MOST]),
            more=max(0, len(mine) - MOST),
            sources=sources_heard(feeds.all_states(self.db), self.turn.told_at),
        )
        return digest.to_text() if is_sent(topic, digest) else ""

    def weekly(self, thread_id: int | None, lately: Sequence[Alert]) -> str:
        """The summary of the week."""
        heard = sources_heard(feeds.all_states(self.db), self.now - WEEK)
        topic = self.chat.topic(thread_id)
        return summary(topic, lately, heard, self.due, self.now, self.words_of).to_text()

    def words_of(self, alert: Alert) -> frozenset[str]:
        """Which words that the chat's subscriptions name are in the texts of the alert's story."""
        words = words_of([self.chat])
        return self.find_words(self.db, alert.story_id, words) if words else frozenset()
