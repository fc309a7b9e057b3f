"""One poll of one feed: fetch, parse, identify, detect, and one transaction for all of it."""

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.failures import host_of
from bot.feeds.fetch.fetcher import goes_unconditional
from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchRequest, NotModified, Retriever
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.notices import FeedNotice
from bot.polling.connectivity import Line
from bot.polling.feed_state import (
    after_entries,
    after_failure,
    after_hold,
    after_trouble_here,
    after_unchanged,
)
from bot.polling.health import condition, quiet, telling
from bot.polling.identify import EntryChange, FeedMemory, Identified, KeyedEntry, identify, keyed
from bot.polling.known import recall
from bot.polling.report import EntryPipeline, Parser, PollPolicy, PollReport
from bot.polling.schedule import Condition, Wishes, next_check
from storage import entries, feeds
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.feeds import FeedState

if TYPE_CHECKING:
    from bot.alerts.record import Accepted

log = logging.getLogger(__name__)

Tell = Callable[[Connection, FeedNotice, datetime], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """A poll under way. `now` is when it was due to begin, `started` the same by the clock that
    never jumps (seconds)."""

    state: FeedState
    feed: Feed
    now: datetime
    started: float

    def ended(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self.started)


class Visitor:
    """Makes visits. Remembers between them what is not worth a table: see the two fields."""

    def __init__(
        self,
        database: Database,
        retriever: Retriever,
        pipeline: EntryPipeline,
        parser: Parser,
        policy: PollPolicy,
        tell: Tell,
        roll: Callable[[], float],
    ) -> None:
        self._database = database
        self._retriever = retriever
        self._pipeline = pipeline
        self._parser = parser
        self._policy = policy
        self._tell = tell
        self._roll = roll
        # What a held document showed: a fast feed may have dropped it by the next poll.
        self._held: dict[str, tuple[FeedEntry, ...]] = {}
        # What the publisher wished in the last document that was read: a 304 does not repeat it.
        self._wishes: dict[str, Wishes] = {}
        self.line = Line()

    async def visit(self, poll: Visit) -> PollReport:
        """Poll a feed and commit what came of it. Raises StorageError with nothing committed."""
        state = poll.state
        # A fetch without validators is read even if nothing changed: now and then every entry
        # that is still listed must be seen, or retention would forget those of a quiet feed.
        whole = goes_unconditional(self._roll(), self._policy.unconditional_share) or state.held
        request = FetchRequest(
            poll.feed.url,
            None if whole else state.etag,
            None if whole else state.last_modified,
        )
        answer = await self._retriever.fetch(request, poll.now)
        ours = self.line.note(host_of(poll.feed.url), answer, poll.ended())
        match answer:
            case FetchFailed():
                return await self._failed(poll, answer, ours=ours)
            case NotModified():
                return await self._unchanged(poll, answer)
            case Fetched() if answer.body_hash == state.body_hash and not whole:
                return await self._unchanged(poll, answer)
            case Fetched():
                return await self._read(poll, answer)

    async def _failed(self, poll: Visit, failed: FetchFailed, *, ours: bool = False) -> PollReport:
        """`ours`: our own connection is down. The feed is then asked as often as ever, to be there
        when it comes back; of feeds that break meanwhile, operators hear of the first."""
        outcome = Condition(
            failures=0 if ours else poll.state.failures + 1,
            gone=failed.kind == "gone",
            retry_after=failed.retry_after,
        )
        after = after_failure(poll.state, failed, poll.now)
        await self._keep(poll, after, outcome, failed=failed, ours=ours)
        log.warning("%s: %s", poll.feed.id, failed.message)
        return PollReport(poll.feed.id, "failed", error=failed.message, hint=failed.hint)

    async def _unchanged(self, poll: Visit, answer: NotModified | Fetched) -> PollReport:
        after = after_unchanged(poll.state, answer, poll.now)
        wished = self._wishes.get(poll.feed.id, Wishes())
        await self._keep(
            poll, after, Condition(), wishes=replace(wished, fresh_for=answer.fresh_for)
        )
        return PollReport(poll.feed.id, "unchanged", hint=after.hint)

    async def _read(self, poll: Visit, answer: Fetched) -> PollReport:
        feed = poll.feed
        document = Document(
            answer.body,
            answer.url,
            answer.content_type,
            feed.timezone,
            feed.language,
            answer.truncated,
        )
        parsed = await self._parser.parse(document, poll.now)
        if isinstance(parsed, Unreadable):
            return await self._failed(poll, FetchFailed("unreadable", parsed.message, parsed.hint))
        listed, found = await self._identified(poll, parsed)
        if found.held:
            return await self._hold(poll, parsed, found, len(listed))
        # Seen ones go past the pipeline: there is nothing in them to find, and most are seen.
        moving = [change for change in found.changes if change.kind != "seen"]
        detections = await self._pipeline.detect([change.entry for change in moving], feed.language)
        after = after_entries(
            poll.state, answer, parsed, found.changes, poll.now, self._policy.health
        )

        def accept(db: Connection) -> "Accepted":
            _touch(db, found.changes, poll.now)
            return self._pipeline.accept(db, feed, moving, detections, poll.now)

        wishes = Wishes(parsed.ttl, parsed.update_period, answer.fresh_for)
        accepted = await self._keep(poll, after, Condition(), wishes=wishes, accept=accept)
        self._wishes[feed.id] = wishes
        self._held.pop(feed.id, None)
        kinds = [change.kind for change in found.changes]
        return PollReport(
            feed.id,
            "accepted",
            entries=parsed.entries_in_document,
            new=kinds.count("new"),
            updated=kinds.count("updated"),
            seeded=kinds.count("seed"),
            hint=after.hint,
            accepted=accepted,
        )

    async def _identified(
        self, poll: Visit, parsed: ParsedFeed
    ) -> tuple[tuple[KeyedEntry, ...], Identified]:
        state = poll.state
        memory = FeedMemory(state.seeded, state.held, state.last_success_at)

        async def decide(listed: tuple[KeyedEntry, ...]) -> Identified:
            known = await self._database.read(partial(recall, feed_id=state.id, listed=listed))
            return identify(listed, known, memory, self._policy.identity, poll.now)

        listed = keyed(parsed.entries)
        found = await decide(listed)
        if found.released and (before := self._held.get(state.id)):
            # A hold that was confirmed gives back all that it showed. A glitch that passed gives
            # back what is dated: that can be told from old entries under new names.
            extra = [entry for entry in before if found.confirmed or entry.published_at]
            listed = keyed((*parsed.entries, *extra))
            found = await decide(listed)
        return listed, found

    async def _hold(
        self, poll: Visit, parsed: ParsedFeed, found: Identified, listed: int
    ) -> PollReport:
        after = after_hold(poll.state, found.unknown, listed, poll.now)
        await self._keep(poll, after, Condition(held=True))
        self._held[poll.feed.id] = parsed.entries
        log.warning("%s: held: %s", poll.feed.id, after.error)
        return PollReport(
            poll.feed.id, "held", parsed.entries_in_document, error=after.error, hint=after.hint
        )

    async def trouble_here(self, poll: Visit, kind: str) -> PollReport:
        """Note that Marsad itself failed on a feed (`kind`: the exception's name)."""
        after = after_trouble_here(poll.state, kind, poll.now)
        try:
            await self._keep(poll, after, Condition(failures=after.failures))
        except StorageError as error:
            log.error("%s: not stored (%s)", poll.feed.id, error)
        return PollReport(poll.feed.id, "failed", error=after.error, hint=after.hint)

    async def _keep(
        self,
        poll: Visit,
        after: FeedState,
        outcome: Condition,
        *,
        wishes: Wishes | None = None,
        failed: FetchFailed | None = None,
        ours: bool = False,
        accept: "Callable[[Connection], Accepted] | None" = None,
    ) -> "Accepted | None":
        """The poll's one transaction: entries and all they lead to, the feed's memory, notices."""
        ended = poll.ended()
        planned = next_check(
            ended,
            self._policy.schedule,
            interval_minutes=poll.feed.interval_minutes,
            wishes=wishes or Wishes(),
            condition=outcome,
            roll=self._roll(),
        )
        kind = failed.kind if failed else None
        how = condition(after, self._policy.health, kind)
        told = telling(poll.state, how)
        if ours and told:
            told, self.line.told = (None if self.line.told else told), True
        after = replace(
            after,
            next_check_at=planned.at,
            told_broken=(
                told in ("broken", "silent") or (after.told_broken and told != "recovered")
            ),
        )

        def commit(db: Connection) -> "Accepted | None":
            accepted = accept(db) if accept else None
            feeds.save(db, after)
            if told is not None:
                notice = FeedNotice(poll.feed, told, kind, after.error, quiet(after))
                self._tell(db, notice, poll.now)
            return accepted

        return await self._database.write(commit)


def _touch(db: Connection, changes: Collection[EntryChange], now: datetime) -> None:
    seen = [change for change in changes if change.kind == "seen"]
    entries.touch(db, [change.entry_id for change in seen if change.entry_id is not None], now)
    for change in seen:
        if change.entry_id is not None and change.reason != "guid":
            entries.add_keys(db, change.entry_id, change.keys)
