"""The one place where the time comes from; everything that decides takes it as a parameter."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

# The wall clock may differ this much from the steady one before it counts as moved.
TOLERANCE = timedelta(seconds=2)
# A clock that was moved this far is something that an operator should know of, for so long.
NAMED_STEP = timedelta(minutes=1)
NAMED_FOR = timedelta(minutes=15)

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# The time that a machine sleeps has passed too.
_UPTIME_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Uptime:
    """A clock that nobody can set: how long the machine has been up.

    `boot` names the start that it counts from; "" is one that is not known.
    """

    passed: Callable[[], timedelta]
    boot: str


def uptime_beside(clock: Callable[[], datetime]) -> Uptime:
    """What goes evenly beside `clock`: the machine's uptime, or a test's own clock itself."""
    if clock is utc_now:
        return Uptime(_machine_uptime, _boot_id())
    beginning = datetime.min.replace(tzinfo=UTC)
    return Uptime(lambda: clock() - beginning, "its own")


def _machine_uptime() -> timedelta:
    return timedelta(microseconds=time.clock_gettime_ns(_UPTIME_CLOCK) // 1000)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return ""


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The wall clock was moved by `by`, and showed `at` when that was seen."""

    by: timedelta
    at: datetime

    @property
    def reason(self) -> str:
        """In words, with what it shows now."""
        way = "forward" if self.by > timedelta(0) else "back"
        span = timedelta(seconds=round(abs(self.by).total_seconds()))
        return f"the clock of this machine was set {way} by {span}, to {self.at:%Y-%m-%d %H:%M} UTC"

    def is_named(self, now: datetime) -> bool:
        """Whether operators should still see it."""
        return abs(self.by) >= NAMED_STEP and now - self.at < NAMED_FOR


class SteadyTime:
    """UTC that goes on evenly: the wall clock as it was once, and the time that passed since.

    `look` says when the wall clock was moved; `follow` then takes over what it shows.
    """

    def __init__(self, wall: datetime, passed: Callable[[], timedelta]) -> None:
        self._passed = passed
        self._wall = wall
        self._followed = self._looked = passed()

    def now(self) -> datetime:
        return self._wall + (self._passed() - self._followed)

    @property
    def since_look(self) -> timedelta:
        """How long ago the wall clock was last seen to agree."""
        return self._passed() - self._looked

    def look(self, wall: datetime) -> ClockStep | None:
        """The step of the wall clock, which shows `wall`, if it was moved."""
        by = wall - self.now()
        if abs(by) > TOLERANCE:
            return ClockStep(by, wall)
        self._looked = self._passed()
        return None

    def follow(self, wall: datetime) -> None:
        self._wall = wall
        self._followed = self._looked = self._passed()


def step_since(
    then: datetime, elapsed: timedelta | None, newest: datetime | None, now: datetime
) -> ClockStep | None:
    """The step of the clock since it showed `then`, before this process began.

    `elapsed` is how much time really passed, None when the machine was started anew: a clock
    that is ahead cannot be told from a long pause then, one that is behind `newest`, the latest
    that was written down, was set back.
    """
    if elapsed is not None and elapsed >= timedelta(0):
        by = now - (then + elapsed)
    else:
        by = min(timedelta(0), now - max(then, newest or then))
    return ClockStep(by, now) if abs(by) > TOLERANCE else None
