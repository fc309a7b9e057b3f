"""A table as an XLSX and as a CSV file. Text is never a formula in either. Pure."""

from __future__ import annotations

import csv
import io

import xlsxwriter

from bot.exports.table import Cell, Table
from bot.locales.bidi import RTL_LANGUAGES

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula in a CSV (OWASP, "CSV Injection")."""
_WIDTHS = {"headline": 60, "links": 40, "place": 28, "signals": 28, "publisher": 24}


def xlsx(table: Table) -> bytes:
    """A sheet that runs from right to left in Arabic, its first rows frozen."""
    out = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {**plain, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet(table.name[:31])
        bold = book.add_format({"bold": True, "bg_color": "#dbe7ef"})
        grey = book.add_format({"font_color": "#5f6b76", "italic": True})
        if table.language in RTL_LANGUAGES:
            sheet.right_to_left()
        sheet.write_string(0, 0, table.licence, grey)
        for column, (title, tag) in enumerate(zip(table.titles, table.tags, strict=True)):
            sheet.write_string(1, column, title, bold)
            sheet.write_string(2, column, tag, grey)
        for number, row in enumerate(table.rows, start=3):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, value)
        for column, width in enumerate(_widths()):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(3, 1)
        sheet.autofilter(2, 0, 2 + len(table.rows), len(table.titles) - 1)
    return out.getvalue()


def _widths() -> list[int]:
    from bot.exports.table import COLUMNS

    return [_WIDTHS.get(column, 16) for column in COLUMNS]


def csv_file(table: Table) -> bytes:
    """UTF-8 with a byte-order mark, without which Excel takes Arabic for Latin letters."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([table.licence])
    writer.writerow(table.titles)
    writer.writerow(table.tags)
    writer.writerows([_defused(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _defused(value: Cell) -> Cell:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
