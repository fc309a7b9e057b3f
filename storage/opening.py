"""Opens what is stored, whichever it is."""

from __future__ import annotations

from pathlib import Path

from storage.database import Database
from storage.file.errors import StorageError


async def open_database(
    where: Path | str, *, path: Path | None = None, busy_timeout_ms: int = 5_000
) -> Database:
    """The file at a path, made if it is not there, or the database at the URL of a server;
    brought up to date. `path` is where a file would be if there were one.

    Raises StorageTooNew for one of a newer Marsad, StorageDamaged for what is none of
    Marsad's, StorageBusy and StorageFull as `Database.write` does.
    """
    if isinstance(where, Path):
        from storage.file.database import FileDatabase

        return await FileDatabase.open(where, busy_timeout_ms=busy_timeout_ms)
    try:
        from storage.postgres.database import PostgresDatabase
    except ImportError as error:
        raise StorageError(
            "for PostgreSQL its driver must be installed: uv sync --extra postgres"
        ) from error
    return await PostgresDatabase.open(where, path=path, busy_timeout_ms=busy_timeout_ms)
