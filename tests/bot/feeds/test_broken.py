"""Documents that are broken in one place are read in all others."""

from __future__ import annotations

import pytest

from tests.bot.feeds.test_parse import SAMPLES, read

FEED_IN_ARABIC = (
    '{start}<rss version="2.0"><channel><item><title>قصف 😀 على حمص</title></item></channel></rss>'
)


@pytest.mark.parametrize("start", ["<?xml version='1.0'?>", "\n", "<!DOCTYPE rss>", "<!-- c -->"])
@pytest.mark.parametrize("real", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_characters_without_a_mark_are_known_by_their_zeros(real: str, start: str) -> None:
    feed = read(FEED_IN_ARABIC.format(start=start).encode(real))
    assert feed.entries[0].title == "قصف 😀 على حمص"


def test_zeros_and_broken_characters_in_a_title_cost_no_more_than_themselves() -> None:
    body = FEED_IN_ARABIC.format(start="\0").replace("حمص", "ح\0مص").encode()
    assert read(body).entries[0].title == "قصف 😀 على حمص"
    # Written in halves, as Java and old databases do; and a half alone.
    halves = "\ud83d\ude00".encode("utf-8", "surrogatepass")
    assert read(body.replace("😀".encode(), halves)).entries[0].title == "قصف 😀 على حمص"
    assert read(body.replace("😀".encode(), halves[:3])).entries[0].title == "قصف \ufffd على حمص"
    # A word that was cut in the middle of a letter, by who counts bytes.
    torn = read(body.replace("😀".encode(), "حي كبير".encode()[:-1])).entries[0].title
    assert torn == "قصف حي كبي\ufffd على حمص"


@pytest.mark.parametrize("pasted", [1, 3, 6])
@pytest.mark.parametrize("declared", ["utf-8", "windows-1252", ""])
def test_entries_in_two_encodings_are_both_read(pasted: int, declared: str) -> None:
    """As of a portal that puts several sources into one document."""
    titles = [f"قصف عنيف، واشتباكات في حي {n} من حلب؟ «المصدر»" for n in range(6)]
    items = [f"<item><title>{title}</title></item>" for title in titles]
    encoding = f' encoding="{declared}"' if declared else ""
    body = f'<?xml version="1.0"{encoding}?><rss version="2.0"><channel>'.encode()
    for n, item in enumerate(items):
        body += item.encode("windows-1256" if n < pasted else "utf-8")
    assert [entry.title for entry in read(body + b"</channel></rss>").entries] == titles


def test_raw_line_breaks_in_a_json_feed_are_read() -> None:
    body = (SAMPLES / "feed.json").read_text().replace("الدفعة", "الدفعة\n\0")
    assert read(body).entries[0].summary == "وصلت الدفعة\nالأولى" and read(body).complete


@pytest.mark.parametrize(
    ("broken", "lost"),
    [
        ('{"id": "x", "title": "t", "extra": ' + "[" * 50_000 + "]" * 50_000 + "}", 1),
        ('{"id": "x", "title": "}]\\"{", extra: 1}', 1),
        ('{"id": ' + "9" * 5_000 + ', "title": "t"}', 0),
        ('{"id": NaN, "title": "t"}', 0),
    ],
)
def test_an_item_of_a_json_feed_that_cannot_be_read_costs_no_other(broken: str, lost: int) -> None:
    items = [f'{{"id": "{n}", "title": "خبر {n}"}}' for n in range(5)]
    items.insert(2, broken)
    start = '{"version": "https://jsonfeed.org/version/1.1", "items": ['
    feed = read(f"{start}{', '.join(items)}]}}")
    assert [each.title for each in feed.entries if each.title != "t"] == [
        f"خبر {n}" for n in range(5)
    ]
    assert feed.complete and feed.entries_in_document == 6
    assert (feed.problem or "").count("1 could not") == lost
    # One that breaks off is no item, broken or not.
    feed = read(f"{start}{', '.join(items)}, {items[0][:-1]}")
    assert len(feed.entries) == 6 - lost and not feed.complete


def test_a_control_that_parts_words_still_does() -> None:
    """A line of a slide ends in one of them; others stand between the columns of a table."""
    body = "<rss version='2.0'><channel><item><title>{}</title></item></channel></rss>"
    for said in ("قصف\x0bعلى\x0cحلب", "قصف&#11;على&#x1F;حلب"):
        assert read(body.format(said)).entries[0].title == "قصف على حلب"
    title = "قصف\\u000bعلى\x1eحلب"
    said = f'{{"version": "https://jsonfeed.org/version/1", "items": [{{"title": "{title}"}}]}}'
    assert read(said).entries[0].title == "قصف على حلب"


BROKEN_ENTRIES = [
    "<title>&#xD800;a&#0;&#x110000;&#99999999999999999999;</title>",
    "<title>a</title><psc:chapter start='1'/>",
    "<title>a</title></gml:pos>",
    "<textInput><title>a</title></textInput>",
    "<title>a</title><gml:pos>1 2</gml:pos><description>&nbsp;</description>",
]


@pytest.mark.parametrize("broken", BROKEN_ENTRIES)
def test_an_entry_that_cannot_be_read_costs_no_other(broken: str) -> None:
    """feedparser raises half a dozen kinds of errors for elements that stand where they should
    not, and for numbers of no character."""
    items = [f"<item><title>خبر {n}</title><guid>g{n}</guid></item>" for n in range(5)]
    items.insert(2, f"<item>{broken}</item>")
    feed = read(f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")
    assert [e.title for e in feed.entries if e.guid] == [f"خبر {n}" for n in range(5)]
    assert len(feed.entries) == 6 or (feed.problem and "1 could not" in feed.problem)


def test_a_number_that_names_an_entry_is_no_address() -> None:
    numbered = (
        "<rss version='2.0'><channel><item><title>t</title><guid>{}</guid></item></channel></rss>"
    )
    for guid, link in (("4711", None), ("https://n.example/4711", "https://n.example/4711")):
        assert read(numbered.format(guid)).entries[0].link == link


@pytest.mark.parametrize("said_by", ["document", "header", "both"])
@pytest.mark.parametrize(
    "declared", ["utf-8", "windows-1256", "iso-8859-6", "iso-8859-1", "utf-16", "nonsense"]
)
@pytest.mark.parametrize("real", ["utf-8", "utf-8-sig", "cp1256", "iso8859-6", "utf-16"])
def test_arabic_is_read_whatever_encoding_is_declared(
    real: str, declared: str, said_by: str
) -> None:
    title = "حصار على مستشفى تعز ونقص حاد في الأدوية"
    encoding = f' encoding="{declared}"' if said_by != "header" else ""
    body = (
        f'<?xml version="1.0"{encoding}?><rss version="2.0"><channel>'
        f"<item><title>{title}</title></item></channel></rss>"
    ).encode(real)
    header = f"text/xml; charset={declared}" if said_by != "document" else None
    assert read(body, content_type=header).entries[0].title == title


@pytest.mark.parametrize(
    "huge",
    [
        "<description>" + "حصار " * 200_000 + "</description>",
        "<description>&lt;p&gt;" + "نص &amp;nbsp; " * 60_000 + "</description>",
        "<description><![CDATA[" + "<p>نص <b>غليظ</b></p>" * 30_000 + "]]></description>",
        "<description>" + "<p>نص <b>غليظ</b></p>" * 80_000 + "</description>",
        "<description>&lt;img src='data:;base64," + "A" * 4_000_000 + "'/&gt;</description>",
        "<category>صحة</category>" * 150_000 + "<description>نص</description>",
        "<item>" * 60_000 + "<description>نص</description>",
        f"<media:content x='{'y' * 1_000_000}' url='https://n.example/p'/>",
    ],
    ids=["text", "escaped", "cdata", "tags", "picture", "categories", "items", "attribute"],
)
def test_a_huge_entry_is_cut_and_costs_no_other(huge: str) -> None:
    def item(number: int, more: str = "") -> str:
        link = f"<link>https://n.example/{number}</link>"
        return f"<item><guid>g{number}</guid>{more}<title>خبر {number}</title>{link}</item>"

    items = [item(number, huge if number == 5 else "") for number in range(10)]
    text = f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'
    feed = read(text.encode())
    assert [entry.title for entry in feed.entries] == [f"خبر {number}" for number in range(10)]
    assert {entry.guid for entry in feed.entries} == {f"g{number}" for number in range(10)}
    assert "huge" in (feed.problem or "")
    assert feed.complete
