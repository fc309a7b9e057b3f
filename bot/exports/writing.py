"""Each format as a writer that takes records in batches, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from bot.exports.edition import Edition
from bot.exports.record import Record


class Writer(Protocol):
    """Writes a file. Whoever opened `out` closes it; the end of the file is written by `close`."""

    def write(self, records: Iterable[Record]) -> None: ...

    def close(self) -> None: ...


class Maker(Protocol):
    def __call__(self, out: BinaryIO, edition: Edition) -> Writer: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its name: the file's ending, its media type, and what it can tell of."""

    suffix: str
    media_type: str
    make: Maker
    alerts_only: bool = False


def formats() -> Mapping[str, Format]:
    """Every format by its name."""
    from bot.exports.formats.atom import AtomWriter
    from bot.exports.formats.cap import CapWriter
    from bot.exports.formats.geojson import GeoJsonWriter
    from bot.exports.formats.tables import CsvWriter, JsonLinesWriter
    from bot.exports.formats.workbook import XlsxWriter

    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {
        "csv": Format("csv", "text/csv; charset=utf-8", CsvWriter),
        "xlsx": Format("xlsx", sheet, XlsxWriter),
        "geojson": Format("geojson", "application/geo+json", GeoJsonWriter),
        "cap": Format("cap.zip", "application/zip", CapWriter, alerts_only=True),
        "atom": Format("atom", "application/atom+xml", AtomWriter),
        "jsonl": Format("jsonl", "application/x-ndjson", JsonLinesWriter),
    }


NAMES = ("csv", "xlsx", "geojson", "cap", "atom", "jsonl")
