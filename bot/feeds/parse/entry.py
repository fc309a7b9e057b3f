"""What a feed says, as plain values: the shapes that parsing hands to the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.feeds.sites.selectors import PageSelectors

# A feed that lists more is an archive: so many of its entries are read (`newest.chosen`).
MAX_ENTRIES = 2_000


# What a row of feeds.yaml may watch: a feed of any kind, a page's list, a sitemap.
SourceFormat = Literal["feed", "page", "sitemap"]

# Degrees, WGS 84: latitude, longitude.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an event is: a point, with `km` the circle around it, or an outline's corners."""

    points: tuple[Point, ...]
    km: float = 0.0


@dataclass(frozen=True, slots=True)
class SaidEvent:
    """What a feed's own elements say of an event: GeoRSS, W3C geo, GDACS, CAP, GLIDE.

    `countries` are names and ISO codes, `areas` names and codes of parts of them, as written.
    `at` and `until`: when it began and is to end, aware UTC. `exercise`: a test or a draft, no
    message to act on. `cancelled`: it takes back an earlier one.
    """

    shapes: tuple[Shape, ...] = ()
    countries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    at: datetime | None = None
    until: datetime | None = None
    exercise: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One item of a feed. Nothing in it is trusted: escape before showing.

    `title` and `summary` are plain text (no markup, no NUL, no lone surrogates; bidirectional
    controls are kept) and evidence offsets count their code points. Times are aware UTC,
    between 30 days before and one hour after the poll. `link` is absolute http(s) or None.
    `language` is a primary subtag such as "ar", as the feed claims it. `event`: what the feed
    says beside the text, None where it says nothing.
    """

    guid: str | None
    link: str | None
    title: str
    summary: str
    published_at: datetime | None
    updated_at: datetime | None
    language: str | None
    event: SaidEvent | None = None

    @property
    def newest_date(self) -> datetime | None:
        """The newest of the dates that the entry gives itself; None when it gives none."""
        return max(filter(None, (self.published_at, self.updated_at)), default=None)


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that a server answered with, and what is needed to read them.

    `timezone` (IANA name) is for dates that name no zone; None means UTC. `format` is what the
    operator said it is; `selectors` are for a page.
    """

    body: bytes
    url: str
    content_type: str | None = None
    timezone: str | None = None
    language: str | None = None
    truncated: bool = False
    format: SourceFormat = "feed"
    selectors: PageSelectors | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document that is a feed.

    `format` is feedparser's version name ("rss20", "atom10", ...), "json1", "page" or "sitemap".
    `sitemaps` are the addresses of those to read instead, where it is a list of them. `complete` is
    False when the document broke off or was cut: its entries are good, its validators must not
    be kept. `entries_in_document` counts what was there before `entries` was capped,
    `left_out` what was not read because there were too many.
    """

    format: str
    entries: tuple[FeedEntry, ...]
    ttl: timedelta | None
    update_period: timedelta | None
    complete: bool
    entries_in_document: int
    problem: str | None = None
    left_out: int = 0
    sitemaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A document that is no feed, or that could not be read in time or memory; "changed": a page
    in which its selectors find nothing; "challenge": a bot check in place of a page."""

    message: str
    hint: str
    kind: Literal["unreadable", "changed", "challenge"] = "unreadable"
