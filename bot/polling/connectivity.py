"""Can no feed be reached because our own connection is down?

When many hosts in a row cannot be reached, or something else answers for them, and no publisher
does, the fault is ours: no feed is asked less often for it, and operators hear of one feed and not
of all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.feeds.fetch.outcome import FailureKind, FetchOutcome

UNREACHABLE: frozenset[FailureKind] = frozenset({"dns", "connect", "timeout"})
# Somebody else may have answered for the publisher: the page of a hotel's network, a proxy with its
# own certificate or private address. A wrong clock of ours looks like that, too.
ELSEWHERE: frozenset[FailureKind] = frozenset({"page", "challenge", "tls", "address", "redirect"})
# Failures that show nothing of the connection.
_UNRELATED: frozenset[FailureKind] = frozenset({"file", "dropped"})
# Failures in a row after which a feed's own trouble is known.
_LONG = 3


@dataclass(slots=True)
class Connectivity:
    """Our connection, judged by what fetches come to. It is down when `hosts` different hosts
    were unreachable since anyone answered, and nobody has answered for `quiet`."""

    hosts: int = 3
    quiet: timedelta = timedelta(minutes=2)
    down_since: datetime | None = None
    _unreachable: set[str] = field(default_factory=set)
    _answered_at: datetime | None = None
    _notified: bool = False

    def record(self, host: str, outcome: FetchOutcome, at: datetime, *, failures: int = 0) -> bool:
        """Take a fetch that ended `at` into account; True when it failed because we are down.

        `failures`: of this feed in a row before. One that has long been a page says nothing, while
        anybody else answers.
        """
        kind = getattr(outcome, "kind", None)
        if kind in _UNRELATED:
            return False
        if kind in ELSEWHERE:
            if failures >= _LONG and self._answered_at is not None and not self.down_since:
                return False
        elif kind not in UNREACHABLE:
            self._unreachable.clear()
            self._answered_at, self.down_since, self._notified = at, None, False
            return False
        self._unreachable.add(host)
        if len(self._unreachable) < self.hosts:
            return False
        if self._answered_at is not None and at - self._answered_at < self.quiet:
            return False
        self.down_since = self.down_since or at
        return True

    def take_notice(self) -> bool:
        """Whether operators may hear of a feed that broke: of the first one while we are down."""
        first = not self._notified
        self._notified = True
        return first
