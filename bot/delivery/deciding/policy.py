"""The times and counts of delivery in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.delivery.deciding.pacing import SendLimits
from bot.delivery.deciding.retry import RetryPolicy
from bot.delivery.edits import EditPolicy
from bot.delivery.later.catchup import FoldPolicy


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How the dispatcher works; the parts decide, the rest are its own times and counts."""

    limits: SendLimits = field(default_factory=SendLimits)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    fold: FoldPolicy = field(default_factory=FoldPolicy)
    edits: EditPolicy = field(default_factory=EditPolicy)
    # Messages under way at once. One that hangs holds a place until `send_timeout`.
    concurrency: int = 64
    send_timeout: timedelta = timedelta(seconds=90)
    lease: timedelta = timedelta(minutes=10)
    # While the token is refused one message is tried this often.
    probe: timedelta = timedelta(minutes=5)
    # A critical alert that may have been lost is not repeated earlier than after this, even when
    # Telegram answers again.
    repeat_rest: timedelta = timedelta(minutes=1)
    # The outbox is read this often by itself, and at most this often when `wake` is called.
    idle: timedelta = timedelta(seconds=1)
    shortest_pause: timedelta = timedelta(milliseconds=50)
    # Chats for which a catch-up line is made in one step: others wait for the writer meanwhile.
    folds_at_once: int = 2
    # How often leases are looked after.
    lease_check: timedelta = timedelta(minutes=1)

    @classmethod
    def at_once(cls) -> DeliveryPolicy:
        """For a destination without limits, such as the console: no pacing, no storm, no expiry."""
        ages = timedelta(days=36500)
        return cls(
            limits=SendLimits(chat_gap=timedelta(0), group_sends=10**6, overall_sends=10**6),
            fold=FoldPolicy(
                expiry=ages, expiry_critical=ages, storm_sends=10**6, storm_sends_critical=10**6
            ),
        )
