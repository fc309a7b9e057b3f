"""What readers should hear of a detection, given the alert that there is already. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from rules.matching.levels import LADDER

Audience = Literal["everyone", "operators"]

PUSHED = frozenset({"alert", "critical"})


def rank(level: str) -> int:
    """Levels in order: info 0 ... critical 3. Raises ValueError for a word that is none."""
    return LADDER.index(level)


class Reason(StrEnum):
    """Why a detection became news, or did not. Stored; shown by /alert: never reuse a value."""

    FIRST_REPORT = "first-telling"
    SIGNAL_JOINED = "signal-joined"
    DIRECTION_CHANGED = "direction-changed"
    LEVEL_RAISED = "level-raised"
    CORROBORATED = "corroborated"
    ESCALATED = "escalated"
    FIGURE_JUMPED = "figure-jumped"
    PLACE_JOINED = "place-joined"
    PLACE_LEARNT = "place-learnt"
    RULE_NOW_STABLE = "rule-now-stable"
    LEVEL_NOT_PUSHED = "level-not-pushed"
    SAME_FAMILY_REPEAT = "same-family-repeat"
    OTHER_FAMILY_REPEAT = "other-family-repeat"
    UPDATE_SAYS_THE_SAME = "update-says-the-same"
    DIRECTION_KNOWN = "direction-already-told"
    WEAKER_IN_SAME_ENTRY = "weaker-in-same-entry"
    ENTRY_SEEDED = "entry-seeded"
    ENTRY_TOO_OLD = "entry-too-old"
    ONLY_AN_EXERCISE = "only-an-exercise"
    RULE_EXPERIMENTAL = "rule-experimental"
    RULE_REMOVED = "rule-removed"
    TOLD_TOO_OFTEN = "told-too-often"
    INHIBITED = "inhibited"


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """`max_age`: an entry older than this is no news.

    It equals the time in which stories are recognised: beyond it, a repeat would look like news.
    `told_an_hour`: how often one entry, whose text goes on changing, is told within an hour;
    what is critical is told however often. `edits_settle`: a card that says less than is known
    is edited so long after the first such change, so that a burst is one edit.
    """

    max_age: timedelta = timedelta(hours=72)
    told_an_hour: int = 6
    edits_settle: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Raised:
    """A level above the one that the words of a report give (`found`), and why. `escalation` is
    its id, `why` its sentence by language."""

    reason: Reason
    found: str
    level: str
    escalation: str = ""
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewReport:
    """One signal in one entry, as it reaches us.

    `dated`: the newest of the entry's own dates, or when it was seen. `said_before`: an earlier
    text of the same entry had this signal in this direction. `history`: the entry was there
    already, with this signal, when its feed was first read. `told_lately`: how often the entry
    was told within the last hour. `raised`: how `level` came to be higher than the words give.
    """

    signal: str
    direction: str
    level: str
    status: str
    family: str
    dated: datetime
    said_before: bool = False
    history: bool = False
    told_lately: int = 0
    raised: Raised | None = None


@dataclass(frozen=True, slots=True)
class AlertSoFar:
    """The signal as the story's alert tells it. `directions`: all that it ever had there, each with
    the highest level at which it was told."""

    direction: str
    level: str
    audience: str
    families: frozenset[str]
    directions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Send:
    """Make an alert and send it to the audience."""

    reason: Reason
    audience: Audience


@dataclass(frozen=True, slots=True)
class Update:
    """Make a new version of the alert and send it to the audience."""

    reason: Reason
    audience: Audience


@dataclass(frozen=True, slots=True)
class Store:
    """Make an alert, or a new version, that the audience can look up; push it to nobody."""

    reason: Reason
    audience: Audience


@dataclass(frozen=True, slots=True)
class Suppress:
    """Say nothing; the detection and this reason are stored."""

    reason: Reason


Verdict = Send | Update | Store | Suppress


def is_news(report: NewReport, policy: AlertPolicy, now: datetime) -> bool:
    """Whether a report is neither history nor too old to be told."""
    return not report.history and now - report.dated <= policy.max_age


def decide(
    report: NewReport,
    so_far: AlertSoFar | None,
    policy: AlertPolicy,
    now: datetime,
    *,
    joins: bool = False,
    growth: Reason | None = None,
) -> Verdict:
    """What readers should hear of this report.

    `joins`: the story has an alert, which does not tell this signal yet. `growth`: what is news
    about the story whatever the signal, if anything is (see `bot.alerts.growth`).
    """
    if report.history:
        return Suppress(Reason.ENTRY_SEEDED)
    if now - report.dated > policy.max_age:
        return Suppress(Reason.ENTRY_TOO_OLD)
    if report.status == "experimental":
        return Suppress(Reason.RULE_EXPERIMENTAL)
    audience: Audience = "operators" if report.status == "test" else "everyone"
    first = Reason.SIGNAL_JOINED if joins else Reason.FIRST_REPORT
    if report.raised is not None and report.raised.found not in PUSHED:
        first = report.raised.reason
    reason = first if so_far is None else _news(report, so_far, audience, growth)
    if reason is None:
        assert so_far is not None  # noqa: S101 for the type checker: no alert is always news
        return Suppress(_why_silent(report, so_far))
    if report.level not in PUSHED and not _ends_alarm(reason, so_far):
        return Store(Reason.LEVEL_NOT_PUSHED, audience)
    if report.level != "critical" and report.told_lately >= policy.told_an_hour:
        return Suppress(Reason.TOLD_TOO_OFTEN)
    if so_far is None and not joins:
        return Send(reason, audience)
    return Update(reason, audience)


def _news(
    report: NewReport, so_far: AlertSoFar, audience: Audience, growth: Reason | None
) -> Reason | None:
    """What is new for readers, or None."""
    if so_far.audience == "operators" and audience == "everyone":
        return Reason.RULE_NOW_STABLE
    if report.direction != so_far.direction:
        # Copies of the first report go on arriving after its denial: they must not make the
        # alert swing to and fro. What is graver than they were is none of them.
        told_at = so_far.directions.get(report.direction)
        if told_at is None:
            return Reason.DIRECTION_CHANGED
        return _higher(report, told_at)
    if higher := _higher(report, so_far.level):
        return higher
    # Those who could not hear of it before hear also that it gets better.
    return growth if report.direction == "worsening" or growth is Reason.PLACE_LEARNT else None


def _ends_alarm(reason: Reason, so_far: AlertSoFar | None) -> bool:
    """Who was told that a town is besieged is told that it no longer is, at whatever level."""
    return reason is Reason.DIRECTION_CHANGED and so_far is not None and so_far.level in PUSHED


def _higher(report: NewReport, told_at: str) -> Reason | None:
    """Why a report's level is above the one that was told, if it is."""
    if rank(report.level) <= rank(told_at):
        return None
    if report.raised is None or rank(report.raised.found) > rank(told_at):
        return Reason.LEVEL_RAISED
    return report.raised.reason


def _why_silent(report: NewReport, so_far: AlertSoFar) -> Reason:
    if report.direction != so_far.direction:
        return Reason.DIRECTION_KNOWN
    if report.said_before:
        return Reason.UPDATE_SAYS_THE_SAME
    if report.family in so_far.families:
        return Reason.SAME_FAMILY_REPEAT
    return Reason.OTHER_FAMILY_REPEAT
