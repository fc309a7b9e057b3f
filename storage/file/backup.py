"""Backups that are whole or not there, and the way back from one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from storage.connection import Connection
from storage.file.database import connect, migrate, problems_of
from storage.file.errors import (
    FILE_ERRORS,
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageTooNew,
    translate,
)
from storage.file.files import copy_file, is_text, make_file, make_folder, settle, settle_folder
from storage.file.migrations import MIGRATIONS
from storage.file.writing import in_transaction

# How many alerts a database that cannot be read any more may have had beyond its backup.
UNREAD_IDS = 1_000
# How a database begins, and files packed by gzip, xz, zstd, bzip2 and zip.
_SQLITE = b"SQLite format 3\0"
_PACKED = (b"\x1f\x8b", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh", b"PK\x03\x04")
_LAST_ALERT = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'alerts'"


def copy_to(path: Path, target: Path) -> None:
    """Write a whole, compact copy of the database at `path` to `target`, also while it is in use.

    The copy appears under its name only when it is whole (VACUUM INTO, then a rename). Raises
    StorageError when `target` exists or its folder does not, StorageFull when there is no room,
    StorageDamaged when what is at `path` is no sound database; nothing is left behind.
    """
    if not path.exists():
        raise StorageError(f"there is no database at {path}; nothing to back up")
    if target.is_dir():
        raise StorageError(f"{target} is a folder; name a file in it that does not exist yet")
    if not is_text(target):
        raise StorageError(f"{target}: no name that SQLite can write to; take one in UTF-8")
    if target.exists():
        raise StorageError(f"{target} exists already; name a file that does not")
    if not target.parent.is_dir():
        raise StorageError(f"the folder {target.parent} does not exist; make it first")
    partial = target.with_name(target.name + ".partial")
    with _made(partial, f"the backup could not be written to {target}"):
        connection = connect(path)
        try:
            make_file(partial)  # VACUUM would make one that everybody may read
            connection.conn.execute("VACUUM INTO ?", (str(partial),))
        finally:
            connection.close()
        settle(partial)
        partial.replace(target)
        settle_folder(target.parent)


def restore(source: Path, path: Path, now: datetime) -> Path | None:
    """Put a backup in the place of the database at `path`, which must not be in use.

    The backup is checked first and not changed. The database that was there is kept beside it
    under another name, which is returned (None when there was none); at every moment there is one
    at `path`. What the backup still owed may have been sent since it was made: those rows are
    marked as possible repeats. Alerts to come get ids that no reader saw on another alert.
    Raises StorageDamaged for an unsound backup, StorageTooNew for one of a newer Marsad,
    StorageBusy when the database is in use.
    """
    _refuse_what_is_no_backup(source, path)
    make_folder(path.parent)
    partial = path.with_name(path.name + ".restoring")
    with _made(partial, f"the backup could not be copied to {path.parent}"):
        copy_file(source, partial)
        try:
            _prepare(partial, source, _last_alert(path))
        except FILE_ERRORS as error:
            if isinstance(translate(error), StorageDamaged):
                raise StorageDamaged(
                    f"{source} is damaged or cut short ({error}); take another backup"
                ) from error
            raise
        settle(partial)
        kept = _set_aside(path, now)
        partial.replace(path)
        settle_folder(path.parent)
    return kept


@contextmanager
def _made(partial: Path, failed: str) -> Iterator[None]:
    """While a file is made under a passing name: errors in words, and nothing is left of it."""
    _remove(partial)
    try:
        yield
    except FILE_ERRORS as error:
        raise translate(error) or error from error
    except OSError as error:
        raise StorageError(f"{failed}: {error}") from error
    finally:
        _remove(partial)


def _refuse_what_is_no_backup(source: Path, path: Path) -> None:
    """Say what `source` is when its first bytes show that it cannot be a backup."""
    if source.is_dir():
        raise StorageError(f"{source} is a folder; name the file that `marsad backup` wrote")
    if not source.exists():
        raise StorageError(f"there is no backup at {source}")
    if not source.is_file():
        raise StorageError(f"{source} is no ordinary file; name the one that `marsad backup` wrote")
    if path.exists() and source.samefile(path):
        raise StorageError(f"{source} is the database in use, no backup of it")
    try:
        with source.open("rb") as file:
            beginning = file.read(len(_SQLITE))
    except OSError as error:
        raise StorageError(f"{source} cannot be read: {error.strerror}") from error
    if not beginning:
        raise StorageDamaged(f"{source} is empty; take another backup")
    if beginning.startswith(_PACKED):
        raise StorageError(f"{source} is packed; unpack it, then restore what was in it")
    if beginning != _SQLITE:
        raise StorageDamaged(f"{source} is no SQLite database, so no backup of Marsad")


def _last_alert(path: Path) -> int | None:
    """The number of the last alert of the database at `path`; None when that cannot be read."""
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return int(connection.execute(_LAST_ALERT).fetchone()[0])
        finally:
            connection.close()
    except FILE_ERRORS:
        return None


def _prepare(partial: Path, source: Path, last_alert: int | None) -> None:
    connection = connect(partial)
    try:
        if not MIGRATIONS.applied(connection):
            raise StorageDamaged(f"{source} is a database, but none of Marsad's")
        problems = problems_of(connection)
        if problems:
            raise StorageDamaged(f"{source} is damaged: {'; '.join(problems[:3])}")
        try:
            migrate(connection)
        except StorageTooNew as error:
            raise StorageTooNew(
                f"{source} was made by a newer Marsad; update Marsad, or restore an older backup"
            ) from error

        def adjust(db: Connection) -> None:
            db.execute(
                """
                UPDATE outbox SET possible_repeat = 1
                WHERE state IN ('pending', 'sending', 'unknown', 'paused')"""
            )
            db.execute("UPDATE outbox_lots SET possible_repeat = 1")
            # "A57" on somebody's phone must not become the id of another alert.
            used = db.execute(_LAST_ALERT).fetchone()[0]
            unread = used + UNREAD_IDS if last_alert is None else max(used, last_alert)
            db.execute("DELETE FROM sqlite_sequence WHERE name = 'alerts'")
            db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('alerts', ?)", [unread])

        in_transaction(connection, adjust)
        # Everything into the one file: the rename must not leave a part of it behind.
        connection.disable_wal()
    finally:
        connection.close()


def _set_aside(path: Path, now: datetime) -> Path | None:
    """Give the database at `path` a second name, so that there is always one under the first."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%S}")
    if kept.exists():
        raise StorageError(f"{kept} exists already; wait a second and try again")
    _fold_wal(path)
    # What could not be folded in (a damaged file's) must not be read as the new file's.
    for suffix in ("-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(kept.with_name(kept.name + suffix))
    try:
        kept.hardlink_to(path)
    except OSError:
        copy_file(path, kept)
    settle(kept)
    return kept


def _fold_wal(path: Path) -> None:
    """Put all of a database into its one file. Raises StorageBusy when it is in use."""
    try:
        connection = connect(path, busy_timeout_ms=500)
    except FILE_ERRORS:
        return  # damaged: that is why a backup is being restored
    try:
        connection.disable_wal()
    except FILE_ERRORS as error:
        known = translate(error)
        if isinstance(known, StorageBusy):
            raise StorageBusy(f"{path} is in use; stop the service first") from error
    finally:
        connection.close()


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
