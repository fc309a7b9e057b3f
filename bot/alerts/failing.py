"""Stored entries whose reading could not be written down: when each is tried again, and until when.

One entry that cannot be stored must hold up no other, and must not be forgotten: it is tried again
after growing pauses, and when that does not help operators are told to read it themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.news.entries import Entry

# After each of these it is tried once more; after the last of them it is given up.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)


@dataclass(frozen=True, slots=True)
class Failing:
    """An entry whose reading failed `attempts` times, first at `since`.

    `signals` are those that its first reading lacked, None when it had none. It is tried again
    `wait` after `tried_at`; None is never.
    """

    entry: Entry
    signals: frozenset[str] | None
    error: str
    attempts: int
    since: datetime
    tried_at: datetime
    wait: timedelta | None

    @property
    def given_up(self) -> bool:
        return self.wait is None

    def is_due(self, now: datetime) -> bool:
        """Whether to try it now; also when the last attempt is in the future: the clock was set
        back since."""
        if self.wait is None:
            return False
        return not timedelta(0) <= now - self.tried_at < self.wait

    def is_of(self, present: Entry | None) -> bool:
        """Whether the stored entry is still the one that failed: not edited or read since."""
        return present is not None and (
            (present.content_hash, present.rules_hash)
            == (self.entry.content_hash, self.entry.rules_hash)
        )

    @property
    def reason(self) -> str:
        """In words, for /healthz."""
        return (
            f"entry {self.entry.id} of {self.entry.feed_id} cannot be read again since "
            f"{self.since:%Y-%m-%d %H:%M} UTC (attempts: {self.attempts}): {self.error}"
        )


def failed_again(
    before: Failing | None,
    entry: Entry,
    signals: frozenset[str] | None,
    error: str,
    now: datetime,
) -> Failing:
    """What follows from one more failure of an entry that failed as `before`."""
    attempts = 1 if before is None else before.attempts + 1
    wait = WAITS[attempts - 1] if attempts <= len(WAITS) else None
    return Failing(entry, signals, error, attempts, before.since if before else now, now, wait)
