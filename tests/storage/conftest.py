"""A real SQLite file for each test, or a real PostgreSQL database (`tests/postgres.py`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.connection import Connection
from storage.database import Database
from storage.opening import open_database
from tests import postgres


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    with postgres.place(tmp_path / "marsad.sqlite") as where:
        opened = await open_database(where, busy_timeout_ms=100)
        yield opened
        await opened.close()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    """A connection for store functions, as they get it inside `write`."""
    with postgres.connection(tmp_path / "marsad.sqlite") as db:
        yield db
