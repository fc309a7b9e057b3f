"""What is wrong with the running service now, in words: for /healthz, metrics and the heartbeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.alerts.failing import Failing
from bot.service.rounds import Rounds
from bot.wiring.parts import Parts
from storage.file.presence import Loss

# Of entries that cannot be read again so many are named one by one.
APART_NAMED = 5
# No good tick for this long is a service that stands still.
STALE = timedelta(minutes=5)


def problems(
    parts: Parts,
    rounds: Rounds,
    *,
    lost: Loss | None,
    broken: str,
    contested: bool,
    unheard: datetime | None,
    started_at: datetime,
    now: datetime,
) -> list[str]:
    """[] when all is well. Reads plain values only. `lost`: what became of the database's file,
    `broken`: what of it cannot be read; `contested`: another instance uses the token; `unheard`:
    since when no update comes."""
    health = parts.dispatcher.health
    found = []
    if (step := health.clock_step) and step.is_named(now):
        found.append(step.reason)
    if lost == "damaged":
        found.append(f"the database's file is damaged ({broken}); restore a backup")
    elif lost:
        found.append(f"the database's file was {lost} under the running service")
    if rounds.unstored:
        found.append(f"nothing can be stored: {rounds.unstored}")
    if unstored := parts.poller.unstored:
        found.append(
            f"polls cannot be stored since {unstored.since:%Y-%m-%d %H:%M} UTC "
            f"(feeds: {unstored.feeds}): {unstored.reason}"
        )
    found += parts.poller.troubles
    found += _not_read_again(parts.rereader.failing)
    # Also a tick in the future: the clock was set back, and no tick came since.
    if abs(now - (rounds.last_tick or started_at)) > STALE:
        last = f"{rounds.last_tick:%Y-%m-%d %H:%M} UTC" if rounds.last_tick else "the start"
        found.append(f"no good tick since {last}")
    if since := parts.poller.unreachable_since:
        found.append(f"no feed can be reached since {since:%Y-%m-%d %H:%M} UTC")
    if contested:
        found.append("another instance uses the same bot token")
    if unheard and now - unheard > STALE and not health.failing_since:
        found.append(f"Telegram gives no updates since {unheard:%Y-%m-%d %H:%M} UTC")
    if health.halted:
        found.append(f"nothing is sent: {health.halted.reason}")
    if health.stuck_since:
        found.append(f"dispatch is stuck: {health.stuck_reason}")
    if health.failing_since:
        found.append(f"Telegram does not answer: {health.failing_reason}")
    if parts.webhooks is not None:
        found += parts.webhooks.problems(now)
    return found


def _not_read_again(failing: Sequence[Failing]) -> list[str]:
    """Entries that are set apart, the first few by name; not those that operators were told
    of, for nothing more is tried."""
    apart = [each for each in failing if not each.given_up]
    named = [each.reason for each in apart[:APART_NAMED]]
    more = len(apart) - len(named)
    return [*named, f"entries that cannot be read again besides: {more}"] if more else named
