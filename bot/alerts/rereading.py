"""Entries that were read by no rules, or while a signal was missing, are read when it can be done.

A bug, rules that could not read an entry, a file that was absent for a minute: the entry is
stored all the same, and told later if it is still news.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.alerts.decide import AlertPolicy
from bot.alerts.pipeline import Pipeline
from bot.alerts.rows import feed_entry
from bot.feeds.catalogue import Feed
from storage import readings
from storage.entries import Entry
from storage.file.database import Connection, Database
from storage.readings import Rereading, RulesUsed

if TYPE_CHECKING:
    from rules import RuleSet

log = logging.getLogger(__name__)

# Entries for one transaction: a poll that waits for it waits for a moment.
BATCH = 50


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

    async def look(self, now: datetime, *, unread: bool) -> int:
        """Read what lacked a signal that the rules have (again), and with `unread` also what no
        rules could read. Returns how many alerts it made or changed. Raises StorageError."""
        rules = self._rules()
        note = partial(
            readings.note_rules, rules_hash=rules.hash, signals=list(rules.signals), now=now
        )
        await self._database.write(note)
        since, told = now - self._max_age, 0
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
            by_feed: dict[str, list[Rereading]] = defaultdict(list)
            for entry in found:
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

    async def _read(self, feed: Feed, batch: Sequence[Rereading], now: datetime) -> int:
        found = await self._pipeline.detect(
            [feed_entry(each.entry) for each in batch], feed.language
        )

        def commit(db: Connection) -> int:
            return len(self._pipeline.read_again(db, feed, batch, found, now).told)

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
