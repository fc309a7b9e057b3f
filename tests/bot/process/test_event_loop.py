from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from bot.process.event_loop import once_for_all


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
