"""What the pages show, over plain HTTP."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import httpx
import pytest

from bot.locales.bidi import isolated
from bot.messages.blocks import Span
from bot.web.app import application
from bot.web.render import line_html
from storage import alerts, finding
from storage.connection import Connection
from storage.database import Database
from storage.file.database import FileDatabase
from storage.file.errors import StorageError
from tests.bot.web.conftest import ANALYST, OPERATOR, VIEWER, Desk
from tests.storage.make import NOW, add_alert
from tests.storage.test_finding import NYALA

PATHS = (
    *(
        "/",
        "/?q=حلب+حصار",
        "/?level=critical",
        "/map",
        "/story/A1",
        "/places",
        "/places?name=Qwxzq",
    ),
    *("/place/SY-HL", "/place/g170063", "/signals", "/feeds", "/rules", "/rules/flood"),
    *("/rules/try", "/?days=30&signal=flood&place=SD", "/?after=zz&days=9&level=none"),
)


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
async def test_every_page_is_whole_in_each_language(desk: Desk, language: str) -> None:
    async with await desk.signed_in(OPERATOR, language) as browser:
        for path in PATHS:
            answer = await browser.get(path)
            assert answer.status_code == 200, path
            direction = "rtl" if language == "ar" else "ltr"
            assert f'<html lang="{language}" dir="{direction}">' in answer.text
            assert answer.text.count("<h1>") == 1, path
            assert not re.search(r"[\u2066-\u2069]", answer.text), path
            assert answer.text.count("<bdi") == answer.text.count("</bdi>"), path


async def test_nothing_of_a_feed_is_html(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        for path in ("/", "/story/A1"):
            page = (await browser.get(path)).text
            assert "&lt;script&gt;" in page and "<script>" not in page
            assert "javascript:" not in page
        out = re.findall(r'<a href="https?://[^>]*>', (await browser.get("/story/A1")).text)
    assert out and all("noopener" in each for each in out)


async def test_nothing_inline_and_nothing_from_elsewhere(desk: Desk) -> None:
    async with await desk.signed_in(OPERATOR) as browser:
        for path in PATHS:
            answer = await browser.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), path
            assert not re.search(r'(src|<link[^>]*href)="(https?:)?//', answer.text), path
            assert answer.headers["cache-control"] == "no-store"


async def test_filters_stand_in_the_address(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:

        async def shown(path: str) -> list[str]:
            return re.findall(r'<h3>.*?href="/story/(A\d+)"', (await browser.get(path)).text, re.S)

        assert set(await shown("/")) == {"A1", "A2"}
        assert await shown("/?level=critical") == ["A1"]
        assert await shown("/?signal=flood") == ["A2"]
        assert await shown("/?place=SD") == ["A2"]
        assert await shown("/?q=Aleppo") == ["A1"]
        assert await shown("/?q=Aleppo&signal=flood") == []


async def test_words_that_no_alert_has_are_left_out_and_said(desk: Desk) -> None:
    async with await desk.signed_in(ANALYST) as browser:
        for path, place in (("/", "/story/A1"), ("/map", "/place/g170063")):
            page = (await browser.get(path, params={"q": "kindly update Aleppo"})).text
            assert place in page, path
            assert "kindly" in page and "; without that:" in page, path
            # What was chosen by its sign must stand there, and nothing else was asked here.
            for text in ('Aleppo "kindly"', "kindly update"):
                page = (await browser.get(path, params={"q": text})).text
                assert place not in page and "without that" not in page, (path, text)
        # A file leaves out the same words as the page on which it is offered.
        page = (await browser.get("/", params={"q": "kindly Aleppo"})).text
        assert "/export/" in page and "/newer" in page
        address = "/export/alerts/csv"
        with_word, without = [
            (await browser.get(address, params={"q": text})).text
            for text in ("kindly Aleppo", "Aleppo")
        ]
        assert with_word == without and "A1" in without


async def test_a_word_that_is_like_a_name_is_asked_about(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        for path in ("/", "/map"):
            page = (await browser.get(path, params={"q": "Allepo siege"})).text
            assert "Did you mean" in page and f'href="{path}?q=Aleppo' in page, path
            assert "/story/A1" not in page and "without that" not in page, path


async def test_a_time_that_ended_is_looked_at_by_its_last_month(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        page = (await browser.get("/", params={"q": "before 2024"})).text
        assert "1 December 2023 to 31 December 2023" in page or "December 2023" in page


async def test_pages_of_a_list_miss_nothing(desk: Desk) -> None:
    def more(db: Connection) -> None:
        for _ in range(30):
            add_alert(db, "siege")

    await desk.database.write(more)
    seen: list[str] = []
    async with await desk.signed_in(VIEWER) as browser:
        path: str | None = "/"
        while path:
            page = (await browser.get(path)).text
            seen += re.findall(r'<h3>.*?href="/story/(A\d+)"', page, re.S)
            found = re.search(r'<a href="([^"]+)" rel="next">', page)
            path = found[1].replace("&amp;", "&") if found else None
    assert len(seen) == len(set(seen)) == 32


async def test_what_is_no_place_in_a_list_is_its_beginning(desk: Desk) -> None:
    huge = base64.urlsafe_b64encode(b"1.%d" % 2**70).decode().rstrip("=")
    async with await desk.signed_in(VIEWER) as browser:
        for after in (huge, "1-ffffffffffffffffffffffff", "%00", "A" * 500):
            answer = await browser.get(f"/?after={after}")
            assert answer.status_code == 200 and "/story/A1" in answer.text, after


async def test_a_script_hears_of_what_is_new(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        page = (await browser.get("/")).text
        found = re.search(r'hx-get="(/newer[^"]+)"', page)
        assert found
        path = found[1].replace("&amp;", "&")
        assert "new alert" not in (await browser.get(path)).text
        later = NOW + timedelta(seconds=5)
        await desk.database.write(lambda db: add_alert(db, "siege", later))
        assert "One new alert" in (await browser.get(path)).text


async def test_a_place_is_looked_up_by_its_name(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        answer = await browser.get("/places", params={"name": "نيالا"})
        assert answer.status_code == 303 and answer.headers["location"].startswith("/place/")
        unknown = await browser.get("/places", params={"name": "<b>Qwxz"})
        assert unknown.status_code == 200 and "&lt;b&gt;" in unknown.text


def test_ids_within_a_line_lead_to_their_alerts() -> None:
    line = (Span(f"وفق عنب بلدي · {isolated('/A12')} · "), Span("x/A13"))
    assert line_html(line).count("<a ") == 1
    assert '<bdi><a class="id" href="/story/A12">A12</a></bdi>' in line_html(line)


async def test_without_a_name_the_places_with_most_alerts_are_offered(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        page = (await browser.get("/places")).text
    assert re.findall(r'href="(/place/[^"]+)"', page) == ["/place/g170063", "/place/g369004"]


async def test_the_busiest_places_are_those_of_as_many_days_as_is_said(desk: Desk) -> None:
    def before(db: Connection) -> None:
        for _ in range(3):
            old = add_alert(db, "flood", NOW - timedelta(days=40))
            alerts.set_facts(db, old.id, [NYALA], [])

    await desk.database.write(before)
    async with await desk.signed_in(VIEWER) as browser:
        page = (await browser.get("/places")).text
    assert "30 days" in page
    assert re.findall(r'href="(/place/[^"]+)"', page) == ["/place/g170063", "/place/g369004"]


async def test_a_text_is_tried_and_not_kept(desk: Desk) -> None:
    async with await desk.signed_in(OPERATOR) as browser:
        page = (await browser.get("/rules/try")).text
        form = re.findall(r'name="form" value="([0-9a-f]+)"', page)[0]
        answer = await browser.post("/rules/try", data={"form": form, "text": "غمر الفيضان القرية"})
        assert answer.status_code == 200 and "Flood" in answer.text
        assert (await browser.post("/rules/try", data={"text": "x"})).status_code == 403


async def test_what_is_wrong_is_said_in_words(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with await desk.signed_in(VIEWER) as browser:
        for path in ("/story/A999", "/place/nowhere", "/nothing"):
            answer = await browser.get(path)
            assert answer.status_code == 404 and "nothing at this address" in answer.text

        async def closed(self: Database, fn: object) -> None:
            raise StorageError("the database is closed")

        def broken(*given: object, **named: object) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(finding, "find", broken)
            transport = httpx.ASGITransport(application(desk.site), raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://page.example", cookies=browser.cookies
            ) as second:
                answer = await second.get("/")
        assert answer.status_code == 500 and "<h1>" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"

        monkeypatch.setattr(FileDatabase, "read", closed)
        answer = await browser.get("/")
        assert answer.status_code == 503 and "قاعدة البيانات" in answer.text
