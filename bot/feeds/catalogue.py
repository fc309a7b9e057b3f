"""feeds.yaml -> Feeds. All mistakes of the file are named at once, each with its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.feeds.parse.entry import SourceFormat
from bot.feeds.plain_list import plain_rows
from bot.feeds.problems import CatalogueInvalid, CatalogueProblem, Said, said
from bot.feeds.publishers import publisher_family
from bot.feeds.row import MAX_FEEDS, FeedRow, comparable_address
from bot.feeds.row import slug as slug
from bot.feeds.sites.selectors import PageSelectors

MAX_FILE_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Feed:
    """One source of entries, as the operator described it.

    `family` names the newsroom or owner: corroboration counts families. `language` None means
    that the feed mixes languages. `timezone` (IANA) is for dates that name no zone. A `paused` one
    is not polled, and what is known of it stays. `format` says what is at the address; a page has
    `selectors`.
    """

    id: str
    name: str
    url: str
    language: str | None = None
    region: str = "world"
    family: str = ""
    timezone: str | None = None
    interval_minutes: int | None = None
    kind: str = "news"
    paused: bool = False
    format: SourceFormat = "feed"
    selectors: PageSelectors | None = None


def load_catalogue(path: Path) -> tuple[Feed, ...]:
    """Read feeds.yaml, in its order. Raises CatalogueInvalid with every mistake found."""
    return read_catalogue(_text_of(path), path.name)


def read_catalogue(text: str, file: str = "feeds.yaml") -> tuple[Feed, ...]:
    """`load_catalogue` on text; `file` is the name to use in messages."""
    if (feeds := _read_plainly(text)) is not None:
        return feeds
    # Most lists are right, and need nothing of the reader that knows the line of each mistake.
    from bot.feeds.marked_rows import problems_of, rows_of_list

    rows, problems = rows_of_list(text, file)
    problems.extend(problems_of(rows, file))
    if problems:
        raise CatalogueInvalid(tuple(sorted(problems, key=lambda problem: problem.line)))
    return tuple(_feed(FeedRow.model_validate(dict(row))) for row in rows)


def _read_plainly(text: str) -> tuple[Feed, ...] | None:
    """The feeds of a list in which all is usual and right; None for any other."""
    rows = plain_rows(text)
    if rows is None or len(rows) > MAX_FEEDS:
        return None
    try:
        feeds = tuple(_feed(FeedRow.model_validate(row)) for row in rows)
    except ValidationError:
        return None
    ids = {feed.id for feed in feeds}
    addresses = {comparable_address(feed.url) for feed in feeds}
    return feeds if len(ids) == len(addresses) == len(feeds) else None


def regions_by_line(path: Path) -> tuple[tuple[int, str], ...]:
    """Every `region:` that a valid file says, with its line."""
    from bot.feeds.marked_rows import line_of, rows_of_list

    rows, _ = rows_of_list(_text_of(path), path.name)
    return tuple((line_of(row, "region"), row["region"]) for row in rows if "region" in row)


def rows_of(text: str) -> tuple[tuple[str, int, int, bool], ...]:
    """The rows of a valid list: a feed's id, its first line (from 0), the column of its keys, and
    whether it stands on a line in braces."""
    from bot.feeds.marked_rows import rows_of_list

    found, _ = rows_of_list(text, "feeds.yaml")
    feeds = read_catalogue(text)
    return tuple(
        (feed.id, int(row.lc.line), int(row.lc.col), bool(row.fa.flow_style()))
        for feed, row in zip(feeds, found, strict=True)
    )


def _feed(row: FeedRow) -> Feed:
    return Feed(
        id=row.id or slug(row.name) or slug(row.url),
        name=row.name,
        url=row.url,
        language=row.language,
        region=row.region,
        family=row.family or publisher_family(row.url),
        timezone=row.timezone,
        interval_minutes=row.interval_minutes,
        kind=row.kind,
        paused=row.paused,
        format=row.format,
        selectors=PageSelectors(**row.selectors.model_dump()) if row.selectors else None,
    )


def _text_of(path: Path) -> str:
    def invalid(what: Said) -> CatalogueInvalid:
        return CatalogueInvalid((CatalogueProblem(path.name, 0, what),))

    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise invalid(said("not_read", why=error.strerror)) from error
    if len(content) > MAX_FILE_BYTES:
        raise invalid(said("too_large", mb=MAX_FILE_BYTES // 1_000_000))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problem = CatalogueProblem(path.name, line, said("not_utf8"))
        raise CatalogueInvalid((problem,)) from error
