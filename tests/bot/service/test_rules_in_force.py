"""The reload of rules while the service runs: it may fail in any way, and ends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import rules_in_force as rules_watch
from bot.process import compiling
from bot.rules_in_force import Kept, Reloaded, RulesInForce, Swapped, Unchanged
from rules import Gazetteer, Problem, RulesInvalid
from tests.conftest import shipped_places


@dataclass(frozen=True)
class Rules:
    hash: str
    signals: tuple[str, ...] = ()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Rules | Exception]:
    """What each loading comes to, the last one for ever."""
    script: list[Rules | Exception] = []

    def load(*_: object) -> Any:
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(rules_watch, "load_checked", load)
    monkeypatch.setattr(rules_watch, "_places", lambda *_: shipped_places())
    monkeypatch.setattr(rules_watch, "QUIET_MS", 50)
    monkeypatch.setattr(rules_watch, "REST", timedelta(milliseconds=50))
    return script


async def test_another_process_compiles_before_rules_are_loaded_and_reloaded(
    answers: list[Rules | Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers += [Rules("1"), Rules("2")]
    asked: list[tuple[object, ...]] = []
    wrong = RulesInvalid([Problem("signals/a.yaml", 3, "is wrong")])
    found: list[RulesInvalid | None] = [None, wrong, None]

    async def compile_apart(*paths: object) -> RulesInvalid | None:
        asked.append((*paths, len(answers)))
        return found.pop(0)

    monkeypatch.setattr(compiling, "compile_apart", compile_apart)
    rules = await RulesInForce.start(None, None, tmp_path)
    kept = await rules.reload()
    assert isinstance(kept, Kept) and kept.translated == wrong.errors == rules.refused
    assert rules().hash == "1"
    assert isinstance(await rules.reload(), Swapped)
    # Two answers were left before the start, one before each reload.
    assert asked == [(None, None, tmp_path, left) for left in (2, 1, 1)]


async def test_new_rules_are_swapped_in_whole_or_not_at_all(
    answers: list[Rules | Exception],
) -> None:
    answers += [
        Rules("1"),
        Rules("1"),
        RulesInvalid([Problem("signals/a.yaml", 3, "is wrong")]),
        FileNotFoundError("signals/b.yaml"),
        Rules("2"),
    ]
    rules = await RulesInForce.start(None, None)
    assert isinstance(await rules.reload(), Unchanged)
    kept = await rules.reload()
    assert isinstance(kept, Kept) and "signals/a.yaml:3" in kept.problems[0]
    gone = await rules.reload()
    assert isinstance(gone, Kept) and "signals/b.yaml" in gone.problems[0]
    assert rules().hash == "1"
    assert isinstance(await rules.reload(), Swapped)
    assert rules().hash == "2"


async def test_places_are_read_again_when_their_files_change(
    answers: list[Rules | Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Gazetteer | Exception] = []

    def places(*_: object) -> Gazetteer:
        answer = read.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(rules_watch, "_places", places)
    first = shipped_places()
    second = replace(first, hash="second")
    answers += [Rules("1"), Rules("2"), Rules("2")]
    read += [first, RulesInvalid([Problem("places/a.yaml", 3, "is wrong")]), second]
    rules = await RulesInForce.start(tmp_path, None)
    (tmp_path / "signals.yaml").write_text("# other", encoding="utf-8")
    assert isinstance(await rules.reload(), Swapped)
    assert (rules().hash, rules.places(), len(read)) == ("2", first, 2)
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "a.yaml").write_text("places: wrong", encoding="utf-8")
    assert isinstance(await rules.reload(), Kept)
    assert rules.places() is first
    # What was refused is not taken for what is in force.
    assert isinstance(await rules.reload(), Swapped)
    assert rules.places() is second
    assert isinstance(await rules.reload(), Unchanged)


async def test_a_stop_does_not_wait_for_rules_that_are_being_compiled(
    answers: list[Rules | Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers += [Rules("1")]
    rules = await RulesInForce.start(tmp_path, None)
    begun, never, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def compile_apart(*_: object) -> None:
        begun.set()
        await never.wait()

    async def told(_: Reloaded) -> None:
        raise AssertionError("nothing was reloaded")

    monkeypatch.setattr(compiling, "compile_apart", compile_apart)
    watching = asyncio.create_task(rules.watch(stop, told))
    await asyncio.sleep(0)
    reloading = asyncio.create_task(rules.take(told))
    await begun.wait()
    stop.set()
    await asyncio.gather(reloading, watching)
    assert rules().hash == "1"


async def test_the_watch_outlives_whatever_goes_wrong_in_it(
    answers: list[Rules | Exception], tmp_path: Path
) -> None:
    answers += [Rules("1"), OSError("a file vanished"), Rules("2"), Rules("3")]
    rules = await RulesInForce.start(tmp_path, None)
    stop, heard = asyncio.Event(), list[Reloaded]()

    async def told(reloaded: Reloaded) -> None:
        heard.append(reloaded)
        if len(heard) == 2:
            raise RuntimeError("operators could not be told")

    watching = asyncio.create_task(rules.watch(stop, told))
    for number in range(100):
        (tmp_path / "signals.yaml").write_text(f"# {number}", encoding="utf-8")
        await asyncio.sleep(0.2)
        if len(heard) >= 3:
            break
    stop.set()
    await asyncio.wait_for(watching, 60)
    assert [type(each) for each in heard[:3]] == [Kept, Swapped, Swapped]
    assert rules().hash == "3"


@asynccontextmanager
async def watched(rules: RulesInForce) -> AsyncIterator[list[Reloaded]]:
    stop, heard = asyncio.Event(), list[Reloaded]()

    async def told(reloaded: Reloaded) -> None:
        heard.append(reloaded)

    watching = asyncio.create_task(rules.watch(stop, told))
    try:
        yield heard
    finally:
        stop.set()
        await asyncio.wait_for(watching, 60)


async def until(hash: str, rules: RulesInForce) -> None:
    for _ in range(2_400):
        if rules().hash == hash:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"still {rules().hash}, not {hash}")


def release(folder: Path, words: str) -> Path:
    (folder / "signals").mkdir(parents=True)
    (folder / "signals" / "a.yaml").write_text(words, encoding="utf-8")
    return folder


async def test_a_folder_that_is_replaced_as_a_whole_is_noticed(
    answers: list[Rules | Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules_watch, "CHECK_MS", 200)
    answers += [Rules("1"), Rules("2"), Rules("3"), Rules("4")]
    own = tmp_path / "rules"
    own.symlink_to(release(tmp_path / "r1", "one"))
    rules = await RulesInForce.start(own, None)
    async with watched(rules):
        await asyncio.sleep(0.3)  # the watcher looks at r1 by now
        (tmp_path / "next").symlink_to(release(tmp_path / "r2", "two"))
        (tmp_path / "next").rename(own)
        await until("2", rules)
        (own / "signals" / "a.yaml").write_text("three", encoding="utf-8")
        await until("3", rules)
        (tmp_path / "next").symlink_to(release(tmp_path / "r4", "four"))
        (tmp_path / "next").rename(own)
        await until("4", rules)


async def test_what_changes_between_load_and_watch_is_noticed(
    answers: list[Rules | Exception], tmp_path: Path
) -> None:
    answers += [Rules("1"), Rules("2")]
    own = release(tmp_path / "rules", "one")
    rules = await RulesInForce.start(own, None)
    (own / "signals" / "a.yaml").write_text("two", encoding="utf-8")
    async with watched(rules) as heard:
        await until("2", rules)
        # Well within the half minute until the files would be compared again.
        assert [type(each) for each in heard] == [Swapped]


async def test_files_that_stay_as_they_are_are_not_loaded_again(
    answers: list[Rules | Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules_watch, "CHECK_MS", 50)
    answers += [Rules("1"), Rules("2")]
    own = release(tmp_path / "rules", "one")
    rules = await RulesInForce.start(own, None)
    async with watched(rules):
        (own / "signals" / "a.yaml").touch()
        (own / "notes.txt").write_text("no rule", encoding="utf-8")
        await asyncio.sleep(0.5)
        assert rules().hash == "1"
