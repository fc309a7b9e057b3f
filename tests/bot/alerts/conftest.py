"""The newsroom on a real SQLite file, or on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.bot.alerts.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with postgres.connection(tmp_path / "marsad.sqlite") as db:
        yield Newsroom(db)
