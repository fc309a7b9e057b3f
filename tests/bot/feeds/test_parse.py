from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from feedparser.parsers.strict import _StrictFeedParser
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.parse.charset import decode
from bot.feeds.parse.dates import NEWEST, OLDEST, entry_time
from bot.feeds.parse.entry import Document, FeedEntry, ParsedFeed, Unreadable
from bot.feeds.parse.parser import parse
from bot.feeds.parse.plaintext import MAX_SUMMARY, MAX_TITLE, joined_texts, plain_text
from tests.bot.feeds.documents import entry, numbered, rss

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def read(body: bytes | str, **about: str | bool | None) -> ParsedFeed:
    content = body.encode() if isinstance(body, str) else body
    parsed = parse(Document(content, "https://field.example/feed", **about), NOW)  # type: ignore[arg-type]
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def sample(name: str, **about: str | bool | None) -> ParsedFeed:
    return read((SAMPLES / name).read_bytes(), **about)


@pytest.mark.parametrize("piece", [1, 300, 5_000])
@pytest.mark.parametrize("name", ["arabic-months.xml", "atom-xhtml.xml", "rdf.xml"])
def test_a_document_read_in_pieces_says_what_it_says_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, name: str, piece: int
) -> None:
    whole = sample(name)
    monkeypatch.setattr("bot.feeds.parse.pieces.PIECE", piece)
    assert sample(name) == whole


@given(
    number=st.integers(1, 40),
    piece=st.integers(1, 3_000),
    inside=st.sampled_from(
        ["", "<![CDATA[</item><item><title>nested</title></item>]]>", "&lt;/item>"]
    ),
)
def test_no_entry_is_lost_or_doubled_between_pieces(number: int, piece: int, inside: str) -> None:
    items = "".join(
        f"<item><title>خبر {n}</title><guid isPermaLink='false'>g{n}</guid>"
        f"<description>{'نص ' * (n % 7)}{inside}</description></item>\n"
        for n in range(number)
    )
    body = f"<rss version='2.0'><channel><title>c</title>{items}<ttl>60</ttl></channel></rss>"
    whole = read(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.feeds.parse.pieces.PIECE", piece)
        in_pieces = read(body)
    assert in_pieces == whole
    assert len({each.guid for each in whole.entries}) == number


def test_arabic_rss_is_read_to_plain_text_with_its_dates() -> None:
    feed = sample("arabic-months.xml", language="ar", timezone="Asia/Damascus")
    first, second, third, fourth, fifth = feed.entries
    assert first.title == 'نقص "حاد" في أدوية السكري'
    assert first.summary == "قالت مديرية الصحة إن المخزون نفد.\nوأضافت أن الشحنة تأخرت أسبوعين."
    assert first.link == "https://field.example/news/101?utm_source=rss"
    assert first.language == "ar"
    assert first.published_at == datetime(2026, 1, 30, 19, 30, tzinfo=UTC)
    assert second.title == "فتح المعبر \u200f(باب الهوى)\u200f أمام القوافل"
    assert second.summary == "عبرت اليوم أولى القوافل.\nوعددها عشرون شاحنة.\nقصير"
    assert second.published_at == datetime(2026, 1, 31, 6, 15, tzinfo=UTC)
    assert third.title.startswith("انقطاع المياه عن ثلاثة أحياء.")
    assert third.published_at == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert fourth.title == "هروب مضاعف"
    assert fourth.published_at == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert fifth.published_at is None
    assert (feed.ttl, feed.update_period) == (timedelta(minutes=45), timedelta(minutes=30))
    assert feed.complete and feed.problem is None


def test_atom_with_markup_and_mixed_languages_is_read() -> None:
    first, second = sample("atom-xhtml.xml").entries
    assert first.title == "L'hôpital ferme <demain>"
    assert first.summary == "Plus de carburant pour les groupes électrogènes."
    assert first.published_at == datetime(2026, 1, 31, 7, tzinfo=UTC)
    assert first.updated_at == datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert (first.language, second.language) == ("fr", "ar")
    assert second.published_at == second.updated_at == datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_rdf_is_read() -> None:
    feed = sample("rdf.xml")
    assert [each.guid for each in feed.entries] == [
        "https://rdf.example/1",
        "https://rdf.example/2",
    ]
    assert feed.entries[0].published_at == datetime(2026, 1, 30, 12, tzinfo=UTC)
    assert feed.entries[1].published_at is None


def test_json_feed_is_read_and_text_in_it_is_no_markup() -> None:
    feed = sample("feed.json")
    first, second = feed.entries[:2]
    assert (first.guid, first.title, first.summary) == ("7", "وصول لقاحات", "وصلت الدفعة الأولى")
    assert first.link == "https://field.example/posts/7"
    assert first.published_at == datetime(2026, 1, 31, 7, tzinfo=UTC)
    assert (second.title, second.summary) == ("Fuel < 10 %", "Stocks are low.")
    assert feed.complete and feed.format == "json1"


def test_a_json_feed_that_breaks_off_keeps_its_complete_items() -> None:
    body = (SAMPLES / "feed.json").read_text()
    feed = read(body[: body.index('"not an item"') - 20])
    assert [each.guid for each in feed.entries] == ["7"]
    assert not feed.complete


@pytest.mark.parametrize("share", [0.35, 0.5, 0.77, 0.99])
def test_a_document_that_breaks_off_keeps_its_complete_entries(share: float) -> None:
    entries = numbered(range(30))
    body = rss(entries)
    cut = body[: int(len(body) * share)]
    feed = read(cut)
    assert not feed.complete and feed.problem
    titles = [each.title for each in feed.entries]
    assert titles == [each.title for each in entries[: len(titles)]]
    assert len(titles) == cut.count(b"</item>")


NOISE = [
    "<br />\n<b>Warning</b>:  Undefined $x in <b>/www/feed.php</b> on line <b>7</b><br />\n",
    "PHP Notice: a < b in /www/feed.php\n",
    "<script>var a = '<div>';</script>\n",
    "<style>p {}</style><meta name='x'>",
    "<!-- cached -->\n<b>",
    "\ufeff\n\n  ",
    "<br />" * 2_000,
]
FEEDS = [
    rss(numbered(range(3))).decode(),
    rss(numbered(range(3))).decode().partition("?>")[2],
    "<?xml version='1.0'?><!DOCTYPE feed><feed xmlns='http://www.w3.org/2005/Atom'>"
    + "<entry><title>خبر</title><id>1</id></entry>" * 3
    + "</feed>",
]


@pytest.mark.parametrize("body", FEEDS, ids=["rss", "no declaration", "atom"])
@pytest.mark.parametrize("noise", NOISE)
@pytest.mark.parametrize("where", ["before", "after"])
def test_what_a_server_prints_around_a_feed_is_no_part_of_it(
    body: str, noise: str, where: str
) -> None:
    feed = read(noise + body if where == "before" else body + noise)
    assert (feed.entries, feed.complete) == (read(body).entries, True)
    assert feed.entries and feed.problem is None


def test_a_warning_before_a_json_feed_is_no_part_of_it() -> None:
    body = (SAMPLES / "feed.json").read_text()
    feed = read("<br />\n<b>Warning</b>: {x} in feed.php<br />\n" + body)
    assert len(feed.entries) == len(read(body).entries) and feed.complete


def test_an_arabic_feed_after_a_long_warning_keeps_its_encoding() -> None:
    text = "<?xml version='1.0' encoding='windows-1256'?><rss version='2.0'><channel><item>"
    body = f"{text}<title>نقص الدواء</title></item></channel></rss>".encode("windows-1256")
    assert read(b"<br />Warning " * 200 + body).entries[0].title == "نقص الدواء"


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><p>write &lt;rss&gt;, or <rss version='2.0'></p>",
        "<html><body><feed></feed></body></html>",
        "<script>location = '/'</script>",
    ],
)
def test_a_page_that_speaks_of_feeds_is_a_page(page: str) -> None:
    assert isinstance(parse(Document(page.encode(), "https://x.example/"), NOW), Unreadable)


def test_what_the_fetch_knows_to_be_cut_is_not_complete() -> None:
    assert not read(rss(numbered(range(3))), truncated=True).complete


@pytest.mark.parametrize("declared", ["", 'encoding="utf-8"', 'encoding="iso-8859-1"'])
@pytest.mark.parametrize(
    "header", [None, "text/xml; charset=utf-8", "text/xml; charset=ISO-8859-1"]
)
@pytest.mark.parametrize("real", ["windows-1256", "iso-8859-6", "utf-8", "utf-16"])
def test_arabic_is_read_whatever_encoding_is_claimed(
    declared: str, header: str | None, real: str
) -> None:
    text = (
        f"<?xml version='1.0' {declared}?><rss version='2.0'><channel><item>"
        "<title>عاجل: توقف المستشفى عن العمل، ونقص في الأدوية والوقود</title>"
        "</item></channel></rss>"
    )
    feed = read(text.encode(real), content_type=header)
    assert feed.entries[0].title == "عاجل: توقف المستشفى عن العمل، ونقص في الأدوية والوقود"


@pytest.mark.parametrize("real", ["windows-1252", "iso-8859-1", "utf-8"])
@pytest.mark.parametrize("header", [None, "text/xml; charset=utf-8"])
def test_french_is_not_taken_for_arabic(real: str, header: str | None) -> None:
    title = "Épidémie : l'hôpital évacué, où sont les médicaments reçus à Noël ?"
    feed = read(
        f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>".encode(
            real
        ),
        content_type=header,
    )
    assert feed.entries[0].title == title


def test_a_named_encoding_that_fits_is_believed() -> None:
    body = '<?xml version="1.0" encoding="koi8-r"?><a>Больница закрыта</a>'.encode("koi8-r")
    assert "Больница" in decode(body)


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = ("<a>" + "نقص الدواء " * 50 + "</a>").encode() + b"\xd9"
    text = decode(body, "text/xml; charset=windows-1256")
    assert text.count("نقص الدواء") == 50 and text.endswith("\ufffd")


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_any_bytes_decode(body: bytes) -> None:
    decode(body).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"hello",
        b"%PDF-1.4",
        b"<note><to>x</to></note>",
        b"{}",
        b"[1, 2]",
        b"null",
        b"<html><body>nothing</body></html>",
        gzip.compress(b"x", mtime=0),
        b"\x00" * 100,
        b"<" * 1000,
        b"[" * 100_000,
    ],
)
def test_what_is_no_feed_is_said_with_a_hint(body: bytes) -> None:
    parsed = parse(Document(body, "https://x.example/"), NOW)
    assert isinstance(parsed, Unreadable)
    assert parsed.message and parsed.hint


@given(st.binary(max_size=300), st.sampled_from(["", "<rss><channel><item><title>", "<feed>"]))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_the_parser_raise(tail: bytes, head: str) -> None:
    parse(Document(head.encode() + tail, "https://x.example/", "text/xml"), NOW)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss([])).entries == ()


def endless(form: str, dated: str) -> bytes:
    """5,000 entries: without dates, or with the oldest or the newest first."""
    at = [
        NOW - timedelta(minutes=n if dated == "newest-first" else 5_000 - n) for n in range(5_000)
    ]
    if form == "json":
        items = [
            {"id": str(n), "title": f"n{n}"}
            | ({"date_published": day.isoformat()} if dated else {})
            for n, day in enumerate(at)
        ]
        return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    dates = [f"<pubDate>{format_datetime(day)}</pubDate>" if dated else "" for day in at]
    rows = "".join(f"<item><title>n{n}</title>{date}</item>" for n, date in enumerate(dates))
    return f"<rss version='2.0'><channel>{rows}</channel></rss>".encode()


@pytest.mark.parametrize("form", ["rss", "json"])
@pytest.mark.parametrize(
    ("dated", "first"), [("", 0), ("newest-first", 0), ("oldest-first", 3_000)]
)
def test_of_an_endless_list_the_newest_2000_are_read(form: str, dated: str, first: int) -> None:
    feed = read(endless(form, dated))
    assert (feed.entries_in_document, feed.left_out, len(feed.entries)) == (5_000, 3_000, 2_000)
    assert (feed.entries[0].title, feed.entries[-1].title) == (f"n{first}", f"n{first + 1_999}")
    assert feed.problem and "5000" in feed.problem and "3000" in feed.problem


@pytest.mark.parametrize("form", ["rss", "json"])
@pytest.mark.parametrize("lying", ["", "Mon, 01 Jan 2035 00:00:00 GMT", "soon", "9" * 40])
@pytest.mark.parametrize("pinned", [1, 3_000])
def test_entries_without_a_date_or_with_one_that_lies_hide_no_newest_of_an_endless_list(
    form: str, lying: str, pinned: int
) -> None:
    text = endless(form, "oldest-first").decode()
    if form == "json":
        first = [{"id": f"p{n}", "title": "p", "date_published": lying} for n in range(pinned)]
        body = json.dumps(json.loads(text) | {"items": first + json.loads(text)["items"]})
    else:
        lies = f"<item><title>p</title><pubDate>{lying}</pubDate></item>" * pinned
        body = text.replace("<item>", f"{lies}<item>", 1)
    feed = read(body)
    assert (feed.entries_in_document, len(feed.entries)) == (5_000 + pinned, 2_000)
    kept = min(pinned, 1_000)
    assert [each.title for each in feed.entries[:kept]] == ["p"] * kept
    assert feed.entries[-1].title == "n4999"
    assert feed.entries[kept].title == f"n{3_000 + kept}"


def test_entities_defined_in_the_document_do_not_grow() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    feed = read(
        f"<?xml version='1.0'?><!DOCTYPE rss [{levels}]><rss version='2.0'><channel>"
        "<item><title>&l11;</title></item></channel></rss>"
    )
    assert len(feed.entries[0].title) < 100


def test_files_named_by_a_document_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("very secret")
    feed = read(
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x SYSTEM '{secret.as_uri()}'>]>"
        "<rss version='2.0'><channel><item><title>a &x; b</title></item></channel></rss>"
    )
    assert "secret" not in feed.entries[0].title


def item(inside: str) -> FeedEntry:
    """The one entry of a feed that knows every usual namespace."""
    spaces = {
        "media": "http://search.yahoo.com/mrss/",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "dcterms": "http://purl.org/dc/terms/",
        "atom": "http://www.w3.org/2005/Atom",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    }
    named = " ".join(f"xmlns:{name}='{uri}'" for name, uri in spaces.items())
    (entry,) = read(
        f"<rss version='2.0' {named}><channel><item>{inside}</item></channel></rss>"
    ).entries
    return entry


LEAD = "No insulin is left in the hospitals of the district"
STORY = "The convoy was turned back at the crossing on Monday, drivers and doctors said. " * 3


@pytest.mark.parametrize(
    "inside",
    [
        f"<description>{LEAD}</description><media:description>{STORY}</media:description>",
        f"<media:description>{STORY}</media:description><description>{LEAD}</description>",
        f"<description>{LEAD}</description><media:group><media:description>{STORY}"
        "</media:description></media:group>",
        f"<description>{LEAD}</description><content:encoded>{STORY}</content:encoded>",
        f"<description>{LEAD}</description><itunes:summary>{STORY}</itunes:summary>",
        f"<itunes:subtitle>{LEAD}</itunes:subtitle><description>{STORY}</description>",
        f"<description>{LEAD}</description><dc:description>{STORY}</dc:description>",
        f"<dcterms:abstract>{LEAD}</dcterms:abstract><description>{STORY}</description>",
        f"<description>{LEAD}</description><description>{STORY}</description>",
        f"<atom:summary>{LEAD}</atom:summary><atom:content>{STORY}</atom:content>",
    ],
)
def test_a_lead_is_read_beside_a_longer_text(inside: str) -> None:
    summary = item(f"<title>Convoy</title>{inside}").summary
    assert LEAD in summary and summary.count("turned back") == 3


def test_a_lead_is_read_beside_a_longer_text_in_json_too() -> None:
    feed = read(
        '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "t", '
        f'"summary": "{LEAD}", "content_text": "{STORY}"}}]}}'
    )
    assert LEAD in feed.entries[0].summary and "turned back" in feed.entries[0].summary


@pytest.mark.parametrize(
    "description",
    ["The convoy was turned back at the crossing…", "the convoy was turned back […]", "Convoy"],
)
def test_what_a_longer_text_says_word_for_word_is_not_repeated(description: str) -> None:
    entry = item(
        f"<title>Convoy</title><description>{description}</description>"
        f"<content:encoded>{STORY}</content:encoded>"
    )
    assert entry.summary == STORY.strip()


@given(st.lists(st.text(alphabet="ab \n…", max_size=40), max_size=5), st.text("ab ", max_size=9))
def test_joined_texts_lose_no_line_and_keep_within_the_limit(texts: list[str], title: str) -> None:
    joined = joined_texts(texts, title)
    assert len(joined) <= MAX_SUMMARY
    for word in {word for text in texts for word in re.findall(r"\w+", text)}:
        assert word in joined or word in title or "…" in "".join(texts)


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        (
            "<link>https://n.example/health news/a b.html</link>",
            "https://n.example/health%20news/a%20b.html",
        ),
        ("<link>https://n.example/a\n      /b.html</link>", "https://n.example/a/b.html"),
        ("<link> https://n.example/a?q=x y#z </link>", "https://n.example/a?q=x%20y#z"),
        ("<link></link><guid>https://n.example/x1</guid>", "https://n.example/x1"),
        ("<link/><guid>https://n.example/x1</guid>", "https://n.example/x1"),
        ("<link> </link><guid>https://n.example/x1</guid>", "https://n.example/x1"),
        ("<link><![CDATA[ ]]></link><guid>https://n.example/x1</guid>", "https://n.example/x1"),
        ("<guid>https://n.example/x1</guid><link></link>", "https://n.example/x1"),
        ("<link>https://n.example/a</link><link></link>", "https://n.example/a"),
        (
            "<link>javascript:void(0)</link><guid>https://n.example/x1</guid>",
            "https://n.example/x1",
        ),
        ("<link>http://</link><guid>https://n.example/x1</guid>", "https://n.example/x1"),
        (
            "<link></link><atom:link href='https://n.example/a'/><guid>x</guid>",
            "https://n.example/a",
        ),
        ("<link>/news/1</link><guid>tag:1</guid>", "https://field.example/news/1"),
        (
            "<link>https://n.example/a</link><guid>https://n.example/x1</guid>",
            "https://n.example/a",
        ),
        ("<link>https://n example/a</link><title>t</title>", None),
        *(
            (f"<link>{odd}</link><guid>https://n.example/x1</guid>", "https://n.example/x1")
            for odd in (
                "#", "#item-3", "null", "undefined", "about:blank", "file:///etc/passwd",
                "data:text/html,x", "ftp://n.example/x", "https://", "https//n.example/a",
                "www.n.example/a", "https://n.example:99999/a", "&#160;", "<!-- none -->",
            )
        ),
        ("<link>#</link><guid isPermaLink='false'>7</guid>", None),
        ("<link>null</link><guid isPermaLink='false'>7</guid>", None),
        ("<link>https://</link><guid isPermaLink='false'>7</guid>", None),
        ("<link>https:/n.example/a</link>", "https://n.example/a"),
        ("<link>https//n.example/a</link>", "https://n.example/a"),
        ("<link>http://https://n.example/a</link>", "https://n.example/a"),
        ("<link>www.n.example/a</link>", "https://www.n.example/a"),
        (
            "<link>https://archive.example/2026/https://n.example/a</link>",
            "https://archive.example/2026/https://n.example/a",
        ),
    ],
)  # fmt: skip
def test_an_empty_or_odd_link_does_not_block_the_next_best(inside: str, link: str | None) -> None:
    assert item(f"<title>t</title>{inside}").link == link


@pytest.mark.parametrize(
    "inside",
    [
        "<title></title><media:title>Siege</media:title>",
        "<media:title>Siege</media:title><title></title>",
        "<title><![CDATA[]]></title><dc:title>Siege</dc:title>",
        "<title>Siege</title><title/>",
        "<title/><itunes:title>Siege</itunes:title>",
        "<title type='html'></title><itunes:title>Siege</itunes:title>",
        "<title>&lt;img src='x'&gt;</title><itunes:title>Siege</itunes:title>",
        "<title></title><description>Siege</description>",
    ],
)
def test_an_empty_title_does_not_block_the_next_best(inside: str) -> None:
    assert item(inside).title == "Siege"


@pytest.mark.parametrize(
    "inside",
    [
        "<pubDate></pubDate><dc:date>2026-01-20T08:30:00Z</dc:date>",
        "<pubDate>Tue, 20 Jan 2026 08:30:00 GMT</pubDate><pubDate/>",
        "<pubDate>Tue, 20 Jan 2026 08:30:00 GMT</pubDate><atom:published></atom:published>",
        "<pubDate>soon</pubDate><dc:date>2026-01-20T08:30:00Z</dc:date>",
        "<dc:date>2026-01-20T08:30:00Z</dc:date><atom:updated></atom:updated>",
    ],
)
def test_an_empty_or_odd_date_does_not_block_the_next_best(inside: str) -> None:
    found = item(f"<title>t</title>{inside}").published_at
    assert found == datetime(2026, 1, 20, 8, 30, tzinfo=UTC)


def test_an_empty_summary_or_guid_does_not_block_the_next_best() -> None:
    entry = item(
        "<guid/><guid isPermaLink='false'>7</guid><description>Siege</description><description/>"
    )
    assert (entry.guid, entry.title) == ("7", "Siege")


def test_links_that_are_no_web_addresses_are_left_out() -> None:
    body = "<rss version='2.0'><channel>" + "".join(
        f"<item><title>t</title><link>{link}</link></item>"
        for link in ("javascript:alert(1)", "http://[::1", "mailto:a@b.c", "//field.example/x")
    )
    links = [each.link for each in read(body + "</channel></rss>").entries]
    assert links == [None, None, None, "https://field.example/x"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("15 كانون الأول 2025", "2025-12-15T00:00"),
        ("الأحد، 4 تشرين الثاني 2025 الساعة 14:05", "2025-11-04T14:05"),
        ("10 آب 2025 8:30 ص", "2025-08-10T08:30"),
        ("5 جويلية 2025 - 12:10 ص", "2025-07-05T00:10"),
        ("20 غشت 2025 12:10 م", "2025-08-20T12:10"),
        ("15/يناير/2026 10:00 +0300", "2026-01-15T07:00"),
        ("le 1er janvier 2026 à 09:00", "2026-01-01T09:00"),
        ("lundi 12 janvier 2026 18:45", "2026-01-12T18:45"),
        ("12 janvier 2026 à 18h45", "2026-01-12T18:45"),
        ("12 janvier 2026, 18 h", "2026-01-12T18:00"),
        ("2026-01-12 18:45:00", "2026-01-12T18:45"),
        ("٢٠٢٦-٠١-١٢ ١٨:٤٥", "2026-01-12T18:45"),
        ("45 يناير 2026", None),
        ("يناير", None),
        ("قريبا", None),
        ("1768243500000", "2026-01-12T18:45"),
        ("January 12, 2026 6:45 pm", "2026-01-12T18:45"),
        ("Mon, 12 Jan 2026 18:45:00", "2026-01-12T18:45"),
        ("13/01/2026 18:45", "2026-01-13T18:45"),
        ("Tue, 01/13/2026 - 18:45", "2026-01-13T18:45"),
        ("01/02/2026", None),
        # Two calendars, in either order: the day is the one beside its month.
        ("١١ شعبان ١٤٤٧ هـ الموافق ٣٠ يناير ٢٠٢٦ - ١٠:٣٠ م", "2026-01-30T22:30"),
        ("30 يناير 2026 الموافق 11 شعبان 1447", "2026-01-30T00:00"),
        ("11 Sha'ban 1447 / January 30, 2026", "2026-01-30T00:00"),
        ("11/8/1447 - 30 من يناير 2026", "2026-01-30T00:00"),
        ("11 شعبان 1447", None),
    ],
)
def test_dates_in_words_are_understood(said: str, meant: str | None) -> None:
    expected = None if meant is None else datetime.fromisoformat(meant).replace(tzinfo=UTC)
    assert entry_time(said, None, (expected or NOW) + timedelta(days=1)) == expected


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Fri Jan 30 2026 09:00:00 GMT+0300 (Arabian Standard Time)", "2026-01-30T06:00"),
        ("Fri Jan 30 2026 09:00:00 GMT-0300 (توقيت القطب)", "2026-01-30T12:00"),
        ("2026-01-30 09:00 GMT+3", "2026-01-30T06:00"),
        ("30 يناير 2026 09:00 UTC+03:00", "2026-01-30T06:00"),
        ("2026-01-30T09:00:00Z[UTC]", "2026-01-30T09:00"),
        ("2026-01-30T09:00:00z", "2026-01-30T09:00"),
        ("Fri, 30 Jan 2026 09:00:00 \u22120300", "2026-01-30T12:00"),
        ("2026-01-30 09:00 (UTC+3)", "2026-01-30T06:00"),
        ("2026-01-30 09:00 - UTC+3", "2026-01-30T06:00"),
        ("2026-01-30 09:00 \u2013 utc+03:00", "2026-01-30T06:00"),
        ("30/01/2026 09:00 GMT", "2026-01-30T09:00"),
        ("30 يناير 2026 - 09:00 بتوقيت غرينتش", "2026-01-30T09:00"),
        ("30 January 2026 09:00 Europe/Paris", "2026-01-30T08:00"),
        ("30 janvier 2026 à 9h00 (Europe/Paris)", "2026-01-30T08:00"),
        ("2026-01-30T09:00:00 Asia/Baghdad", "2026-01-30T06:00"),
        ("2026-01-30T09:00:00[Asia/Baghdad]", "2026-01-30T06:00"),
        ("Fri, 30 Jan 2026 09:00:00 EET", "2026-01-30T07:00"),
        ("2026-01-30 09:00 CET", "2026-01-30T08:00"),
        ("2026-01-30T08:59:60Z", "2026-01-30T08:59:59"),
        ("Fri, 30 Jan 2026 08:59:60 GMT", "2026-01-30T08:59:59"),
        ("30 يناير 2026 - 08:59:60 GMT", "2026-01-30T08:59:59"),
    ],
)
def test_a_zone_that_a_date_names_in_an_odd_way_counts(said: str, meant: str) -> None:
    expected = datetime.fromisoformat(meant).replace(tzinfo=UTC)
    published = item(f"<title>t</title><pubDate>{said}</pubDate>").published_at
    assert published == expected
    zoned = entry_time(said, None, NOW, timezone="Asia/Gaza", arabic=True)
    assert zoned == expected


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "America/Argentina", "Asia/../Paris", "QQQ"])
def test_a_zone_that_nobody_knows_is_none(zone: str) -> None:
    for said in (f"30 January 2026 09:00 {zone}", f"Fri, 30 Jan 2026 09:00:00 {zone}"):
        read = entry_time(said, None, NOW, timezone="Asia/Baghdad")
        assert read == datetime(2026, 1, 30, 6, 0, tzinfo=UTC)


def test_a_date_without_a_zone_is_in_the_feeds_time_zone() -> None:
    for raw in (
        "Sat, 31 Jan 2026 11:00:00",
        "31 Jan 2026 11:00",
        "2026-01-31T11:00:00",
        "31 Jan 2026 11:00 AM",
        "31-01-2026 11:00",
        "السبت 31 يناير 2026 - 11:00",
    ):
        assert _dated(raw, "Asia/Aden") == datetime(2026, 1, 31, 8, tzinfo=UTC), raw
    for raw in ("Sat, 31 Jan 2026 11:00:00 GMT", "2026-01-31T11:00:00Z"):
        assert _dated(raw, "Asia/Aden") == datetime(2026, 1, 31, 11, tzinfo=UTC), raw


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Fri, 30 Jan 2026 10:30:00 PM", "2026-01-30T22:30"),
        ("Jan 9, 2026 8:30 PM", "2026-01-09T20:30"),
        ("Jan 9, 2026 8:30PM", "2026-01-09T20:30"),
        ("Jan 9, 2026 8:30 p.m.", "2026-01-09T20:30"),
        ("January 9, 2026 8:30 pm", "2026-01-09T20:30"),
        ("9 Jan 2026 12:15 AM", "2026-01-09T00:15"),
        ("Jan 9, 2026 12:15 AM", "2026-01-09T00:15"),
        ("Fri, 09 Jan 2026 12:15:00 AM", "2026-01-09T00:15"),
        ("Fri, 09 Jan 2026 12:15 PM", "2026-01-09T12:15"),
        ("2026-01-09 12:15 AM", "2026-01-09T00:15"),
        ("2026-01-09 08:30:00 PM", "2026-01-09T20:30"),
        ("2026/01/09 08:30 PM", "2026-01-09T20:30"),
        ("13/01/2026 12:15 AM", "2026-01-13T00:15"),
        ("9 يناير 2026 12:15 ص", "2026-01-09T00:15"),
        ("9 يناير 2026 م 08:30 ص", "2026-01-09T08:30"),
        ("9 يناير 2026 الساعة مساء 8:30", "2026-01-09T20:30"),
        ("Fri, 09 Jan 2026 2:30 PM +0300", "2026-01-09T11:30"),
        ("Fri, 09 Jan 2026 12:15 AM +0300", "2026-01-08T21:15"),
        ("Fri, 09 Jan 2026 2:30 PM GMT", "2026-01-09T14:30"),
        ("Fri, 09 Jan 2026 14:30 AST", "2026-01-09T11:30"),
    ],
)
def test_an_evening_is_not_taken_for_a_morning(said: str, meant: str) -> None:
    assert _dated(said) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026/01/20 08:30", "2026-01-20T08:30"),
        ("2026.1.20", "2026-01-20T00:00"),
        ("20260120T083000Z", "2026-01-20T08:30"),
        ("Tue, 20 Jan 26 08:30:00 GMT", "2026-01-20T08:30"),
        ("Sat, 31 Jan 2026 15:00:00 GMT", "2026-01-31T13:00"),  # three hours ahead: a wrong zone
    ],
)
def test_a_date_that_names_its_day_is_that_day(said: str, meant: str) -> None:
    assert _dated(said) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "Mon, 20 Jul 2026 08:30:00 GMT",
        "2026-02-02T12:00:00Z",
        "20-26-01",
        "2026/13/45 08:30",
        "26/01/20",
        "01-02-26 08:30",
        "1769000000000000",
        "45 Jan 2026 08:30:00 GMT",
        "2026-01-30T25:00:00Z",
        "Fri, 30 Jan 2026 22:61:00 GMT",
        "Fri, 30 Jan 2026 22:30:00 +9999",
        "Thu, 31 Feb 2026 10:00:00 GMT",
        "0000-00-00 00:00:00",
        "1447/07/20",
        "2026-01-30 09:00 ../../etc/passwd",  # not midnight
    ],
)
def test_a_guessed_or_impossible_date_is_no_date(raw: str) -> None:
    # As the newest date there is, it would make every old entry of such a feed fresh.
    assert _dated(raw) is None


@pytest.mark.parametrize("zone", [None, "Asia/Damascus", "America/Port-au-Prince"])
@pytest.mark.parametrize(
    "raw",
    [
        "0001-01-01T00:00:00",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "01 Jan 0001 00:00:00 AST",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "0000000000",
        "9999-12-31T23:59:59",
    ],
)
def test_what_software_writes_for_no_date_is_no_date(raw: str, zone: str | None) -> None:
    # As the oldest date there is, it would make every entry of such a feed old news.
    assert _dated(raw, zone) is None


def _dated(raw: str, zone: str | None = None) -> datetime | None:
    """What the whole parser makes of a date."""
    feed = read(
        f"<rss version='2.0'><channel><item><title>خبر</title><pubDate>{raw}</pubDate></item>"
        "</channel></rss>",
        language="ar",
        timezone=zone,
    )
    return feed.entries[0].published_at


@given(st.text(max_size=60), st.none() | st.tuples(*[st.integers(-5, 3_000)] * 6))
def test_dates_stay_within_their_bounds(raw: str, parsed: tuple[int, ...] | None) -> None:
    when = entry_time(raw, parsed, NOW, timezone="Asia/Gaza", arabic=True)
    assert when is None or NOW - OLDEST <= when <= NOW + NEWEST


@given(st.text(alphabet="<>/&;abp!-[]CDATA\x00\u202e ا\ud800\n\t\"'=", max_size=200))
@settings(deadline=None)
def test_plain_text_holds_nothing_that_cannot_be_stored(markup: str) -> None:
    text = plain_text(markup, 100)
    assert len(text) <= 100
    text.encode("utf-8")
    assert "\x00" not in text
    assert text == text.strip()


def test_long_texts_are_cut_between_words() -> None:
    body = rss([numbered([1])[0]]).replace(b"</title>", b" word" * 2_000 + b"</title>")
    title = read(body).entries[0].title
    assert len(title) <= MAX_TITLE and title.endswith("word…")
    assert len(plain_text("كلمة " * 10_000, MAX_SUMMARY)) <= MAX_SUMMARY


def test_a_text_full_of_markup_is_handed_over_in_few_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Line by line and sign by sign it takes a tenth of all parsing longer."""
    pieces: list[str] = []
    real = _StrictFeedParser.characters

    def noted(parser: _StrictFeedParser, text: str) -> None:
        pieces.append(text)
        real(parser, text)

    monkeypatch.setattr(_StrictFeedParser, "characters", noted)
    lines = "\n".join(f"<p>خبر &amp; {number}</p>" for number in range(200))
    (found,) = read(rss([entry("عنوان", guid="1", summary=lines)])).entries
    assert found.summary.startswith("خبر & 0\nخبر & 1\n")
    assert len(pieces) < 10


@given(st.text(alphabet=" \t\xa0\u2003\n\rاa", max_size=30))
def test_white_space_is_folded_and_lines_stay_apart(text: str) -> None:
    folded = re.sub(r"[^\S\n]+", " ", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = re.sub(r" ?\n[ \n]*", "\n", folded).strip()
    assert plain_text(text, 100) == lines
