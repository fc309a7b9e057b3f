"""A list of sitemaps: those that hold its news are fetched in the same poll, one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchRequest, Retriever
from bot.feeds.parse.entry import MAX_ENTRIES, FeedEntry, ParsedFeed, Unreadable

Parse = Callable[[Fetched], Awaitable[ParsedFeed | Unreadable]]


async def read_listed(
    fetched: Fetched, listing: ParsedFeed, retriever: Retriever, parse: Parse, now: datetime
) -> tuple[Fetched, ParsedFeed] | FetchFailed:
    """The sitemaps that `listing` names, as one feed; a failure when none of them can be read.

    What comes back has no validators: a list may stay as it is while its sitemaps change, so they
    are asked for each time. A list in a list is not followed.
    """
    entries, listed, left, whole, problems = list[FeedEntry](), 0, 0, True, list[str]()
    failed: FetchFailed | None = None
    digest = hashlib.sha256(fetched.body)
    for address in listing.sitemaps:
        outcome = await retriever.fetch(FetchRequest(address), now)
        if isinstance(outcome, Fetched):
            digest.update(outcome.body)
            parsed = await parse(outcome)
            if isinstance(parsed, ParsedFeed) and not parsed.sitemaps:
                entries += parsed.entries
                listed, left = listed + parsed.entries_in_document, left + parsed.left_out
                whole = whole and parsed.complete
                problems += [parsed.problem] if parsed.problem else []
                continue
            outcome = _unreadable(parsed)
        if isinstance(outcome, FetchFailed):
            failed = failed or outcome
    if not entries:
        return failed or FetchFailed(
            "changed", "its sitemaps list no page", "look into the site's robots.txt for another"
        )
    if failed is not None:
        problems.insert(0, f"one of its sitemaps could not be read ({failed.message})")
    merged = replace(
        listing,
        entries=tuple(entries[:MAX_ENTRIES]),
        # The entries of one that could not be read come later: they would all be new.
        complete=whole and failed is None,
        entries_in_document=listed,
        problem=problems[0] if problems else None,
        left_out=left,
        sitemaps=(),
    )
    unvalidated = replace(fetched, etag=None, last_modified=None, body_hash=digest.hexdigest())
    return unvalidated, merged


def _unreadable(parsed: ParsedFeed | Unreadable) -> FetchFailed:
    if isinstance(parsed, Unreadable):
        return FetchFailed(parsed.kind, parsed.message, parsed.hint)
    return FetchFailed(
        "unreadable",
        "its sitemaps are lists of sitemaps themselves",
        "put the address of one of those into feeds.yaml",
    )
