"""Installing a full database: what is asked of CAMeL Tools, and what is said when it fails."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import morphology as morphology_cli
from bot.cli.main import app


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path))
    return tmp_path


def downloader(
    monkeypatch: pytest.MonkeyPatch, code: int, error: str, made: str | None
) -> list[dict[str, str]]:
    """CAMeL Tools' downloader, which needs the internet, replaced by one that leaves ``made``."""
    environments = []

    def run(command: list[str], **given: Any) -> subprocess.CompletedProcess[str]:
        environments.append(given["env"])
        assert command[1:] == ["-m", "camel_tools.cli.camel_data", "-i", morphology_cli.PACKAGE]
        if made:
            path = Path(given["env"]["CAMELTOOLS_DATA"], made)
            path.parent.mkdir(parents=True)
            path.write_text("database", encoding="utf-8")
        return subprocess.CompletedProcess(command, code, "", error)

    monkeypatch.setattr(subprocess, "run", run)
    return environments


def test_the_database_is_put_into_the_data_directory_and_named(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = "data/morphology_db/calima-msa-r13/morphology.db"
    environments = downloader(monkeypatch, 0, "", made)
    result = CliRunner().invoke(app, ["morphology", "install"])
    assert result.exit_code == 0
    assert environments[0]["CAMELTOOLS_DATA"] == str(data_dir / "camel_tools")
    assert f"MARSAD_MORPHOLOGY_DB={data_dir / 'camel_tools' / made}" in result.stdout


def test_a_failed_download_is_told_with_what_to_do(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloader(monkeypatch, 1, "Traceback\nDownloaderError: no connection", None)
    result = CliRunner().invoke(app, ["morphology", "install"])
    assert result.exit_code == 1
    assert "DownloaderError: no connection); check the connection" in result.stderr
    assert "Traceback" not in result.stderr
