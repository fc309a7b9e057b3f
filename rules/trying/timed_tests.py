"""The timed tests of escalations: reports by the clock, and when they fire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rules.escalations.escalation import Escalation, Report, Silence, Standing
from rules.escalations.holds import begins, holds
from rules.escalations.silence import quiet_places
from rules.loading.schema import EscalationTest
from rules.matching.ruleset import EscalationTests

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WATCHED_SINCE = BEGIN - timedelta(days=365)
ROUND = timedelta(hours=1)
"""How often the service looks for silence."""
LISTEN = timedelta(days=3)
"""How long after the last report a test goes on."""


def fires_at(tests: EscalationTests, test: EscalationTest) -> tuple[timedelta, ...]:
    """All the times, from its beginning, at which the escalation fires in a test."""
    trial = _Trial(tests.escalation)
    told = sorted(_reports(tests.escalation, test), key=lambda each: each[1].at)
    rounds: list[datetime] = []
    if isinstance(tests.escalation.condition, Silence):
        end = told[-1][1].at + tests.escalation.before + LISTEN
        rounds = [BEGIN + n * ROUND for n in range((end - BEGIN) // ROUND + 1)]
    for place, report in told:
        while rounds and rounds[0] < report.at:
            trial.listen(rounds.pop(0))
        trial.take(place, report)
    for at in rounds:
        trial.listen(at)
    return tuple(dict.fromkeys(at - BEGIN for at in trial.fired))


def shown(span: timedelta) -> str:
    """As people write it: 5h, 3d, 90m."""
    minutes = span // timedelta(minutes=1)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0 and (unit == "h" or minutes >= 2 * size):
            return f"{minutes // size}{unit}"
    return f"{minutes}m" if minutes else "0h"


@dataclass(slots=True)
class _Trial:
    escalation: Escalation
    told: dict[str, list[Report]] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    fired: list[datetime] = field(default_factory=list)

    def take(self, place: str, report: Report) -> None:
        before = self.told.setdefault(place, [])
        if holds(self.escalation, report, before, WATCHED_SINCE):
            self._held(place, report.at)
        before.append(report)

    def listen(self, now: datetime) -> None:
        since = now - self.escalation.before - timedelta(days=1)
        heard = {
            place: kept
            for place, reports in self.told.items()
            if (kept := [each for each in reports if each.at > since])
        }
        read = {each.family: now for reports in heard.values() for each in reports}
        for quiet in quiet_places(self.escalation, heard, self.standing, read, now):
            self._held(quiet.place, now)

    def _held(self, place: str, at: datetime) -> None:
        known = self.standing.get(place)
        if begins(self.escalation, known, at):
            self.fired.append(at)
            known = None
        self.standing[place] = Standing(at if known is None else known.since, at)


def _reports(escalation: Escalation, test: EscalationTest) -> Iterator[tuple[str, Report]]:
    """What the test tells, each with the place (or story) that it is looked at by."""
    stories: dict[str, int] = {}
    number = 0
    for each in test.reports:
        for time in range(each.times):
            number += 1
            story = each.story or ("" if escalation.at == "story" else f" {number}")
            report = Report(
                BEGIN + each.at + time * each.every,
                each.signal or min(escalation.signals),
                each.direction,
                each.family or f" {number}",
                stories.setdefault(story, len(stories)),
            )
            yield (story if escalation.at == "story" else each.place), report
