"""XLSX: a sheet of rows that runs from right to left in Arabic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from bot.exports.edition import Edition
from bot.exports.formats.columns import COLUMNS, cells
from bot.exports.record import Record
from bot.locales.bidi import RTL_LANGUAGES

HEAD = 3
"""Rows above the records: titles for people, names of columns, HXL tags."""
MOST_ROWS = 1_000_000
"""Records of a sheet; Excel opens 1,048,576 rows."""
_WIDTHS = {"title": 60, "explanation": 60, "links": 40, "place_name": 28, "signal_name": 28}


class XlsxWriter:
    """Rows go to a temporary file as they come. No text is a formula or a link."""

    def __init__(self, out: BinaryIO, edition: Edition, *, most_rows: int = MOST_ROWS) -> None:
        self._edition, self._most, self._sheets = edition, most_rows, 0
        as_text = {"strings_to_formulas": False, "strings_to_urls": False}
        rows = {"constant_memory": True, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(out, as_text | rows)
        self._book.set_properties(
            {"title": edition.naming.say("export.name"), "comments": edition.licence}
        )
        self._bold = self._book.add_format({"bold": True, "bg_color": "#dbe7ef"})
        self._grey = self._book.add_format({"font_color": "#5f6b76", "italic": True})
        self._sheet: Any = None
        self._next = 0
        self._begin()

    def write(self, records: Iterable[Record]) -> None:
        naming, licence = self._edition.naming, self._edition.licence
        for record in records:
            if self._next == HEAD + self._most:
                self._end()
                self._begin()
            for column, value in enumerate(cells(record, naming, licence)):
                if isinstance(value, int | float):
                    self._sheet.write_number(self._next, column, value)
                elif value:
                    self._sheet.write_string(self._next, column, value)
            self._next += 1

    def close(self) -> None:
        self._end()
        try:
            self._book.close()
        except FileCreateError as error:
            # Its name for whatever the disk says.
            raise (error.args[0] if isinstance(error.args[0], OSError) else error) from None

    def _begin(self) -> None:
        say = self._edition.naming.say
        self._sheets += 1
        name = say("export.name")[:25]
        self._sheet = sheet = self._book.add_worksheet(
            name if self._sheets == 1 else f"{name} {self._sheets}"
        )
        if say.language in RTL_LANGUAGES:
            sheet.right_to_left()
        for column, name in enumerate(COLUMNS):
            sheet.set_column(column, column, _WIDTHS.get(name, 16))
        sheet.freeze_panes(HEAD, 2)
        heads = (
            ([say(f"export.column.{name}") for name in COLUMNS], self._bold),
            (list(COLUMNS), self._grey),
            (list(COLUMNS.values()), self._grey),
        )
        for row, (texts, style) in enumerate(heads):
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, style)
        self._next = HEAD

    def _end(self) -> None:
        self._sheet.autofilter(HEAD - 1, 0, max(HEAD, self._next) - 1, len(COLUMNS) - 1)
