"""Is the database's file there, and is it still the one that was opened?"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage.file.errors import FILE_ERRORS

Loss = Literal["deleted", "replaced", "emptied"]

# A page of SQLite's smallest size: a file that is shorter holds nothing.
_SMALLEST = 512


def has_database(path: Path) -> bool:
    """Whether there is a database of Marsad's at `path`; a damaged one is one, for `open` to judge.

    A missing file, an empty one and a database without a table of ours are none. Changes nothing.
    """
    try:
        if path.stat().st_size < _SMALLEST:
            return False
    except OSError:
        return False
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'feeds'")
            return found.fetchone() is not None
        finally:
            connection.close()
    except FILE_ERRORS:
        return True


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The file as it was opened: another one may lie under its name later."""

    path: Path
    device: int
    inode: int

    @classmethod
    def at(cls, path: Path) -> OpenedFile:
        found = path.stat()
        return cls(path, found.st_dev, found.st_ino)

    def loss(self) -> Loss | None:
        """What became of it while it was open: what is written then is gone with this process."""
        try:
            found = self.path.stat()
        except OSError:
            return "deleted"
        if (found.st_dev, found.st_ino) != (self.device, self.inode):
            return "replaced"
        if found.st_size < _SMALLEST:
            return "emptied"
        # Commits go there first. SQLite keeps it as long as anybody has the database open.
        return None if self.path.with_name(self.path.name + "-wal").exists() else "deleted"
