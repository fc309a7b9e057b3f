from __future__ import annotations

import gc
import importlib
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.process.event_loop import OldStaysOut, once_for_all


def test_what_is_not_installed_is_looked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    once_for_all("marsad_is_not_installed")
    (tmp_path / "marsad_is_not_installed.py").touch()
    importlib.invalidate_caches()
    try:
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("marsad_is_not_installed")
    finally:
        del sys.modules["marsad_is_not_installed"]
    assert importlib.import_module("marsad_is_not_installed")


def test_what_is_installed_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "marsad_is_installed.py").touch()
    importlib.invalidate_caches()
    once_for_all("marsad_is_installed")
    assert importlib.import_module("marsad_is_installed")


class Ring:
    """Refers to itself: only a look for garbage frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def clock() -> Iterator[list[float]]:
    """What the clock says of the starts and ends of full looks, by turns."""
    said: list[float] = []
    looks = OldStaysOut(clock=lambda: said.pop(0), long=0.01)
    gc.collect()
    gc.disable()
    gc.callbacks.append(looks)
    yield said
    gc.callbacks.remove(looks)
    gc.unfreeze()
    gc.enable()


def test_what_a_long_look_found_in_use_is_looked_through_no_more(clock: list[float]) -> None:
    kept, ring, plain = [Ring()], Ring(), {Path("here")}
    gone, freed = weakref.ref(ring), weakref.ref(plain)
    before = gc.get_freeze_count()
    del ring
    clock += [5.0, 5.02]
    gc.collect()
    assert gone() is None, "it was looked through once"
    assert gc.get_freeze_count() > before
    looked_through = {id(each) for each in gc.get_objects()}
    assert id(kept) not in looked_through and id(kept[0]) not in looked_through
    del plain
    assert freed() is None, "what nobody refers to goes as ever"


def test_short_looks_and_those_at_the_young_change_nothing(clock: list[float]) -> None:
    before, kept = gc.get_freeze_count(), [Ring()]
    clock += [5.0, 5.005]
    gc.collect()
    gc.collect(0)
    gc.collect(1)
    assert gc.get_freeze_count() <= before
    assert id(kept) in {id(each) for each in gc.get_objects()}
    assert not clock


def test_a_service_looks_for_its_garbage_in_one_way_and_imports_nothing_for_a_request() -> None:
    say = (
        "import asyncio, gc, sys; from bot.process import event_loop as e\n"
        "async def main(): e.let_the_loop_run(); e.let_the_loop_run()\n"
        "asyncio.run(main())\n"
        "print(sum(isinstance(each, e.OldStaysOut) for each in gc.callbacks),"
        " gc.get_freeze_count() > 0, 'anyio._backends._asyncio' in sys.modules)"
    )
    found = subprocess.check_output([sys.executable, "-c", say], text=True)
    assert found.split() == ["1", "True", "True"]
