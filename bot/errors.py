"""Every error that a user can mend, in one tree, with the exit code of each.

    CannotGoOn            1   the message says what to do; 3 when Telegram refuses the token or
    │                         another instance uses it
    ├── SettingsInvalid   2   bot/settings/: each variable that cannot be used
    ├── AlreadyRunning    3   bot/process/lock.py: another Marsad works in this data directory
    ├── HeldByAnother     3   bot/process/lease.py: another Marsad serves this server's database
    ├── DatabaseMissing   1   bot/installation.py: no database where there was one
    ├── CatalogueInvalid  1   bot/feeds/catalogue.py: each mistake in feeds.yaml, with its line
    └── OpmlInvalid       1   bot/feeds/opml.py: a list of feeds that is none
    StorageError          1   storage/file/errors.py, which does not know this package
    ├── StorageBusy           another process writes: try again
    ├── StorageFull           no room: free some disk
    ├── StorageDamaged        not a sound Marsad database: restore a backup
    └── StorageTooNew         written by a newer Marsad: update
    RulesInvalid          1   rules/: each mistake in a rule file, with its line
    OSError               1   with the name of a file; or no room, no memory, too many open files
    MemoryError           1   the machine or a limit allows too little

Everything else is a bug: exit code 70, with a traceback in the log. `ending` is this table in code.
"""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)
_LITTLE_MEMORY = (
    "there is not enough memory: Marsad needs about 500 MB; give this machine or this service "
    "more (systemd: MemoryMax=, shell: ulimit -v)"
)

_WHILE_READ = (errno.EIO, errno.ESTALE)
# What a file or its name is in the way of, and what to do instead.
_WITH_FILES = {
    errno.ENOENT: "is not there: look at its name, and at the folders in it",
    errno.EISDIR: "is a folder: name a file",
    errno.ENOTDIR: "cannot be: a part of this path is a file and no folder",
    errno.EEXIST: "is there already: name a file that is not",
    errno.EACCES: "may not be opened by this user: change its owner or mode, or name another",
    errno.EPERM: "may not be changed by this user: change its owner or mode, or name another",
    errno.EROFS: "is on a disk that can only be read: mount it for writing, or name another",
    errno.ENAMETOOLONG: "has too long a name: take a shorter one",
    errno.ELOOP: "is a link that leads to itself: name the file it should lead to",
    errno.EIO: "cannot be read: the disk reports an error; look at its health, restore a backup",
}


class CannotGoOn(Exception):
    """Something that a user can mend: the message says what and how."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        self.exit_code = exit_code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ends: what it says, and its exit code."""

    message: str
    exit_code: int


def ending(error: BaseException) -> Ending | None:
    """How a command ends that met this error; None when the error is a bug."""
    match error:
        case CannotGoOn(exit_code=code):
            return Ending(str(error), code)
        case BaseExceptionGroup(exceptions=errors):
            endings = [ending(each) for each in errors]
            return endings[0] if all(endings) else None
        case _:
            words = _of_rules_or_storage(error)
            if words is None:
                words = _of_the_machine(error)
            return None if words is None else Ending(words, 1)


def _of_rules_or_storage(error: BaseException) -> str | None:
    # Loading the rules takes a second: only for an error that comes from there.
    if type(error).__module__.partition(".")[0] not in ("rules", "storage"):
        return None
    from rules import RulesInvalid
    from storage.file.errors import StorageError

    return str(error) if isinstance(error, StorageError | RulesInvalid) else None


def _of_the_machine(error: BaseException) -> str | None:
    """What the machine could not give, in words; None when the error says nothing of it."""
    text = str(error)
    match error:
        case MemoryError():
            return _LITTLE_MEMORY
        # Under a limit, threads and shared libraries fail before a byte is asked for.
        case RuntimeError() if text == "can't start new thread":
            return _LITTLE_MEMORY
        case ImportError() if "map segment" in text or "allocate memory" in text:
            return _LITTLE_MEMORY
        case OSError(errno=errno.ENOMEM):
            return _LITTLE_MEMORY
        case OSError(errno=number) if number in _NO_ROOM:
            where = f"for «{os.fsdecode(error.filename)}»" if error.filename else _temporary()
            return f"no room is left on the disk {where}: free some space"
        case OSError(filename=None) if "No usable temporary directory" in text:
            return (
                "no temporary file can be written: free some space in /tmp, or set TMPDIR to a "
                "folder that this user may write to"
            )
        case OSError(errno=number) if number in _TOO_MANY_FILES:
            return "too many files are open: raise the limit (systemd: LimitNOFILE=, ulimit -n)"
        # What breaks while a file is read or written has no name any more.
        case OSError(filename=None, errno=number) if number in _WHILE_READ:
            return f"a file {_WITH_FILES[errno.EIO]}"
        case OSError(filename=str() | bytes() | os.PathLike() as file, errno=number, strerror=why):
            return (
                f"«{os.fsdecode(file)}» {_WITH_FILES.get(number or 0) or f'cannot be used ({why})'}"
            )
        case _:
            return None


def _temporary() -> str:
    """Where an unnamed file was most likely to be written."""
    folder = tempfile.tempdir or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - only named
    return f"(for the output, or for temporary files in «{folder}»; TMPDIR sets another folder)"
