"""What every test may use."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from bot import rules_in_force as rules_watch

if TYPE_CHECKING:
    from rules import RuleSet

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("marsad", deadline=None)
hypothesis.settings.load_profile("marsad")

_load = rules_watch.load_checked


@pytest.fixture(autouse=True)
def own_state_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the service notes outside its data directory stays among the tests' own files."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "state"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)


@cache
def _shipped() -> RuleSet:
    return _load(None, None)


@pytest.fixture
def shipped_rules_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped rules are compiled once for all tests; an operator's are read as always."""

    def load(operator_dir: Path | None, full_database: Path | None) -> RuleSet:
        own = operator_dir is not None and any(operator_dir.rglob("*.yaml"))
        if not own and full_database is None:
            return _shipped()
        return _load(operator_dir, full_database)

    monkeypatch.setattr(rules_watch, "load_checked", load)
