"""Entries that were read by no rules, or while a signal was missing, are read when it can be done.

A bug, rules that could not read an entry, a file that was absent for a minute: the entry is
stored all the same, and told later if it is still news. One whose reading cannot be written down
is set apart, and holds up no other.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.alerts.decide import AlertPolicy
from bot.alerts.failing import Failing, failed_again
from bot.alerts.pipeline import Pipeline
from bot.alerts.rows import feed_entry
from bot.feeds.catalogue import Feed
from bot.notices.feeds import NotReadAgain
from bot.notices.to_operators import notify_operators
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageDamaged, StorageError
from storage.news import entries, readings
from storage.news.entries import Entry
from storage.news.readings import Rereading, RulesUsed

if TYPE_CHECKING:
    from rules import RuleSet

log = logging.getLogger(__name__)

# Entries for one transaction: a poll that waits for it waits for a moment.
BATCH = 50
# After so many that fail one after another it is not the entries: the look ends, and the next one
# goes on behind them.
MOST_IN_A_ROW = 10


class Rereader:
    """Reads stored entries again with the rules in force."""

    def __init__(
        self,
        database: Database,
        pipeline: Pipeline,
        rules: Callable[[], RuleSet],
        feeds: Callable[[], Sequence[Feed]],
        *,
        policy: AlertPolicy | None = None,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._pipeline = pipeline
        self._rules = rules
        self._feeds = feeds
        self._max_age: timedelta = (policy or AlertPolicy()).max_age
        self._batch = batch
        # What is set apart; replaced whole, for others read it from their threads.
        self.failing: tuple[Failing, ...] = ()
        self._tried_with = ""
        self._in_a_row = 0

    async def look(self, now: datetime, *, unread: bool) -> int:
        """Read what lacked a signal that the rules have (again), and with `unread` also what no
        rules could read. Returns how many alerts it made or changed. Raises StorageError, and
        what keeps failing when it is not one entry's fault."""
        rules = self._rules()
        if unread and rules.hash != self._tried_with:
            # Other rules, another chance for all.
            self.failing, self._tried_with = (), rules.hash
        self._in_a_row = 0
        note = partial(
            readings.note_rules, rules_hash=rules.hash, signals=list(rules.signals), now=now
        )
        await self._database.write(note)
        since, told = now - self._max_age, await self._retry(now)
        if unread:
            told += await self._each(partial(readings.unread, since=since), None, now)
        used = await self._database.read(readings.rules_used)
        for rules_hash, read_from, signals in lacking(used, frozenset(rules.signals)):
            select = partial(
                readings.read_by, rules_hash=rules_hash, read_from=read_from, since=since
            )
            told += await self._each(select, signals, now)
        return told

    async def _each(
        self,
        select: Callable[..., list[Entry]],
        signals: frozenset[str] | None,
        now: datetime,
    ) -> int:
        after = told = read = 0
        while found := await self._database.read(partial(select, after=after, limit=self._batch)):
            after = max(entry.id or 0 for entry in found)
            apart = {each.entry.id: each for each in self.failing}
            by_feed: dict[str, list[Rereading]] = defaultdict(list)
            for entry in found:
                if entry.id not in apart or not apart[entry.id].is_of(entry):
                    by_feed[entry.feed_id].append(Rereading(entry, signals))
            feeds = {feed.id: feed for feed in self._feeds()}
            for feed_id, batch in by_feed.items():
                # Of a feed that left the list nothing more is told.
                if (feed := feeds.get(feed_id)) is not None:
                    told += await self._read(feed, batch, now)
                    read += len(batch)
        if read:
            log.info("read again: %d entries; alerts: %d", read, told)
        return told

    async def _retry(self, now: datetime) -> int:
        """Try what is set apart and due again; drop what needs it no more."""
        told, feeds = 0, {feed.id: feed for feed in self._feeds()}
        for each in self.failing:
            entry_id = each.entry.id or 0
            present = await self._database.read(partial(entries.get, entry_id=entry_id))
            feed = feeds.get(each.entry.feed_id)
            if present is None or feed is None or not each.is_of(present):
                self._keep(entry_id, None)
            elif each.is_due(now):
                told += await self._read(feed, [Rereading(present, each.signals)], now)
        return told

    async def _read(self, feed: Feed, batch: Sequence[Rereading], now: datetime) -> int:
        """Read a batch; one that fails is read in halves, until the entry that fails is alone."""
        try:
            told = await self._read_whole(feed, batch, now)
        except Exception as error:
            # A disk that is full or another who writes is no entry's fault; damage can be.
            if isinstance(error, StorageError) and not isinstance(error, StorageDamaged):
                raise
            if len(batch) == 1:
                await self._set_apart(feed, batch[0], error, now)
                return 0
            log.warning("read again: %d entries of %s failed: %s", len(batch), feed.id, error)
            half = len(batch) // 2
            first = await self._read(feed, batch[:half], now)
            return first + await self._read(feed, batch[half:], now)
        self._in_a_row = 0
        for each in batch:
            self._keep(each.entry.id or 0, None)
        return told

    async def _set_apart(
        self, feed: Feed, reading: Rereading, error: Exception, now: datetime
    ) -> None:
        """Note that an entry failed by itself. When it is given up, operators are told first."""
        entry, said = reading.entry, f"{type(error).__name__}: {error}"
        entry_id = entry.id or 0
        before = next((each for each in self.failing if each.entry.id == entry_id), None)
        failing = failed_again(before, entry, reading.signals, said, now)
        log.error("%s; %s", failing.reason, "given up" if failing.given_up else "trying again")
        if failing.given_up:
            notice = NotReadAgain(
                feed, entry_id, entry.content_hash, entry.title, entry.link, said, failing.attempts
            )
            await self._database.write(partial(notify_operators, notice=notice, now=now))
        self._keep(entry_id, failing)
        self._in_a_row += 1
        if self._in_a_row >= MOST_IN_A_ROW:
            raise error

    def _keep(self, entry_id: int, failing: Failing | None) -> None:
        others = tuple(each for each in self.failing if each.entry.id != entry_id)
        self.failing = others if failing is None else (*others, failing)

    async def _read_whole(self, feed: Feed, batch: Sequence[Rereading], now: datetime) -> int:
        found = await self._pipeline.detect(
            [feed_entry(each.entry) for each in batch], feed.language, feed.region
        )

        def commit(db: Connection) -> int:
            return len(self._pipeline.read_again(db, feed, batch, found, now).alerts)

        return await self._database.write(commit)


def lacking(
    used: Sequence[RulesUsed], signals: frozenset[str]
) -> list[tuple[str, datetime, frozenset[str]]]:
    """For each rule set that lacks some of the `signals`: its hash, from when on, and which.

    A signal that was not known yet lacked in nothing: only what was read after it first was in
    force counts, for it was absent then. Pure.
    """
    known: dict[str, datetime] = {}
    for each in used:
        for signal in each.signals:
            known.setdefault(signal, each.since)
    found: dict[tuple[str, datetime], set[str]] = defaultdict(set)
    for rules_hash, had in {each.hash: each.signals for each in used}.items():
        for signal in (signals & known.keys()) - had:
            found[rules_hash, known[signal]].add(signal)
    # One reading for all that a rule set lacks: the second would find it read.
    merged: dict[str, tuple[datetime, set[str]]] = {}
    for (rules_hash, since), missing in sorted(found.items()):
        first, those = merged.get(rules_hash, (since, set()))
        merged[rules_hash] = (min(first, since), those | missing)
    return [(name, since, frozenset(those)) for name, (since, those) in merged.items()]
