from __future__ import annotations

import asyncio
import gzip
import os
import resource
import shutil
import signal
import sqlite3
import stat
from functools import partial
from pathlib import Path

import pytest

from storage.connection import Connection
from storage.database import Database
from storage.file import backup as backup_module
from storage.file.backup import UNREAD_IDS, copy_to, restore
from storage.file.errors import StorageBusy, StorageDamaged, StorageError
from storage.news import entries
from storage.opening import open_database
from storage.readers import chats
from storage.sending import outbox
from tests.storage.make import HOUR, NOW, add_alert, add_chat, add_entry, delivery


def fill(db: Connection) -> None:
    add_chat(db)
    alert, sent = add_alert(db), add_alert(db)
    outbox.enqueue(db, [delivery(alert.id), delivery(sent.id)], NOW)
    outbox.mark_sent(db, 2, 5, NOW)


def language_of(db: Connection, chat: int) -> str:
    found = chats.get(db, chat)
    assert found is not None
    return found.language


def names(folder: Path, pattern: str) -> list[str]:
    return [found.name for found in folder.glob(pattern)]


async def opened(path: Path) -> Database:
    return await open_database(path)


async def test_a_backup_restores_what_was_there(database: Database, tmp_path: Path) -> None:
    await database.write(fill)
    backup = tmp_path / "backup.sqlite"
    await asyncio.to_thread(copy_to, database.path, backup)
    await database.write(lambda db: chats.set_language(db, 100, "fr"))
    await database.close()

    kept = restore(backup, database.path, NOW)
    assert kept is not None
    again = await opened(database.path)
    assert await again.read(partial(language_of, chat=100)) == "ar"
    assert await again.check() == []
    await again.write(add_entry)
    await again.close()
    before = await opened(kept)
    assert await before.read(partial(language_of, chat=100)) == "fr"
    await before.close()


async def test_a_restore_onto_an_empty_place(database: Database, tmp_path: Path) -> None:
    await database.write(fill)
    await asyncio.to_thread(copy_to, database.path, tmp_path / "backup.sqlite")
    target = tmp_path / "new" / "marsad.sqlite"
    assert restore(tmp_path / "backup.sqlite", target, NOW) is None
    again = await opened(target)
    assert (await again.read(outbox.counts))["sent"] == 1
    await again.close()


async def test_what_a_backup_still_owed_is_marked_as_a_possible_repeat(
    database: Database, tmp_path: Path
) -> None:
    await database.write(fill)
    await asyncio.to_thread(copy_to, database.path, tmp_path / "backup.sqlite")
    await database.close()
    restore(tmp_path / "backup.sqlite", database.path, NOW)
    again = await opened(database.path)
    rows = await again.read(lambda db: outbox.for_chat(db, 100))
    assert [(row.state, row.possible_repeat) for row in rows] == [
        ("pending", True),
        ("sent", False),
    ]
    await again.close()


@pytest.mark.parametrize("lost", [False, True])
async def test_an_id_that_readers_saw_is_never_given_to_another_alert(
    database: Database, tmp_path: Path, lost: bool
) -> None:
    await database.write(fill)
    await asyncio.to_thread(copy_to, database.path, tmp_path / "backup.sqlite")
    seen = await database.write(add_alert)
    await database.close()
    if lost:
        database.path.unlink()
    restore(tmp_path / "backup.sqlite", database.path, NOW)
    again = await opened(database.path)
    told = await again.write(add_alert)
    assert told.id == (2 + UNREAD_IDS + 1 if lost else seen.id + 1)
    await again.close()


async def test_the_service_writes_on_while_a_backup_is_made(
    database: Database, tmp_path: Path
) -> None:
    await database.write(lambda db: [add_entry(db, summary="نص " * 500) for _ in range(300)])
    backup = tmp_path / "backup.sqlite"
    making = asyncio.create_task(asyncio.to_thread(copy_to, database.path, backup))
    for _ in range(20):
        await database.write(add_entry)
    await making
    copy = await opened(backup)
    assert await copy.check() == []
    assert 300 <= len(await copy.read(lambda db: entries.recent(db, NOW - HOUR, 1000))) <= 320
    await copy.close()


async def test_copies_are_for_their_owner_only_from_the_first_byte_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is read while it is still under its first name: a later chmod would be too late."""
    await database.write(fill)
    seen: dict[str, int] = {}

    def notice(self: Path, target: Path) -> Path:
        seen[self.suffix] = stat.S_IMODE(self.stat().st_mode)
        self.rename(target)
        return target

    def no_link(self: Path, target: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(backup_module, "settle", lambda file: None)
    monkeypatch.setattr(Path, "replace", notice)
    monkeypatch.setattr(Path, "hardlink_to", no_link)
    before = os.umask(0)
    try:
        copy_to(database.path, tmp_path / "backup.sqlite")
        await database.close()
        kept = restore(tmp_path / "backup.sqlite", database.path, NOW)
    finally:
        os.umask(before)
    assert seen == {".partial": 0o600, ".restoring": 0o600}
    assert kept is not None and stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_kept_database_that_others_could_read_is_closed_to_them(
    database: Database, tmp_path: Path
) -> None:
    copy_to(database.path, tmp_path / "backup.sqlite")
    await database.close()
    database.path.chmod(0o644)
    kept = restore(tmp_path / "backup.sqlite", database.path, NOW)
    assert kept is not None and stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("umask", [0, 0o077])
async def test_the_data_folder_is_made_for_its_owner_only(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        made = await opened(tmp_path / "below" / "var" / "marsad.sqlite")
        await made.close()
    finally:
        os.umask(before)
    for folder in (tmp_path / "below", tmp_path / "below" / "var"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("folder", "is a folder"),
        ("empty", "is empty"),
        ("letter", "is no SQLite database"),
        ("packed", "is packed"),
        ("foreign", "none of Marsad's"),
        ("newer", "made by a newer Marsad"),
        ("itself", "is the database in use"),
        ("pipe", "is no ordinary file"),
        ("missing", "there is no backup"),
    ],
)
async def test_a_restore_says_what_the_file_is(
    database: Database, tmp_path: Path, what: str, said: str
) -> None:
    await database.write(fill)
    source = tmp_path / "backup.sqlite"
    match what:
        case "folder":
            source.mkdir()
        case "empty":
            source.touch()
        case "letter":
            source.write_text("Dear all, " * 99)
        case "packed":
            copy_to(database.path, tmp_path / "whole")
            source.write_bytes(gzip.compress((tmp_path / "whole").read_bytes()))
        case "foreign" | "newer":
            if what == "newer":
                copy_to(database.path, source)
            other = sqlite3.connect(source)
            with other:
                if what == "newer":
                    other.execute(
                        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
                        " VALUES ('marsad', 'm999_from_the_future', '')"
                    )
                else:
                    other.execute("CREATE TABLE bookmarks (id)")
            other.close()
        case "itself":
            source = database.path
        case "pipe":
            os.mkfifo(source)
    await database.close()
    with pytest.raises(StorageError, match=said) as refused:
        restore(source, database.path, NOW)
    assert str(source) in str(refused.value)
    again = await opened(database.path)
    assert (await again.read(outbox.counts))["sent"] == 1
    await again.close()


async def test_a_backup_overwrites_nothing(database: Database, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    with pytest.raises(StorageError, match="exists already"):
        await asyncio.to_thread(copy_to, database.path, tmp_path / "precious")
    with pytest.raises(StorageError, match="does not exist"):
        await asyncio.to_thread(copy_to, database.path, tmp_path / "no" / "backup.sqlite")
    assert (tmp_path / "precious").read_text() == "precious"


async def test_a_failed_backup_leaves_nothing_behind(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(StorageError, match="no space"):
        await asyncio.to_thread(copy_to, database.path, tmp_path / "backup.sqlite")
    assert names(tmp_path, "backup*") == []


async def test_a_backup_that_does_not_fit_or_cannot_be_read_says_so(
    database: Database, tmp_path: Path
) -> None:
    await database.write(fill)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(StorageError):
            copy_to(database.path, tmp_path / "backup.sqlite")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    (tmp_path / "letter").write_bytes(b"no database " * 1000)
    with pytest.raises(StorageDamaged):
        copy_to(tmp_path / "letter", tmp_path / "backup.sqlite")
    assert names(tmp_path, "backup*") == []


@pytest.mark.parametrize("wreck", ["truncate", "html", "empty", "foreign", "missing"])
async def test_an_unsound_backup_is_refused_and_the_database_stays(
    database: Database, tmp_path: Path, wreck: str
) -> None:
    await database.write(lambda db: [add_entry(db, summary="نص " * 500) for _ in range(100)])
    backup = tmp_path / "backup.sqlite"
    await asyncio.to_thread(copy_to, database.path, backup)
    await database.close()
    match wreck:
        case "truncate":
            shutil.copyfile(backup, tmp_path / "whole")
            backup.write_bytes(backup.read_bytes()[: 4096 * 9])
        case "html":
            backup.write_text("<html>" * 1000)
        case "empty":
            backup.write_bytes(b"")
        case "foreign":
            backup.unlink()
            other = sqlite3.connect(backup)
            other.execute("CREATE TABLE bookmarks (id)")
            other.close()
        case "missing":
            backup.unlink()
    expected = StorageError if wreck == "missing" else StorageDamaged
    with pytest.raises(expected) as refused:
        restore(backup, database.path, NOW)
    assert str(backup) in str(refused.value)
    assert "restore a backup" not in str(refused.value)
    again = await opened(database.path)
    assert len(await again.read(lambda db: entries.recent(db, NOW, 1000))) == 100
    await again.close()
    assert names(tmp_path, "*.restoring*") == []


async def test_a_database_in_use_is_not_replaced(database: Database, tmp_path: Path) -> None:
    await database.write(fill)
    await asyncio.to_thread(copy_to, database.path, tmp_path / "backup.sqlite")
    with pytest.raises(StorageBusy, match="stop the service first"):
        restore(tmp_path / "backup.sqlite", database.path, NOW)
    assert (await database.read(outbox.counts))["sent"] == 1
    await database.write(add_entry)


async def test_a_damaged_database_is_kept_aside_when_it_is_replaced(
    database: Database, tmp_path: Path
) -> None:
    await database.write(fill)
    await asyncio.to_thread(copy_to, database.path, tmp_path / "backup.sqlite")
    await database.close()
    database.path.write_bytes(b"rubble")
    kept = restore(tmp_path / "backup.sqlite", database.path, NOW)
    assert kept is not None and kept.read_bytes() == b"rubble"
    again = await opened(database.path)
    assert await again.check() == []
    await again.close()
