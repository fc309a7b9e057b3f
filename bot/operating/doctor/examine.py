"""Looking at everything that the service needs: files, rules, disk, database, Telegram."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from bot.clock import utc_now
from bot.errors import ending
from bot.installation import DatabaseMissing, require_database
from bot.locales import Texts, texts
from bot.operating.doctor.finding import Finding, State
from bot.operating.doctor.judging import (
    TelegramAnswer,
    judge_clock,
    judge_disk,
    judge_memory,
    judge_privacy,
    judge_token,
)
from bot.operating.doctor.webhooks import webhook_findings
from bot.process.lease import holder_of
from bot.process.lock import AlreadyRunning, InstanceLock
from bot.process.logs import Redactor
from bot.process.memory import memory_limits
from storage.file.errors import StorageError

if TYPE_CHECKING:
    from bot.settings import Settings
    from rules import Problem, RuleSet
    from storage.database import Database

FAILING_SHOWN = 5
# Seconds that the file of a running service may be looked through: who stops it waits as long.
FILE_WITHIN = 15.0
_ENGLISH = texts("en")


@dataclass(frozen=True, slots=True)
class Running:
    """The service that is asked: what it has open and in force is looked at, not opened again.
    `refused` says what is wrong with rule files that did not come into force; `file_within`: how
    many seconds its file may be looked through."""

    database: Database
    rules: RuleSet
    refused: tuple[Problem, ...] = ()
    file_within: float = FILE_WITHIN


async def examine(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    *,
    say: Texts = _ENGLISH,
    running: Running | None = None,
) -> list[Finding]:
    """Look at everything that the service needs. Changes nothing; sends getMe when there is a
    token.
    """
    telegram = await _ask_telegram(settings)
    findings = [judge_token(settings.telegram_token is not None, telegram, say)]
    findings.append(judge_clock(telegram.date if telegram else None, clock(), say))
    findings.append(judge_privacy(open_to_others(Path(".env"), settings.data_dir), say))
    findings.append(judge_memory(memory_limits(), say))
    findings.append(await _feeds_file(settings, say))
    findings.append(_rules_in_force(running, say) if running else await _rules(settings, say))
    findings.append(_disk(settings, say))
    findings.append(await _instance(settings, say))
    if running:
        findings.append(await _look_into(running.database, say, running.file_within))
        findings += await _webhooks(running.database, settings, say, clock())
    else:
        findings += await _database(settings, say, clock())
    return findings


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


async def _feeds_file(settings: Settings, say: Texts) -> Finding:
    from bot.feeds.catalogue import load_catalogue
    from bot.feeds.problems import CatalogueInvalid

    file = settings.feeds_file
    try:
        feeds = await asyncio.to_thread(load_catalogue, file)
    except CatalogueInvalid as invalid:
        wrong = "\n".join(each.in_language(say.language) for each in invalid.problems)
        return Finding("feeds", State.BAD, wrong, say("doctor.feeds.correct", file=file))
    if not feeds:
        found = say("doctor.feeds.none", file=file)
        return Finding("feeds", State.BAD, found, say("doctor.feeds.add"))
    return Finding("feeds", State.OK, say("doctor.feeds.well", n=len(feeds), file=file))


async def _rules(settings: Settings, say: Texts) -> Finding:
    from bot.rules_in_force import load_checked
    from rules import RulesInvalid, load_gazetteer

    try:
        rules = await asyncio.to_thread(load_checked, settings.rules_dir, settings.morphology_db)
        await asyncio.to_thread(load_gazetteer, settings.rules_dir)
    except RulesInvalid as invalid:
        wrong = "\n".join(each.in_language(say.language) for each in invalid.errors)
        return Finding("rules", State.BAD, wrong, say("doctor.rules.correct"))
    return _sound_rules(rules, say)


def _rules_in_force(running: Running, say: Texts) -> Finding:
    if running.refused:
        wrong = "\n".join(each.in_language(say.language) for each in running.refused)
        return Finding("rules", State.BAD, wrong, say("doctor.rules.kept"))
    return _sound_rules(running.rules, say)


def _sound_rules(rules: RuleSet, say: Texts) -> Finding:
    found = say("doctor.rules.well", n=len(rules.signals), hash=rules.hash)
    return Finding("rules", State.OK, found)


def _disk(settings: Settings, say: Texts) -> Finding:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        found = say("doctor.disk.closed", folder=settings.data_dir)
        return Finding("disk", State.BAD, found, say("doctor.disk.give"))
    return judge_disk(shutil.disk_usage(folder).free, settings.data_dir, say)


async def _instance(settings: Settings, say: Texts) -> Finding:
    if settings.database_url:
        try:
            holder = await asyncio.to_thread(holder_of, settings.database_url)
        except StorageError as error:
            return Finding("instance", State.BAD, str(error), say("doctor.database.see_server"))
        found = say("doctor.instance.holds", holder=holder) if holder else None
        return Finding("instance", State.OK, found or say("doctor.instance.stopped"))
    if not settings.data_dir.exists():
        return Finding("instance", State.OK, say("doctor.instance.never"))
    try:
        with InstanceLock(settings.data_dir):
            return Finding("instance", State.OK, say("doctor.instance.stopped"))
    except AlreadyRunning as running:
        return Finding("instance", State.OK, say("doctor.instance.runs", pid=running.pid or "?"))
    except OSError as error:
        found = say("doctor.instance.lock", error=error.strerror)
        return Finding("instance", State.BAD, found, say("doctor.instance.see_disk"))


async def _database(settings: Settings, say: Texts, now: datetime) -> list[Finding]:
    from storage.opening import open_database

    file, what = settings.database_file, "database"
    try:
        require_database(settings)
    except DatabaseMissing as missing:
        first, _, rest = str(missing).partition("\n")
        return [Finding(what, State.BAD, first, rest)]
    if not settings.database_url and not file.exists():
        return [Finding(what, State.OK, say("doctor.database.none", file=file))]
    advice = "see_server" if settings.database_url else "restore"
    try:
        database = await open_database(settings.database)
    except StorageError as error:
        return [Finding(what, State.BAD, str(error), say(f"doctor.database.{advice}"))]
    except OSError as error:  # a disk that can only be read, a file of somebody else's
        told = ending(error)
        return [
            Finding(
                *(what, State.BAD, told.message if told else str(error)),
                say("doctor.instance.see_disk"),
            )
        ]
    try:
        found = await _look_into(database, say)
        return [found, *await _webhooks(database, settings, say, now)]
    finally:
        await database.close()


async def _webhooks(
    database: Database, settings: Settings, say: Texts, now: datetime
) -> list[Finding]:

    try:
        return await webhook_findings(database, settings, say, now)
    except StorageError:  # the finding of the database says so
        return []


async def _look_into(database: Database, say: Texts, within: float | None = None) -> Finding:
    from bot.polling.health import feeds_health
    from storage.news import feeds
    from storage.sending import outbox

    what = "database"
    try:
        problems = await database.check_within(within)
        states = await database.read(feeds.all_states)
        owed = await database.read(outbox.counts)
    except StorageError as error:
        advice = "see_server" if database.on_server else "restore"
        return Finding(what, State.BAD, str(error), say(f"doctor.database.{advice}"))
    if problems:
        found = "; ".join(problems[:3])
        return Finding(what, State.BAD, found, say("doctor.database.put_back"))
    look = feeds_health(states).to_look_at
    waiting = owed.get("pending", 0) + owed.get("paused", 0)
    key = "sound" if problems is not None else "unfinished"
    found = say(f"doctor.database.{key}", waiting=waiting, failed=owed.get("failed", 0))
    if not look:
        if problems is None:
            return Finding(what, State.LOOK, found, say("doctor.database.whole"))
        return Finding(what, State.OK, found)
    names = "; ".join(
        f"{state.id}: {how}{f' ({state.error})' if state.error else ''}"
        for state, how in look[:FAILING_SHOWN]
    )
    more = len(look) - FAILING_SHOWN
    rest = say("doctor.database.more", n=more) if more > 0 else ""
    hints = dict.fromkeys(state.hint for state, _ in look[:FAILING_SHOWN] if state.hint)
    told = say("doctor.database.feeds", found=found, names=names, more=rest)
    return Finding(what, State.LOOK, told, "; ".join(hints) or say("doctor.database.list"))
