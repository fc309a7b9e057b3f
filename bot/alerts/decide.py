"""What readers should hear of a detection, given what they were told already. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

Audience = Literal["everyone", "operators"]

LEVELS = ("info", "watch", "alert", "critical")
PUSHED = frozenset({"alert", "critical"})


def rank(level: str) -> int:
    """Levels in order: info 0 ... critical 3. Raises ValueError for a word that is none."""
    return LEVELS.index(level)


class Reason(StrEnum):
    """Why a detection was told, or was not. Stored; shown by /alert: never reuse a value."""

    FIRST_TELLING = "first-telling"
    DIRECTION_CHANGED = "direction-changed"
    LEVEL_RAISED = "level-raised"
    RULE_NOW_STABLE = "rule-now-stable"
    LEVEL_NOT_PUSHED = "level-not-pushed"
    SAME_FAMILY_REPEAT = "same-family-repeat"
    OTHER_FAMILY_REPEAT = "other-family-repeat"
    UPDATE_SAYS_THE_SAME = "update-says-the-same"
    DIRECTION_ALREADY_TOLD = "direction-already-told"
    WEAKER_IN_SAME_ENTRY = "weaker-in-same-entry"
    ENTRY_SEEDED = "entry-seeded"
    ENTRY_TOO_OLD = "entry-too-old"
    RULE_EXPERIMENTAL = "rule-experimental"
    RULE_REMOVED = "rule-removed"


@dataclass(frozen=True, slots=True)
class Policy:
    """`max_age`: an entry older than this is no news.

    It equals the time in which stories are recognised: beyond it, a repeat could not be told
    from news.
    """

    max_age: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Telling:
    """One signal in one entry, as it reaches us.

    `dated`: the newest of the entry's own dates, or when it was seen. `said_before`: an earlier
    text of the same entry had this signal in this direction. `history`: the entry was there
    already, with this signal, when its feed was first read.
    """

    signal: str
    direction: str
    level: str
    status: str
    family: str
    dated: datetime
    said_before: bool = False
    history: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The alert that this story has for the signal. `directions`: all that it ever had."""

    direction: str
    level: str
    audience: str
    families: frozenset[str]
    directions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Send:
    """Make an alert and tell the audience."""

    reason: Reason
    audience: Audience


@dataclass(frozen=True, slots=True)
class Update:
    """Make a new version of the alert and tell the audience."""

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


def decide(telling: Telling, told: Told | None, policy: Policy, now: datetime) -> Verdict:
    """What readers should hear of this telling."""
    if telling.history:
        return Suppress(Reason.ENTRY_SEEDED)
    if now - telling.dated > policy.max_age:
        return Suppress(Reason.ENTRY_TOO_OLD)
    if telling.status == "experimental":
        return Suppress(Reason.RULE_EXPERIMENTAL)
    audience: Audience = "operators" if telling.status == "test" else "everyone"
    reason = Reason.FIRST_TELLING if told is None else _news(telling, told, audience)
    if reason is None:
        assert told is not None  # noqa: S101 for the type checker: no alert is always news
        return Suppress(_why_silent(telling, told))
    if telling.level not in PUSHED:
        return Store(Reason.LEVEL_NOT_PUSHED, audience)
    return Send(reason, audience) if told is None else Update(reason, audience)


def _news(telling: Telling, told: Told, audience: Audience) -> Reason | None:
    """What is new for readers, or None."""
    if told.audience == "operators" and audience == "everyone":
        return Reason.RULE_NOW_STABLE
    if telling.direction != told.direction:
        # Copies of the first report go on arriving after its denial: they must not make the
        # alert swing to and fro.
        seen = telling.direction in told.directions
        return None if seen else Reason.DIRECTION_CHANGED
    if rank(telling.level) > rank(told.level):
        return Reason.LEVEL_RAISED
    return None


def _why_silent(telling: Telling, told: Told) -> Reason:
    if telling.direction != told.direction:
        return Reason.DIRECTION_ALREADY_TOLD
    if telling.said_before:
        return Reason.UPDATE_SAYS_THE_SAME
    if telling.family in told.families:
        return Reason.SAME_FAMILY_REPEAT
    return Reason.OTHER_FAMILY_REPEAT
