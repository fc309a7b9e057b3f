"""The door to what is stored, whether a file stands behind it or a server."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from storage.connection import Connection
from storage.file.presence import Loss

T = TypeVar("T")


class Database(ABC):
    """Store functions are called inside `read` and `write`.

    `path` is the file; where a server stands in its place (`on_server`), the one that would be
    it: other files lie beside it.
    """

    path: Path
    on_server = False

    @abstractmethod
    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on one consistent snapshot, beside others. It cannot write.

        `fn` must finish with its cursors: nothing lazy may be returned.
        """

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one transaction, one at a time, and commit.

        An exception from `fn` undoes everything and is raised again. Raises StorageBusy when
        another process keeps the write lock beyond the busy time-out and StorageFull when
        there is no room: in both cases nothing changed and the call can be repeated.

        A caller that is cancelled stops waiting, but the write still happens: what was
        accepted or sent must not be forgotten because the service is stopping.
        """
        return await asyncio.shield(self.submit(fn))

    @abstractmethod
    def submit(self, fn: Callable[[Connection], T]) -> asyncio.Future[T]:
        """As `write`, but queued before this returns: writes happen in the order of the calls."""

    def fence(self, check: Callable[[Connection], None]) -> None:  # noqa: B027
        """Let every write begin with `check`, which raises where this process may write no more.

        A file has one process at work; nothing is asked there.
        """

    async def check(self) -> list[str]:
        """What is wrong with what is stored, in words; [] when it is sound."""
        return await self.check_within(None) or []

    @abstractmethod
    async def check_within(self, seconds: float | None) -> list[str] | None:
        """As `check`; None where so many seconds were not enough: a large file takes minutes."""

    @abstractmethod
    def loss(self) -> Loss | None:
        """What became of the file since it was opened; None while it is in its place."""

    async def damage(self) -> str:
        """What is broken in the file, in words; "" where nothing is, or nothing is in doubt: looked
        for at the start, and where somebody else wrote to it or a part could not be read. Takes as
        long as to read the file. Raises StorageError when that could not be found out.

        A server looks after its own disks.
        """
        return ""

    @abstractmethod
    async def rescue(self, target: Path) -> None:
        """Write what this process still has of a lost file to `target`, in place of an older
        rescue: all of it, or of a damaged one what can be read. Raises StorageError when it cannot
        be written."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is queued, then close. Calling it twice is fine."""
