"""`make pictures`, as far as it goes without a browser; and the pictures that are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import pictures
from tools.chart_pictures import CHARTS
from tools.page_pictures import SHOTS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_without_chromium_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert pictures.main() == 1
    assert "apt-get install chromium fonts-noto-core" in capsys.readouterr().err


def test_without_a_font_for_emoji_it_draws_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("chromium", "fc-list"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    before = {each: each.stat().st_mtime_ns for each in pictures.FOLDER_OF_PICTURES.iterdir()}
    assert pictures.main() == 1
    assert "fonts-noto-color-emoji" in capsys.readouterr().err
    assert before == {
        each: each.stat().st_mtime_ns for each in pictures.FOLDER_OF_PICTURES.iterdir()
    }


def test_every_picture_is_there_small_and_shown() -> None:
    there = {each.stem for each in (ROOT / "docs" / "pictures").glob("*.png")}
    pages = {shot.name for shot in SHOTS}
    assert there == {*pictures.PICTURES, *pictures.REPLIES, *CHARTS, *pages}
    total = sum(each.stat().st_size for each in (ROOT / "docs" / "pictures").glob("*.png"))
    assert total <= pictures.LARGEST_OF_ALL
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in there:
        assert f"pictures/{name}.png" in shown, name
        size = (ROOT / "docs" / "pictures" / f"{name}.png").stat().st_size
        assert size <= pictures.LARGEST, name
