"""A real PostgreSQL, a publisher on loopback, a fake Bot API, and one small rule."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

import rules
from bot import rules_in_force
from rules import load_rules
from rules.trying import inline_tests
from tests import postgres
from tests.bot.service.conftest import newsroom, telegram
from tests.conftest import shipped_places
from tests.rules.few import few_rules

__all__ = ["newsroom", "telegram"]  # fixtures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/workers/" in item.nodeid and not postgres.ASKED:
            item.add_marker(pytest.mark.skip(reason="no PostgreSQL is asked for"))


@pytest.fixture
def url() -> Iterator[str]:
    """A database without any table: the first who opens it makes them."""
    with postgres.fresh() as found:
        yield found


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small rule in place of the shipped ones, for a service in this process."""

    def load(operator_dir: object, full_database: object, cache: object = None) -> object:
        return inline_tests.load_checked(operator_dir, full_database=full_database)  # type: ignore[arg-type]

    few = partial(load_rules, shipped=few_rules())
    places = shipped_places()
    monkeypatch.setattr(inline_tests, "load_rules", few)
    monkeypatch.setattr(rules, "load_rules", few)
    monkeypatch.setattr(rules, "load_gazetteer", lambda operator_dir=None: places)
    monkeypatch.setattr(rules_in_force, "load_checked", load)
