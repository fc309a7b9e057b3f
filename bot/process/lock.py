"""One instance only: a lock file in the data directory, held by the kernel while we run."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from bot.errors import CannotGoOn
from storage.file.files import make_folder

LOCK_FILE = "marsad.lock"


class AlreadyRunning(CannotGoOn):
    """Another Marsad works in this data directory. `pid` is its process, when it can be read."""

    def __init__(self, data_dir: Path, pid: int | None) -> None:
        self.pid = pid
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"Marsad already runs on «{data_dir}» ({who}): stop it first, "
            "or give this one another MARSAD_DATA_DIR and another bot token",
            exit_code=3,
        )


class InstanceLock:
    """Held from `with` to its end. The kernel lets go of it when the process dies, however it
    dies, so a lock file that is left behind never has to be removed by hand.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._descriptor: int | None = None

    def __enter__(self) -> InstanceLock:
        """Raises AlreadyRunning, or OSError when the folder cannot be written to."""
        make_folder(self._data_dir)
        descriptor = os.open(self._data_dir / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held_by = os.read(descriptor, 32).decode("ascii", "replace").strip()
            os.close(descriptor)
            pid = int(held_by) if held_by.isdecimal() else None
            raise AlreadyRunning(self._data_dir, pid) from None
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        except OSError as error:  # with the name of the disk that is full
            os.close(descriptor)
            raise OSError(error.errno, error.strerror, str(self._data_dir / LOCK_FILE)) from None
        self._descriptor = descriptor
        return self

    def check(self, db: object) -> None:
        """For `Database.fence`: nobody can take the lock from a process that lives."""

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
