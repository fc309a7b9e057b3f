"""A disk that is full while a file is written."""

from __future__ import annotations

import errno
import gc
import io
import sys

import pytest

from bot.exports.reading import export
from bot.exports.writing import formats
from rules import Gazetteer
from storage.database import Database
from storage.finding import Wanted
from storage.paging import Selection
from tests.bot.exports.conftest import edition
from tests.storage.make import DAY, NOW


class FullDisk(io.BytesIO):
    """Takes so many bytes."""

    room = 200

    def write(self, data: object) -> int:
        if self.tell() + len(bytes(data)) > self.room:  # type: ignore[call-overload]
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["xlsx", "cap", "csv", "jsonl"])
async def test_a_full_disk_is_an_error_and_no_traceback_of_what_is_forgotten(
    database: Database, gazetteer: Gazetteer, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unraised = list[object]()
    monkeypatch.setattr(sys, "unraisablehook", unraised.append)
    asked = Selection("alerts", Wanted(since=NOW - 30 * DAY), ("siege",))
    with FullDisk() as out, pytest.raises(OSError, match="No space left") as failed:
        await export(database, asked, edition(gazetteer), formats()[form], out)
    del failed
    gc.collect()
    assert unraised == []
