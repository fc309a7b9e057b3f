"""Where a page's list stands: CSS selectors, as the operator wrote them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

LONGEST_SELECTOR = 300


@dataclass(frozen=True, slots=True)
class PageSelectors:
    """CSS selectors (https://www.w3.org/TR/selectors-4/) of a page's list.

    `item` finds each entry's element in the page; the others look inside of one. What is not named
    is found by custom: the item's first heading or link, its first link, its `<time>`; no summary.
    """

    item: str
    title: str | None = None
    link: str | None = None
    date: str | None = None
    summary: str | None = None

    def named(self) -> dict[str, str]:
        """Those that are named, by the key that names them in feeds.yaml."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def can_be_read(selector: str) -> bool:
    """Whether `selector` is one that pages can be searched with."""
    # Loaded for lists that have pages alone.
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        LexborHTMLParser("<p></p>").css(selector)
    except SelectolaxError:
        return False
    return True
