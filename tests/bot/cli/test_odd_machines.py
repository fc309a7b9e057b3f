"""Terminals without Arabic, names that are no text, Ctrl-C at once, links, folders for files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app

RUNNER = CliRunner()
LIST = "feeds:\n  - name: أخبار\n    url: https://n.example/rss\n    language: ar\n"
OPML = '<opml><body><outline xmlUrl="https://o.example/rss" text="o"/></body></opml>'
PAIRS = "from bot.cli.rules.shared import print_json; print_json(['🟡 حصار'])"


@pytest.fixture
def feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kept = tmp_path / "kept.yaml"
    kept.write_text(LIST, encoding="utf-8")
    kept.chmod(0o640)
    link = tmp_path / "feeds.yaml"
    link.symlink_to(kept)
    monkeypatch.setenv("MARSAD_FEEDS_FILE", str(link))
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "var"))
    return link


def as_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=400,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_terminal_cannot_show_is_escaped_and_said(feeds: Path, encoding: str) -> None:
    done = as_process("-m", "bot", "feeds", "list", PYTHONIOENCODING=encoding, COLUMNS="200")
    assert done.returncode == 0 and r"\u0623\u062e\u0628\u0627\u0631" in done.stdout
    told = [line for line in done.stderr.splitlines() if "PYTHONIOENCODING=utf-8" in line]
    assert len(told) == 1 and "Traceback" not in done.stderr
    plain = as_process("-m", "bot", "feeds", "list", PYTHONIOENCODING="utf-8", COLUMNS="200")
    assert "أخبار" in plain.stdout and not plain.stderr


def test_a_closed_output_is_written_to_nowhere(feeds: Path) -> None:
    say = "import os, sys; os.close(1); sys.stdout = None; import bot.cli.entry as e; e.main()"
    done = as_process("-c", say, "rules", "explain", "--json", "نص")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments", [["--help"], ["feeds", "list"]], ids=" ".join)
def test_an_output_on_a_full_disk_is_said_in_words(feeds: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=400,
            check=False,
        )
    assert done.returncode == 1 and "no room is left" in done.stderr
    assert "Traceback" not in done.stderr


def test_json_stays_json_on_a_terminal_without_arabic() -> None:
    say = f"import bot.cli.output as o; o.escape_what_cannot_be_shown(); {PAIRS}"
    done = as_process("-c", say, PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout) == ["🟡 حصار"]


def test_an_interruption_while_the_command_is_imported_ends_it_quietly() -> None:
    """At the first import that `bot.cli.main` makes, as if somebody pressed Ctrl-C there."""
    say = (
        "import os, signal, sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'typer':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "from bot.cli.entry import main\n"
        "main()\n"
    )
    done = as_process("-c", say)
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.SIGINT, "", "")


def test_a_name_that_is_no_text_is_a_mistake_in_words(tmp_path: Path, feeds: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "marsad.sqlite").write_bytes(b"x" * 20)
    done = RUNNER.invoke(app, ["backup", os.fsdecode(bytes(tmp_path) + b"/a\xff.sqlite")])
    assert done.exit_code == 1 and "UTF-8" in done.stderr and "Traceback" not in done.stderr


def test_a_list_that_is_a_link_stays_one_and_keeps_its_mode(tmp_path: Path, feeds: Path) -> None:
    (tmp_path / "o.opml").write_text(OPML, encoding="utf-8")
    done = RUNNER.invoke(app, ["feeds", "import", str(tmp_path / "o.opml")])
    assert done.exit_code == 0, done.output
    kept = tmp_path / "kept.yaml"
    assert feeds.is_symlink() and "https://o.example/rss" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("command", ["import", "export", "pack syria --into"])
def test_a_folder_where_a_file_belongs_is_said_with_what_to_do(
    tmp_path: Path, feeds: Path, command: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    done = RUNNER.invoke(app, ["feeds", *command.split(), str(folder)])
    assert done.exit_code == 1 and f"«{folder}»" in done.stderr and "name a file" in done.stderr
    nowhere = tmp_path / "none" / "x"
    done = RUNNER.invoke(app, ["feeds", *command.split(), str(nowhere)])
    assert done.exit_code == 1 and f"«{nowhere}» is not there" in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["feeds.yaml", "folder", "kept.yaml"]
