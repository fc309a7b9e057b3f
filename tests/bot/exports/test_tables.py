"""CSV, XLSX and JSON lines as other programs read them."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports.formats.columns import COLUMNS
from bot.exports.formats.tables import FORMULA, defused
from bot.exports.formats.workbook import HEAD, XlsxWriter
from bot.exports.naming import clauses_of
from bot.exports.reading import batches
from bot.locales import LANGUAGES
from bot.locales.bidi import RTL_LANGUAGES
from rules import Gazetteer
from storage import alerts
from storage.connection import Connection
from storage.database import Database
from storage.finding import Wanted
from storage.paging import Kind, Selection
from tests.bot.exports.conftest import ALEPPO, DARFUR, SECRET, column, edition, exported
from tests.storage.make import DAY, NOW, add_alert

# https://hxlstandard.org/standard/1-1final/tagging/: a hashtag, then attributes.
HXL = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")
KINDS: tuple[Kind, ...] = ("alerts", "stories", "entries")


async def rows_of(
    database: Database, gazetteer: Gazetteer, kind: Kind = "alerts"
) -> list[list[str]]:
    content = await exported(database, "csv", edition(gazetteer), kind)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_under_the_names_of_columns_stands_a_row_of_hxl_tags(
    database: Database, gazetteer: Gazetteer
) -> None:
    names, tags, *rows = await rows_of(database, gazetteer)
    assert names == list(COLUMNS) and len(set(tags)) == len(tags)
    assert all(HXL.fullmatch(tag) for tag in tags)
    assert len(rows) == 4 and all(len(row) == len(names) for row in rows)


async def test_places_and_times_stand_as_hapi_has_them(
    database: Database, gazetteer: Gazetteer
) -> None:
    names, _, aleppo, darfur, *_, nowhere = await rows_of(database, gazetteer)
    first = dict(zip(names, aleppo, strict=True))
    assert (first["location_code"], first["location_name"]) == ("SYR", "Syria")
    assert (first["admin1_code"], first["admin1_iso"]) == ("SY02", "SY-HL")
    assert (first["admin1_name"], first["admin_level"]) == ("Aleppo", "1")
    assert (first["latitude"][:4], first["longitude"][:4]) == ("36.2", "37.1")
    assert first["reference_period_start"] == "2026-02-26T12:00:00Z"
    assert first["reference_period_end"] == "2026-02-28T12:00:00Z"
    assert (first["killed"], first["wounded"], first["version"]) == ("12", "40", "3")
    assert first["other_places"] == "South Darfur, Sudan"
    second = dict(zip(names, darfur, strict=True))
    assert (second["location_code"], second["latitude"]) == ("SDN", "")
    assert dict(zip(names, nowhere, strict=True))["location_code"] == ""


async def test_a_division_has_the_p_code_of_the_gazetteer_and_none_without(
    database: Database, gazetteer: Gazetteer
) -> None:
    places = dict(gazetteer.places)
    places["SD-DS"] = replace(places["SD-DS"], pcode=None)
    # Of a town that is its own code, and not that of the division.
    places["g170063"] = replace(places["g170063"], pcode="SY020000")
    given = replace(gazetteer, places=places)
    rows = (await rows_of(database, given))[1:]
    assert column(rows, "#adm1+code+v_pcode") == ["SY02", "", "", ""]
    assert column(rows, "#adm1+code+v_iso") == ["SY-HL", "SD-DS", "", ""]
    lines = (await exported(database, "jsonl", edition(given))).splitlines()
    first = [json.loads(line)["places"][:1] for line in lines]
    codes = [place["admin1_code"] for places_of in first for place in places_of]
    assert codes == ["SY02", None]


async def test_a_town_and_its_governorate_of_one_name_are_named_once(
    database: Database, gazetteer: Gazetteer
) -> None:
    over = replace(ALEPPO, place_id="SY-HL", kind="adm1", within=("SY-HL", "SY"))

    def add(db: Connection) -> None:
        alerts.set_facts(db, add_alert(db, "siege", NOW - DAY).id, [over, ALEPPO, DARFUR], ())

    await database.write(add)
    names, _, *rows = await rows_of(database, gazetteer)
    (row,) = [row for row in rows if "A6" in row]
    found = dict(zip(names, row, strict=True))
    assert (found["place_name"], found["other_places"]) == ("Aleppo, Syria", "South Darfur, Sudan")
    assert found["explanation"].endswith(" — Aleppo, Syria · South Darfur, Sudan")


async def test_a_workbook_has_the_same_codes(database: Database, gazetteer: Gazetteer) -> None:
    sheet = sheet_of(await exported(database, "xlsx", edition(gazetteer)))
    tags = next(n for n, row in enumerate(sheet) if "#adm1+code+v_pcode" in row)
    assert column(sheet[tags:], "#adm1+code+v_pcode") == ["SY02", "SD03", None, None]


@pytest.mark.parametrize("kind", KINDS)
async def test_licence_and_links_travel_with_each_row_and_full_texts_with_none(
    database: Database, gazetteer: Gazetteer, kind: Kind
) -> None:
    read = (await rows_of(database, gazetteer, kind))[1:]
    licences = column(read, "#meta+license")
    assert licences and set(licences) == {edition(gazetteer).licence}
    links = " ".join(map(str, column(read, "#meta+url")))
    assert "https://news.example/" in links and "javascript" not in links
    for form in ("csv", "xlsx", "jsonl", "geojson", "atom"):
        content = await exported(database, form, edition(gazetteer), kind)
        if form == "xlsx":
            content = str(sheet_of(content)).encode()
        assert SECRET.encode() not in content


def sheet_of(content: bytes) -> list[list[object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize(
    ("told", "leaves"),
    [
        (
            "130/100: near(a, b|c) +100 «نقص حاد»; x in title +30 «قسم»; y -10 «لا»",
            "130/100: near(a, b|c) +100; x in title +30; y -10",
        ),
        ("100/100: a +100 «قال: «لا دواء»؛ وغادر»; b +5 «x»", "100/100: a +100; b +5"),
        ("-5/100: harm(people by arms) -5 «»", "-5/100: harm(people by arms) -5"),
        ("130/100", "130/100"),
        ("", ""),
        ("words of nobody knows whom", ""),
    ],
)
def test_of_why_a_rule_fired_its_clauses_leave_and_not_what_they_quote(
    told: str, leaves: str
) -> None:
    assert clauses_of(told) == leaves


@given(st.text(), st.text())
def test_nothing_that_is_quoted_leaves(first: str, second: str) -> None:
    told = clauses_of(f"9/1: a +1 «{first}»; b +2 «{second}»")
    assert told.startswith("9/1: a +1")
    # Only what looks like a clause of its own could be taken for one.
    if not re.search(r"»; .* [+-]\d+ «", first + second, re.DOTALL):
        assert told == "9/1: a +1; b +2"


async def test_what_a_rule_on_test_found_does_not_leave(
    database: Database, gazetteer: Gazetteer
) -> None:
    rows = (await rows_of(database, gazetteer))[1:]
    assert column(rows, "#meta+id") == ["A1", "A2", "A4", "A5"]
    entries = (await rows_of(database, gazetteer, "entries"))[1:]
    found = column(entries, "#indicator+code")
    assert "siege" in found and not any("untrusted" in str(each) for each in found)


async def test_a_story_has_what_was_told_of_it(database: Database, gazetteer: Gazetteer) -> None:
    rows = (await rows_of(database, gazetteer, "stories"))[1:]
    assert column(rows, "#meta+id")[0] == "S1"
    assert column(rows, "#indicator+code")[0] == "siege"
    assert column(rows, "#meta+source+num")[0] == "2"
    # The story of a rule on test is there, but not what the rule made of it.
    assert column(rows, "#severity")[2] == ""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_sheet_has_titles_in_the_language_and_runs_its_way(
    database: Database, gazetteer: Gazetteer, language: str
) -> None:
    told_by = edition(gazetteer, language)
    content = await exported(database, "xlsx", told_by)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet is not None
    assert bool(sheet.sheet_view.rightToLeft) is (language in RTL_LANGUAGES)
    titles, names, tags, *rows = sheet_of(content)
    assert names == list(COLUMNS) and tags == list(COLUMNS.values()) and len(rows) == 4
    assert titles[names.index("level")] == told_by.naming.say("export.column.level")
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert rows[0][names.index("title")] == '=HYPERLINK("https://evil.example")'
    assert rows[0][names.index("killed")] == 12


async def test_a_sheet_that_is_full_goes_on_on_another(
    database: Database, gazetteer: Gazetteer
) -> None:
    out = io.BytesIO()
    told_by = edition(gazetteer)
    writer = XlsxWriter(out, told_by, most_rows=3)
    asked = Selection("alerts", Wanted(since=NOW - 30 * DAY), ())
    async for batch in batches(database, asked, told_by.naming, size=2):
        writer.write(batch)
    writer.close()
    book = openpyxl.load_workbook(out)
    assert [sheet.max_row for sheet in book] == [HEAD + 3, HEAD + 1]


@given(st.text(max_size=40), st.sampled_from(FORMULA))
def test_text_is_never_a_formula(text: str, mark: str) -> None:
    for value in (text, mark + text, f"حصار;{mark}{text}", f'a; "{mark}{text}'):
        safe = str(defused(value))
        # Excel parts cells at semicolons where a comma is the decimal sign.
        cells = [safe, *(each.strip("\"' ") for each in safe.split(";")[1:] if "'" not in each)]
        assert not [each for each in cells if each.startswith(FORMULA)]
        assert safe.replace("'", "") == value.replace("'", "")
    assert defused(-7) == -7


async def test_a_csv_holds_no_formula(database: Database, gazetteer: Gazetteer) -> None:
    rows = await rows_of(database, gazetteer)
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    titles = column(rows[1:], "#description+title")
    assert titles[0] == '\'=HYPERLINK("https://evil.example")' and titles[2] == "'@SUM(1)"


async def test_json_lines_are_an_object_each(database: Database, gazetteer: Gazetteer) -> None:
    content = await exported(database, "jsonl", edition(gazetteer, "ar"))
    first, *others = [json.loads(line) for line in content.decode().splitlines()]
    assert len(others) == 3
    assert first["places"][0]["names"]["en"] == "Aleppo, Syria"
    assert first["places"][0]["name"] == "حلب، سوريا"
    assert first["explanation"].startswith("حرج: ")
    assert "قتل" in first["explanation"] or "12" in first["explanation"]
    assert first["uid"].startswith("urn:uuid:") and first["signals"][0]["signal"] == "siege"
