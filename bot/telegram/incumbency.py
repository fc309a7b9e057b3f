"""Whose bot token is it, when two instances ask Telegram for updates? Pure; seconds of one clock.

Telegram ends the older of two requests for updates with 409. So two instances end each other's in
turn, and neither learns from one 409 who was there first. Whoever has not yet asked undisturbed
for a while is the newcomer: it handles and sends nothing, and yields after some 409s. The other
goes on. A 409 means that the other one's request is open, so two newcomers never both yield.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

# An incumbent asks again after this long, well within a newcomer's probation.
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What an instance knows of its right to the token. `undisturbed_since`: the start of the
    first request since the last 409; None before Telegram answers. `patience`: how many 409s in
    a row a newcomer bears, for a process that ended a moment ago may be heard in one."""

    established: bool
    patience: int
    undisturbed_since: float | None = None
    conflicts: int = 0

    @property
    def yields(self) -> bool:
        return not self.established and self.conflicts >= self.patience


def answered(claim: Claim, asked: float, now: float, probation: float) -> Claim:
    """Telegram answered a request that was made at `asked`."""
    since = asked if claim.undisturbed_since is None else claim.undisturbed_since
    established = claim.established or now - since >= probation
    conflicts = 0 if now - since >= probation else claim.conflicts
    return replace(claim, established=established, undisturbed_since=since, conflicts=conflicts)


def disturbed(claim: Claim) -> Claim:
    """Telegram said 409: another instance asks."""
    return replace(claim, undisturbed_since=None, conflicts=claim.conflicts + 1)
