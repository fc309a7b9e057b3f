"""How sending goes: what the second channel, the metrics and `marsad doctor` ask."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import ClockStep
from bot.delivery.deciding.outcome import NeverSent, Outcome, Unknown
from bot.delivery.deciding.retry import Halt

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=30)


@dataclass(slots=True)
class Health:
    """The state of sending. Times are UTC; None means that all is well.

    `failing_since`: Telegram gives no answers. `stuck_since`: the database takes no marks, or
    a bug stops dispatch. `halted`: the token is refused or used twice. `clock_step`: the last
    time that the clock of the machine was moved.
    """

    failing_since: datetime | None = None
    failing_reason: str = ""
    stuck_since: datetime | None = None
    stuck_reason: str = ""
    halted: Halt | None = None
    halted_at: datetime | None = None
    clock_step: ClockStep | None = None
    # How far the clock was set forward in all: what seems so much older may not be.
    set_forward: timedelta = timedelta(0)
    _stuck_times: int = 0

    def note(self, outcome: Outcome, halt: Halt | None, at: datetime) -> None:
        """An attempt had this outcome."""
        if halt is not None:
            if self.halted is None:
                log.error("dispatch: nothing is sent any more: %s", halt.reason)
            self.halted, self.halted_at = halt, at
        elif isinstance(outcome, NeverSent | Unknown):
            if self.failing_since is None:
                self.failing_since = at
            self.failing_reason = outcome.error
        else:
            # Any other answer, be it a refusal, is Telegram speaking.
            self.failing_since, self.failing_reason = None, ""
            self.halted = self.halted_at = None

    def stuck(self, error: Exception, at: datetime) -> None:
        """Dispatch could not go on."""
        self._stuck_times += 1
        self.stuck_reason = str(error) or type(error).__name__
        if self.stuck_since is None:
            self.stuck_since = at
            log.error("dispatch: %s; trying again", self.stuck_reason)

    def unstuck(self) -> None:
        """Dispatch goes on."""
        if self.stuck_since is not None:
            log.info("dispatch: goes on")
        self._stuck_times, self.stuck_since, self.stuck_reason = 0, None, ""

    def clock_moved(self, step: ClockStep) -> None:
        """The wall clock was moved."""
        self.clock_step = step
        self.set_forward += max(step.by, timedelta(0))

    def move(self, by: timedelta) -> None:
        """The wall clock was moved by this much: what lasts keeps the length that it has."""
        for name in ("failing_since", "stuck_since", "halted_at"):
            at: datetime | None = getattr(self, name)
            if at is not None:
                setattr(self, name, at + by)

    @property
    def wait(self) -> timedelta:
        """How long to leave a stuck dispatch alone; zero when it is not stuck."""
        if not self._stuck_times:
            return timedelta(0)
        doublings = min(self._stuck_times - 1, 20)
        return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
