from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.catalogue import Feed, load_catalogue, read_catalogue, slug
from bot.feeds.fetch.addresses import AllowList, refusal
from bot.feeds.opml import OpmlInvalid, catalogue_text, export_opml, import_opml
from bot.feeds.problems import CatalogueInvalid
from bot.feeds.publishers import publisher_family
from bot.feeds.sites.selectors import PageSelectors
from bot.locales import texts
from bot.locales.bidi import without_controls
from bot.notices.feeds import FeedsKept

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SHIPPED = Path(__file__).parents[3] / "feeds.yaml"


def problems(text: str) -> list[str]:
    with pytest.raises(CatalogueInvalid) as raised:
        read_catalogue(text)
    return [str(problem) for problem in raised.value.problems]


def test_the_shipped_list_is_valid_in_three_languages_and_says_it_was_not_tried() -> None:
    feeds = load_catalogue(SHIPPED)
    assert len(feeds) >= 60
    assert {feed.language for feed in feeds} == {"ar", "en", "fr"}
    assert len({feed.id for feed in feeds}) == len(feeds)
    assert all(feed.family and feed.region for feed in feeds)
    assert "could not be tried" in SHIPPED.read_text("utf-8")


def test_what_a_row_leaves_out_is_filled_in() -> None:
    (feed,) = read_catalogue("feeds:\n  - name: عنب بلدي\n    url: https://www.enab.test/feed\n")
    assert feed == Feed("عنب-بلدي", "عنب بلدي", "https://www.enab.test/feed", family="enab.test")


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    told = problems(
        "feeds:\n"
        "  - name: One\n"
        "    url: https://a.test/1\n"
        "    language: de\n"
        "    colour: red\n"
        "  - name: Two\n"
        "    url: ftp://a.test/\n"
        "  - just words\n"
        "  - url: https://a.test/3\n"
        "    interval_minutes: soon\n"
        "  - name: one\n"
        "    url: https://A.test/1/\n"
        "    timezone: Mars\n"
        "  - id: Not A Slug\n"
        "    name: Four\n"
        "    url: https://user:password@a.test/4\n"
        "extra: 1\n"
    )
    expected = [
        (4, "'ar', 'en' or 'fr'"),
        (5, "unknown key 'colour': use one of"),
        (7, "must start with https://"),
        (8, "is no feed"),
        (9, "has no 'name'"),
        (10, "whole number of minutes"),
        (11, "used on line 2 already"),
        (12, "on line 3 already"),
        (13, "Asia/Damascus"),
        (14, "'not-a-slug'"),
        (16, "leave 'user:password@' out"),
        (17, "unknown key 'extra'"),
    ]
    assert len(told) == len(expected), told
    for said, (line, words) in zip(told, expected, strict=True):
        assert said.startswith(f"feeds.yaml:{line}: ") and words in said
    assert not any("password@a.test" in said for said in told)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("- a\n- b\n", "must start with 'feeds:'"),
        ("feeds: 3\n", "must be a list"),
        ("feeds:\n  - name: a\n   url: b\n", "in another column"),
        ("feeds:\n  - name: a\n    name: b\n    url: https://a.test/\n", "duplicate key"),
        ("feeds: [" * 2_000, "nested deeper"),
        ("feeds: [", "a bracket is opened here"),
        ("feeds:\n  - name: {a: b}\n    url: [x]\n", "must be text"),
    ],
)
def test_a_file_that_is_no_list_of_feeds_is_refused(text: str, words: str) -> None:
    assert any(words in problem for problem in problems(text))


ROW = "feeds:\n  - name: a\n    url: https://a.test/\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ROW.encode("utf-8-sig"), id="with a byte order mark"),
        pytest.param(ROW.replace("\n", "\r\n").encode(), id="with the line ends of Windows"),
        pytest.param(f"---\n{ROW}...\n".encode(), id="with the marks of a document"),
        pytest.param(b'{"feeds": [{"name": "a", "url": "https://a.test/"}]}', id="as JSON"),
    ],
)
def test_other_ways_to_write_the_same_list_are_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_bytes(content)
    assert [feed.url for feed in load_catalogue(file)] == ["https://a.test/"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"{ROW}    family: !!python/object/apply:os.system [ls]\n", 4, "tag"),
        (f"{ROW}    family: !!python/name:os\n", 4, "the tag '!!python/name:os'"),
        (f"{ROW}  - !!python/tuple [a, b]\n", 4, "tag"),
        (f"{ROW}    family: !own x\n", 4, "tag"),
        (f"{ROW}    kind: !!binary aGk=\n", 4, "tag"),
        ("!!set {feeds, b}\n", 1, "tag"),
        (f"{ROW}  - {{name: b, url: 'ftp://me:pass@b.test/'}}\n", 4, "leave 'user:password@' out"),
        (f"{ROW}    <<: {{family: b}}\n", 4, "write the keys out"),
        ("base: &b {family: b}\nfeeds:\n  - <<: *b\n    name: a\n", 1, "anchors"),
        (f"{ROW}  - *b\n", 4, "anchors"),
        (f"{ROW}    ? [a, b]\n    : c\n", 4, "is no key"),
        (f"{ROW}    7: c\n", 4, "is no key"),
        (f"{ROW}    null: c\n", 4, "is no key"),
        (f"{ROW}    family: 2026-01-01\n", 4, "must be text"),
        (f"{ROW}    family: yes\x00\n", 4, "is not YAML"),
        (f"{ROW}---\nfeeds: []\n", 4, "remove the line ---"),
        (f"{ROW}    family: {'[' * 50}\n", 4, "nested deeper"),
        (f"{ROW}\tfamily: b\n", 4, "spaces, not tabs"),
        (f"{ROW}{ROW}", 4, "duplicate key"),
        (f"{ROW}    url: https://b.test/\n", 4, "duplicate key"),
        (f"- name: a\n{ROW}", 2, "in another column"),
        (f"%YAML 9.9\n---\n{ROW}", 1, "begins with %"),
        (f"{ROW}    family： b\n", 4, "another colon"),
        (f"{ROW}  – name: b\n", 4, "a hyphen and a space"),
        (f"{ROW}\u00a0   family: b\n", 4, "an invisible character (U+00A0"),
        (f"{ROW}    interval_minutes: ٣٠\n", 4, "write digits like these: 30"),
        (f"{ROW}    interval_minutes: {'9' * 5_000}\n", 4, "a number that no computer reads"),
        (f"{ROW}    interval_minutes: 1:30\n", 4, "whole number of minutes"),
        (f"{ROW}    interval_minutes: .inf\n", 4, "whole number of minutes"),
        (f"{ROW}    language: no\n", 4, "'ar', 'en' or 'fr'"),
        (f"{ROW}    family: #b\n    region:\n", 5, "is empty"),
        (f'{ROW}    family: "a\\0b"\n', 4, "U+0000 cannot be shown"),
        (f'{ROW}    family: "a\\nb"\n', 4, "U+000A cannot be shown"),
        (f'{ROW}    family: "a\\ud800b"\n', 4, "half a character"),
    ],
)
def test_what_only_yaml_knows_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    first = problems(text)[0]
    assert first.startswith(f"feeds.yaml:{line}: ") and words in first


@given(
    st.text(alphabet=":-?!&*<>|%@#{}[],'\"\\\n\t ab1~`\x00\x85\ufeff", max_size=40),
    st.sampled_from(["", "feeds:\n  - ", f"{ROW}    ", f"{ROW}    family: "]),
)
def test_no_text_makes_reading_a_feed_list_fail(tail: str, head: str) -> None:
    with contextlib.suppress(CatalogueInvalid):
        read_catalogue(head + tail)


@pytest.mark.parametrize(
    ("url", "family"),
    [
        ("https://feeds.bbci.co.uk/arabic/rss.xml", "bbci.co.uk"),
        ("https://www.aljazeera.net/feed", "aljazeera.net"),
        ("https://arabic.cnn.com/rss", "cnn.com"),
        ("https://one.blogspot.com/feed", "one.blogspot.com"),
        ("https://www.two.blogspot.com/feed", "two.blogspot.com"),
        ("https://one.github.io/feed", "one.github.io"),
        ("https://news.gov.sy/feed", "news.gov.sy"),
        ("https://أخبار.موقع.test/feed", "موقع.test"),
        ("http://192.168.1.7:8080/feed", "192.168.1.7"),
        ("http://[2001:db8::1]/feed", "2001:db8::1"),
        ("http://intranet/feed", "intranet"),
        ("https://github.io/feed", "github.io"),
    ],
)
def test_subdomains_of_one_owner_are_one_family(url: str, family: str) -> None:
    assert publisher_family(url) == family


def test_subdomains_in_an_imported_list_are_one_family_and_blogs_are_two() -> None:
    rows = ("a.news.test", "b.news.test", "www.news.test", "x.blogspot.com", "y.blogspot.com")
    outlines = "".join(f"<outline text='{host}' xmlUrl='https://{host}/f'/>" for host in rows)
    found = import_opml(f"<opml version='2.0'><body>{outlines}</body></opml>")
    assert [feed.family for feed in found.feeds] == [
        *["news.test"] * 3,
        "x.blogspot.com",
        "y.blogspot.com",
    ]


def test_an_endless_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("catalogue", "marked_rows"):
        monkeypatch.setattr(f"bot.feeds.{module}.MAX_FEEDS", 3)
    assert "more than 3" in problems("feeds:\n" + "  - {name: a, url: b}\n" * 4)[0]


def test_a_missing_file_and_a_wrong_encoding_are_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueInvalid, match="MARSAD_FEEDS_FILE"):
        load_catalogue(tmp_path / "none.yaml")
    (tmp_path / "f.yaml").write_bytes("feeds:\n  - name: قديم\n".encode("windows-1256"))
    with pytest.raises(CatalogueInvalid, match=r"f\.yaml:2: .*UTF-8"):
        load_catalogue(tmp_path / "f.yaml")


def test_an_empty_list_is_valid() -> None:
    assert read_catalogue("feeds: []\n") == ()
    assert read_catalogue("feeds:\n") == ()


@given(st.text(max_size=80))
def test_a_slug_of_a_slug_is_itself(name: str) -> None:
    assert slug(slug(name)) == slug(name)


def test_opml_goes_out_and_comes_back() -> None:
    feeds = load_catalogue(SHIPPED)
    back = import_opml(export_opml(feeds, NOW))
    assert [(feed.name, feed.url, feed.region) for feed in back.feeds] == [
        (feed.name, feed.url, feed.region) for feed in sorted(feeds, key=_folder_order(feeds))
    ]
    assert not back.left


def _folder_order(feeds: tuple[Feed, ...]):  # type: ignore[no-untyped-def]
    regions = list(dict.fromkeys(feed.region for feed in feeds))
    return lambda feed: regions.index(feed.region)


def test_an_import_leaves_out_what_cannot_be_used_and_says_so() -> None:
    have = (Feed("a", "A", "https://a.test/feed"),)
    found = import_opml(
        "<opml version='2.0'><body>"
        "<outline text='A again' xmlUrl='https://a.test/feed/'/>"
        "<outline text='Script' xmlUrl='javascript:alert(1)'/>"
        "<outline text='A' xmlUrl='https://b.test/feed'/>"
        "</body></opml>",
        have,
        "ar",
    )
    assert [(feed.id, feed.language) for feed in found.feeds] == [("a-2", "ar")]
    assert len(found.left) == 2


@pytest.mark.parametrize("text", ["", "<html></html>", "x" * 5_000_001, "<opml"])
def test_what_is_no_opml_is_refused(text: str) -> None:
    with pytest.raises(OpmlInvalid):
        import_opml(text)


@given(
    st.text(min_size=1, max_size=60).filter(
        lambda name: name.strip() == name and name.isprintable()
    )
)
def test_a_feed_written_as_yaml_reads_back_the_same(name: str) -> None:
    feed = Feed("a", name, "https://a.test/?q='x'&y=#1", "ar", family="null", interval_minutes=5)
    assert read_catalogue(catalogue_text([feed])) == (feed,)


REFUSED = (
    "0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.8.8.8 168.63.129.16 169.254.1.1 "
    "169.254.169.254 172.16.0.1 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 "
    "198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 "
    "::127.0.0.1 ::ffff:8.8.8.8 ::ffff:169.254.169.254 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1 "
    "::ffff:0:7f00:1 ::ffff:0:808:808 ::7f00:1 64:ff9b:1:ffff::7f00:1 2001:10::1 2001:2::1 "
    "2001:20::1 3fff::1 5f00::1 2a00:1450::5efe:7f00:1 2a00:1450::200:5efe:a00:1 "
    "2001::1 2001:db8::1 2002:808:808::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1"
).split()


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    import ipaddress

    assert refusal("x.test", ipaddress.ip_address(address), AllowList())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "193.0.6.139", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"]
)
def test_public_addresses_are_reached(address: str) -> None:
    import ipaddress

    assert refusal("x.test", ipaddress.ip_address(address), AllowList()) is None


def test_the_allow_list_names_hosts_and_networks() -> None:
    import ipaddress

    allow = AllowList.of(["10.0.0.0/8", "Feeds.Intranet", "::1", " "])
    inside, other = ipaddress.ip_address("10.2.3.4"), ipaddress.ip_address("192.168.0.1")
    assert refusal("x.test", inside, allow) is None
    assert refusal("feeds.intranet.", other, allow) is None
    assert refusal("x.test", other, allow) == "private"
    assert refusal("x.test", ipaddress.ip_address("::1"), allow) is None
    gateway = AllowList.of(["64:ff9b::/96"])
    assert refusal("x.test", ipaddress.ip_address("64:ff9b::7f00:1"), gateway) == "loopback"


@pytest.mark.parametrize("item", ["http://a", "10.0.0.0/99", "localhost:80"])
def test_a_wrong_item_of_the_allow_list_is_explained(item: str) -> None:
    with pytest.raises(ValueError, match="no port, no scheme"):
        AllowList.of([item])


def test_every_text_about_a_mistake_is_said_somewhere_and_in_three_languages() -> None:
    code = "".join(path.read_text("utf-8") for path in (SHIPPED.parent / "bot").rglob("*.py"))
    keys = {key for key in texts("en").keys() if key.startswith("catalogue.")}  # noqa: SIM118
    said = set(re.findall(r"\bsaid\(\s*\"([a-z_0-9]+)\"", code))
    assert {f"catalogue.{key}" for key in said} == keys


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("ar", "feeds.yaml:4: language: لا تصلح القيمة 'de'", "المعرّف 'one' مستعمل في السطر 2"),
        ("fr", "feeds.yaml:4: language\u202f: 'de' doit être", "l’id 'one' est déjà utilisé à la"),
        ("en", "feeds.yaml:4: language: 'de' must be", "the id 'one' is used on line 2 already"),
    ],
)
def test_a_mistake_is_told_in_the_readers_language(language: str, first: str, second: str) -> None:
    text = (
        "feeds:\n  - name: One\n    url: https://a.test/1\n    language: de\n"
        "  - name: one\n    url: https://a.test/2\n"
    )
    with pytest.raises(CatalogueInvalid) as raised:
        read_catalogue(text)
    told = [without_controls(each.in_language(language)) for each in raised.value.problems]
    assert told[0].startswith(first) and second in told[1]
    kept = FeedsKept(str(raised.value), raised.value.problems).text(texts(language))
    assert second in without_controls(kept)


PAGE = """feeds:
  - name: وزارة الصحة
    url: https://moh.test/news
    format: page
    selectors:
      item: "div.news > li"
      date: .when
  - name: Site
    url: https://site.test/sitemap.xml
    format: sitemap
"""


def test_pages_and_sitemaps_are_rows_like_others_and_come_back_as_they_were() -> None:
    page, sitemap = read_catalogue(PAGE)
    assert page.selectors == PageSelectors("div.news > li", date=".when")
    assert (page.format, sitemap.format, sitemap.selectors) == ("page", "sitemap", None)
    assert read_catalogue(catalogue_text([page, sitemap])) == (page, sitemap)
    # Another reader could do nothing with them.
    assert "moh.test" not in export_opml([page, sitemap], NOW)


@pytest.mark.parametrize(
    ("wrong", "line", "words"),
    [
        ('item: "div[["', 6, "'div[[' is no CSS selector"),
        ("item: ''", 6, "item: is empty"),
        ("item: [a]", 6, "must be text"),
        (f"item: {'a, ' * 200}a", 6, "longer than 300 characters"),
        ("items: li", 6, "unknown key 'items': use one of item, title, link, date, summary"),
    ],
)
def test_what_is_wrong_with_a_selector_is_said_with_its_line(
    wrong: str, line: int, words: str
) -> None:
    told = problems(PAGE.replace('item: "div.news > li"', wrong))
    assert any(said.startswith(f"feeds.yaml:{line}: ") and words in said for said in told), told


@pytest.mark.parametrize(
    ("written", "instead", "words"),
    [
        ("format: page", "format: feed", "only a page has selectors"),
        ("format: sitemap", "format: page", "add 'selectors:'"),
        ("format: sitemap", "format: web", "'feed', 'page' or 'sitemap'"),
        ("format: sitemap", "selectors: li", "add 'selectors:'"),
    ],
)
def test_selectors_belong_to_pages(written: str, instead: str, words: str) -> None:
    assert words in "\n".join(problems(PAGE.replace(written, instead)))
