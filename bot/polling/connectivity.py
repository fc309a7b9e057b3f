"""Is it a publisher's trouble, or our own connection's?

When many hosts in a row cannot be reached and none answers, it is ours: nobody has to be asked
less often for it, and operators need not hear of every feed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.feeds.fetch.outcome import FailureKind, FetchOutcome

OUT_OF_REACH: frozenset[FailureKind] = frozenset({"dns", "connect", "timeout"})
# Failures that say nothing of the connection.
_MUTE: frozenset[FailureKind] = frozenset({"address", "file", "dropped"})


@dataclass(slots=True)
class Line:
    """The connection as feeds show it. It is down when `hosts` different hosts were out of reach
    since anyone answered, and nobody has answered for `quiet`."""

    hosts: int = 3
    quiet: timedelta = timedelta(minutes=2)
    down_since: datetime | None = None
    told: bool = False
    """Whether operators heard of a feed that broke since the line is down."""
    _lost: set[str] = field(default_factory=set)
    _answered_at: datetime | None = None

    def note(self, host: str, outcome: FetchOutcome, at: datetime) -> bool:
        """A fetch ended; whether it failed because the line is down."""
        kind = getattr(outcome, "kind", None)
        if kind in _MUTE:
            return False
        if kind not in OUT_OF_REACH:
            self._lost.clear()
            self._answered_at, self.down_since, self.told = at, None, False
            return False
        self._lost.add(host)
        if len(self._lost) < self.hosts:
            return False
        if self._answered_at is not None and at - self._answered_at < self.quiet:
            return False
        self.down_since = self.down_since or at
        return True
