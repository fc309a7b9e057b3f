"""A connection that only reads, for a process that does one thing and ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def opened_to_read(where: str) -> Any:
    """A connection for stores to the file at a path, or to the database at a server's URL.

    Close it. Raises StorageError or the driver's errors.
    """
    if "://" in where:
        from storage.postgres.connection import connect

        return connect(where, read_only=True)
    from storage.file.database import connect as connect_file

    return connect_file(Path(where), query_only=True)
