"""Pages and sitemaps are polled as feeds are: the same schedule, identity, health and limits."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.feeds.catalogue import Feed
from bot.feeds.sites.selectors import PageSelectors
from tests.bot.polling.desk import NOW, Desk, open_desk

AGAIN = timedelta(hours=1)
HTML = {"content-type": "text/html"}
ITEM = '<li class="n"><a href="/n/{0}">خبر رقم {0} عن معبر</a><time>{1}</time></li>'


def page(numbers: range, when: str = "") -> bytes:
    items = "".join(ITEM.format(number, when) for number in numbers)
    return f"<!doctype html><html><body><ul>{items}</ul></body></html>".encode()


def watch(desk: Desk, **about: object) -> None:
    feed = Feed(
        "a", "a", desk.server.url("/a"), "ar", format="page", selectors=PageSelectors("li.n")
    )
    desk.poller.use([replace(feed, **about)])  # type: ignore[arg-type]


async def test_the_first_look_at_a_page_is_history_and_what_comes_later_is_new(
    tmp_path: Path,
) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk)
        desk.server.serve("/a", page(range(1, 6)), headers=HTML)
        assert (await desk.poll())["a"].seeded == 5
        desk.server.serve("/a", page(range(0, 6)), headers=HTML)
        assert (await desk.poll(AGAIN))["a"].new == 1
        assert desk.newsroom.new == ["خبر رقم 0 عن معبر"]
        (newest,) = [each for each in await desk.entries() if not each.seeded]
        assert (newest.published_at, newest.first_seen_at) == (None, NOW + AGAIN)
        assert "text/html" in desk.server.seen[0].headers["accept"]


async def test_a_page_is_asked_for_only_if_it_changed(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk)
        desk.server.serve("/a", page(range(3)), headers=HTML | {"etag": '"one"'})
        await desk.poll()
        desk.server.serve("/a", b"", "304 Not Modified")
        assert (await desk.poll(AGAIN))["a"].result == "unchanged"
        assert desk.server.seen[1].headers["if-none-match"] == '"one"'


async def test_operators_hear_that_a_page_changed_its_form_and_that_it_works_again(
    tmp_path: Path,
) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk)
        desk.server.serve("/a", page(range(3)), headers=HTML)
        await desk.poll()
        desk.server.serve("/a", b"<html><body><div>redesigned</div>", headers=HTML)
        for hour in range(1, 4):
            report = (await desk.poll(AGAIN * hour))["a"]
            assert report.result == "failed" and "li.n" in (report.error or "")
        (notice,) = desk.notices
        assert (notice.event, notice.failure) == ("broken", "changed")
        watch(desk, selectors=PageSelectors("body > div"))
        desk.server.serve(
            "/a", "<div><a href=/n/1>خبر رقم 1 عن معبر</a></div>".encode(), headers=HTML
        )
        # The same page under new selectors: nothing of it is news.
        assert (await desk.poll(AGAIN * 4))["a"].new == 0
        assert [each.event for each in desk.notices] == ["broken", "recovered"]


async def test_a_page_may_lead_to_no_private_address(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk)
        desk.server.serve("/a", b"", "302 Found", {"Location": "http://10.0.0.1/admin"})
        report = (await desk.poll())["a"]
        assert report.result == "failed" and "10.0.0.1" in (report.error or "")


def urlset(*paths: str) -> bytes:
    rows = "".join(f"<url><loc>http://feeds.test/{path}</loc></url>" for path in paths)
    return f"<urlset>{rows}</urlset>".encode()


async def test_a_list_of_sitemaps_is_followed_each_time_and_gz_is_unpacked(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk, format="sitemap", selectors=None)
        rows = "".join(
            f"<sitemap><loc>{desk.server.url(f'/{name}')}</loc></sitemap>"
            for name in ("news-1.xml", "news-2.xml.gz", "image.xml", "tags.xml")
        )
        listing = f"<sitemapindex>{rows}</sitemapindex>".encode()
        desk.server.serve("/a", listing, headers={"etag": '"same"'})
        desk.server.serve("/news-1.xml", urlset("road-is-closed"))
        desk.server.serve("/news-2.xml.gz", gzip.compress(urlset("bridge-is-gone")))
        desk.server.serve("/tags.xml", urlset("tag-of-things"))
        assert (await desk.poll())["a"].seeded == 3
        assert desk.server.requests["/image.xml"] == 0
        desk.server.serve("/news-2.xml.gz", gzip.compress(urlset("well-is-dry", "bridge-is-gone")))
        assert (await desk.poll(AGAIN))["a"].new == 1
        assert desk.newsroom.new == ["well is dry"]
        assert "if-none-match" not in desk.server.seen[-4].headers


async def test_a_gz_that_unpacks_without_end_is_cut(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk, format="sitemap", selectors=None)
        bomb = gzip.compress(urlset("road-is-closed")[:-9] + b" " * 30_000_000 + b"</urlset>")
        desk.server.serve("/a", bomb)
        report = (await desk.poll())["a"]
        assert (report.result, report.seeded) == ("accepted", 1)
        assert (await desk.state()).truncated


async def test_one_sitemap_of_a_list_that_fails_costs_no_other(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk, format="sitemap", selectors=None)
        rows = "".join(
            f"<sitemap><loc>{desk.server.url(f'/{name}')}</loc></sitemap>" for name in "bc"
        )
        desk.server.serve("/a", f"<sitemapindex>{rows}</sitemapindex>".encode())
        desk.server.serve("/b", urlset("road-is-closed"))
        report = (await desk.poll())["a"]
        assert (report.result, report.entries) == ("accepted", 1)
        assert "could not be read" in (report.hint or "")
        desk.server.serve("/b", b"", "404 Not Found")
        assert (await desk.poll(AGAIN))["a"].result == "failed"


async def test_old_pages_of_a_sitemap_that_appear_at_once_are_no_news(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        watch(desk, format="sitemap", selectors=None)
        old = [f"road-is-closed-{n}" for n in range(90)]
        desk.server.serve("/a", urlset(*old[:50]))
        assert (await desk.poll())["a"].seeded == 50
        desk.server.serve("/a", urlset(*old))
        report = (await desk.poll(AGAIN))["a"]
        assert (report.result, report.seeded, report.new) == ("accepted", 40, 0)
