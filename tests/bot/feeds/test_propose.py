from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.feeds.catalogue import Feed, read_catalogue
from bot.feeds.opml import catalogue_text
from bot.feeds.parse.entry import Document
from bot.feeds.sites.look import PageLook, look, look_at
from bot.feeds.sites.selectors import PageSelectors

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HERE = "https://moh.example/news"
TITLE = "Statement number {} on the hospitals of the north"


def looked(html: str) -> PageLook:
    return look(Document(html.encode("utf-8", "surrogatepass"), HERE), NOW)


def listing(item: str, around: str = "{}") -> str:
    rows = "".join(item.format(n, TITLE.format(n)) for n in range(10, 20))
    return f"<!doctype html><html lang='en'><body>{around.format(rows)}</body></html>"


@pytest.mark.parametrize(
    ("html", "selectors"),
    [
        (
            listing("<li class='post'><a href='/p/{0}'>{1}</a><time>{0} Jan 2026</time></li>"),
            PageSelectors("li.post"),
        ),
        (
            listing(
                "<tr><td>{0}/01/2026</td><td><a href='?id={0}'>{1}</a></td></tr>",
                "<table id='list'>{}</table>",
            ),
            PageSelectors("table#list > tbody > tr", date="td"),
        ),
        (
            listing(
                "<a class='card' href='/p/{0}'><img src='x'><b>{1}</b>"
                "<span class='on'>January {0}, 2026</span></a>"
            ),
            PageSelectors("a.card", title="b", date="span.on"),
        ),
        (
            listing(
                "<div class='c x9f3ab21'><a href='/s' >News</a>"
                "<a class='t' href='/p/{0}'>{1}</a></div>"
            ),
            PageSelectors("div.c", title="a.t"),
        ),
    ],
)
def test_selectors_are_found_for_lists_as_sites_write_them(
    html: str, selectors: PageSelectors
) -> None:
    proposal = looked(html).proposal
    assert proposal is not None and proposal.selectors == selectors
    assert proposal.entries[0].title == TITLE.format(10)
    assert len(proposal.entries) == 10


def test_a_menu_is_no_list_of_news() -> None:
    for around in ("<nav>{}</nav>", "<footer>{}</footer>", "<ul class='main-menu'>{}</ul>"):
        assert (
            looked(listing("<li class='i'><a href='/p/{0}'>{1}</a></li>", around)).proposal is None
        )


PIECES = st.sampled_from(
    [
        "<ul>", "</ul>", "<li class='a b\"]'>", "<li>", "</li>", "<a href=/n/1>", "<a href=/n/2>",
        "</a>", "A title that is long enough", "<time>2026-01-30</time>", "<title>", "</title>",
        "\x85", "<base href=x:>", "<link rel=alternate type=application/rss+xml href=", "//[", ">",
        "<table>", "<div id='1 2'>", "\ud800",
    ]
)  # fmt: skip


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_whatever_a_page_is_its_row_can_stand_in_the_list(pieces: list[str]) -> None:
    found = looked("<html>" + "".join(pieces))
    selectors = found.proposal.selectors if found.proposal else PageSelectors("li")
    feed = Feed("x", found.title or "x", HERE, family="x", format="page", selectors=selectors)
    assert read_catalogue(catalogue_text([feed])) == (feed,)


async def test_a_page_that_takes_long_to_search_offers_nothing() -> None:
    deep = b"<html>" + b"<div><a href=/n/1>A title that is long enough</a>" * 60_000
    assert await look_at(Document(deep, HERE), NOW, seconds=1.0) == PageLook()
