"""The doctor says what is wrong and what to do; it changes nothing."""

from __future__ import annotations

import errno
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.delivery.webhooks.receivers import receivers_of
from bot.locales import texts
from bot.operating.doctor.examine import (
    Running,
    examine,
)
from bot.operating.doctor.finding import (
    Finding,
    State,
    show,
)
from bot.operating.doctor.judging import (
    DISK_BAD,
    DISK_LOW,
    TelegramAnswer,
    judge_clock,
    judge_disk,
    judge_memory,
    judge_token,
)
from bot.operating.doctor.webhooks import webhook_findings
from bot.process.memory import MemoryLimits
from bot.settings import load_settings
from storage.connection import Connection
from storage.opening import open_database
from storage.sending import webhooks
from tests.conftest import shipped_rules
from tests.storage.make import add_alert
from tests.telegram_server import TelegramServer

pytestmark = pytest.mark.usefixtures("shipped_rules_once")

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, State.OK), (401, State.BAD), (404, State.BAD), (502, State.LOOK), (None, State.BAD)],
)
def test_what_telegram_says_of_the_token_is_judged(status: int | None, state: State) -> None:
    finding = judge_token(True, TelegramAnswer(status, "marsad_bot", None, "no route"))
    assert finding.state is state
    assert bool(finding.advice) == (state is not State.OK)


def test_a_missing_token_is_no_fault() -> None:
    assert judge_token(False, None).state is State.LOOK


@pytest.mark.parametrize(
    ("off", "state"), [(0, State.OK), (60, State.OK), (600, State.BAD), (-600, State.BAD)]
)
def test_a_clock_that_is_off_is_found(off: int, state: State) -> None:
    assert judge_clock(NOW + timedelta(seconds=off), NOW).state is state


def test_a_full_disk_is_seen_before_it_is_full(tmp_path: Path) -> None:
    states = [judge_disk(free, tmp_path).state for free in (0, DISK_BAD, DISK_LOW, DISK_LOW * 9)]
    assert states == [State.BAD, State.LOOK, State.OK, State.OK]


async def found(tmp_path: Path, **given: object) -> dict[str, Finding]:
    feeds = tmp_path / "feeds.yaml"
    if not feeds.exists():
        feeds.write_text("feeds:\n- {name: A, url: 'https://a.example/rss'}\n", encoding="utf-8")
    settings = load_settings(
        None, **{"data_dir": tmp_path / "data", "feeds_file": feeds, "telegram_token": None} | given
    )
    return {finding.what: finding for finding in await examine(settings)}


async def test_a_new_installation_is_well(tmp_path: Path) -> None:
    findings = await found(tmp_path)
    assert [f for f in findings.values() if f.state is State.BAD] == []
    assert not (tmp_path / "data").exists()


async def test_a_broken_feeds_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds:\n- name: A\n", encoding="utf-8")
    finding = (await found(tmp_path))["feeds"]
    assert finding.state is State.BAD
    assert "feeds.yaml:2" in finding.found


async def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "marsad.sqlite").write_bytes(b"not a database at all" * 100)
    finding = (await found(tmp_path))["database"]
    assert finding.state is State.BAD
    assert "Restore" in finding.advice


@pytest.mark.parametrize(
    ("language", "free"), [("ar", "1,081.3 "), ("en", "1,081.3 GB"), ("fr", "1\u202f081,3 Go")]
)
def test_figures_have_the_marks_of_the_language(tmp_path: Path, language: str, free: str) -> None:
    say = texts(language)
    assert free in judge_disk(1_081_300_000_000, tmp_path, say).found


@pytest.mark.parametrize(
    ("language", "span"), [("ar", "ساعتان"), ("en", "2 hours"), ("fr", "2\u00a0heures")]
)
def test_how_far_the_clock_is_off_is_said_as_people_say_it(language: str, span: str) -> None:
    there = datetime(2026, 3, 1, tzinfo=UTC)
    assert span in judge_clock(there, there + timedelta(hours=2), texts(language)).found


async def test_a_database_on_a_disk_that_can_only_be_read_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "data" / "marsad.sqlite"
    await (await open_database(file)).close()
    really = os.open

    def read_only(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        if flags & os.O_RDWR and str(path).startswith(str(tmp_path)):
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return really(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", read_only)
    finding = (await found(tmp_path))["database"]
    assert finding.state is State.BAD
    assert "only be read" in finding.found and str(file) in finding.found


async def test_a_sound_database_is_sound(tmp_path: Path) -> None:
    await (await open_database(tmp_path / "data" / "marsad.sqlite")).close()
    assert (await found(tmp_path))["database"].state is State.OK


async def test_an_unreachable_telegram_does_not_show_the_token(tmp_path: Path) -> None:
    token = "123456789:AAEhBP0av28fakefakefakefakefakefake"
    findings = await found(
        tmp_path, telegram_token=token, telegram_base_url="http://127.0.0.1:9/bot"
    )
    assert findings["token"].state is State.BAD
    assert token not in str(findings)


@pytest.mark.parametrize("ending", ["/bot", "/bot/", "", "/"])
async def test_doctor_asks_the_telegram_that_the_service_asks(tmp_path: Path, ending: str) -> None:
    async with TelegramServer() as telegram:
        base_url = f"{telegram.url}{ending}"
        findings = await found(tmp_path, telegram_token=telegram.token, telegram_base_url=base_url)
    assert findings["token"].state is State.OK


def test_nothing_that_was_found_is_read_as_markup() -> None:
    out = io.StringIO()
    well = show([Finding("feeds", State.BAD, "[red]x[/]", "y")], Console(file=out, width=80))
    assert not well
    assert "[red]x[/]" in out.getvalue()


@pytest.mark.parametrize(
    ("mode", "state"), [(0o600, State.OK), (0o640, State.LOOK), (0o604, State.LOOK)]
)
async def test_the_doctor_warns_of_settings_that_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, state: State
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("MARSAD_OPERATORS=1\n", encoding="utf-8")
    (tmp_path / ".env").chmod(mode)
    finding = (await found(tmp_path))["privacy"]
    assert finding.state is state
    assert ("chmod 600 .env" in finding.advice) == (state is State.LOOK)


async def test_the_doctor_warns_of_a_data_folder_that_others_can_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o755)
    finding = (await found(tmp_path))["privacy"]
    assert finding.state is State.LOOK
    assert f"chmod 700 {tmp_path / 'data'}" in finding.advice


def test_a_service_that_may_hold_too_little_memory_is_told_so() -> None:
    assert judge_memory(MemoryLimits(None, None)).state is State.OK
    assert judge_memory(MemoryLimits(200_000_000, None)).state is State.LOOK


async def test_a_file_that_takes_too_long_is_said_to_be_unfinished(tmp_path: Path) -> None:
    database = await open_database(tmp_path / "marsad.sqlite")

    def fill(db: Connection) -> None:
        db.execute("CREATE TABLE large (id INTEGER PRIMARY KEY, text TEXT)")
        db.conn.executemany("INSERT INTO large (text) VALUES (?)", [("نص",)] * 20_000)

    try:
        await database.write(fill)
        running = Running(database, shipped_rules(), file_within=0.0)
        findings = await examine(load_settings(None, data_dir=tmp_path), running=running)
    finally:
        await database.close()
    (finding,) = [each for each in findings if each.what == "database"]
    assert finding.state is State.LOOK
    assert "too large" in finding.found and "marsad doctor" in finding.advice


async def test_each_receiver_of_webhooks_is_found_by_its_host(tmp_path: Path) -> None:
    given = {
        "webhook_urls": "https://one.example/hook/key-of-one https://two.example/hook",
        "webhook_secrets": "whsec_" + "QUJD" * 10,
    }
    settings = load_settings(None, telegram_token=None, **given)
    one, two = receivers_of(settings)
    database = await open_database(tmp_path / "marsad.sqlite")

    async def judged() -> list[Finding]:
        return await webhook_findings(database, settings, texts("en"), NOW)

    assert [each.state for each in await judged()] == [State.OK, State.OK], "not named before"

    def fail(db: Connection) -> None:
        webhooks.set_receivers(db, [one.key, two.key], "info")
        add_alert(db, at=NOW - timedelta(days=6))
        webhooks.note_failing(db, webhooks.receiver_id(db, one.key), "status 500", NOW)
        webhooks.give_up(db, webhooks.receiver_id(db, two.key), NOW, NOW)

    await database.write(fail)
    first, second = await judged()
    assert (first.state, second.state) == (State.BAD, State.LOOK)
    assert "one.example" in first.found and "status 500" in first.found
    assert "1 wait" in first.found and "1 were given up" in second.found
    assert "key-of-one" not in str((first, second))
    await database.close()
