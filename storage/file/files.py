"""Files and folders for their owner only: the database says who reads what."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each closed to other users.

    A folder that is there already stays as it is.
    """
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(20, "is a file, no folder", str(folder))


def make_file(file: Path) -> None:
    """Make an empty file that only its owner can read. Raises FileExistsError."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def copy_file(source: Path, target: Path) -> None:
    """Copy what is in `source`, closed to other users from the first byte on."""
    make_file(target)
    shutil.copyfile(source, target)


def is_text(path: Path) -> bool:
    """Whether a path is text: names on a disk may be any bytes, and SQL takes only text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def settle(file: Path) -> None:
    """See to it that a file is on the disk, and for its owner only."""
    file.chmod(0o600)
    _sync(file)


def settle_folder(folder: Path) -> None:
    """See to it that a folder's new names are on the disk."""
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
