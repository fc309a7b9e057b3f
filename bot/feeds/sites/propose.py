"""Which selectors may find a page's list: siblings of one kind, each with a link that has a title.

Runs in a process that can be killed (`bot.feeds.sites.look`): the page is a stranger's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.feeds.parse.entry import Document, FeedEntry
from bot.feeds.sites.page import base_address, page_entries, page_of_its_own
from bot.feeds.sites.page_dates import page_time
from bot.feeds.sites.selectors import LONGEST_SELECTOR, PageSelectors
from bot.links import canonical_link

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_LEAST_ITEMS = 3
_SHORTEST_TITLE = 15  # characters: menus are made of shorter ones
_LONGEST_DATE = 60
_MOST_LINKS = 600
_CLIMBS = 6
_NAVIGATION = frozenset({"nav", "header", "footer", "aside", "form", "select"})
_NAVIGATION_WORDS = re.compile(r"(?:^|[-_ ])(?:menu|nav|footer|breadcrumb|share|social)", re.I)
# What can stand in a selector as it is, and does not look made up for one build of the site.
_NAME = re.compile(r"[A-Za-z][A-Za-z_-]*(?:\d{0,2})")
_PARTS = "b, strong, em, span, p, div"
_DATED = "time, [datetime], [class*=date], [class*=time], span, small, p, div, td"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Selectors that find a list in a page, and what is read by them."""

    selectors: PageSelectors
    entries: tuple[FeedEntry, ...]


def propose(tree: LexborHTMLParser, document: Document, now: datetime) -> Proposal | None:
    """The selectors that find most entries with titles and dates; None where nothing repeats."""
    found = list[Proposal]()
    for group in _groups(tree, document.url):
        item = _item_selector(tree, group)
        if item is None:
            continue
        items = tree.css(item)
        title, date = _title_selector(items), _date_selector(items, document, now)
        selectors = PageSelectors(item, title=title, date=date)
        entries = page_entries(tree, items, selectors, document, now)
        if len(entries) >= _LEAST_ITEMS:
            found.append(Proposal(selectors, entries))
    return max(found, key=_worth, default=None)


def _worth(proposal: Proposal) -> tuple[float, int]:
    entries = proposal.entries[:30]
    dated = sum(1 for entry in entries if entry.published_at)
    titles = sum(min(len(entry.title), 80) for entry in entries) / len(entries)
    # A long list of long titles, and dates count as much as all of that.
    return len(entries) * titles * (1 + dated / len(entries)), -len(proposal.selectors.item)


def _groups(tree: LexborHTMLParser, url: str) -> list[list[LexborNode]]:
    """Siblings of one tag and class that each hold a link with a title, the largest first."""
    base, here = base_address(tree, url), canonical_link(url)
    groups: dict[tuple[int, str], dict[int, LexborNode]] = defaultdict(dict)
    for link in tree.css("a[href]")[:_MOST_LINKS]:
        text = " ".join((link.text(deep=True) or "").split())
        if len(text) < _SHORTEST_TITLE or not page_of_its_own(
            link.attributes.get("href"), base, here
        ):
            continue
        above = list(_with_parents(link))
        if any(_is_navigation(node) for node in above):
            continue
        for node in above[:_CLIMBS]:
            parent = node.parent
            if parent is not None and node.tag not in ("body", "html"):
                groups[parent.mem_id, _named(node)][node.mem_id] = node
    large = [list(group.values()) for group in groups.values() if len(group) >= _LEAST_ITEMS]
    # Lists whose items have a wrapper each: the parents are of one kind, and are found above.
    return sorted(large, key=len, reverse=True)[:20]


def _with_parents(node: LexborNode) -> Iterator[LexborNode]:
    step: LexborNode | None = node
    for _ in range(40):
        if step is None:
            return
        yield step
        step = step.parent


def _is_navigation(node: LexborNode) -> bool:
    said = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    outer = node.tag not in ("body", "html")
    return node.tag in _NAVIGATION or (outer and _NAVIGATION_WORDS.search(said) is not None)


def _named(node: LexborNode) -> str:
    """Tag and classes as a selector: "li.news-item"."""
    classes = (node.attributes.get("class") or "").split()
    return ".".join([node.tag or "*", *(name for name in classes[:3] if _NAME.fullmatch(name))])


def _item_selector(tree: LexborHTMLParser, group: Sequence[LexborNode]) -> str | None:
    """The shortest selector that finds the group and little else; None without one."""
    wanted = {node.mem_id for node in group}
    selector = _named(group[0])
    parent = group[0].parent
    for _ in range(4):
        if len(selector) > LONGEST_SELECTOR:
            return None
        found = {node.mem_id for node in tree.css(selector)}
        bare = "." not in selector and "#" not in selector
        if wanted <= found and len(found) <= len(wanted) * 1.5 and not bare:
            return selector
        if parent is None or parent.tag in ("body", "html", None):
            return selector if wanted <= found and len(found) <= len(wanted) * 1.5 else None
        identity = parent.attributes.get("id") or ""
        named = f"{parent.tag}#{identity}" if _NAME.fullmatch(identity) else _named(parent)
        selector, parent = f"{named} > {selector}", parent.parent
    return None


def _title_selector(items: Sequence[LexborNode]) -> str | None:
    """Where the titles stand, if not where they are looked for anyway."""
    headed = sum(1 for item in items if item.css_first("h1, h2, h3, h4, h5, h6") is not None)
    if headed * 2 > len(items):
        return None
    tags = Counter[str]()
    if items[0].tag == "a":  # a card that is a link as a whole: its longest part, not its date
        for item in items[:30]:
            parts = [node for node in item.css(_PARTS)[:30] if node.mem_id != item.mem_id]
            if parts:
                tags[_named(max(parts, key=lambda part: len(part.text(deep=True) or "")))] += 1
        ((best, times),) = tags.most_common(1) or [("", 0)]
        return best if times * 2 > min(len(items), 30) else None
    for item in items[:30]:
        links = item.css("a[href]")
        if links:
            tags[_named(max(links, key=lambda link: len(link.text(deep=True) or "")))] += 1
    ((best, _),) = tags.most_common(1) or [("", 0)]
    # The first link is often a picture or the name of a section.
    firsts = [first for item in items[:30] if (first := item.css_first("a[href]")) is not None]
    silent = sum(1 for link in firsts if len((link.text(deep=True) or "").strip()) < 8)
    return best if best and "." in best and silent * 2 > len(firsts) else None


def _date_selector(items: Sequence[LexborNode], document: Document, now: datetime) -> str | None:
    """Where dates stand that can be read; None for `<time>`, which is looked for anyway."""
    seen = Counter[str]()
    looked = items[:20]
    for item in looked:
        dated = list[tuple[int, str]]()
        for node in item.css(_DATED)[:60]:
            text = " ".join((node.text(deep=True) or "").split())
            machine = node.attributes.get("datetime")
            if node.mem_id == item.mem_id or not (machine or 0 < len(text) <= _LONGEST_DATE):
                continue
            if page_time([machine, text], now, timezone=None, language=document.language):
                dated.append((len(text), "time" if node.tag == "time" else _named(node)))
        if dated:  # the innermost says least beside the date
            seen[min(dated)[1]] += 1
    if not seen:
        return None
    best, times = seen.most_common(1)[0]
    return None if best == "time" or times * 2 < len(looked) else best
