"""The shipped gazetteer, read once."""

from __future__ import annotations

import pytest

from rules import Gazetteer
from tests.conftest import shipped_places


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return shipped_places()
