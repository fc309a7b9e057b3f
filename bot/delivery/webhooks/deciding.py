"""What comes of an attempt to tell a receiver, and when the next one is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.delivery.deciding.retry import RetryPolicy, back_off


@dataclass(frozen=True, slots=True)
class WebhookPolicy:
    """The times of webhooks."""

    # After each failure twice as long, up to half an hour.
    waits: RetryPolicy = RetryPolicy(  # noqa: RUF009 frozen
        first_wait=timedelta(seconds=5), ceiling=timedelta(minutes=30)
    )
    # A receiver may ask for a longer wait, but not for silence.
    longest_asked: timedelta = timedelta(hours=6)
    # All of an attempt, from the name server to the answer's head.
    timeout: timedelta = timedelta(seconds=15)
    # Operators are notified of a receiver that takes nothing for so long ...
    told_after: timedelta = timedelta(hours=1)
    # ... and what is older than this is given up when an attempt fails.
    give_up: timedelta = timedelta(days=5)
    # The database is looked at this often.
    idle: timedelta = timedelta(seconds=2)
    # What is under way at a stop gets so long for its answer.
    grace: timedelta = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: a status, or the error that stands for none. `retry_after`: so long
    the receiver asks to be left alone."""

    status: int | None
    error: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The receiver takes nothing now: nothing goes to it for so long, so that the order stays."""

    wait: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class SetApart:
    """It does not like this message: others go before it, and it is tried again after so long."""

    wait: timedelta
    reason: str


# Of a request that is wrong in itself. Any other status may be of all requests: a wrong key, an
# address that is not there (any more), a server that is down.
ABOUT_THE_MESSAGE = (400, 409, 413, 415, 422)


def next_step(
    answer: Answer, failures: int, attempts: int, policy: WebhookPolicy
) -> Taken | Hold | SetApart:
    """`failures` of the receiver in a row, and `attempts` of this message, before this one."""
    status = answer.status
    if status is None:
        return Hold(_wait(answer, failures, policy), answer.error)
    if 200 <= status < 300:
        return Taken()
    if status in ABOUT_THE_MESSAGE:
        return SetApart(_wait(answer, attempts, policy), f"refused, status {status}")
    if 300 <= status < 400:
        reason = f"status {status}: it leads elsewhere, and is not followed"
    else:
        reason = f"status {status}"
    return Hold(_wait(answer, failures, policy), reason)


def _wait(answer: Answer, failed: int, policy: WebhookPolicy) -> timedelta:
    wait = back_off(failed + 1, policy.waits)
    if answer.retry_after is None:
        return wait
    return max(wait, min(answer.retry_after, policy.longest_asked))
