"""Tables that other programs read: tags, bounds, and text that is never a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exports.files import csv_file, xlsx
from bot.exports.table import COLUMNS, MOST_ROWS, Table, table_of
from bot.locales import LANGUAGES, texts
from tests.bot.messages.samples import SIGNALS, sample_alert


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_tags_and_rows_have_the_same_columns(language: str) -> None:
    table = table_of([sample_alert()] * (MOST_ROWS + 5), {}, SIGNALS, texts(language))
    assert len(table.rows) == MOST_ROWS
    assert len(table.titles) == len(table.tags) == len(table.rows[0]) == len(COLUMNS)
    for tag in ("#date+updated", "#adm1+code", "#loc+name", "#indicator+name", "#severity"):
        assert tag in table.tags


def test_links_are_those_of_publishers_that_may_be_opened() -> None:
    alert = sample_alert(link="javascript:alert(1)")
    links = {alert.id: ["https://a.example/1", "file:///etc/passwd", "https://b.example/2"]}
    table = table_of([alert], links, SIGNALS, texts("en"))
    assert table.rows[0][-1] == "https://a.example/1 https://b.example/2"


@given(st.text(max_size=60))
def test_text_is_never_a_formula(text: str) -> None:
    table = Table("ar", "اسم", "رخصة", ("عنوان",), ("#x",), ((f"={text}",), (text,), (7,)))
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(table))).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    rows = list(csv.reader(io.StringIO(csv_file(table).decode("utf-8-sig"), newline="")))
    assert rows[3] == [f"'={text}"]
    assert rows[-1] == ["7"]


@pytest.mark.parametrize(("language", "right"), [("ar", True), ("en", False)])
def test_an_arabic_sheet_runs_from_right_to_left(language: str, right: bool) -> None:
    table = replace(table_of([sample_alert()], {}, SIGNALS, texts(language)), language=language)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(table))).active
    assert sheet is not None
    assert bool(sheet.sheet_view.rightToLeft) is right
