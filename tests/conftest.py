"""What every test may use."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

import coverage
import hypothesis
import pytest

import rules
import storage.file.database
from bot import rules_in_force as rules_watch
from rules import Gazetteer, RuleSet
from storage.file.database import SqliteConnection
from storage.rows import fetch_one

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("marsad", deadline=None)
hypothesis.settings.load_profile("marsad")

_load_rules, _load_checked = rules.load_rules, rules_watch.load_checked
_load_gazetteer = rules.load_gazetteer


# Hundreds of texts by the shipped words go through the same lines of code again and again; those
# are measured by tests of small rule sets and of single questions. With coverage all these texts
# take more than three times as long.
MANY_TEXTS = {
    "test_bulletins.py",
    "test_directions.py",
    "test_formatting.py",
    "test_hostile_text.py",
    "test_paraphrases.py",
    "test_shipped_rules.py",
}


# The whole way, again and again, by the shipped rules: its lines are measured by the tests of their
# rooms. With coverage these files take two to three times as long.
WHOLE_WAY = {
    "test_end_to_end.py",
    "test_every_command.py",
    "test_places_cli.py",
    "test_rereading.py",
    "test_rules_from_a_phone.py",
    "test_rules_in_force.py",
    "test_walk.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real processes take longest: begun first, they run beside all others."""
    items.sort(key=lambda item: "/torture/" not in item.nodeid)
    for item in items:
        shipped = isinstance(item, pytest.Function) and "shipped" in item.fixturenames
        if (shipped and item.path.name in MANY_TEXTS) or item.path.name in WHOLE_WAY:
            item.add_marker(pytest.mark.no_cover)


_migrate = storage.file.database.migrate
_ONE_AT_A_TIME = Lock()


@cache
def _new_database() -> sqlite3.Connection:
    """An empty database with every step taken, in memory."""
    made = SqliteConnection(sqlite3.connect(":memory:", check_same_thread=False))
    _migrate(made)
    return made.conn


def migrate(connection: SqliteConnection) -> None:
    """As the product's own, which takes a tenth of a second for a new file: what it made of one
    such file is copied into every other. A file with anything in it goes through its steps."""
    if fetch_one(connection, "SELECT 1 AS found FROM sqlite_master LIMIT 1"):
        _migrate(connection)
        return
    with _ONE_AT_A_TIME:
        _new_database().backup(connection.conn)


storage.file.database.migrate = migrate


@pytest.fixture(autouse=True)
def own_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of a test that is not measured are not measured either: a trial of rules, say."""
    if request.node.get_closest_marker("no_cover"):
        for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
            monkeypatch.delenv(name, raising=False)


@contextmanager
def not_measured() -> Iterator[None]:
    """Without coverage, where that is on."""
    measuring = coverage.Coverage.current()
    if measuring is not None:
        measuring.stop()
    try:
        yield
    finally:
        if measuring is not None:
            measuring.start()


@pytest.fixture(autouse=True)
def own_state_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the service notes outside its data directory stays among the tests' own files. What was
    compiled once serves the processes of every test."""
    own = tmp_path_factory.getbasetemp()
    of_all = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    monkeypatch.setenv("XDG_STATE_HOME", str(own / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(of_all / "cache"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """A command that sets up logging leaves the next test's log alone: its level and its stream."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)


@cache
def shipped_rules() -> RuleSet:
    """The shipped rules, compiled once for all tests of a process: that takes seconds."""
    with not_measured():
        return _load_rules()


@cache
def shipped_places() -> Gazetteer:
    """The shipped places, read once as well."""
    with not_measured():
        return rules_watch.shipped_places()


@pytest.fixture
def shipped_rules_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipped rules and places are read once for all tests; an operator's as always."""

    def own(operator_dir: Path | None, full_database: Path | None) -> bool:
        rule_files = [] if operator_dir is None else operator_dir.rglob("*.yaml")
        return any(rule_files) or full_database is not None

    def load(
        operator_dir: Path | None = None,
        *,
        full_database: Path | None = None,
        cache: Path | None = None,
    ) -> RuleSet:
        if own(operator_dir, full_database):
            return _load_rules(operator_dir, full_database=full_database)
        return shipped_rules()

    def load_checked(
        operator_dir: Path | None, full_database: Path | None, cache: Path | None = None
    ) -> RuleSet:
        if own(operator_dir, full_database):
            return _load_checked(operator_dir, full_database)
        return shipped_rules()

    def load_gazetteer(operator_dir: Path | None = None) -> Gazetteer:
        places = None if operator_dir is None else operator_dir / "places"
        if places is not None and any(places.rglob("*.yaml")):
            return _load_gazetteer(operator_dir)
        return shipped_places()

    shipped_places()  # read before it is replaced
    monkeypatch.setattr(rules, "load_rules", load)
    monkeypatch.setattr(rules, "load_gazetteer", load_gazetteer)
    monkeypatch.setattr(rules_watch, "load_checked", load_checked)
