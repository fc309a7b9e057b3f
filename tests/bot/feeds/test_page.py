from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.feeds.parse.apart.pool import ParseLimits, ParserPool
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.parse.parser import parse
from bot.feeds.sites.page_dates import page_time
from bot.feeds.sites.selectors import PageSelectors

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HERE = "https://moh.example/news/"
SELECTORS = PageSelectors("li.news", title="h3", link="h3 a", date=".when", summary="p")


def page(*items: str, head: str = "") -> str:
    return (
        f"<!doctype html><html><head>{head}</head><body><nav><a href='/about'>من نحن</a></nav>"
        f"<ul>{''.join(items)}</ul></body></html>"
    )


def item(link: str = "/n/1", title: str = "إغلاق معبر", when: str = "٣٠ كانون الثاني ٢٠٢٦") -> str:
    return (
        f'<li class="news"><h3><a href="{link}">{title}</a></h3>'
        f'<span class="when">{when}</span><p>تفاصيل <b>الخبر</b></p></li>'
    )


def read(text: str | bytes, selectors: PageSelectors = SELECTORS, **about: object) -> object:
    body = text.encode() if isinstance(text, str) else text
    document = Document(body, HERE, language="ar", format="page", selectors=selectors, **about)  # type: ignore[arg-type]
    return parse(document, NOW)


def entries(text: str | bytes, selectors: PageSelectors = SELECTORS) -> tuple[FeedEntry, ...]:
    parsed = read(text, selectors)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed.entries


def test_a_page_is_read_by_its_selectors() -> None:
    (found,) = entries(page(item()))
    assert found == FeedEntry(
        guid=None,
        link="https://moh.example/n/1",
        title="إغلاق معبر",
        summary="تفاصيل الخبر",
        published_at=datetime(2026, 1, 30, tzinfo=UTC),
        updated_at=None,
        language="ar",
    )


def test_only_the_item_must_be_named() -> None:
    card = '<a class="card" href="b.html"><h4>خبر</h4><time datetime="2026-01-30T10:00+03:00">'
    (found,) = entries(page(card + "أمس</time></a>"), PageSelectors("a.card"))
    assert (found.link, found.title) == ("https://moh.example/news/b.html", "خبر")
    assert found.published_at == datetime(2026, 1, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "link",
    ["#top", "/news/#item", "/news", "mailto:a@b.example", "javascript:void(0)", "tel:1", "", "/"],
)
def test_what_leads_to_no_page_of_its_own_is_no_entry(link: str) -> None:
    assert [each.link for each in entries(page(item(link), item("/n/2")))] == [
        "https://moh.example/n/2"
    ]


def test_a_page_that_is_listed_twice_is_one_entry() -> None:
    found = entries(page(item("/n/1?utm_source=top"), item("/n/1", "اقرأ المزيد")))
    assert [each.title for each in found] == ["إغلاق معبر"]


def test_links_start_from_the_base_that_the_page_names() -> None:
    (found,) = entries(page(item("n/1"), head='<base href="https://cdn.example/x/">'))
    assert found.link == "https://cdn.example/x/n/1"


def test_scripts_and_markup_are_no_text() -> None:
    (found,) = entries(page(item(title="<script>alert(1)</script>فتح <i>طريق</i> &lt;b&gt;")))
    assert found.title == "فتح طريق"


def test_a_page_in_windows_1256_is_read_by_what_its_head_says() -> None:
    text = (
        page(item(), head='<meta charset="windows-1256">')
        .replace("٣٠", "30")
        .replace("٢٠٢٦", "2026")
    )
    (found,) = entries(text.encode("windows-1256"))
    assert (found.title, found.summary) == ("إغلاق معبر", "تفاصيل الخبر")


def test_a_page_that_changed_its_form_is_a_failure_and_no_empty_list() -> None:
    for changed in (page("<div>جديد</div>"), page('<li class="news"><h3>بلا رابط</h3></li>')):
        found = read(changed)
        assert isinstance(found, Unreadable)
        assert found.kind == "changed" and "li.news" in found.message
        assert "marsad feeds try" in found.hint


def test_a_bot_check_is_named_where_nothing_is_found_and_nowhere_else() -> None:
    mark = "<script src='/cdn-cgi/challenge-platform/x.js'></script>"
    checked = read(page(mark))
    assert isinstance(checked, Unreadable) and checked.kind == "challenge"
    assert len(entries(page(mark, item()))) == 1


def test_a_date_selector_that_finds_nothing_is_told() -> None:
    parsed = read(page(item(when="قريبا")))
    assert isinstance(parsed, ParsedFeed) and parsed.problem is not None
    assert ".when" in parsed.problem
    assert parsed.entries[0].published_at is None


@pytest.mark.parametrize(
    ("written", "language", "expected"),
    [
        ("30 كانون الثاني 2026", "ar", "2026-01-29T21:00"),
        ("١٥ يناير ٢٠٢٦ - ٨:٣٠ م", "ar", "2026-01-15T17:30"),
        ("15 جانفي 2026", "ar", "2026-01-14T21:00"),
        ("نشر في 30/01/2026 10:00", "ar", "2026-01-30T07:00"),
        ("30 يناير", "ar", "2026-01-29T21:00"),
        ("منذ ساعتين", "ar", "2026-01-31T10:00"),
        ("منذ ٣ ساعات", "ar", "2026-01-31T09:00"),
        ("منذ ثلاث ساعات", "ar", "2026-01-31T09:00"),
        ("منذ ساعة و20 دقيقة", "ar", "2026-01-31T10:40"),
        ("قبل يومين", "ar", "2026-01-29T12:00"),
        ("منذ نصف ساعة", "ar", "2026-01-31T11:30"),
        ("أمس 14:30", "ar", "2026-01-30T11:30"),
        ("الآن", "ar", "2026-01-31T12:00"),
        ("il y a 2 heures", "fr", "2026-01-31T10:00"),
        ("il y a une heure et demie", "fr", "2026-01-31T10:30"),
        ("mar. 27 janv. 2026", "fr", "2026-01-26T21:00"),
        ("hier à 14h30", "fr", "2026-01-30T11:30"),
        ("2 hours ago", "en", "2026-01-31T10:00"),
        ("an hour ago", "en", "2026-01-31T11:00"),
        ("Posted: 2026-01-30 by the editor", "en", "2026-01-29T21:00"),
        ("Jan 30, 2026", "en", "2026-01-29T21:00"),
        ("14:30", "en", "2026-01-31T11:30"),
        ("23:30", "en", "2026-01-30T20:30"),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, language: str, expected: str) -> None:
    when = page_time([written], NOW, timezone="Asia/Damascus", language=language)
    assert when == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "12 killed in attack", "02/03/2026", "soon", "99 يناير"])
def test_what_names_no_day_is_no_date(written: str) -> None:
    assert page_time([written], NOW, timezone=None, language="en") is None


@given(st.text(max_size=60), st.sampled_from(["ar", "en", "fr", None]))
def test_no_text_makes_a_date_out_of_bounds(written: str, language: str | None) -> None:
    when = page_time([written, f"منذ {written} يوم", f"{written} ago"], NOW, timezone=None,
                     language=language)  # fmt: skip
    assert when is None or (NOW - when).days <= 30


PIECES = st.sampled_from(
    [
        "<li class=news>", "</li>", "<h3>", "</h3>", "<a href='", "/n/1", "'>", "</a>", "<p>",
        "<time datetime='", "2026-01-30", "&#0;", "&lt;", "<!--", "-->", "<![CDATA[", "<script>",
        "</script>", "<template>", "<svg><title>", "<base href='", "https://x.example/", "\x00",
        "خبر", "<table><tr><td>", "<select><option>", "<frameset>", "<li class=news><a href=/n/2>t",
        "<plaintext>", "javascript:", "\ud800", "<a href=//h/[>", "<meta charset=utf-7>", "منذ",
    ]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40), st.booleans())
def test_hostile_html_keeps_the_promises_of_entries(pieces: list[str], custom: bool) -> None:
    body = ("<html>" + "".join(pieces)).encode("utf-8", "surrogatepass")
    parsed = read(body, SELECTORS if custom else PageSelectors("li.news"))
    if isinstance(parsed, Unreadable):
        assert parsed.message and parsed.hint
        return
    assert isinstance(parsed, ParsedFeed) and parsed.entries
    for each in parsed.entries:
        assert each.link is not None and urlsplit(each.link).scheme in ("http", "https")
        assert 0 < len(each.title) <= 1_000 and "\n" not in each.title
        assert not set(each.title + each.summary) & {"\x00", "\ud800"}


async def test_a_page_that_takes_long_to_search_is_given_up_and_the_next_one_is_read() -> None:
    pool = ParserPool(small=ParseLimits(seconds=2.0, memory_bytes=64_000_000))
    deep = Document(b"<html>" + b"<div>" * 60_000, HERE, format="page", selectors=SELECTORS)
    selectors = PageSelectors("div div div div b")
    good = Document(page(item()).encode(), HERE, language="ar", format="page", selectors=SELECTORS)
    try:
        given_up = await pool.parse(
            Document(deep.body, HERE, format="page", selectors=selectors), NOW
        )
        assert isinstance(given_up, Unreadable) and given_up.kind == "unreadable"
        parsed = await pool.parse(good, NOW)
        assert isinstance(parsed, ParsedFeed) and parsed.entries == entries(page(item()))
    finally:
        await pool.aclose()


async def test_a_long_page_fits_into_the_parsing_process() -> None:
    pool = ParserPool()
    long = page(*(item(f"/n/{number}", f"خبر {number}") for number in range(5_000))).encode()
    assert len(long) > 700_000
    try:
        parsed = await pool.parse(Document(long, HERE, format="page", selectors=SELECTORS), NOW)
    finally:
        await pool.aclose()
    assert isinstance(parsed, ParsedFeed), parsed
    assert (len(parsed.entries), parsed.left_out) == (300, 4_700)


@pytest.mark.parametrize("written", ["9999 years ago", "منذ 9999 سنة"])
def test_an_age_before_all_dates_is_old_and_no_error(written: str) -> None:
    long_ago = page_time(["3 years ago"], NOW, timezone=None, language="ar")
    assert page_time([written], NOW, timezone=None, language="ar") == long_ago
