"""Is the clock of this machine wrong? By what the servers of publishers say of the time.

A clock that is a week ahead makes history of all news, and nothing else shows it: pages are
fetched, certificates hold. A single server may lie or be wrong, a cache may repeat an old time:
what counts is the middle of what many hosts say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

HOSTS = 3
WRONG = timedelta(hours=1)
# What was said so long ago is of another clock, perhaps.
HEARD_LATELY = timedelta(hours=6)
# So many hosts are enough; more are not asked to be remembered.
MOST_HOSTS = 200


@dataclass(slots=True)
class ClockDoubt:
    """`hosts` that lately said a time; of each what it said last."""

    hosts: int = HOSTS
    _said: dict[str, tuple[datetime, float]] = field(default_factory=dict)

    def record(self, host: str, said: datetime | None, at: datetime) -> None:
        """A host said the time, when our clock showed `at`."""
        if said is None:
            return
        self._said.pop(host, None)
        self._said[host] = at, (at - said).total_seconds()
        if len(self._said) > MOST_HOSTS:
            del self._said[next(iter(self._said))]
        if any(abs(at - heard) > HEARD_LATELY for heard, _ in self._said.values()):
            lately = [each for each in self._said.items() if abs(at - each[1][0]) <= HEARD_LATELY]
            self._said = dict(lately)

    @property
    def ahead(self) -> timedelta:
        """By how much our clock is ahead of theirs (below zero: behind); zero where it agrees
        well enough, or too few said anything."""
        if len(self._said) < self.hosts:
            return timedelta(0)
        ahead = timedelta(seconds=round(median(by for _, by in self._said.values())))
        return ahead if abs(ahead) > WRONG else timedelta(0)

    @property
    def trouble(self) -> str | None:
        """In words; None where there is none."""
        if not (ahead := self.ahead):
            return None
        way = "ahead of" if ahead > timedelta(0) else "behind"
        return (
            f"the clock of this machine is {abs(ahead)} {way} what the servers of publishers say "
            f"(hosts: {len(self._said)})"
        )
