"""Rules are compiled in a process of their own before a service begins."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bot import rules_in_force
from bot.process import compiling
from bot.process.giving_up import StoppedEarly, in_a_thread_to_leave, unless_stopped
from rules import RulesInvalid, load_rules
from rules.loading.load import cache_of, load_stored
from tests.conftest import compile_apart
from tests.rules.few import few_rules


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was started, which are small processes of the tests."""
    found: list[Any] = []
    start = asyncio.create_subprocess_exec

    async def noted(*asked: Any, **given: Any) -> Any:
        found.append(await start(*asked, **given))
        return found[-1]

    monkeypatch.setattr(compiling, "_MODULE", "tests.bot.process.few_compiling")
    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    monkeypatch.setenv("MARSAD_TELEGRAM_TOKEN", "1:secret")
    return found


async def test_the_cache_has_the_rules_afterwards_and_nothing_is_done_twice(
    tmp_path: Path, started: list[Any]
) -> None:
    cache = tmp_path / "data" / "cache"
    await compile_apart(None, None, cache)
    assert load_stored(cache, None, None) is not None
    assert list(cache.glob("places-*.json"))
    assert cache.stat().st_mode & 0o077 == 0
    await compile_apart(None, None, cache)
    assert len(started) == 1


async def test_what_is_wrong_is_told_as_if_it_were_read_here(
    tmp_path: Path, started: list[Any]
) -> None:
    (tmp_path / "own" / "signals").mkdir(parents=True)
    (tmp_path / "own" / "signals" / "flood.yaml").write_text("id: [", encoding="utf-8")
    told = await compile_apart(tmp_path / "own", None, tmp_path / "cache")
    with pytest.raises(RulesInvalid) as caught:
        load_rules(tmp_path / "own", shipped=few_rules())
    assert told is not None and told.errors == caught.value.errors
    assert told.errors[0].in_language("ar") == caught.value.errors[0].in_language("ar")
    assert load_stored(tmp_path / "cache", tmp_path / "own", None) is None and len(started) == 1


async def test_without_a_place_to_leave_them_nothing_is_compiled(
    tmp_path: Path, started: list[Any]
) -> None:
    await compile_apart(None, None, None)
    (tmp_path / "file").touch()
    await compile_apart(None, None, tmp_path / "file" / "cache")
    assert not started


async def test_a_process_that_cannot_be_or_never_ends_is_no_obstacle(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "LONGEST", 0.01)
    await compile_apart(None, None, tmp_path / "cache")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    await compile_apart(None, None, tmp_path / "cache")
    assert load_stored(tmp_path / "cache", None, None) is None


@pytest.mark.parametrize(
    ("does", "warned"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", True),
        ("print('said by somebody else'); import sys; sys.exit(3)", False),
        ("import sys; sys.exit(3)", False),
    ],
)
async def test_a_process_that_is_killed_or_says_nonsense_is_no_obstacle(
    does: str,
    warned: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "broken.py").write_text(does, encoding="utf-8")
    monkeypatch.setattr(compiling, "_MODULE", "broken")
    monkeypatch.setattr(compiling, "_PACKAGES", str(tmp_path))
    assert await compile_apart(None, None, tmp_path / "cache") is None
    assert ("signal 9" in caplog.text) is warned


async def test_rules_that_were_not_tried_are_not_there(tmp_path: Path, started: list[Any]) -> None:
    rules = load_rules(shipped=few_rules())
    kept = cache_of(tmp_path, None, None)
    kept.write(rules, checked=False)
    assert not kept.is_checked
    kept.write(rules, checked=True)
    assert kept.is_checked and not cache_of(tmp_path, tmp_path, None).is_checked
    await compile_apart(None, None, tmp_path)
    assert not started


SLOW = """
import pathlib, sys, time
cache = pathlib.Path(sys.argv[3])
(cache / "rules-1.jsonhalf").write_text("half")
(cache / "begun").touch()
time.sleep(600)
"""


async def test_who_gives_up_ends_the_process_and_leaves_no_half_of_a_file(
    tmp_path: Path, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow.py").write_text(SLOW, encoding="utf-8")
    monkeypatch.setattr(compiling, "_MODULE", "slow")
    monkeypatch.setattr(compiling, "_PACKAGES", str(tmp_path))
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "rules-0.jsonolder").touch()
    monkeypatch.setattr(rules_in_force, "_stored", lambda *_: None)
    monkeypatch.setattr(compiling, "compile_apart", compile_apart)
    stop = asyncio.Event()

    async def start() -> None:
        async with unless_stopped(stop):
            await rules_in_force.RulesInForce.start(None, None, cache)

    starting = asyncio.create_task(start())
    while not (cache / "begun").exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    stop.set()
    with pytest.raises(StoppedEarly):
        await starting
    assert started[0].returncode == -signal.SIGKILL
    assert not list(cache.glob("*half")) and list(cache.glob("*older"))


async def test_a_thread_that_is_left_keeps_nobody() -> None:
    never, stop = threading.Event(), asyncio.Event()

    async def start() -> None:
        async with unless_stopped(stop):
            await in_a_thread_to_leave(never.wait)

    starting = asyncio.create_task(start())
    await asyncio.sleep(0)
    stop.set()
    with pytest.raises(StoppedEarly):
        await starting
    left = [each for each in threading.enumerate() if each.name == "marsad-wait"]
    assert [each.daemon for each in left] == [True]
    never.set()
    with pytest.raises(ValueError, match="none"):
        await in_a_thread_to_leave(int, "none")
    assert await in_a_thread_to_leave(int, "3") == 3


async def test_what_ran_out_of_time_was_not_stopped() -> None:
    with pytest.raises(TimeoutError):
        async with unless_stopped(asyncio.Event()):
            raise TimeoutError
