"""What can come of asking for a feed: values, with words for the operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

FailureKind = Literal[
    "address",  # refused: not a public address
    "dns",
    "connect",
    "tls",
    "timeout",
    "dropped",  # the connection broke before anything could be read
    "too-large",
    "redirect",
    "challenge",  # captcha or another bot check
    "page",  # a web page
    "gone",  # 410
    "missing",  # 404
    "refused",  # 401, 403 and other 4xx
    "rate-limited",  # 429
    "server",  # 5xx
    "protocol",  # not HTTP, bad compression, an impossible answer
    "unreadable",  # no feed; set by the poller after parsing
    "changed",  # a page in which its selectors find nothing; set by the poller as well
    "merged",  # it leads for good to another feed of the list; set by the poller as well
    "file",
]


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What to fetch. Validators are the server's own words from the last committed answer.
    `page`: a web page is what is asked for, and no failure."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    page: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A new body. `truncated`: the connection broke, or the body was cut at the limit; what there
    is may still be read. `oversized`: it was the limit.

    `fresh_for` is what Cache-Control or Expires asked. `moved_to` is set after a permanent
    redirect. `body_hash` is the SHA-256 of the decompressed body. `server_time` is what the
    server's own clock showed.
    """

    body: bytes
    body_hash: str
    url: str
    content_type: str | None
    etag: str | None
    last_modified: str | None
    fresh_for: timedelta | None = None
    truncated: bool = False
    oversized: bool = False
    moved_to: str | None = None
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """304. Validators are None where the answer did not repeat them: keep the old ones."""

    etag: str | None
    last_modified: str | None
    fresh_for: timedelta | None = None
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """No feed this time: what happened, and what the operator can do."""

    kind: FailureKind
    message: str
    hint: str
    retry_after: timedelta | None = None


FetchOutcome = Fetched | NotModified | FetchFailed


class Retriever(Protocol):
    """Where feed documents come from: `Fetcher`, or `bot.feeds.fetch.local_files.FileRetriever`."""

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchOutcome: ...
