"""What a store asks of a database: to run a statement. SQLite and PostgreSQL both do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """What became of a statement."""

    @property
    def rowcount(self) -> int: ...

    @property
    def description(self) -> Any: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """The database as `Database.read` and `Database.write` hand it to a function."""

    @property
    def conn(self) -> Any:
        """The driver's own connection."""

    def execute(
        self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None, /
    ) -> Cursor:
        """Run one statement with its `:name` parameters."""


LARGEST = 2**63 - 1
"""The largest whole number that a database keeps; asked for a larger one, it has no words."""
