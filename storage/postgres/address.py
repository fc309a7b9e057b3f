"""The address of a PostgreSQL database, looked at before it is used: errors of the driver may
quote what it takes for a host, and that may be a piece of a password."""

from __future__ import annotations

import re

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from storage.file.errors import StorageError

EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
_HOST = re.compile(r"[\w.:/,%-]*")


def checked(url: str) -> str:
    """The address, if it can be one. Raises StorageError, which quotes nothing of it."""
    if not re.match(r"postgres(ql)?://", url):
        raise StorageError(f"MARSAD_DATABASE_URL is no address of PostgreSQL: write {EXAMPLE}")
    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:
        raise _unreadable() from None
    ports = str(found.get("port") or "")
    if not _HOST.fullmatch(str(found.get("host") or "")) or not re.fullmatch(r"[\d,]*", ports):
        raise _unreadable()
    # A password with «/» in it ends the address there: what is left looks like a host and a name.
    if "@" in str(found.get("dbname") or ""):
        raise _unreadable()
    return url


def _unreadable() -> StorageError:
    return StorageError(
        f"MARSAD_DATABASE_URL cannot be read: write {EXAMPLE}; in a password, signs such as "
        "@ : / ? # % are written as %40 %3A %2F %3F %23 %25"
    )
