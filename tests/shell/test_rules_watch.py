"""The reload of rules while the service runs: it may fail in any way, and ends nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import rules_watch
from bot.rules_watch import Kept, Reloaded, RulesInForce, Swapped, Unchanged
from rules import Problem, RulesInvalid


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
    monkeypatch.setattr(rules_watch, "QUIET_MS", 50)
    monkeypatch.setattr(rules_watch, "REST", timedelta(milliseconds=50))
    return script


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
    await asyncio.wait_for(watching, 10)
    assert [type(each) for each in heard[:3]] == [Kept, Swapped, Swapped]
    assert rules().hash == "3"
