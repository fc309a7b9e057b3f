"""A feed's state after a poll: the old state and what happened in, the new state out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.feeds.fetch.outcome import Fetched, FetchFailed, NotModified
from bot.feeds.parse.entry import ParsedFeed
from bot.feeds.row import comparable_address
from bot.polling.health import HealthPolicy, gap_of, usual_gap
from bot.polling.identify import EntryChange
from storage.news.feeds import FeedState


def after_failure(state: FeedState, failed: FetchFailed, now: datetime) -> FeedState:
    """Validators and all that was learnt stay; the failure is counted and kept in words."""
    return replace(
        state,
        last_checked_at=now,
        failures=state.failures + 1,
        failure=failed.kind,
        error=failed.message,
        hint=failed.hint,
        polls=state.polls + 1,
    )


def after_unchanged(state: FeedState, outcome: NotModified | Fetched, now: datetime) -> FeedState:
    """Nothing new. A 304 may leave the validators out: then the old ones stay in force."""
    same = isinstance(outcome, NotModified)
    return replace(
        _succeeded(state, now),
        etag=outcome.etag or (state.etag if same else None),
        last_modified=outcome.last_modified or (state.last_modified if same else None),
        moved_to=state.moved_to if isinstance(outcome, NotModified) else moved_to(outcome),
        hint=state.hint if state.truncated else None if same else _hint(outcome, None),
        last_success_at=now,
    )


def after_hold(state: FeedState, unknown: int, listed: int, now: datetime) -> FeedState:
    """The poll was not accepted: no validators are kept, so that the next one reads it all."""
    return replace(
        _succeeded(state, now),
        held=True,
        etag=None,
        last_modified=None,
        body_hash=None,
        error=f"{unknown} of {listed} entries are new at once",
        hint="Marsad looks again in a few minutes and then takes them; look at the feed",
    )


def after_entries(
    state: FeedState,
    outcome: Fetched,
    parsed: ParsedFeed,
    changes: Sequence[EntryChange],
    now: datetime,
    policy: HealthPolicy,
) -> FeedState:
    """A document was accepted. Validators are kept only for one that was read to its end."""
    whole = parsed.complete
    # The rest of a document that broke off comes with the next poll: it would all be "new". A
    # feed that always breaks off must become seeded all the same.
    seeded = state.seeded or (bool(changes) and (whole or state.last_success_at is not None))
    after = replace(
        _succeeded(state, now),
        etag=outcome.etag if whole else None,
        last_modified=outcome.last_modified if whole else None,
        body_hash=outcome.body_hash if whole else None,
        hint=_hint(outcome, parsed),
        last_success_at=now,
        seeded=seeded,
        held=False,
        truncated=outcome.oversized or parsed.left_out > 0,
        moved_to=moved_to(outcome),
    )
    if not state.seeded and changes:
        dates = [change.entry.published_at for change in changes]
        newest = max((date for date in dates if date is not None and date <= now), default=now)
        return replace(after, last_new_entry_at=newest, usual_gap_seconds=gap_of(dates, now))
    if any(change.kind == "new" for change in changes):
        return replace(after, last_new_entry_at=now, usual_gap_seconds=usual_gap(state, policy))
    return after


def after_bug(state: FeedState, exception: str, now: datetime) -> FeedState:
    """The feed was read, but Marsad itself failed on it: it is not the publisher's fault."""
    return replace(
        state,
        last_checked_at=now,
        failures=state.failures + 1,
        failure=None,
        error=f"Marsad failed on this feed ({exception})",
        hint="the log has the details: please report them; the other feeds go on",
        polls=state.polls + 1,
    )


def moved_to(outcome: Fetched) -> str | None:
    """Where the feed's address leads for good, in a form to compare; None where it does not."""
    return comparable_address(outcome.moved_to) if outcome.moved_to else None


def _succeeded(state: FeedState, now: datetime) -> FeedState:
    return replace(
        state,
        last_checked_at=now,
        failures=0,
        failure=None,
        error=None,
        hint=None,
        polls=state.polls + 1,
    )


def _hint(outcome: Fetched | NotModified, parsed: ParsedFeed | None) -> str | None:
    if isinstance(outcome, Fetched) and outcome.moved_to:
        return f"the feed has moved for good: put {outcome.moved_to[:300]} into feeds.yaml"
    if isinstance(outcome, Fetched) and outcome.oversized:
        size = f"the answer is larger than {len(outcome.body) / 1e6:g} MB"
        advice = "use a narrower feed of this publisher (a section, fewer entries)"
        return f"{size}: {parsed.problem if parsed else 'its beginning was read'}; {advice}"
    return parsed.problem if parsed else None
