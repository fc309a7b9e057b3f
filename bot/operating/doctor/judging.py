"""What was found of one thing → whether that is well, and what to do. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.locales import Texts, texts
from bot.operating.doctor.finding import Finding, State
from bot.process.memory import NEEDED, MemoryLimits, is_tight

# Below the first there is no room for a day's work; below the second somebody should look.
DISK_BAD, DISK_LOW = 200_000_000, 1_000_000_000
# TLS and "how old is this entry" go wrong with a clock that is off by more than this.
CLOCK_BAD = timedelta(minutes=2)
_ENGLISH = texts("en")


@dataclass(frozen=True, slots=True)
class TelegramAnswer:
    """What the Bot API said to getMe. `status` is None when it could not be reached."""

    status: int | None
    name: str
    date: datetime | None
    error: str = ""


def judge_token(is_set: bool, answer: TelegramAnswer | None, say: Texts = _ENGLISH) -> Finding:
    """Whether the bot can speak to Telegram."""
    what = "token"
    if not is_set or answer is None:
        found, advice = say("doctor.token.none"), say("doctor.token.get_one")
        return Finding(what, State.LOOK, found, advice)
    match answer.status:
        case 200:
            return Finding(what, State.OK, say("doctor.token.known", name=answer.name))
        case 401 | 404:
            found, advice = say("doctor.token.refused"), say("doctor.token.copy_again")
            return Finding(what, State.BAD, found, advice)
        case None:
            found = say("doctor.token.unreachable", error=answer.error)
            return Finding(what, State.BAD, found, say("doctor.token.network"))
        case status:
            found = say("doctor.token.status", status=status)
            return Finding(what, State.LOOK, found, say("doctor.token.later"))


def judge_clock(there: datetime | None, here: datetime, say: Texts = _ENGLISH) -> Finding:
    """Whether this machine's clock agrees with Telegram's."""
    now = f"{here:%Y-%m-%d %H:%M}"
    if there is None:
        return Finding("clock", State.OK, say("doctor.clock.alone", now=now))
    off = abs(here - there)
    if off > CLOCK_BAD:
        found = say("doctor.clock.off", span=say.duration(off))
        return Finding("clock", State.BAD, found, say("doctor.clock.synchronise"))
    return Finding("clock", State.OK, say("doctor.clock.right", now=now))


def judge_disk(free: int, folder: Path, say: Texts = _ENGLISH) -> Finding:
    """Whether there is room for the database to grow; `free` in bytes."""
    found = say("doctor.disk.free", free=say.number(free / 1e9, 1), folder=folder)
    if free < DISK_BAD:
        return Finding("disk", State.BAD, found, say("doctor.disk.now"))
    if free < DISK_LOW:
        return Finding("disk", State.LOOK, found, say("doctor.disk.soon"))
    return Finding("disk", State.OK, found)


def judge_privacy(others: Mapping[Path, int], say: Texts = _ENGLISH) -> Finding:
    """Whether other users of the machine can read the token, or who reads what; `others` holds
    the mode that each path should have.
    """
    if not others:
        return Finding("privacy", State.OK, say("doctor.privacy.closed"))
    paths = say("doctor.and").join(map(str, others))
    return Finding(
        "privacy",
        State.LOOK,
        say("doctor.privacy.open", paths=paths),
        "; ".join(f"chmod {mode:o} {shlex.quote(str(path))}" for path, mode in others.items()),
    )


def judge_memory(limits: MemoryLimits, say: Texts = _ENGLISH) -> Finding:
    """Whether the service is allowed enough memory."""
    if is_tight(limits) and limits.held is not None:
        return Finding(
            "memory",
            State.LOOK,
            say("doctor.memory.tight", mb=say.number(limits.held / 1e6)),
            say("doctor.memory.allow", mb=say.number(NEEDED / 1e6)),
        )
    return Finding("memory", State.OK, say("doctor.memory.well"))
