"""What PostgreSQL's errors mean to a caller, in the words of the file's."""

from __future__ import annotations

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
    if isinstance(error, psycopg.OperationalError) and "authentication failed" in said:
        return StorageError(f"PostgreSQL refuses the user ({said}); check name and password")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return StorageError(f"PostgreSQL cannot be reached ({said}); is it running?")
    return None


def _said(error: psycopg.Error) -> str:
    """Its first line: what follows may name rows."""
    return (str(error).splitlines() or [type(error).__name__])[0]
