"""What can go wrong with the file, one type per thing a caller can do about it."""

from __future__ import annotations

import sqlite3


class StorageError(Exception):
    """The database could not do what was asked; nothing of the transaction was kept."""


class StorageBusy(StorageError):
    """Another process holds the write lock: the same call can be tried again."""


class StorageFull(StorageError):
    """The disk (or a size limit) is full: make room, then the same call can be tried again."""


class StorageDamaged(StorageError):
    """The file is not a sound Marsad database: restore a backup."""


class StorageTooNew(StorageError):
    """A newer Marsad wrote this file: update the program, or restore an older backup."""


FILE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises. The second is a damaged file as well: its words, or SQLite's own words about
it, are no text any more."""

_FULL_IN_DISGUISE = {
    # The shared-memory file next to the WAL could not grow: a full disk by another name.
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
}


def is_broken(error: BaseException) -> bool:
    """Whether SQLite says that what is in the file is not what it wrote."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def translate(error: sqlite3.Error | UnicodeDecodeError) -> StorageError | None:
    """The storage error that a SQLite error stands for, or None when it is a bug of ours."""
    if isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode to UTF-8"):
        return StorageDamaged("the database file is damaged (no text any more); restore a backup")
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusy(f"the database is busy ({error}); another process is writing to it")
    if primary == sqlite3.SQLITE_FULL or code in _FULL_IN_DISGUISE:
        return StorageFull(f"no room left for the database ({error}); free some disk space")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StorageDamaged(f"the database file is damaged ({error}); restore a backup")
    if primary == sqlite3.SQLITE_CANTOPEN:
        return StorageError(f"the database cannot be opened ({error}); check path and permissions")
    if primary == sqlite3.SQLITE_READONLY:
        return StorageError(f"the database cannot be written ({error}); check its permissions")
    if primary == sqlite3.SQLITE_ERROR and str(error).startswith("no such table"):
        return StorageDamaged(f"the database is not what it was ({error}); restore a backup")
    if primary == sqlite3.SQLITE_IOERR:
        return StorageError(f"the disk failed while the database was used ({error})")
    return None
