"""Trying a change of rules in a process of its own, bounded in time and memory, one at a time."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import bot
from bot.clock import utc_now
from bot.operating.rule_files import read_files, write_files
from bot.operating.trial_report import Task, TrialReport, read_report
from storage.rule_files.versions import hash_of

log = logging.getLogger(__name__)

_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
_PACKAGES = str(Path(bot.__file__).resolve().parent.parent)
# A report holds a few kilobytes; a line that is longer comes from no report.
_LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """`seconds` for all of it, `replay_seconds` for the entries; at most so many entries of so
    many days, the newest first."""

    seconds: float = 240.0
    replay_seconds: float = 90.0
    memory_bytes: int = 1_500_000_000
    days: int = 30
    entries: int = 3_000


@dataclass(frozen=True, slots=True)
class Progress:
    """`phase` is checking, testing or replaying; `of` is 0 until it is known."""

    phase: str
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """A report, and the file's hash as it was when it was tried ("" for none)."""

    report: TrialReport
    base_hash: str


class Trials:
    """Tries changes of the operators' folder. Close with `aclose()`."""

    def __init__(
        self,
        rules_dir: Path | None,
        database: Path | str,
        morphology: Path | None = None,
        limits: TrialLimits | None = None,
        clock: Callable[[], datetime] = utc_now,
        cache: Path | None = None,
    ) -> None:
        """``cache``: a folder where trials leave what they found out about words for the next."""
        self.changing = asyncio.Lock()
        """Held while files are changed: of two who press at once, one comes second."""
        self._rules_dir = rules_dir
        self._database = database
        self._morphology = morphology
        self._limits = limits or TrialLimits()
        self._clock = clock
        self._cache = cache
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a trial go on while other things are done. It ends with the service, and is begun
        anew at the next start."""
        task = asyncio.create_task(work, name="rules-trial")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a trial of rules failed", exc_info=error)

    async def settled(self) -> None:
        """Until nothing is tried any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def aclose(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self.settled()

    async def run(
        self,
        file: str,
        content: bytes | None,
        in_force: str,
        progress: Callable[[Progress], Awaitable[None]],
    ) -> Trial:
        """Try the operators' folder with that file (None: without it); `in_force` is the hash of
        the rules that work now."""
        if self._rules_dir is None:
            raise ValueError("no folder for operators' rules")
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="marsad-trial-") as made:
                files = await asyncio.to_thread(read_files, self._rules_dir)
                base = hash_of(files.get(file))
                # Of the same name: messages say it.
                changed = Path(made) / "new" / self._rules_dir.name
                current = Path(made) / "current" / self._rules_dir.name
                for folder in (changed, current):
                    folder.mkdir(parents=True)
                wanted = {name: each for name, each in files.items() if name != file}
                if content is not None:
                    wanted[file] = content
                await asyncio.to_thread(write_files, current, files)
                await asyncio.to_thread(write_files, changed, wanted)
                return Trial(await self._try(changed, current, in_force, progress), base)

    async def _try(
        self,
        changed: Path,
        current: Path,
        in_force: str,
        progress: Callable[[Progress], Awaitable[None]],
    ) -> TrialReport:
        limits = self._limits
        task = Task(
            folder=str(changed),
            current=str(current),
            in_force=in_force,
            database=_where(self._database),
            morphology=str(self._morphology.absolute()) if self._morphology else None,
            cache=str(self._cache.absolute()) if self._cache else None,
            until=self._clock().isoformat(),
            days=limits.days,
            entries=limits.entries,
            seconds=limits.replay_seconds,
            memory_bytes=limits.memory_bytes,
        )
        kept = [name for name in os.environ if name in _KEPT_ENVIRONMENT or _is_libpqs(name)]
        environment = {name: os.environ[name] for name in kept}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing from the working directory is imported
            "-m",
            "bot.operating.trial_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": _PACKAGES},
            limit=_LONGEST_LINE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(limits.seconds):
                report = await _follow(process, task, progress)
        except TimeoutError:
            return TrialReport(failure="time")
        except (OSError, ValueError) as error:
            log.warning("the trial's process broke off: %s", type(error).__name__)
            report = None
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
        return report or TrialReport(failure="died")


def _where(database: Path | str) -> str:
    """The file's path, or the URL of a server's database."""
    return str(database.absolute()) if isinstance(database, Path) else database


def _is_libpqs(name: str) -> bool:
    """Where PostgreSQL's own library finds a password or a certificate."""
    return name == "HOME" or name.startswith("PG")


async def _follow(
    process: asyncio.subprocess.Process,
    task: Task,
    progress: Callable[[Progress], Awaitable[None]],
) -> TrialReport | None:
    """Hear the process out; None when it ended without a report."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both are PIPE
    process.stdin.write(json.dumps(asdict(task)).encode() + b"\n")
    await process.stdin.drain()
    while line := await process.stdout.readline():
        told = json.loads(line)
        if "report" in told:
            return read_report(json.dumps(told["report"]))
        await progress(Progress(told["phase"], told.get("done", 0), told.get("of", 0)))
    return None
