"""``marsad export`` writes whole files or none, and says what it does not understand."""

from __future__ import annotations

import asyncio
import csv
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import export
from bot.cli.main import app
from rules import Gazetteer, RuleSet, load_rules
from storage.opening import open_database
from tests.bot.exports.conftest import fill, gazetteer
from tests.rules.few import few_rules

__all__ = ["gazetteer"]

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")

    async def make() -> None:
        opened = await open_database(folder / "marsad.sqlite")
        await opened.write(fill)
        await opened.close()

    asyncio.run(make())
    return folder


@pytest.fixture(autouse=True)
def desk(
    database: Path, monkeypatch: pytest.MonkeyPatch, few: RuleSet, gazetteer: Gazetteer
) -> None:
    monkeypatch.setenv("MARSAD_DATA_DIR", str(database))
    monkeypatch.setattr(export, "load", lambda _: few)
    monkeypatch.setattr("rules.load_gazetteer", lambda _: gazetteer)


@pytest.fixture(scope="module")
def few() -> RuleSet:
    return load_rules(shipped=few_rules())


def run(*arguments: str) -> Result:
    return RUNNER.invoke(app, ["export", *arguments])


def test_a_file_for_each_format(tmp_path: Path) -> None:
    for form in ("csv", "xlsx", "geojson", "cap", "atom", "jsonl"):
        file = tmp_path / f"out.{form}"
        done = run("--format", form, "--since", "2026-01-01", "-o", str(file))
        assert done.exit_code == 0, done.output
        assert "4 alerts in" in done.stderr and file.stat().st_size > 500
    assert len(list(tmp_path.iterdir())) == 6, "nothing half done is left"


def test_to_standard_output_and_by_filters() -> None:
    told = run("--format", "jsonl", "--since", "2026-01-01", "--place", "Aleppo", "--lang", "fr")
    (line,) = told.stdout.splitlines()
    assert json.loads(line)["id"] == "A1" and "1 alert." in told.stderr
    rows = run("--format", "csv", "--since", "2026-01-01", "--kind", "entries", "--language", "en")
    assert len(list(csv.reader(rows.stdout.splitlines()))) == 3
    none = run("--format", "jsonl", "--since", "2026-01-01", "--until", "2026-01-02")
    assert none.exit_code == 0 and none.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "pdf", "--since", "7d"], "write one of csv, xlsx"),
        (["--format", "csv", "--since", "7d", "--place", " "], "--place has no value"),
        (["--format", "csv", "--since", ""], "--since has no value"),
        (["--format", "csv", "--since", "soon"], "--since: «soon» is no time"),
        (["--format", "csv", "--since", "9" * 60 + "d"], "--since"),
        (["--format", "csv", "--since", "7d", "--until", "9d"], "--until: is not after since"),
        (["--format", "csv", "--since", "7d", "--kind", "feeds"], "alerts, stories, entries"),
        (["--format", "csv", "--since", "7d", "--level", "critcal"], "did you mean critical?"),
        (["--format", "csv", "--since", "7d", "--signal", "flod"], "did you mean flood?"),
        (["--format", "csv", "--since", "7d", "--place", "Alepppo"], "--place"),
        (["--format", "csv", "--since", "7d", "--lang", "de"], "--lang"),
        (["--format", "cap", "--since", "7d", "--kind", "stories"], "alerts only"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    file = tmp_path / "out"
    done = run(*arguments, "-o", str(file))
    assert done.exit_code == 2 and said in done.stderr
    assert not file.exists()


def test_an_export_that_breaks_off_leaves_the_former_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> int:
        raise OSError(28, "No space left on device", "out.csv")

    monkeypatch.setattr("bot.exports.reading.export", full)
    file = tmp_path / "out.csv"
    file.write_text("former", encoding="utf-8")
    done = run("--format", "csv", "--since", "7d", "-o", str(file))
    assert done.exit_code == 1 and "no room" in done.stderr
    assert file.read_text(encoding="utf-8") == "former"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_is_called_as_it_was_asked_for(tmp_path: Path) -> None:
    for out in (tmp_path / "none" / "out.csv", tmp_path):
        done = run("--format", "csv", "--since", "7d", "-o", str(out))
        assert done.exit_code == 1 and f"«{out}»" in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir()) and not list(tmp_path.parent.glob("*.partial"))


def test_a_device_or_a_pipe_is_written_to_and_a_link_stays_one(tmp_path: Path) -> None:
    """A file in the place of /dev/stdout would take it from everybody on the machine."""
    pipe, link, file = (tmp_path / name for name in ("pipe", "link.csv", "kept.csv"))
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("--format", "csv", "--since", "7d", "-o", str(pipe)).exit_code == 0
        assert b"kind,id,version" in os.read(reader, 1_000) and pipe.is_fifo()
    finally:
        os.close(reader)
    file.write_text("former", encoding="utf-8")
    link.symlink_to(file)
    assert run("--format", "csv", "--since", "7d", "-o", str(link)).exit_code == 0
    assert link.is_symlink() and "kind,id" in file.read_text(encoding="utf-8")
