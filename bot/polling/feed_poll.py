"""One poll of one feed: fetch, parse, identify, detect, and one transaction for all of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial

from pydantic import TypeAdapter

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.failures import host_of
from bot.feeds.fetch.fetcher import goes_unconditional
from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchRequest, NotModified, Retriever
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.row import comparable_address
from bot.notices.feeds import FeedNotice
from bot.polling.connectivity import Connectivity
from bot.polling.feed_state import (
    after_bug,
    after_entries,
    after_failure,
    after_hold,
    after_unchanged,
)
from bot.polling.health import condition, health_notice, is_quieter_than_usual, quiet
from bot.polling.identify import EntryChange, Identified, identify, keyed
from bot.polling.report import Accepted, EntryPipeline, Parser, PollPolicy, PollReport
from bot.polling.schedule import Wishes, next_check
from bot.polling.sitemap_list import read_listed
from storage.connection import Connection
from storage.database import Database
from storage.news import entries, feeds, held
from storage.news.feeds import FeedState

log = logging.getLogger(__name__)

# A sitemap lists the old pages of a site too, and a part of it may appear late.
_UNDATED_AT_ONCE = 30

Notify = Callable[[Connection, FeedNotice, datetime], None]


@cache
def _listing() -> TypeAdapter[tuple[FeedEntry, ...]]:
    return TypeAdapter(tuple[FeedEntry, ...])


@dataclass(frozen=True, slots=True)
class PollTools:
    """What every poll works with. `notify` writes a notice to operators in the poll's
    transaction; `roll` is uniform in [0, 1); `listed` says which feed of the list has an address,
    as `comparable_address` writes it."""

    database: Database
    retriever: Retriever
    parser: Parser
    pipeline: EntryPipeline
    policy: PollPolicy
    notify: Notify
    roll: Callable[[], float]
    listed: Callable[[str], Feed | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class PollMemory:
    """What polls leave for later ones and is not worth a table: a restart forgets it.

    Of the connection each process knows its own: machines that poll the same feeds have others.
    """

    connectivity: Connectivity = field(default_factory=Connectivity)
    # Feeds that changed under the same validators: what they say of themselves is not believed.
    untrue: set[str] = field(default_factory=set)


class FeedPoll:
    """One poll of one feed, due at `now`. Call `run` once."""

    def __init__(
        self, feed: Feed, state: FeedState, now: datetime, tools: PollTools, memory: PollMemory
    ) -> None:
        self._feed = feed
        self._state = state
        self._now = now
        self._tools = tools
        self._memory = memory
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the poll was due, by a clock that never jumps."""
        return time.monotonic() - self._started

    async def run(self) -> PollReport:
        """Poll the feed and commit what came of it. Raises StorageError with nothing committed,
        PolledMeanwhile where another process was faster."""
        state = self._state
        # A fetch without validators is read even if nothing changed: now and then every entry
        # that is still listed must be seen, or retention would forget those of a quiet feed.
        policy = self._tools.policy
        share = policy.unconditional_share
        if is_quieter_than_usual(state, policy.health):
            share = max(share, policy.unconditional_share_when_quiet)
        whole = state.held or goes_unconditional(self._tools.roll(), share)
        asks_all = whole or self._feed.id in self._memory.untrue
        request = FetchRequest(
            self._feed.url,
            None if asks_all else state.etag,
            None if asks_all else state.last_modified,
            page=self._feed.format == "page",
        )
        outcome = await self._tools.retriever.fetch(request, self._now)
        host = host_of(self._feed.url)
        we_are_down = self._memory.connectivity.record(
            host, outcome, self._ended(), failures=state.failures
        )
        match outcome:
            case FetchFailed():
                return await self._failed(outcome, we_are_down=we_are_down)
            case Fetched() if merged := self._merged(outcome):
                return await self._failed(merged)
            case NotModified():
                return await self._unchanged(outcome)
            case Fetched() if outcome.body_hash == state.body_hash and not whole:
                return await self._unchanged(outcome)
            case Fetched():
                return await self._read(outcome)

    async def failed_here(self, exception: str) -> PollReport:
        """Note that Marsad itself failed on the feed; `exception` is its name. Raises
        StorageError when that cannot be stored."""
        after = after_bug(self._state, exception, self._now)
        await self._commit(after)
        return PollReport(self._feed.id, "failed", error=after.error, hint=after.hint)

    async def _failed(self, failed: FetchFailed, *, we_are_down: bool = False) -> PollReport:
        after = after_failure(self._state, failed, self._now)
        await self._commit(after, failed=failed, we_are_down=we_are_down)
        log.warning("%s: %s", self._feed.id, failed.message)
        return PollReport(self._feed.id, "failed", error=failed.message, hint=failed.hint)

    def _merged(self, outcome: Fetched) -> FetchFailed | None:
        """The same document under two names would count as two publishers that say the same."""
        moved_to = outcome.moved_to and comparable_address(outcome.moved_to)
        other = self._tools.listed(moved_to) if moved_to else None
        if other is None or other.id == self._feed.id:
            return None
        return FetchFailed(
            "merged",
            f"it has moved for good to the address of {other.id}, which is read already",
            "remove it from feeds.yaml, or look for its new address on the site",
        )

    async def _unchanged(self, outcome: NotModified | Fetched) -> PollReport:
        after = after_unchanged(self._state, outcome, self._now)
        # What the last document said, which a 304 does not repeat.
        ttl, period = self._state.ttl_seconds, self._state.update_period_seconds
        wishes = Wishes(_seconds(ttl), _seconds(period), outcome.fresh_for)
        await self._commit(after, wishes=wishes)
        return PollReport(self._feed.id, "unchanged", hint=after.hint)

    async def _read(self, fetched: Fetched) -> PollReport:
        parsed = await self._parse(fetched)
        if isinstance(parsed, ParsedFeed) and parsed.sitemaps:
            followed = await read_listed(
                fetched, parsed, self._tools.retriever, self._parse, self._now
            )
            if isinstance(followed, FetchFailed):
                return await self._failed(followed)
            fetched, parsed = followed
        if isinstance(parsed, Unreadable):
            return await self._failed(FetchFailed(parsed.kind, parsed.message, parsed.hint))
        identified, listed = await self._identify(parsed)
        if identified.held:
            return await self._hold(parsed, identified.unknown, listed)
        return await self._store(fetched, parsed, identified.changes)

    async def _parse(self, fetched: Fetched) -> ParsedFeed | Unreadable:
        feed = self._feed
        document = Document(
            fetched.body,
            fetched.url,
            fetched.content_type,
            feed.timezone,
            feed.language,
            fetched.truncated,
            feed.format,
            feed.selectors,
        )
        return await self._tools.parser.parse(document, self._now)

    async def _identify(self, parsed: ParsedFeed) -> tuple[Identified, int]:
        """What each entry is to us, and how many there were to ask about."""
        identified, listed = await self._compare(parsed.entries)
        if identified.released and (before := await self._held_before()):
            # A hold that was confirmed gives back all that it showed. A glitch that passed gives
            # back what is dated: that can be told from old entries under new names.
            extra = [entry for entry in before if identified.confirmed or entry.published_at]
            identified, listed = await self._compare((*parsed.entries, *extra))
        return identified, listed

    async def _held_before(self) -> tuple[FeedEntry, ...]:
        """What the held document listed: a fast feed may have dropped it since."""
        text = await self._tools.database.read(partial(held.get, feed_id=self._feed.id))
        return () if text is None else _listing().validate_json(text)

    async def _compare(self, listed: Sequence[FeedEntry]) -> tuple[Identified, int]:
        rows = keyed(listed)
        names = {name for row in rows for name in row.names}
        known = await self._tools.database.read(
            partial(entries.known, feed_id=self._feed.id, keys=names)
        )
        policy = self._tools.policy.identity
        if self._feed.format == "sitemap":
            policy = replace(policy, undated_at_once=_UNDATED_AT_ONCE)
        return identify(rows, known, self._state, policy, self._now), len(rows)

    async def _hold(self, parsed: ParsedFeed, unknown: int, listed: int) -> PollReport:
        after = after_hold(self._state, unknown, listed, self._now)
        listing = _listing().dump_json(parsed.entries).decode("utf-8")
        await self._commit(
            after, accept=partial(held.save, feed_id=self._feed.id, entries_json=listing)
        )
        log.warning("%s: held: %s", self._feed.id, after.error)
        return PollReport(
            self._feed.id, "held", parsed.entries_in_document, error=after.error, hint=after.hint
        )

    async def _store(
        self, fetched: Fetched, parsed: ParsedFeed, changes: Sequence[EntryChange]
    ) -> PollReport:
        feed, pipeline = self._feed, self._tools.pipeline
        # Seen ones go past the pipeline: there is nothing in them to find, and most are seen.
        moving = [change for change in changes if change.kind != "seen"]
        for change in moving:
            log.debug(
                "%s: %s because of %s: %r",
                *(feed.id, change.kind, change.reason, change.entry.title[:80]),
            )
        detections = await pipeline.detect(
            [change.entry for change in moving], feed.language, feed.region
        )
        health = self._tools.policy.health
        after = replace(
            after_entries(self._state, fetched, parsed, changes, self._now, health),
            ttl_seconds=_in_seconds(parsed.ttl),
            update_period_seconds=_in_seconds(parsed.update_period),
        )
        wishes = Wishes(parsed.ttl, parsed.update_period, fetched.fresh_for)

        def accept(db: Connection) -> Accepted:
            _note_seen(db, changes, self._now)
            if self._state.held:
                held.clear(db, feed.id)
            return pipeline.accept(db, feed, moving, detections, self._now)

        accepted = await self._commit(after, wishes=wishes, accept=accept)
        kinds = [change.kind for change in changes]
        if "new" in kinds and _same_validators(self._state, fetched):
            log.warning("%s: it changed under the same validators; it is asked whole now", feed.id)
            self._memory.untrue.add(feed.id)
        return PollReport(
            feed.id,
            "accepted",
            entries=parsed.entries_in_document,
            new=kinds.count("new"),
            updated=kinds.count("updated"),
            seeded=kinds.count("seed"),
            alerts=len(accepted.alerts) if accepted else 0,
            hint=after.hint,
        )

    async def _commit(
        self,
        after: FeedState,
        *,
        wishes: Wishes | None = None,
        failed: FetchFailed | None = None,
        we_are_down: bool = False,
        accept: Callable[[Connection], Accepted | None] | None = None,
    ) -> Accepted | None:
        """The poll's one transaction: entries and all they lead to, the feed's state, notices.

        While our own connection is down the feed is asked as often as ever, to be read soon when
        it comes back.
        """
        planned = next_check(
            self._ended(),
            self._tools.policy.schedule,
            interval_minutes=self._feed.interval_minutes,
            wishes=wishes or Wishes(),
            roll=self._tools.roll(),
            failures=0 if we_are_down else after.failures,
            gone=failed is not None and failed.kind == "gone",
            held=after.held and failed is None,
            retry_after=failed.retry_after if failed else None,
        )
        notice = health_notice(self._state, condition(after, self._tools.policy.health))
        if we_are_down and notice and not self._memory.connectivity.take_notice():
            notice = None
        broken = notice in ("broken", "silent")
        after = replace(
            after,
            next_check_at=planned.at,
            told_broken=broken or (after.told_broken and notice != "recovered"),
        )

        def commit(db: Connection) -> Accepted | None:
            feeds.require_unpolled(db, self._state)
            accepted = accept(db) if accept else None
            feeds.save(db, after)
            if notice is not None:
                failure = failed.kind if failed else None
                about = FeedNotice(self._feed, notice, failure, after.error, quiet(after))
                self._tools.notify(db, about, self._now)
            return accepted

        return await self._tools.database.write(commit)

    def _ended(self) -> datetime:
        return self._now + timedelta(seconds=self.seconds)


def _same_validators(state: FeedState, fetched: Fetched) -> bool:
    """Whether the server would have said that nothing changed."""
    if state.etag or fetched.etag:
        return state.etag == fetched.etag
    return state.last_modified is not None and state.last_modified == fetched.last_modified


def _in_seconds(wish: timedelta | None) -> float | None:
    return None if wish is None else wish.total_seconds()


def _seconds(stored: float | None) -> timedelta | None:
    return None if stored is None else timedelta(seconds=stored)


def _note_seen(db: Connection, changes: Sequence[EntryChange], now: datetime) -> None:
    seen = [change for change in changes if change.kind == "seen"]
    if seen:
        entries.touch(db, [change.entry_id for change in seen if change.entry_id is not None], now)
    for change in seen:
        if change.entry_id is not None and change.keys:
            entries.add_keys(db, change.entry_id, change.keys)
