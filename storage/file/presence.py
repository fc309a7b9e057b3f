"""Is the database's file there, and is it still the one that was opened?"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from storage.file.errors import FILE_ERRORS

Loss = Literal["deleted", "replaced", "emptied", "damaged"]

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


class Doubt:
    """Whether there is reason to look for damage in the file.

    To read all of it costs seconds to minutes, so it is read at the start, when somebody else has
    written to it, and when SQLite could not read a part. Only names and times are looked at: to
    open the file and close it would take SQLite's locks away.
    """

    # What is found sound although a part of it cannot be read is not read again at once.
    AGAIN = 600.0

    def __init__(self, path: Path) -> None:
        self._parts = (path, path.with_name(path.name + "-wal"))
        self._left = self._stamps()
        self._looked_at: float | None = None
        self._due = True

    def before_writing(self) -> None:
        """Called in the writing thread before this process writes, and before `take`."""
        if self._stamps() != self._left:
            self._left = self._stamps()
            self._due = True

    def after_writing(self) -> None:
        """What changed since `before_writing` is this process's own doing."""
        self._left = self._stamps()

    def unreadable(self) -> None:
        """SQLite said that something in the file is broken."""
        if self._looked_at is None or time.monotonic() - self._looked_at > self.AGAIN:
            self._due = True

    def take(self) -> bool:
        """Whether the file is to be read now; there is no doubt any more after it."""
        due, self._due = self._due, False
        if due:
            self._looked_at = time.monotonic()
        return due

    def give_back(self) -> None:
        """It could not be read to its end."""
        self._due = True

    def _stamps(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_stamp(part) for part in self._parts)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
