"""CSV and JSON lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable
from typing import BinaryIO

from bot.exports.edition import Edition
from bot.exports.formats.columns import COLUMNS, Cell, cells
from bot.exports.objects import as_object, compact
from bot.exports.record import Record

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula in a CSV (OWASP, "CSV Injection")."""
# Where a comma is the decimal sign, as in French, Excel parts the cells of a CSV at semicolons.
_CELL = re.compile(rf"""(^|;["'\s]*)(?=[{re.escape("".join(FORMULA))}])""")


class CsvWriter:
    """UTF-8 with a byte-order mark, without which Excel takes Arabic for Latin letters; names of
    columns, their HXL tags, and a row for each record. Text is never a formula."""

    def __init__(self, out: BinaryIO, edition: Edition) -> None:
        self._out, self._edition = out, edition
        out.write(codecs.BOM_UTF8)
        self._rows([tuple(COLUMNS), tuple(COLUMNS.values())])

    def write(self, records: Iterable[Record]) -> None:
        naming, licence = self._edition.naming, self._edition.licence
        rows = (cells(each, naming, licence) for each in records)
        self._rows([defused(cell) for cell in row] for row in rows)

    def close(self) -> None:
        pass

    def _rows(self, rows: Iterable[Iterable[Cell]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._out.write(text.getvalue().encode())


def defused(value: Cell) -> Cell:
    return _CELL.sub(r"\1'", value) if isinstance(value, str) else value


class JsonLinesWriter:
    """An object for each record, each on a line."""

    def __init__(self, out: BinaryIO, edition: Edition) -> None:
        self._out, self._edition = out, edition

    def write(self, records: Iterable[Record]) -> None:
        naming, licence = self._edition.naming, self._edition.licence
        for each in records:
            self._out.write(compact(as_object(each, naming, licence)) + b"\n")

    def close(self) -> None:
        pass
