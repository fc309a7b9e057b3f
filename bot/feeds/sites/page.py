"""A web page's list -> entries, by the operator's CSS selectors. Runs in the parsing process.

Nothing in the page is trusted; a page that is slow to search is the parsing process's matter, which
is killed then. A page in which the selectors find nothing is a failure, never an empty list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.parse.language_tags import language_tag
from bot.feeds.parse.pages import challenge_name
from bot.feeds.parse.plaintext import MAX_SUMMARY, MAX_TITLE, plain_text
from bot.feeds.sites.page_dates import page_time
from bot.feeds.sites.selectors import PageSelectors
from bot.links import absolute_link, canonical_link

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_ITEMS = 300
# Characters of a page that are read: its list stands in them.
LONGEST_PAGE = 1_500_000
_LONGEST_HTML = 50_000
_TITLES = ("h1", "h2", "h3", "h4", "h5", "h6")
# Where pages keep dates for machines, beside what they show; the most exact first.
_DATE_ATTRIBUTES = ("datetime", "content", "data-datetime", "data-date", "data-time", "title")
_MEND = "look at the page: `marsad feeds try ADDRESS` proposes selectors that fit it now"


def read_page(text: str, document: Document, now: datetime) -> ParsedFeed | Unreadable:
    """`text` is the decoded page. Never raises for what it holds."""
    # Loaded for desks that watch pages alone.
    from selectolax.lexbor import LexborHTMLParser

    selectors = document.selectors or PageSelectors("article")
    tree = LexborHTMLParser(text[:LONGEST_PAGE])
    items = tree.css(selectors.item)
    if not items:
        return _nothing(document, f"nothing on the page matches its selector {selectors.item!r}")
    entries = page_entries(tree, items, selectors, document, now)
    if not entries:
        return _nothing(
            document,
            f"{len(items)} places on the page match its selector {selectors.item!r}, "
            "none of which has a title and a link to another page",
        )
    undated = selectors.date is not None and not any(entry.published_at for entry in entries)
    cut = len(text) > LONGEST_PAGE
    return ParsedFeed(
        format="page",
        entries=entries,
        ttl=None,
        update_period=None,
        complete=not document.truncated,
        entries_in_document=len(items),
        problem=_problem(undated=undated, cut=cut, date=selectors.date),
        left_out=max(0, len(items) - MAX_ITEMS),
    )


def page_entries(
    tree: LexborHTMLParser,
    items: list[LexborNode],
    selectors: PageSelectors,
    document: Document,
    now: datetime,
) -> tuple[FeedEntry, ...]:
    """Those of `items` that have a title and lead to a page of their own, each page once."""
    base = base_address(tree, document.url)
    here = canonical_link(document.url)
    language = language_tag(_attribute(tree.root, "lang")) or document.language
    found: dict[str, FeedEntry] = {}
    for item in items[:MAX_ITEMS]:
        link, node = _link(item, selectors, base, here)
        if link is None or node is None:
            continue
        title = _title(item, node, selectors)
        if not title:
            continue
        summary = _texts(item, selectors.summary) if selectors.summary else ""
        when = page_time(
            _dates(item, selectors.date),
            now,
            timezone=document.timezone,
            language=document.language or language,
        )
        entry = FeedEntry(None, link, title, summary, when, None, language)
        found.setdefault(canonical_link(link) or link, entry)
    return tuple(found.values())


def base_address(tree: LexborHTMLParser, url: str) -> str:
    """What the page's links start from: `<base href>`, or where it came from."""
    base = tree.css_first("base[href]")
    named = absolute_link(_attribute(base, "href"), url) if base is not None else None
    return named or url


def page_of_its_own(link: object, base: str, here: str | None) -> str | None:
    """`link` as an address, where it leads to another page of a site and not to its front page, to
    a place in the same page, to mail or to a script."""
    address = absolute_link(link, base)
    if address is None:
        return None
    canonical = canonical_link(address)
    return None if canonical is None or canonical == here else address


def _link(
    item: LexborNode, selectors: PageSelectors, base: str, here: str | None
) -> tuple[str | None, LexborNode | None]:
    for node in _links(item, selectors):
        link = page_of_its_own(_attribute(node, "href"), base, here)
        if link is not None:
            return link, node
    return None, None


def _links(item: LexborNode, selectors: PageSelectors) -> Iterator[LexborNode]:
    if selectors.link is not None:
        for node in item.css(selectors.link)[:20]:
            yield node
            yield from node.css("a[href]")[:20]
        return
    for where in filter(None, (selectors.title, *_TITLES)):
        for node in item.css(where)[:5]:
            yield from node.css("a[href]")[:5]
    yield from item.css("a[href]")[:50]
    # The whole card may be a link around the item.
    parent = item.parent
    if parent is not None and parent.tag == "a":
        yield parent


def _title(item: LexborNode, link: LexborNode, selectors: PageSelectors) -> str:
    if selectors.title is not None:
        return _texts(item, selectors.title, most=1)
    for heading in _TITLES:
        if title := _texts(item, heading, most=1):
            return title
    said = _text(link) or _attribute(link, "title") or _attribute(link, "aria-label")
    if not said and (image := link.css_first("img[alt]")) is not None:
        said = _attribute(image, "alt")
    return plain_text(said or "", MAX_TITLE).replace("\n", " ")


def _texts(item: LexborNode, selector: str, most: int = 5) -> str:
    """What the nodes say, on one line where one is asked for."""
    found = (_text(node) for node in item.css(selector)[:most])
    text = "\n".join(dict.fromkeys(filter(None, found)))
    return text.replace("\n", " ")[:MAX_TITLE] if most == 1 else text[:MAX_SUMMARY]


def _text(node: LexborNode) -> str:
    return plain_text((node.html or "")[:_LONGEST_HTML], MAX_SUMMARY)


def _dates(item: LexborNode, selector: str | None) -> Iterator[str]:
    for node in item.css(selector or "time, [datetime]")[:5]:
        for name in _DATE_ATTRIBUTES:
            yield _attribute(node, name)
        within = node.css_first("[datetime]")
        if within is not None:
            yield _attribute(within, "datetime")
        yield _text(node).replace("\n", " ")


def _attribute(node: LexborNode | None, name: str) -> str:
    return (node.attributes.get(name) or "") if node is not None else ""


def _nothing(document: Document, message: str) -> Unreadable:
    challenge = challenge_name({}, document.body)
    if challenge is not None:
        return Unreadable(
            f"{challenge} came instead of the page",
            "ask the publisher to let Marsad's address through (a person must solve this, Marsad "
            "will not)",
            kind="challenge",
        )
    if document.truncated:
        return Unreadable("the page breaks off before its list", "Marsad tries again")
    return Unreadable(message, _MEND, kind="changed")


def _problem(*, undated: bool, cut: bool, date: str | None) -> str | None:
    if undated:
        return (
            f"no date could be read by the selector {date!r}: entries count from when they are seen"
        )
    if cut:
        return "the page is very long: only its beginning was read"
    return None
