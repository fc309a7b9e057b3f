"""What PostgreSQL's errors mean to a caller, in the words of the file's."""

from __future__ import annotations

import re

import psycopg
from psycopg import errors

from storage.file.errors import StorageBusy, StorageError, StorageFull

_BUSY = (
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.TooManyConnections,
)
_NO_DATABASE = re.compile(r"^database .* does not exist")
_NO_PLACE = re.compile(r"too many (clients|connections)|connection slots are reserved")
_NOT_LET_IN = re.compile(
    r"authentication failed|pg_hba\.conf|^role .* does not exist|not permitted to log in"
    r"|permission denied for database"
)
_FULL = (errors.DiskFull, errors.OutOfMemory)


def translate(error: psycopg.Error) -> StorageError | None:
    """The storage error that an error of PostgreSQL's stands for, or None when it is a bug of ours.

    Nothing that was written is kept, except where the connection broke while a commit was on its
    way: then nobody can tell.
    """
    said = _said(error)
    if isinstance(error, _BUSY):
        return StorageBusy(f"the database is busy ({said}); try again")
    if isinstance(error, errors.IdleInTransactionSessionTimeout):
        return StorageBusy("this process hung in a write, and the server undid it; try again")
    if isinstance(error, _FULL):
        return StorageFull(f"no room left for the database ({said}); free some disk space")
    if isinstance(error, errors.InsufficientPrivilege):
        return StorageError(f"the database's user may not do that ({said}); check its rights")
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return StorageError(f"the database cannot be written ({said}); is it a standby?")
    if isinstance(error, psycopg.OperationalError) and (refused := _refused(said)):
        return refused
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return StorageError(f"PostgreSQL cannot be reached ({said}); is it running?")
    return None


def _refused(said: str) -> StorageError | None:
    """What a server that runs says to who connects: it has no code there, only words."""
    _, fatal, why = said.rpartition("FATAL:")
    why = why.strip()
    if not fatal:
        return None
    if _NO_DATABASE.search(why):
        return StorageError(f"PostgreSQL has no such database ({why}); create it, or name another")
    if _NO_PLACE.search(why):
        return StorageBusy(f"the database is busy ({why}); try again")
    if _NOT_LET_IN.search(why):
        return StorageError(
            f"PostgreSQL refuses the user ({why}); check name and password, and what pg_hba.conf "
            "allows"
        )
    return None


def _said(error: psycopg.Error) -> str:
    """Its first line: what follows may name rows."""
    return (str(error).splitlines() or [type(error).__name__])[0]
