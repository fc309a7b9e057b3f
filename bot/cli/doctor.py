"""`marsad doctor`: what is in order, what is not, and what to do about it."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from rich.console import Console
from rich.table import Table

from bot.cli.memory import NEEDED, MemoryLimits, is_tight, memory_limits
from bot.clock import utc_now
from bot.process.installation import DatabaseMissing, require_database
from bot.process.lock import AlreadyRunning, InstanceLock
from bot.process.logs import Redactor
from storage.file.errors import StorageError

if TYPE_CHECKING:
    from bot.settings import Settings

# Below the first there is no room for a day's work; below the second somebody should look.
DISK_BAD, DISK_LOW = 200_000_000, 1_000_000_000
# TLS and "how old is this entry" go wrong with a clock that is off by more than this.
CLOCK_BAD = timedelta(minutes=2)
FAILING_SHOWN = 5


class State(StrEnum):
    OK = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined. `advice` says what to do unless all is well."""

    what: str
    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class TelegramAnswer:
    """What the Bot API said to getMe. `status` is None when it could not be reached."""

    status: int | None
    name: str
    date: datetime | None
    error: str = ""


async def examine(settings: Settings, clock: Callable[[], datetime] = utc_now) -> list[Finding]:
    """Look at everything that the service needs. Changes nothing; sends getMe when there is a
    token.
    """
    telegram = await _ask_telegram(settings)
    findings = [judge_token(settings.telegram_token is not None, telegram)]
    findings.append(judge_clock(telegram.date if telegram else None, clock()))
    findings.append(judge_privacy(open_to_others(Path(".env"), settings.data_dir)))
    findings.append(judge_memory(memory_limits()))
    for look in (_feeds_file, _rules, _disk, _instance, _database):
        findings.append(await look(settings))
    return findings


def show(findings: list[Finding], console: Console | None = None) -> bool:
    """Print what was found; whether nothing is bad."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    signs = {State.OK: "[green]ok[/]", State.LOOK: "[yellow]look[/]", State.BAD: "[red]BAD[/]"}
    for finding in findings:
        row = (finding.what, finding.found, finding.advice)
        table.add_row(signs[finding.state], *(cell.replace("[", "\\[") for cell in row))
    (console or Console()).print(table)
    return all(finding.state is not State.BAD for finding in findings)


def judge_token(is_set: bool, answer: TelegramAnswer | None) -> Finding:
    """Whether the bot can speak to Telegram."""
    what = "token"
    if not is_set or answer is None:
        return Finding(
            what,
            State.LOOK,
            "none is set: alerts are shown on the console",
            "get one from @BotFather and set MARSAD_TELEGRAM_TOKEN",
        )
    match answer.status:
        case 200:
            return Finding(what, State.OK, f"Telegram knows the bot as @{answer.name}")
        case 401 | 404:
            return Finding(
                what,
                State.BAD,
                "Telegram refuses it",
                "copy the token from @BotFather again into MARSAD_TELEGRAM_TOKEN",
            )
        case None:
            return Finding(
                what,
                State.BAD,
                f"Telegram cannot be reached ({answer.error})",
                "check the network, and MARSAD_TELEGRAM_BASE_URL if it is set",
            )
        case status:
            return Finding(
                what, State.LOOK, f"Telegram answers with status {status}", "try again later"
            )


def judge_clock(there: datetime | None, here: datetime) -> Finding:
    """Whether this machine's clock agrees with Telegram's."""
    if there is None:
        return Finding("clock", State.OK, f"{here:%Y-%m-%d %H:%M} UTC, not compared with any other")
    off = abs(here - there)
    if off > CLOCK_BAD:
        return Finding(
            "clock",
            State.BAD,
            f"{off.total_seconds():.0f} s away from Telegram's",
            "switch on time synchronisation (timedatectl set-ntp true)",
        )
    return Finding("clock", State.OK, f"{here:%Y-%m-%d %H:%M} UTC, as Telegram's")


def judge_disk(free: int, folder: Path) -> Finding:
    """Whether there is room for the database to grow; `free` in bytes."""
    found = f"{free / 1e9:.1f} GB free for {folder}"
    if free < DISK_BAD:
        return Finding("disk", State.BAD, found, "free some space: nothing new can be stored soon")
    if free < DISK_LOW:
        return Finding("disk", State.LOOK, found, "free some space before it runs out")
    return Finding("disk", State.OK, found)


def judge_privacy(others: Mapping[Path, int]) -> Finding:
    """Whether other users of the machine can read the token, or who reads what; `others` holds
    the mode that each path should have.
    """
    if not others:
        return Finding("privacy", State.OK, "settings and data are closed to other users")
    return Finding(
        "privacy",
        State.LOOK,
        f"other users of this machine can read {' and '.join(map(str, others))}",
        "; ".join(f"chmod {mode:o} {shlex.quote(str(path))}" for path, mode in others.items()),
    )


def open_to_others(env_file: Path, data_dir: Path) -> dict[Path, int]:
    """Those of the two that a group or everybody can read, with the mode they should have."""
    found = {}
    for path, bits, mode in ((env_file, 0o044, 0o600), (data_dir, 0o055, 0o700)):
        try:
            if path.stat().st_mode & bits:
                found[path] = mode
        except OSError:  # not there, or not ours to look at
            continue
    return found


def judge_memory(limits: MemoryLimits) -> Finding:
    """Whether the service is allowed enough memory."""
    if is_tight(limits) and limits.held is not None:
        return Finding(
            "memory",
            State.LOOK,
            f"this service may hold {limits.held / 1e6:.0f} MB",
            f"allow it {NEEDED / 1e6:.0f} MB or more (systemd: MemoryMax=)",
        )
    return Finding("memory", State.OK, "no limit is too low")


async def _ask_telegram(settings: Settings) -> TelegramAnswer | None:
    if settings.telegram_token is None:
        return None
    redact = Redactor(settings.secrets)
    root = settings.telegram_base_url.rstrip("/").removesuffix("/bot")  # as the service reads it
    url = f"{root}/bot{settings.telegram_token.get_secret_value()}/getMe"
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            response = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return TelegramAnswer(None, "", None, redact(str(error) or type(error).__name__))
    try:
        name = str(response.json()["result"]["username"])
    except (ValueError, KeyError, TypeError):
        name = "?"
    try:
        date = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        date = None
    return TelegramAnswer(response.status_code, name, date)


async def _feeds_file(settings: Settings) -> Finding:
    from bot.feeds.catalogue import CatalogueInvalid, load_catalogue

    try:
        feeds = load_catalogue(settings.feeds_file)
    except CatalogueInvalid as invalid:
        return Finding(
            "feeds", State.BAD, str(invalid), f"correct {settings.feeds_file} at these lines"
        )
    if not feeds:
        return Finding(
            "feeds", State.BAD, f"no feed in {settings.feeds_file}", "add the feeds to watch"
        )
    return Finding("feeds", State.OK, f"{len(feeds)} feeds in {settings.feeds_file}")


async def _rules(settings: Settings) -> Finding:
    from bot.rules_in_force import load_checked
    from rules import RulesInvalid, load_gazetteer

    try:
        rules = await asyncio.to_thread(load_checked, settings.rules_dir, settings.morphology_db)
        await asyncio.to_thread(load_gazetteer, settings.rules_dir)
    except RulesInvalid as invalid:
        return Finding(
            "rules", State.BAD, str(invalid), "correct them; `marsad rules check` looks again"
        )
    return Finding("rules", State.OK, f"{len(rules.signals)} signals, hash {rules.hash}")


async def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "disk",
            State.BAD,
            f"{settings.data_dir} cannot be written",
            "give this user the folder, or set MARSAD_DATA_DIR to another one",
        )
    return judge_disk(shutil.disk_usage(folder).free, settings.data_dir)


async def _instance(settings: Settings) -> Finding:
    if not settings.data_dir.exists():
        return Finding("instance", State.OK, "none has run here yet")
    try:
        with InstanceLock(settings.data_dir):
            return Finding("instance", State.OK, "the service is not running")
    except AlreadyRunning as running:
        return Finding("instance", State.OK, f"the service runs (process {running.pid or '?'})")
    except OSError as error:
        return Finding(
            "instance", State.BAD, f"the lock cannot be tried: {error.strerror}", "see disk"
        )


async def _database(settings: Settings) -> Finding:
    from bot.polling.health import feeds_health
    from storage import feeds, outbox
    from storage.file.database import Database

    file, what = settings.database_file, "database"
    try:
        require_database(settings)
    except DatabaseMissing as missing:
        first, _, rest = str(missing).partition("\n")
        return Finding(what, State.BAD, first, rest)
    if not file.exists():
        return Finding(what, State.OK, f"none yet; the first run makes {file}")
    try:
        database = await Database.open(file)
    except StorageError as error:
        return Finding(what, State.BAD, str(error), "see docs/operations.md, “Restore”")
    try:
        problems = await database.check()
        states = await database.read(feeds.all_states)
        owed = await database.read(outbox.counts)
    except StorageError as error:
        return Finding(what, State.BAD, str(error), "see docs/operations.md, “Restore”")
    finally:
        await database.close()
    if problems:
        return Finding(
            what, State.BAD, "; ".join(problems[:3]), "stop the service and restore a backup"
        )
    look = feeds_health(states).to_look_at
    waiting = owed.get("pending", 0) + owed.get("paused", 0)
    found = f"sound; {waiting} messages wait, {owed.get('failed', 0)} failed"
    if look:
        names = "; ".join(
            f"{state.id}: {how}{f' ({state.error})' if state.error else ''}"
            for state, how in look[:FAILING_SHOWN]
        )
        more = f" and {len(look) - FAILING_SHOWN} more" if len(look) > FAILING_SHOWN else ""
        hints = dict.fromkeys(state.hint for state, _ in look[:FAILING_SHOWN] if state.hint)
        return Finding(
            what,
            State.LOOK,
            f"{found}; feeds to look at: {names}{more}",
            "; ".join(hints) or "`marsad feeds list` shows each feed",
        )
    return Finding(what, State.OK, found)
