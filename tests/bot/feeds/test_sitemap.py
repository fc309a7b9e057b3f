from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parse.entry import Document, ParsedFeed, Unreadable
from bot.feeds.parse.parser import parse
from bot.feeds.sites.sitemap import MAX_ENTRIES, words_of

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HERE = "https://news.example/sitemap.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
 <url><loc>https://news.example/a/1</loc>
  <image:image><image:loc>https://news.example/a.jpg</image:loc></image:image>
  <news:news><news:publication><news:name>X</news:name><news:language>ar</news:language>
   </news:publication><news:publication_date>2026-01-31T09:00:00+03:00</news:publication_date>
   <news:title>قصف &amp; نزوح</news:title></news:news></url>
</urlset>"""


def read(text: str, **about: object) -> ParsedFeed | Unreadable:
    return parse(Document(text.encode(), HERE, format="sitemap", **about), NOW)  # type: ignore[arg-type]


def feed(text: str, **about: object) -> ParsedFeed:
    parsed = read(text, **about)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def urlset(*rows: str) -> str:
    return f"<urlset>{''.join(f'<url>{row}</url>' for row in rows)}</urlset>"


def test_a_news_sitemap_says_titles_and_dates() -> None:
    (entry,) = feed(NEWS).entries
    assert (entry.link, entry.title) == ("https://news.example/a/1", "قصف & نزوح")
    assert entry.published_at == datetime(2026, 1, 31, 6, tzinfo=UTC)
    assert entry.language == "ar"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://x.example/2026/air-strike-hits-hospital-12345.html", "air strike hits hospital"),
        ("https://x.example/12-killed-in-aleppo", "12 killed in aleppo"),
        ("https://x.example/%D9%82%D8%B5%D9%81-%D8%AD%D9%84%D8%A8/", "قصف حلب"),
        ("https://x.example/news/road-to-city-closed/98765", "road to city closed"),
        ("https://x.example/a/98765", ""),
        ("https://x.example/", ""),
    ],
)
def test_the_words_of_an_address_stand_in_for_a_title(link: str, words: str) -> None:
    assert words_of(link) == words


def test_an_old_change_makes_history_and_a_young_one_says_nothing() -> None:
    old = "<loc>https://x.example/old-story-here</loc><lastmod>2026-01-05</lastmod>"
    young = "<loc>https://x.example/some-other-story</loc><lastmod>2026-01-31T11:00Z</lastmod>"
    first, second = feed(urlset(old, young)).entries
    assert first.published_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert (second.published_at, second.updated_at) == (None, None)


def test_a_list_of_sitemaps_names_the_few_that_hold_news_of_the_same_publisher() -> None:
    names = ["page", "category", "post-1", "post-2", "image", "news", "x"]
    rows = [
        f"<sitemap><loc>https://news.example/{name}.xml</loc>"
        f"<lastmod>2026-01-{day:02}</lastmod></sitemap>"
        for day, name in enumerate(names, 1)
    ]
    rows.append("<sitemap><loc>https://elsewhere.test/news.xml</loc></sitemap>")
    rows.append("<sitemap><loc>file:///etc/passwd</loc></sitemap>")
    parsed = feed(f"<sitemapindex>{''.join(rows)}</sitemapindex>")
    assert parsed.entries == ()
    assert [each.rsplit("/", 1)[1] for each in parsed.sitemaps] == [
        "news.xml",
        "post-2.xml",
        "post-1.xml",
    ]


def test_of_a_long_sitemap_the_newest_are_read_or_both_ends() -> None:
    day = NOW - timedelta(days=25)
    dated = [
        f"<loc>https://x.example/story-number-{n}</loc>"
        f"<lastmod>{day + timedelta(minutes=n):%Y-%m-%dT%H:%M:00Z}</lastmod>"
        for n in range(MAX_ENTRIES + 500)
    ]
    parsed = feed(urlset(*dated))
    assert (len(parsed.entries), parsed.left_out) == (MAX_ENTRIES, 500)
    assert parsed.entries[0].link == "https://x.example/story-number-500"
    feed_with_one_bare = feed(urlset("<loc>https://x.example/about-the-site</loc>", *dated))
    assert feed_with_one_bare.entries[1].link == "https://x.example/story-number-501"
    bare = [f"<loc>https://x.example/story-number-{n}</loc>" for n in range(MAX_ENTRIES + 500)]
    ends = feed(urlset(*bare)).entries
    assert ends[0].link == "https://x.example/story-number-0"
    assert ends[-1].link == f"https://x.example/story-number-{MAX_ENTRIES + 499}"


def test_a_sitemap_that_breaks_off_gives_its_whole_rows() -> None:
    text = NEWS.replace("</urlset>", "<url><loc>https://news.example/a/2")
    parsed = feed(text)
    assert [entry.link for entry in parsed.entries] == ["https://news.example/a/1"]
    assert not parsed.complete and parsed.problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>', "entities"),
        ('<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]><urlset/>', "entities"),
        ("<urlset>" + "<url>" * 100, "nested"),
        ("<rss><channel/></rss>", "is a feed"),
        ("<other/>", "no sitemap"),
        ("not xml", "no sitemap"),
        ("<urlset></urlset>", "lists no page"),
        ("<sitemapindex/>", "none of its own site"),
        ("<!doctype html><html><title>Hello</title>", "a web page"),
    ],
)
def test_what_is_no_sitemap_is_refused_in_words(text: str, words: str) -> None:
    parsed = read(text)
    assert isinstance(parsed, Unreadable)
    assert words in parsed.message and parsed.hint


@given(
    st.lists(
        st.sampled_from(
            [
                "<url>",
                "</url>",
                "<loc>",
                "</loc>",
                "https://x.example/a-b",
                "<lastmod>",
                "&#0;",
                "</lastmod>",
                "<n:news>",
                "<n:title>",
                "</n:title>",
                "<!--",
                "<![CDATA[",
                "]]>",
                "&x;",
                "<sitemap>",
                "</urlset>",
                "<?pi",
                "\ud800",
                "2026-01-01",
                "\x00",
            ]
        ),
        max_size=30,
    )
)
def test_no_sitemap_raises(pieces: list[str]) -> None:
    body = ("<urlset>" + "".join(pieces)).encode("utf-8", "surrogatepass")
    parsed = parse(Document(body, HERE, format="sitemap"), NOW)
    if isinstance(parsed, ParsedFeed):
        assert all(entry.title and entry.link for entry in parsed.entries)
