"""/trend, /map, /export and cards in other chats, against the fake Bot API."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.asking.indexing import Indexer
from bot.charts.drawing import NotDrawn
from bot.telegram.commands.asking import charts
from bot.telegram.services import Access
from storage.readers import people
from storage.rows import to_text
from tests.bot.telegram.commands.asking.test_ask import happened, shipped_signals
from tests.bot.telegram.conftest import DAMASCUS, OPERATOR, Bench

__all__ = ["shipped_signals"]

READER, ANALYST, STRANGER = 7, 8, 9
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """What was to be drawn; tests/bot/charts draw a picture in a process."""
    asked: list[Mapping[str, Any]] = []

    async def draw(wanted: Mapping[str, Any], cache: Path) -> bytes:
        asked.append(wanted)
        return PNG

    monkeypatch.setattr(charts, "draw", draw)
    monkeypatch.setattr(charts, "can_draw", lambda: True)
    return asked


async def admitted(bench: Bench, person: int, role: str) -> None:
    now = datetime.now(UTC)
    await bench.ask(person, "/start")

    def let_in(db: object) -> None:
        people.admit(db, person, "ليلى", role, now)  # type: ignore[arg-type]

    await bench.database.write(lambda db: db.execute("DELETE FROM people WHERE id = ?", [person]))
    await bench.database.write(let_in)


async def file_for(bench: Bench, chat_id: int, text: str) -> tuple[str, bytes]:
    """The caption and the content of the file that answers."""
    before = len(bench.server.sent_to(chat_id))
    bench.server.say(chat_id, text)
    message = await bench.server.next_message(chat_id, before)
    return message.text, bench.server.documents[-1][2]


async def test_a_trend_is_a_picture_with_its_figures_in_words(
    bench: Bench, drawn: list[Mapping[str, Any]]
) -> None:
    await bench.ask(READER, "/start")
    for _ in range(3):
        await happened(bench, "SY-HL")
    await happened(bench, "SD-KH")
    text, picture = await file_for(bench, READER, "/trend حصار حلب 14d")
    assert picture.startswith(PNG)
    assert (drawn[0]["kind"], drawn[0]["counts"][-1]) == ("trend", 3)
    head, total, *_ = text.splitlines()
    assert head.endswith("آخر 14 يومًا · حلب · الحصار")
    assert total.endswith("تنبيهات، والمعتاد في مدة كهذه 0") and "3" in total


async def test_a_map_is_a_picture_with_its_places_in_words(
    bench: Bench, drawn: list[Mapping[str, Any]]
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL", level="critical")
    await happened(bench, "g170063")
    await happened(bench, "SD-KH")
    text, picture = await file_for(bench, READER, "/map 3d")
    assert picture.startswith(PNG)
    names = [each["name"] for each in drawn[0]["points"]]
    assert names == ["Aleppo", "Khartoum"]
    assert "last 3 days" in text and "3 alerts in 2 places" in text
    assert "Aleppo, Syria: 2 (gravest: Critical)" in text


@pytest.mark.parametrize("asked", ["not Sudan", "ما عدا السودان", "pas le Soudan", "no evacuation"])
async def test_a_map_and_a_trend_without_what_is_shut_out(
    bench: Bench, drawn: list[Mapping[str, Any]], asked: str
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL")
    await happened(bench, "SD-KH", "evacuation")
    await file_for(bench, READER, f"/map {asked}")
    assert [each["name"] for each in drawn[-1]["points"]] == ["Aleppo"]
    text, _ = await file_for(bench, READER, f"/trend {asked}")
    assert drawn[-1]["counts"][-1] == 1
    assert text.splitlines()[0].endswith("not Evacuation" if "evac" in asked else "not Sudan")


async def test_hours_of_the_day_narrow_a_map_and_a_trend_says_that_it_has_whole_days(
    bench: Bench, drawn: list[Mapping[str, Any]]
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL")
    await file_for(bench, READER, "/map today between 0:00 and 24:00")
    assert [each["name"] for each in drawn[-1]["points"]] == ["Aleppo"]
    text = await bench.ask(READER, "/map yesterday after 1:00")
    assert "01:00 to 24:00" in text and "No alerts like that" in text
    text, _ = await file_for(bench, READER, "/trend since 1:00")
    assert "whole day" in text
    for asked in ("/map after 25:00", "/trend after 25:00"):
        text = await bench.ask(READER, asked)
        assert "no such time: “after 25:00”" in text.translate({0x2068: None, 0x2069: None})


@pytest.mark.parametrize(
    ("asked", "last", "found", "says"),
    [
        ("/trend until {over}", 20, 1, " to "),
        ("/trend from {long_ago} to {over}", 20, 1, " to "),
        ("/trend {over}", 20, 1, " to "),
        ("/trend yesterday", 1, 0, " to "),
        ("/trend since {over}", 0, 2, "since"),
        ("/trend 30d", 0, 2, "last 30 days"),
    ],
)
async def test_a_trend_ends_where_the_time_does_that_was_asked_for(
    bench: Bench, drawn: list[Mapping[str, Any]], asked: str, last: int, found: int, says: str
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL")
    older = await happened(bench, "SY-HL")
    today = datetime.now(DAMASCUS)
    over = today - timedelta(days=20)
    await bench.database.write(
        lambda db: db.execute(
            "UPDATE alerts SET created_at = :at, updated_at = :at WHERE id = :id",
            {"at": to_text(over), "id": older.id},
        )
    )
    long_ago = over - timedelta(days=40)
    asked = asked.format(over=over.date().isoformat(), long_ago=long_ago.date().isoformat())
    text = await bench.ask(READER, asked)
    head, total, *_ = text.splitlines()
    assert says in head
    assert total.startswith(f"{found} alert")
    if found:
        end = today - timedelta(days=last)
        assert drawn[0]["days"][-1] == f"{end.day}/{end.month}"
        assert sum(drawn[0]["counts"]) == found


async def test_of_nothing_there_is_no_picture(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    assert "0 alerts;" in await bench.ask(READER, "/trend")
    assert "No alerts like that" in await bench.ask(READER, "/map siege")


async def test_without_matplotlib_the_figures_come_in_words_and_operators_hear_what_to_install(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "can_draw", lambda: False)
    await bench.ask(READER, "/start", language_code="en")
    await bench.ask(OPERATOR, "/start", language_code="en")
    await happened(bench, "SY-HL")
    answer = await bench.ask(READER, "/trend siege")
    assert "1 alert;" in answer and "install" not in answer
    assert "uv sync --extra charts" in await bench.ask(OPERATOR, "/trend siege")


async def test_a_picture_that_goes_wrong_is_told_in_words(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bytes:
        raise NotDrawn("exit 1")

    monkeypatch.setattr(charts, "draw", broken)
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL")
    assert "1 alert;" in await bench.ask(READER, "/trend siege")


async def test_an_export_is_a_workbook_and_a_csv_with_tags_and_links(bench: Bench) -> None:
    await admitted(bench, ANALYST, "analyst")
    title = '=HYPERLINK("https://evil.example")'
    link = "https://feed.example/story"
    await happened(bench, "SY-HL", title=title, snippet="النص الكامل", link=link)
    await happened(bench, "SD-KH", title="حصار", audience="operators")
    text, _ = await file_for(bench, ANALYST, "/export 7d")
    assert "صف واحد" in text
    await bench.server.until(lambda: len(bench.server.documents) == 2)
    (_, book_name, book), (_, table_name, table) = bench.server.documents
    assert (book_name[-5:], table_name[-4:]) == (".xlsx", ".csv")
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None and sheet.sheet_view.rightToLeft
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 4, "titles, names, tags, one alert"
    by_tag = dict(zip(rows[2], rows[3], strict=True))
    assert by_tag["#meta+id"] == "A1"
    assert by_tag["#indicator+name"] == "الحصار" and by_tag["#indicator+code"] == "siege"
    assert (by_tag["#loc+name"], by_tag["#adm1+code+v_iso"]) == ("حلب، سوريا", "SY-HL")
    assert by_tag["#meta+url"] == link
    assert str(by_tag["#description+title"]).startswith("=HYPERLINK")
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "النص الكامل" not in str(rows)
    read = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert read[:2] == rows[1:3]
    assert read[2][read[1].index("#description+title")].startswith("'=HYPERLINK")


async def test_an_export_is_in_the_formats_that_are_named(bench: Bench) -> None:
    await admitted(bench, ANALYST, "analyst")
    await happened(bench, "g170063", title="حصار")
    await happened(bench, "SD-KH", title="السودان")
    text, _ = await file_for(bench, ANALYST, "/export GeoJSON 7d cap حلب")
    assert "صف واحد" in text
    await bench.server.until(lambda: len(bench.server.documents) == 2)
    (_, map_name, points), (_, archive_name, archive) = bench.server.documents
    assert map_name.endswith(".geojson") and archive_name.endswith(".cap.zip")
    (feature,) = json.loads(points)["features"]
    assert feature["geometry"]["type"] == "Point"
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["LICENCE.txt", "A1.xml"]


async def test_a_file_and_a_picture_leave_out_the_words_that_an_answer_leaves_out(
    bench: Bench, drawn: list[Mapping[str, Any]]
) -> None:
    await admitted(bench, ANALYST, "analyst")
    await bench.ask(ANALYST, "/language en")
    await happened(bench, "SY-HL", title="حصار في حلب")
    await Indexer(bench.database).look()
    said = "No alert has “\u2068kindly\u2069”; without that:"
    assert said in await bench.ask(ANALYST, "kindly Aleppo")
    caption, content = await file_for(bench, ANALYST, "/export kindly Aleppo csv")
    assert said in caption and "حصار في حلب" in content.decode()
    for command in ("/map", "/trend"):
        assert said in await bench.ask(ANALYST, f"{command} kindly Aleppo"), command
    assert len(drawn) == 2
    # Alike where a name was perhaps meant, and where a word was chosen by its sign.
    for command in ("/export", "/map"):
        assert "Did you mean:\nAleppo" in await bench.ask(ANALYST, f"{command} Allepo"), command
        assert "without that" not in await bench.ask(ANALYST, f'{command} Aleppo "kindly"')


async def test_an_export_is_for_analysts_and_operators(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await happened(bench, "SY-HL")
    assert "للمحللين والمشغّلين" in await bench.ask(READER, "/export")
    await bench.ask(OPERATOR, "/start")
    assert "لا تنبيهات بهذا الوصف" in await bench.ask(OPERATOR, "/export السودان")


async def offers(bench: Bench, person: int, text: str) -> list[dict[str, object]]:
    before = len(bench.server.offers)
    bench.server.inline(person, text)
    await bench.server.until(lambda: len(bench.server.offers) > before)
    values = bench.server.offers[-1]
    assert values["is_personal"] is True
    return list(values["results"])


class TestInvited:
    """Cards in other chats, where people are invited."""

    @pytest.fixture
    def access(self) -> Access:
        return "invited"

    async def test_only_who_was_let_in_is_offered_cards(self, bench: Bench) -> None:
        now = datetime.now(UTC)
        await bench.database.write(lambda db: people.admit(db, READER, "ليلى", "viewer", now))
        await happened(bench, "SY-HL", title="حصار في حلب")
        await happened(bench, "SY-HL", title="قيد التجربة", audience="operators")
        (card,) = await offers(bench, READER, "حلب")
        assert card["title"] == "حصار في حلب"
        content = card["input_message_content"]
        assert isinstance(content, dict) and "حصار في حلب" in content["message_text"]
        assert len(await offers(bench, OPERATOR, "")) == 1
        assert await offers(bench, STRANGER, "حلب") == []
        assert await offers(bench, READER, "السودان") == []
        assert await offers(bench, READER, '"' * 256) != []
