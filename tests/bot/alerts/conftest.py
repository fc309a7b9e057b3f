"""The newsroom on a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.file.database import connect, migrate
from tests.bot.alerts.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    connection = connect(tmp_path / "marsad.sqlite")
    migrate(connection)
    yield Newsroom(connection)
    connection.close()
