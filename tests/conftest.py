"""What every test may use."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from threading import Lock, current_thread, main_thread

import coverage
import httpx
import httpx._transports.default as httpx_transports
import hypothesis
import pytest
from sqlite_utils import Database as SqliteConnection

import rules
import rules.loading.load as rules_loading
import rules.loading.places.load as places_loading
import storage.file.database
from bot import rules_in_force as rules_watch
from bot.process import compiling
from rules import Gazetteer, Place, RuleSet
from rules.language.arabic import morphology
from rules.loading.load import SHIPPED
from rules.loading.places import gazetteer_file, kept
from rules.loading.rule_folders import rule_files
from rules.loading.stored.cache import RulesCache, Stored
from rules.trying import inline_tests
from storage.rows import fetch_one
from tests.measured_elsewhere import MEASURED_ELSEWHERE
from tests.rules.few import FORMS, compiled_by_nobody

TESTS = Path(__file__).parent

# How long an example takes says how busy the machine is, not whether the code is right.
# Each run draws other examples, so over many runs they add up.
hypothesis.settings.register_profile("marsad", deadline=None, max_examples=60)
hypothesis.settings.load_profile("marsad")


# Hundreds of texts by the shipped words go through the same lines of code again and again; those
# are measured by tests of small rule sets and of single questions. With coverage all these texts
# take more than three times as long.
MANY_TEXTS = {
    "test_audit.py",
    "test_bulletins.py",
    "test_cache.py",
    "test_directions.py",
    "test_formatting.py",
    "test_hostile_text.py",
    "test_paraphrases.py",
    "test_shipped_rules.py",
}


# Every query by its plan, every text with and without the gate, every capture of a feed, every
# command by a stranger: the lines are measured by the tests of what is stored, of clauses, of
# single feeds and of commands.
ALL_OF_A_KIND = {
    "test_access.py",
    "test_corpus.py",
    "test_gate.py",
    "test_outbox_plans.py",
    "test_plans.py",
    "test_work.py",
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


LONGEST = {
    "test_corpus.py",
    "test_end_to_end.py",
    "test_every_command.py",
    "test_faults.py",
    "test_formatting.py",
    "test_not_stored.py",
    "test_run.py",
    "test_walk.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of real processes and of whole ways take longest: begun first, they run beside all
    others, and no worker waits at the end for another's."""
    items.sort(key=lambda item: "/torture/" not in item.nodeid and item.path.name not in LONGEST)
    for item in items:
        shipped = isinstance(item, pytest.Function) and "shipped" in item.fixturenames
        many_texts = shipped and item.path.name in MANY_TEXTS
        elsewhere = item.path.relative_to(TESTS).as_posix() in MEASURED_ELSEWHERE
        of_all = item.path.name in WHOLE_WAY | ALL_OF_A_KIND
        if many_texts or elsewhere or of_all or _is_property(item):
            item.add_marker(pytest.mark.no_cover)


def _is_property(item: pytest.Item) -> bool:
    """Whether dozens of made-up examples go through the same lines, which the tests beside it
    measure."""
    return hypothesis.is_hypothesis_test(getattr(item, "obj", None))


# Every client reads the hundred authorities that a certificate may be signed by; those of the tests
# speak to this machine, without certificates.
httpx_transports.__dict__["create_ssl_context"] = cache(httpx.create_ssl_context)

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
    """Without coverage, where that is on. Not in a thread beside the main one: the main one would
    be measured no more."""
    measuring = coverage.Coverage.current() if current_thread() is main_thread() else None
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


_compile, _load_gazetteer = rules_loading._compiled, places_loading.load_gazetteer
_load_checked, _read_rows = rules_watch.load_checked, gazetteer_file.read_rows
_cache_of, _run_tests = rules_loading.cache_of, inline_tests.run_tests


@cache
def shipped_rules() -> RuleSet:
    """The shipped rules, compiled once for all tests of a process: that takes seconds."""
    with not_measured(), _in_turn():
        return _compile(None, None, SHIPPED, FORMS)


@contextmanager
def _in_turn() -> Iterator[None]:
    """One process at a time: what the first found out saves the others most of the work."""
    FORMS.mkdir(parents=True, exist_ok=True)
    with (FORMS / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def shipped_places() -> Gazetteer:
    """The shipped places, read once as well."""
    with not_measured():
        return _load_gazetteer()


@cache
def _built_in(path: Path, shown: str) -> list[tuple[Place, tuple[str, ...]]]:
    with not_measured():
        return list(_read_rows(path, shown))


def read_rows(path: Path, shown: str) -> Iterable[tuple[Place, tuple[str, ...]]]:
    """As the product's own, but the thousands of shipped rows are read once: an operator's file
    over them is read with them each time."""
    return _built_in(path, shown) if path.is_relative_to(SHIPPED) else _read_rows(path, shown)


def compile_rules(
    operator_dir: Path | None,
    full_database: Path | None,
    shipped: Path,
    forms: Path | None = None,
) -> RuleSet:
    """As the product's own, but the shipped rules alone are compiled once: a command of a test
    would compile them each time. An operator's over them are not measured: the same lines are,
    over the small folder."""
    if (operator_dir, full_database, shipped) == (None, None, SHIPPED):
        return shipped_rules()
    with not_measured() if shipped == SHIPPED else nullcontext():
        # In a process the words of the shipped rules are known when they were compiled once.
        own = forms or (FORMS if shipped == SHIPPED else None)
        return _compile(operator_dir, full_database, shipped, own)


def cache_of(
    folder: Path, operator_dir: Path | None, full_database: Path | None, shipped: Path = SHIPPED
) -> RulesCache:
    """As the product's own, but what a file holds of the shipped rules is read once."""
    kept = _cache_of(folder, operator_dir, full_database, shipped)
    if (operator_dir, full_database, shipped) == (None, None, SHIPPED):
        kept.__dict__["read"] = lambda _: (
            Stored(shipped_rules(), checked=kept.is_checked) if kept._rules.word() else None
        )
    return kept


def load_gazetteer(operator_dir: Path | None = None, *, shipped: Path = SHIPPED) -> Gazetteer:
    """As the product's own, but the shipped places alone are read once."""
    if shipped == SHIPPED and not _has_rule_files(operator_dir, "places"):
        return shipped_places()
    return _load_gazetteer(operator_dir, shipped=shipped)


def _has_rule_files(folder: Path | None, kind: str = ".") -> bool:
    return folder is not None and bool(rule_files(folder / kind))


rules_loading._compiled = compile_rules
# Each rule set spells the same stems.
morphology.__dict__["stem_spellings"] = cache(morphology.stem_spellings)
rules_loading.cache_of = cache_of
# What is compiled once for all tests is not compiled in another process.
compile_apart = compiling.compile_apart
compiling.compile_apart = compiled_by_nobody
places_loading.__dict__["read_rows"] = read_rows
rules.load_gazetteer = places_loading.load_gazetteer = load_gazetteer


@pytest.fixture(scope="session")
def shipped_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a first start leaves for the next, for tests of processes: to be copied to the folder
    `cache` of a data directory."""
    folder = tmp_path_factory.mktemp("compiled") / "cache"
    rules_loading.cache_of(folder, None, None).write(shipped_rules(), checked=True)
    kept.load_gazetteer(cache=folder)
    return folder


@pytest.fixture
def shipped_rules_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service takes shipped rules and places as they are, without their tests and without a cache
    on disk; an operator's as always, with their own tests alone: all of them are tried over the
    small folder and by trials, which are processes."""

    def load_checked(
        operator_dir: Path | None, full_database: Path | None, cache: Path | None = None
    ) -> RuleSet:
        if _has_rule_files(operator_dir) or full_database is not None:
            return _load_checked(operator_dir, full_database)
        return shipped_rules()

    def run_own_tests(found: RuleSet) -> list[inline_tests.TestResult]:
        known = {(each.signal, each.file) for each in shipped_rules().tests}
        own = {each.signal for each in found.tests if (each.signal, each.file) not in known}
        return _run_tests(found, own | {each.id for each in found.escalations})

    def places(operator_dir: Path | None, cache: Path | None) -> Gazetteer:
        return load_gazetteer(operator_dir)

    monkeypatch.setattr(rules_watch, "load_checked", load_checked)
    monkeypatch.setattr(rules_watch, "_places", places)
    monkeypatch.setattr(inline_tests, "run_tests", run_own_tests)
