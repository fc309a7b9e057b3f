"""Rules are compiled in a process of their own before a service begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.process import compiling
from rules import RulesInvalid, load_rules
from rules.loading.load import cache_of, load_stored
from tests.conftest import compile_apart
from tests.rules.few import few_rules


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was started, which are small processes of the tests."""
    found: list[Any] = []
    run = subprocess.run

    def noted(*asked: Any, **given: Any) -> Any:
        found.append((asked, given))
        return run(*asked, **given)

    monkeypatch.setattr(compiling, "_MODULE", "tests.bot.process.few_compiling")
    monkeypatch.setattr(subprocess, "run", noted)
    monkeypatch.setenv("MARSAD_TELEGRAM_TOKEN", "1:secret")
    return found


def test_the_cache_has_the_rules_afterwards_and_nothing_is_done_twice(
    tmp_path: Path, started: list[Any]
) -> None:
    cache = tmp_path / "data" / "cache"
    compile_apart(None, None, cache)
    assert load_stored(cache, None, None) is not None
    assert list(cache.glob("places-*.json"))
    assert cache.stat().st_mode & 0o077 == 0
    compile_apart(None, None, cache)
    assert len(started) == 1


def test_what_is_wrong_is_told_as_if_it_were_read_here(tmp_path: Path, started: list[Any]) -> None:
    (tmp_path / "own" / "signals").mkdir(parents=True)
    (tmp_path / "own" / "signals" / "flood.yaml").write_text("id: [", encoding="utf-8")
    told = compile_apart(tmp_path / "own", None, tmp_path / "cache")
    with pytest.raises(RulesInvalid) as caught:
        load_rules(tmp_path / "own", shipped=few_rules())
    assert told is not None and told.errors == caught.value.errors
    assert told.errors[0].told("ar") == caught.value.errors[0].told("ar")
    assert load_stored(tmp_path / "cache", tmp_path / "own", None) is None and len(started) == 1


def test_without_a_place_to_leave_them_nothing_is_compiled(
    tmp_path: Path, started: list[Any]
) -> None:
    compile_apart(None, None, None)
    (tmp_path / "file").touch()
    compile_apart(None, None, tmp_path / "file" / "cache")
    assert not started


def test_a_process_that_cannot_be_or_never_ends_is_no_obstacle(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "LONGEST", 0.01)
    compile_apart(None, None, tmp_path / "cache")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    compile_apart(None, None, tmp_path / "cache")
    assert load_stored(tmp_path / "cache", None, None) is None


@pytest.mark.parametrize(
    ("does", "warned"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", True),
        ("print('said by somebody else'); import sys; sys.exit(3)", False),
        ("import sys; sys.exit(3)", False),
    ],
)
def test_a_process_that_is_killed_or_says_nonsense_is_no_obstacle(
    does: str,
    warned: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "broken.py").write_text(does, encoding="utf-8")
    monkeypatch.setattr(compiling, "_MODULE", "broken")
    monkeypatch.setattr(compiling, "_PACKAGES", str(tmp_path))
    assert compile_apart(None, None, tmp_path / "cache") is None
    assert ("signal 9" in caplog.text) is warned


def test_rules_that_were_not_tried_are_not_there(tmp_path: Path, started: list[Any]) -> None:
    rules = load_rules(shipped=few_rules())
    kept = cache_of(tmp_path, None, None)
    kept.write(rules, checked=False)
    assert not kept.is_checked
    kept.write(rules, checked=True)
    assert kept.is_checked and not cache_of(tmp_path, tmp_path, None).is_checked
    compile_apart(None, None, tmp_path)
    assert not started
