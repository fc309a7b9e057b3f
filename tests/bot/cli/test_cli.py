"""The `marsad` command: exit codes, words for every mistake, and no traceback for any of them."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.process.lock import InstanceLock
from bot.settings import Settings, variable
from storage.connection import Connection
from storage.news import feeds
from storage.opening import open_database

pytestmark = pytest.mark.usefixtures("shipped_rules_once")

runner = CliRunner()

# Seconds; only a process that hangs takes this long.
PATIENCE = 240


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder to work in, and nothing of the environment."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feeds.yaml").write_text(
        "feeds:\n- {name: عنب, url: 'http://127.0.0.1:9/rss', language: ar}\n", encoding="utf-8"
    )


def marsad(*arguments: str) -> tuple[int, str]:
    result = runner.invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def as_process(
    *arguments: str, limit: tuple[int, int] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`limit` is a resource (`resource.RLIMIT_...`) and how much of it the process may have."""

    def under_limit() -> None:
        if limit is not None:
            resource.setrlimit(limit[0], (limit[1], limit[1]))

    # Under a limit, what measures coverage cannot write either, and would say so.
    given = {k: v for k, v in os.environ.items() if limit is None or "COVERAGE" not in k}
    if limit is not None:
        # Python would leave a compiled module of ours cut off, and everybody after it stumble.
        given["PYTHONDONTWRITEBYTECODE"] = "1"
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        env=given | environment,
        preexec_fn=under_limit,
    )


def test_it_says_its_version_and_its_commands() -> None:
    assert marsad("--version")[1].startswith("marsad ")
    code, text = marsad("--help")
    assert code == 0
    for command in ("run", "poll", "demo", "backup", "restore", "doctor", "feeds", "rules", "eval"):
        assert command in text


def test_a_wrong_setting_ends_with_2_and_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARSAD_LOG_LEVEL", "loud")
    for command in (["run"], ["poll"], ["demo"], ["doctor"], ["feeds", "list"], ["backup", "x"]):
        code, text = marsad(*command)
        assert code == 2, command
        assert "MARSAD_LOG_LEVEL" in text


def test_a_broken_feeds_file_ends_with_1_and_its_line(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds:\n- name: A\n", encoding="utf-8")
    for command in (["feeds", "check"], ["feeds", "list"], ["poll"], ["run"]):
        code, text = marsad(*command)
        assert code == 1, command
        assert "feeds.yaml:2" in text


def test_a_faulty_address_can_be_copied_from_the_terminal(tmp_path: Path) -> None:
    row = "feeds:\n- name: A\n  url: ftp://a.example/rss\n"
    (tmp_path / "feeds.yaml").write_text(row, encoding="utf-8")
    assert "'ftp://a.example/rss'" in marsad("feeds", "check")[1]


def test_a_region_that_is_not_known_is_told_with_its_line_and_stops_nothing(
    tmp_path: Path,
) -> None:
    row = "- name: {0}\n  url: https://{0}.example/rss\n  region: {1}\n"
    regions = {"a": "syria", "b": "levant", "c": "horn-of-africa", "d": "levent", "e": "qqq"}
    body = "".join(row.format(*each) for each in regions.items())
    (tmp_path / "feeds.yaml").write_text("feeds:\n" + body, encoding="utf-8")
    code, text = marsad("feeds", "check")
    assert code == 0
    assert "feeds.yaml:13: warning: the region 'levent' is not known: did you mean 'levant'" in text
    assert "feeds.yaml:16" in text and "'qqq'" in text
    assert "'syria'" not in text and "'horn-of-africa'" not in text


def test_feeds_are_listed_before_they_were_ever_polled() -> None:
    assert marsad("feeds", "check")[0] == 0
    code, text = marsad("feeds", "list")
    assert code == 0
    assert "عنب" in text
    assert "not polled yet" in text


@pytest.mark.parametrize(
    ("lang", "checked", "listed"),
    [
        ("ar", "المصادر 1، وكلها سليمة", "لم يُقرأ بعد"),
        ("en", "1 feeds, all well", "not polled yet"),
        ("fr", "1 flux, tous en ordre", "pas encore lu"),
    ],
)
def test_the_list_of_feeds_is_told_in_the_language(lang: str, checked: str, listed: str) -> None:
    assert checked in marsad("feeds", "check", "--lang", lang)[1]
    assert listed in marsad("feeds", "list", "--lang", lang)[1]
    for command in ("check", "list"):
        code, said = marsad("feeds", command, "--lang", "de")
        assert code == 2 and "no language of Marsad's" in said


def test_feeds_go_out_as_opml_and_come_back(tmp_path: Path) -> None:
    assert marsad("feeds", "export", "list.opml")[0] == 0
    assert marsad("feeds", "export", "list.opml")[0] == 1  # never over another file
    code, text = marsad("feeds", "import", "list.opml")
    assert code == 0
    assert "0 feeds added" in text
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - {name: B, url: 'https://b.example/'}\n")
    assert marsad("feeds", "import", "list.opml", "--language", "ar")[0] == 0
    written = (tmp_path / "feeds.yaml").read_text(encoding="utf-8")
    assert "عنب" in written
    assert "https://b.example/" in written
    assert marsad("feeds", "check")[0] == 0


def test_a_list_that_is_none_changes_nothing(tmp_path: Path) -> None:
    before = (tmp_path / "feeds.yaml").read_bytes()
    (tmp_path / "list.opml").write_text("<html>", encoding="utf-8")
    assert marsad("feeds", "import", "list.opml")[0] == 1
    assert marsad("feeds", "import", "missing.opml")[0] == 1
    (tmp_path / "list.opml").write_bytes(b"\xff\xfe\x00")
    code, text = marsad("feeds", "import", "list.opml")
    assert (code, "is not UTF-8 text" in text) == (1, True)
    (tmp_path / "folder").mkdir()
    assert marsad("feeds", "import", "folder")[0] == 1
    assert (tmp_path / "feeds.yaml").read_bytes() == before


def test_broken_rules_end_with_1_and_their_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    signals = tmp_path / "mine" / "signals"
    signals.mkdir(parents=True)
    (signals / "x.yaml").write_text("id: x\nnonsense: true\n", encoding="utf-8")
    monkeypatch.setenv("MARSAD_RULES_DIR", str(tmp_path / "mine"))
    code, text = marsad("poll")
    assert code == 1
    assert "x.yaml:2" in text


def test_a_backup_comes_back(tmp_path: Path) -> None:
    assert marsad("backup", "none.sqlite")[0] == 1  # there is nothing to back up yet
    assert marsad("poll")[0] == 1  # its only feed refuses the connection
    code, text = marsad("backup", "copy.sqlite")
    assert code == 0, text
    assert marsad("backup", "copy.sqlite")[0] == 1  # never over another file
    code, text = marsad("restore", "copy.sqlite")
    assert code == 0, text
    assert "before-restore" in text
    assert marsad("feeds", "list")[0] == 0


def test_a_restore_of_something_else_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite").write_bytes(b"no database" * 99)
    assert marsad("restore", "bad.sqlite")[0] == 1
    assert marsad("restore", "missing.sqlite")[0] == 1
    assert not (tmp_path / "var" / "marsad.sqlite").exists()


def test_a_second_instance_is_refused_with_3(tmp_path: Path) -> None:
    with InstanceLock(tmp_path / "var"):
        for command in (["run"], ["poll"], ["restore", "x"]):
            code, text = marsad(*command)
            assert code == 3, command
            assert "already runs" in text


def test_a_data_directory_that_cannot_be_made_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "file" / "below"))
    code, text = marsad("poll")
    assert code == 1
    assert "below" in text


def test_the_doctor_ends_with_1_when_something_is_bad(tmp_path: Path) -> None:
    assert marsad("doctor")[0] == 0
    (tmp_path / "feeds.yaml").write_text("feeds: 3\n", encoding="utf-8")
    code, text = marsad("doctor")
    assert code == 1
    assert "feeds" in text


def test_as_a_process_a_mistake_is_words_on_standard_error() -> None:
    done = as_process("run", MARSAD_METRICS_PORT="many")
    assert done.returncode == 2
    assert "MARSAD_METRICS_PORT" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert as_process("nonsense").returncode == 2


# Nothing at all, half of the first temporary file, or half of the database.
@pytest.mark.parametrize(
    ("bytes_a_file", "advice"),
    [
        (0, "free some space"),
        pytest.param(2_000, "TMPDIR", marks=pytest.mark.no_cover),  # it compiles the shipped rules
        (20_000, "free some disk space"),
    ],
)
def test_a_start_without_room_for_files_is_one_clear_line(
    tmp_path: Path, shipped_cache: Path, bytes_a_file: int, advice: str
) -> None:
    if bytes_a_file != 2_000:  # compiling makes the temporary file
        shutil.copytree(shipped_cache, tmp_path / "var" / "cache")
    done = as_process("poll", limit=(resource.RLIMIT_FSIZE, bytes_a_file))
    assert done.returncode == 1, done.stderr
    assert advice in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_start_under_a_memory_limit_is_one_clear_line() -> None:
    done = as_process("run", limit=(resource.RLIMIT_AS, 400_000_000))
    assert done.returncode == 1, done.stderr
    assert "memory limit" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("columns", [30, 80, 200])
def test_the_list_of_feeds_breaks_no_id_and_says_its_zone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, columns: int
) -> None:
    ids = ["relief-and-recovery-news-of-the-northern-region", "عنب-بلدي", "a"]
    (tmp_path / "feeds.yaml").write_text(
        "feeds:\n"
        + "".join(
            f"- {{id: {id}, name: 'A [b] feed', url: 'https://h{n}.example/rss'}}\n"
            for n, id in enumerate(ids)
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("MARSAD_TIMEZONE", "Asia/Damascus")
    asyncio.run(_seen(tmp_path / "var" / "marsad.sqlite", ids))
    code, text = marsad("feeds", "list")
    assert code == 0, text
    for id in ids:
        assert id in text.split()
    assert "Asia/Damascus" in "".join(text.split())
    assert "2026-03-01 15:00" in " ".join(text.split())
    assert "A [b] feed" in " ".join(text.split())


async def _seen(path: Path, ids: list[str]) -> None:
    """Each feed had a new entry at noon UTC."""
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def write(db: Connection) -> None:
        feeds.sync(db, [(id, f"https://h{n}.example/rss") for n, id in enumerate(ids)], noon)
        for state in feeds.all_states(db):
            feeds.save(db, replace(state, last_checked_at=noon, last_new_entry_at=noon))

    database = await open_database(path)
    await database.write(write)
    await database.close()
