"""`marsad feeds try` against a site on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.clock import utc_now
from bot.feeds.catalogue import Feed, read_catalogue
from bot.settings import Settings, variable
from tests.bot.feeds.documents import numbered, rss
from tests.feed_server import FeedServer, feed_server

HTML = {"content-type": "text/html"}


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FeedServer]:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARSAD_ALLOW_PRIVATE", "127.0.0.1")
    (tmp_path / "feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    async with feed_server() as served:
        yield served


async def tried(server: FeedServer, path: str, *more: str) -> tuple[int, str]:
    address = server.url(path, "127.0.0.1")
    result = await asyncio.to_thread(CliRunner().invoke, app, ["feeds", "try", address, *more])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def rows(text: str) -> list[Feed]:
    """What the printed rows are when they stand in feeds.yaml."""
    found = list[str]()
    for line in text.splitlines():
        if line.startswith("  - id:"):
            found.append("feeds:\n")
        if found and line.startswith(("  - id:", "    ")) and not line.startswith("     " * 3):
            found[-1] += f"{line}\n"
    return [feed for each in found for feed in read_catalogue(each)]


def site(head: str = "") -> bytes:
    day = f"{utc_now() - timedelta(days=1):%Y-%m-%d}"
    cards = "".join(
        f'<div class="card"><a href="/n/{n}"><img src="x"></a><h3><a href="/n/{n}">إغلاق المعبر'
        f' رقم {n} أمام الشاحنات</a></h3><span class="day">{day}</span></div>'
        for n in range(1, 9)
    )
    menu = "".join(f"<li><a href='/s/{n}'>قسم طويل من أقسام الموقع</a></li>" for n in range(20))
    return (
        f'<!doctype html><html lang="ar"><head><title>وزارة الصحة</title>{head}</head><body>'
        f"<nav><ul>{menu}</ul></nav><main>{cards}</main></body></html>"
    ).encode()


async def test_the_feed_that_a_page_names_comes_first_and_nothing_is_stored(
    server: FeedServer, tmp_path: Path
) -> None:
    named = '<link rel="alternate" type="application/rss+xml" href="/news.rss">'
    server.serve("/", site(named), headers=HTML)
    server.serve("/news.rss", rss(numbered(range(7))))
    code, text = await tried(server, "/")
    assert code == 0
    feed, page = rows(text)
    assert (feed.url, feed.format) == (server.url("/news.rss", "127.0.0.1"), "feed")
    assert (feed.name, feed.language) == ("وزارة الصحة", "ar")
    assert page.format == "page"
    assert "خبر رقم 0" in text and "خبر رقم 5" not in text
    assert "Nothing was stored" in text
    assert (tmp_path / "feeds.yaml").read_text() == "feeds: []\n"
    assert not (tmp_path / "data").exists()


async def test_selectors_are_proposed_for_a_page_without_a_feed(server: FeedServer) -> None:
    server.serve("/list", site(), headers=HTML)
    code, text = await tried(server, "/list", "--lang", "ar")
    (page,) = rows(text)
    assert code == 0 and page.selectors is not None
    assert (page.selectors.item, page.selectors.date) == ("div.card", "span.day")
    assert "إغلاق المعبر رقم 1 أمام الشاحنات" in text and "قسم طويل" not in text
    assert "لم يُحفظ شيء" in text
    assert sum(server.requests.values()) <= 20


async def test_the_sitemap_that_robots_txt_names_is_found(server: FeedServer) -> None:
    server.serve("/", b"<!doctype html><html><body>Hello</body></html>", headers=HTML)
    sitemap = server.url("/maps/news.xml", "127.0.0.1")
    server.serve("/robots.txt", f"User-agent: *\nSitemap: {sitemap}\n".encode())
    server.serve("/maps/news.xml", b"<urlset><url><loc>http://x.test/a-b-c</loc></url></urlset>")
    (found,) = rows((await tried(server, "/"))[1])
    assert (found.url, found.format) == (sitemap, "sitemap")


async def test_a_feed_itself_is_a_feed_and_one_that_is_listed_is_said_to_be(
    server: FeedServer, tmp_path: Path
) -> None:
    server.serve("/rss", rss(numbered(range(3))))
    row = f"feeds:\n  - name: x\n    url: {server.url('/rss', '127.0.0.1')}\n"
    (tmp_path / "feeds.yaml").write_text(row, encoding="utf-8")
    code, text = await tried(server, "/rss")
    assert code == 0 and "already" in text
    assert server.requests.total() == 1


@pytest.mark.parametrize(
    ("path", "words"), [("/none", "HTTP 404"), ("/bare", "Nothing to watch was found")]
)
async def test_what_cannot_be_watched_is_said_in_words(
    server: FeedServer, path: str, words: str
) -> None:
    server.serve("/bare", b"<!doctype html><html><body>Hello</body></html>", headers=HTML)
    code, text = await tried(server, path)
    assert code != 0 and words in text


async def test_a_private_address_is_not_looked_at(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MARSAD_ALLOW_PRIVATE")
    code, text = await tried(server, "/")
    assert code != 0 and "loopback" in text
    assert server.connections == 0


@pytest.mark.parametrize(
    "given",
    ["", "file:///etc/passwd", "ftp://x.example", "http://", "javascript:alert(1)", "no host"],
)
async def test_what_is_no_address_of_a_site_is_not_asked(server: FeedServer, given: str) -> None:
    result = await asyncio.to_thread(CliRunner().invoke, app, ["feeds", "try", "--", given])
    assert result.exit_code == 2 and "is no address of a site" in result.output
    assert not server.requests
