"""A real SQLite file for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.file.database import Connection, Database, connect, migrate


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "marsad.sqlite", busy_timeout_ms=100)
    yield opened
    await opened.close()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    """A connection for store functions, as they get it inside `write`."""
    connection = connect(tmp_path / "marsad.sqlite")
    migrate(connection)
    yield connection
    connection.close()
