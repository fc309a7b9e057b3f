"""What a page shows leaves as a file: the rows of `marsad export`, for who may export."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from html import unescape

import openpyxl
import pytest

from bot.exports.edition import Edition
from bot.exports.naming import Naming, leaving
from bot.exports.reading import export
from bot.exports.writing import NAMES, formats
from bot.locales import texts
from bot.notices.feeds import publishers_of
from bot.web.access.limits import EXPORTING
from storage import alerts
from storage.connection import Connection
from storage.finding import Wanted
from storage.paging import Selection
from tests.bot.web.conftest import ANALYST, OPERATOR, VIEWER, Desk
from tests.storage.make import NOW, add_alert
from tests.storage.test_finding import ALEPPO

PAGES = ("/", "/signals", "/place/SY", "/?level=critical&days=30")


def links(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="(/export/[^"]+)"', html)]


async def written(desk: Desk, form: str, language: str = "en") -> bytes:
    """What `marsad export` writes."""
    signals = leaving(desk.site.rules().signals)
    naming = Naming(
        texts(language), signals, desk.site.gazetteer(), publishers_of(desk.site.catalogue())
    )
    out = io.BytesIO()
    asked = Selection("alerts", Wanted(since=NOW - timedelta(days=7)), tuple(signals))
    await export(desk.database, asked, Edition(naming, NOW), formats()[form], out)
    return out.getvalue()


async def test_files_are_offered_to_who_may_export_and_hold_what_is_shown(desk: Desk) -> None:
    async with await desk.signed_in(VIEWER) as viewer:
        for page in PAGES:
            assert links((await viewer.get(page)).text) == []
        assert (await viewer.get("/export/alerts/csv")).status_code == 403
    async with desk.browser() as stranger:
        assert (await stranger.get("/export/alerts/csv")).status_code == 401
    async with await desk.signed_in(ANALYST, "ar") as analyst:
        for page in PAGES:
            assert len(links((await analyst.get(page)).text)) >= len(NAMES)
        (shown,) = [
            each
            for each in links((await analyst.get("/?level=critical&days=30")).text)
            if "alerts/jsonl" in each
        ]
        rows = (await analyst.get(shown)).text.splitlines()
        assert [json.loads(each)["level"] for each in rows] == ["critical"]


async def test_a_town_s_file_has_what_its_page_counts(desk: Desk) -> None:
    """The page of a town is that of its governorate too, where both have one name."""
    around = replace(ALEPPO, place_id="SY-HL", kind="adm1", within=("SY-HL", "SY"))

    def more(db: Connection) -> None:
        alerts.set_facts(db, add_alert(db, "flood").id, [around], [])

    await desk.database.write(more)
    async with await desk.signed_in(ANALYST) as analyst:
        page = (await analyst.get("/place/g170063")).text
        (address,) = [each for each in links(page) if "jsonl" in each]
        rows = (await analyst.get(address)).text.splitlines()
        assert "2 alerts" in page and len(rows) == 2
        (everything,) = re.findall(r'href="(/\?place=[^"]+)"', page)
        assert (await analyst.get(unescape(everything))).text.count("<article") == 2


@pytest.mark.parametrize("form", ["csv", "geojson", "atom", "jsonl"])
async def test_a_file_is_what_the_command_line_writes(desk: Desk, form: str) -> None:
    async with await desk.signed_in(OPERATOR) as operator:
        got = await operator.get(f"/export/alerts/{form}")
    assert got.content == await written(desk, form)
    assert "Only for operators" not in got.text, "rules on test do not leave"
    assert got.headers["content-type"] == formats()[form].media_type
    expected = f'attachment; filename="marsad-alerts-2026-03-01.{form}"'
    assert got.headers["content-disposition"] == expected


async def test_workbooks_and_messages_are_whole(desk: Desk) -> None:
    async with await desk.signed_in(ANALYST, "ar") as analyst:
        book = openpyxl.load_workbook(
            io.BytesIO((await analyst.get("/export/alerts/xlsx")).content)
        )
        packed = zipfile.ZipFile(io.BytesIO((await analyst.get("/export/alerts/cap")).content))
    assert book.active.sheet_view.rightToLeft
    assert book.active.max_row == 5
    assert packed.testzip() is None
    assert len(packed.namelist()) == 3


async def test_words_find_what_they_find_on_the_page(desk: Desk) -> None:
    from bot.asking.indexing import Indexer

    await Indexer(desk.database).catch_up()
    async with await desk.signed_in(ANALYST) as analyst:
        page = (await analyst.get("/", params={"q": "second telling"})).text
        assert all("/export/alerts/" in each for each in links(page))
        (address,) = [each for each in links(page) if "jsonl" in each]
        rows = (await analyst.get(address)).text.splitlines()
        assert [json.loads(each)["level"] for each in rows] == ["critical"]
        assert (await analyst.get("/export/alerts/jsonl", params={"q": "zzzz"})).text == ""
        stories = await analyst.get("/export/stories/csv", params={"q": "second telling"})
        assert stories.status_code == 400


async def test_a_long_file_comes_whole(desk: Desk) -> None:
    def more(db: object) -> None:
        for _ in range(1_100):
            add_alert(db, "siege")  # type: ignore[arg-type]

    await desk.database.write(more)
    async with await desk.signed_in(ANALYST) as analyst:
        got = (await analyst.get("/export/alerts/csv")).content
        stories = (await analyst.get("/export/stories/csv")).content
    rows = list(csv.reader(io.StringIO(got.decode("utf-8-sig"))))
    assert len(rows) == 2 + 1_102 and got == await written(desk, "csv")
    assert len(list(csv.reader(io.StringIO(stories.decode("utf-8-sig"))))) >= 2 + 1_102


async def test_what_there_is_not_is_not_found(desk: Desk) -> None:
    async with await desk.signed_in(ANALYST) as analyst:
        for path in ("alerts/exe", "entries/csv", "stories/cap", "alerts/../csv"):
            assert (await analyst.get(f"/export/{path}")).status_code == 404


async def test_one_address_takes_so_many_files_and_may_look_on(desk: Desk) -> None:
    async with await desk.signed_in(ANALYST) as analyst:
        asked = [analyst.get("/export/alerts/jsonl") for _ in range(EXPORTING.at_once)]
        assert {each.status_code for each in await asyncio.gather(*asked)} == {200}
        refused = await analyst.get("/export/alerts/jsonl")
        assert (refused.status_code, bool(refused.headers["retry-after"])) == (429, True)
        assert (await analyst.get("/")).status_code == 200
