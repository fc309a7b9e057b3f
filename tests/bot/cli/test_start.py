"""What a command imports before it does anything: guards of its start that need no clock."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from bot.cli.later import COMMANDS
from bot.cli.main import app

# Each of these takes as long to be imported as --help may take in all, or is a step to one.
HEAVY = (
    "apprise apscheduler asyncio babel camel_tools emoji feedparser httpx mazini "
    "numpy pydantic rapidfuzz re2 requests rich ruamel rules simplemma sqlite3 sqlite_utils "
    "storage telegram wordfreq yaml"
).split()
PROJECT = Path(__file__).parents[3]
TEXT = "قتل عشرة أشخاص في غارة على غزة"
_SAY = """
import sys
from bot.cli.main import app
try:
    app(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("IMPORTED", *sys.modules)
sys.exit(code)
"""


def imported(data_dir: Path, *arguments: str) -> set[str]:
    """The modules of a process that was given these arguments."""
    done = subprocess.run(
        [sys.executable, "-c", _SAY, *arguments],
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")}
        | {"MARSAD_DATA_DIR": str(data_dir), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("IMPORTED")[2].split())


def test_help_imports_nothing_that_it_does_not_show(tmp_path: Path) -> None:
    found = imported(tmp_path, "--help")
    assert found.isdisjoint(HEAVY)
    own = {"bot.cli.main", "bot.cli.later", "bot.cli.output"}
    assert {m for m in found if m.startswith("bot.cli.")} == own


def test_a_command_imports_no_other(tmp_path: Path) -> None:
    found = imported(tmp_path, "feeds", "--help")
    assert "bot.cli.feeds" in found
    assert found.isdisjoint({"bot.cli.rules", "bot.cli.replay", "telegram", "rules", "storage"})


def test_whoever_fetches_imports_no_command_line_of_a_library() -> None:
    say = (
        "import sys; from bot.cli import main; main.app = lambda: None; main.main(); "
        "import httpx; httpx.Client().close(); print(*sys.modules)"
    )
    found = subprocess.check_output([sys.executable, "-c", say], text=True).split()
    assert "httpx" in found
    assert {"pygments", "rich.progress"}.isdisjoint(found)


def test_a_service_starts_without_what_is_for_terminals_and_for_faulty_lists() -> None:
    say = (
        "import sys; from bot.cli import main; main.app = lambda: None; main.main(); "
        "from pathlib import Path; import bot.service.start; import bot.wiring.from_settings; "
        "from bot.feeds.catalogue import load_catalogue; from bot.process.logs import *; "
        "from bot.telegram.app import all_commands; all_commands(); set_up_logging('INFO'); "
        "load_catalogue(Path('feeds.yaml')); print(*sys.modules)"
    )
    found = subprocess.check_output([sys.executable, "-c", say], cwd=PROJECT, text=True).split()
    assert "bot.telegram.registry" in found
    assert {"rich.console", "ruamel.yaml"}.isdisjoint(found)


def test_a_text_is_explained_with_the_rules_and_words_of_the_last_time(
    tmp_path: Path, shipped_cache: Path
) -> None:
    shutil.copytree(shipped_cache, tmp_path / "cache")
    imported(tmp_path, "rules", "explain", TEXT)
    found = imported(tmp_path, "rules", "explain", TEXT)
    assert "rules.trying.explain" in found
    assert found.isdisjoint(
        {
            # The analyser, for words; what reads and compiles rule files; what sends and fetches.
            *("camel_tools", "emoji", "numpy", "requests", "simplemma", "mazini", "rapidfuzz"),
            *("rules.loading.schema", "rules.loading.build", "rules.loading.sources"),
            *("apprise", "babel", "httpx", "sqlite_utils", "telegram", "wordfreq"),
        }
    )


def test_labelled_entries_are_scored_without_what_reads_rule_files_and_places(
    tmp_path: Path, shipped_cache: Path
) -> None:
    shutil.copytree(shipped_cache, tmp_path / "cache")
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps({"lang": "ar", "title": TEXT}), encoding="utf-8")
    imported(tmp_path, "eval", str(file), "--json")
    found = imported(tmp_path, "eval", str(file), "--json")
    assert "rules.trying.measuring.evaluation" in found
    assert not found & {
        *("rules.loading.schema", "rules.loading.build", "rules.loading.sources"),
        *("rules.matching.places.where", "rapidfuzz", "httpx"),
    }


def test_the_service_imports_what_it_may_never_need_when_it_needs_it() -> None:
    code = "import bot.service.start, bot.telegram.app, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = set(done.stdout.split())
    assert "bot.service.service" in found
    assert found.isdisjoint(
        {
            # Other people's: of the analyser, the second channel, the page, lists of feeds.
            *("apprise", "camel_tools", "emoji", "jinja2", "listparser", "matplotlib", "numpy"),
            *("requests", "simplemma", "snowballstemmer", "starlette", "uvicorn", "wordfreq"),
            # What reads, compiles and tries rule files: the cache has the rules.
            *("rules.loading.schema", "rules.loading.sources", "rules.trying"),
        }
    )


_FIRST_REQUEST = """
import importlib.metadata, os, sys

searched = []
importlib.metadata.distributions = lambda **_: searched.append("packages") or ()

def stop(event, given):
    if event == "socket.connect" and isinstance(given[1], tuple):
        print("IMPORTED", *searched, *sys.modules, flush=True)
        os._exit(0)

sys.addaudithook(stop)
from bot.cli import main
sys.argv = ["marsad", "run"]
main.main()
"""


def test_the_first_request_goes_out_before_all_that_it_does_not_need(
    tmp_path: Path, shipped_cache: Path
) -> None:
    shutil.copytree(shipped_cache, tmp_path / "cache")
    # Who sends it needs no other process: nobody listens at this port.
    settings = {
        "MARSAD_DATA_DIR": str(tmp_path),
        "MARSAD_MARKER_DIR": str(tmp_path / "marker"),
        "MARSAD_TELEGRAM_TOKEN": "12345:" + "A" * 35,
        "MARSAD_TELEGRAM_BASE_URL": "http://127.0.0.1:9/bot",
        "MARSAD_FEEDS_FILE": str(PROJECT / "feeds.yaml"),
    }
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_REQUEST],
        env={k: v for k, v in os.environ.items() if not k.startswith(("COV", "MARSAD_"))}
        | settings,
        capture_output=True,
        text=True,
        timeout=240,
    )
    found = set(done.stdout.rpartition("IMPORTED")[2].split())
    assert {"bot.telegram.app", "rules.matching.gate"} <= found, done.stderr
    assert found.isdisjoint(
        {
            # A search for plugins in all that is installed: by pydantic, APScheduler, sqlite-utils.
            "packages",
            # What words and names of places are asked for, when somebody asks.
            *("camel_tools", "rules.matching.places.spellings", "simplemma", "mazini"),
            # What reads, compiles and tries rule files; the page, its charts, what sends elsewhere.
            *("rules.loading.schema", "rules.loading.build", "rules.trying"),
            *("apprise", "jinja2", "matplotlib", "numpy", "starlette", "uvicorn"),
            # Documents are read by the parsing process; terminals and faulty lists are for others.
            *("feedparser", "lxml", "selectolax", "listparser", "rich.console", "ruamel.yaml"),
        }
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_each_command_what_the_command_says(name: str) -> None:
    later = COMMANDS[name]
    there = getattr(import_module(later.module), later.name)
    if isinstance(there, typer.Typer):
        # Some groups have their line in this list alone.
        assert there.info.help in (later.help, None) or not isinstance(there.info.help, str)
    else:
        assert there.__doc__ is not None
        assert there.__doc__.split("\n\n")[0].replace("\n    ", " ") == later.help
    shown = get_command(app).commands[name]  # type: ignore[attr-defined]
    assert shown.help == later.help
