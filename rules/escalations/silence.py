"""Places that were told of and are told of no more. Pure; a timer asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.escalations.escalation import Escalation, Found, Report, Silence, Standing


@dataclass(frozen=True, slots=True)
class Quiet:
    """A place of which nothing is heard: the last report of what was told of it."""

    place: str
    last: Report
    found: Found


def quiet_places(
    escalation: Escalation,
    reports: Mapping[str, Sequence[Report]],
    standing: Mapping[str, Standing],
    read: Mapping[str, datetime],
    now: datetime,
) -> tuple[Quiet, ...]:
    """The places that have just fallen silent.

    ``reports``: by place, all that was told of it from `Escalation.before` now, with a day more,
    whatever the signal. ``read``: when something new of a family was last read, about anything:
    a silence of our own, or of its feed, is none of the place's. What ended (a siege that was
    lifted) may be silent.
    """
    condition = escalation.condition
    if not isinstance(condition, Silence):
        return ()
    found = []
    for place, told in sorted(reports.items()):
        last_heard = max(each.at for each in told)
        if now - last_heard < condition.quiet:
            continue
        known = standing.get(place)
        if known is not None and known.held_at >= last_heard:
            continue
        mine = [each for each in told if each.signal in escalation.signals]
        bad = [each for each in mine if each.direction == escalation.direction]
        if not bad:
            continue
        last = max(bad, key=lambda each: each.at)
        if any(each.at >= last.at and each.direction != escalation.direction for each in mine):
            continue
        begin = last_heard - condition.within
        families = {each.family for each in bad if each.at > begin and not each.copy}
        alive = {each for each in families if each in read and now - read[each] < condition.quiet}
        if len(alive) < condition.families_before:
            continue
        signals = tuple(sorted({each.signal for each in bad if each.at > begin}))
        found.append(Quiet(place, last, Found(len(families), condition.quiet, signals)))
    return tuple(found)
