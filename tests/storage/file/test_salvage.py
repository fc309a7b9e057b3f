"""What can be read of a damaged file is saved, whatever part of it is damaged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bot.clock import utc_now
from storage.connection import Connection
from storage.file.backup import restore
from storage.file.database import FileDatabase, connect, salvage_into
from storage.file.errors import StorageError
from storage.news import entries
from storage.opening import open_database
from storage.readers import chats
from tests.storage.make import NOW, add_chat, add_entry, add_feed

ENTRIES, PAGE = 600, 4_096


async def filled(file: Path) -> None:
    """A database with many entries, and some chats of groups and people, all in the one file."""
    database = await open_database(file)

    def fill(db: Connection) -> None:
        add_feed(db)
        for number in (*range(-5, 0), *range(1, 6)):
            add_chat(db, number * 1_000_000)
        for number in range(ENTRIES):
            add_entry(db, title=f"{number} " + "خبر عن السوق " * 20)

    await database.write(fill)
    await database.close()


def pages_of(file: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(file)) as db:
        found = db.execute(
            "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path", [table]
        ).fetchall()
    return [page for (page,) in found]


def overwrite(file: Path, pages: list[int]) -> None:
    with file.open("r+b") as open_file:
        for page in pages:
            open_file.seek((page - 1) * PAGE)
            open_file.write(os.urandom(PAGE))


@pytest.mark.parametrize("which", [[0], [-1], [7], [3, 4, 9, 20], [0, 1, 2, -3, -1]])
async def test_a_page_costs_its_own_rows_alone(tmp_path: Path, which: list[int]) -> None:
    file, saved = tmp_path / "marsad.sqlite", tmp_path / "saved.sqlite"
    await filled(file)
    leaves = pages_of(file, "entries")
    overwrite(file, [leaves[place] for place in which])
    with closing(connect(file)) as damaged:
        salvage_into(saved, damaged)
    restore(saved, tmp_path / "restored.sqlite", utc_now())
    database = await open_database(tmp_path / "restored.sqlite")
    assert await database.check() == []
    found = await database.read(partial(entries.recent, since=NOW.replace(year=2000), limit=9_999))
    a_page = ENTRIES / len(leaves)
    assert ENTRIES - len(found) <= len(which) * (a_page + 2)
    assert len(await database.read(chats.everyone)) == 10
    await database.close()


async def test_what_is_broken_is_found_and_what_is_sound_is_not(tmp_path: Path) -> None:
    file = tmp_path / "marsad.sqlite"
    await filled(file)
    database = await FileDatabase.open(file)
    assert await database.damage() == ""
    overwrite(file, pages_of(file, "entries")[5:6])
    assert await database.damage() != ""
    await database.rescue(tmp_path / "saved.sqlite")
    assert (tmp_path / "saved.sqlite").exists()
    await database.close()


async def test_a_file_of_which_nothing_is_left_is_no_rescue(tmp_path: Path) -> None:
    file, saved = tmp_path / "marsad.sqlite", tmp_path / "saved.sqlite"
    await filled(file)
    overwrite(file, pages_of(file, "chats"))
    overwrite(file, pages_of(file, "alerts"))
    with closing(connect(file)) as damaged, pytest.raises(StorageError):
        salvage_into(saved, damaged)
