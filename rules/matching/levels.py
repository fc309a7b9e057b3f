"""How loud a detection is: by its direction and by how well it is supported.

Pure. A rule names the level of bad news; what was lifted, has arrived or is denied is one
lower unless the rule says otherwise, and is never critical. One statement alone is one lower
too, so that an alert waits for a second statement, unless it is what the title says
(docs/decisions/weak-evidence-is-not-pushed.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from rules.loading.choices import Direction, Level

if TYPE_CHECKING:
    from rules.loading.schema import LevelByDirection

LADDER: tuple[Level, ...] = get_args(Level)
"""The levels from the lowest to the highest."""

PUSHED_FROM: Level = "alert"
"""The lowest level that is sent at once."""

JUST_ABOVE = 1.35
"""Times the threshold under which two different clauses are hints that barely agree."""


def lower(level: Level) -> Level:
    """One step down; the lowest stays."""
    return LADDER[max(0, LADDER.index(level) - 1)]


def in_the_digest(level: Level) -> Level:
    """The level itself where it is not pushed, else the next one below those that are."""
    return min(level, lower(PUSHED_FROM), key=LADDER.index)


def by_direction(said: Level | LevelByDirection) -> Mapping[Direction, Level]:
    """The level of each direction, from one name or from what the rule says of each."""
    if isinstance(said, str):
        return {"worsening": said, "improving": lower(said), "denied": lower(said)}
    relief = lower(said.worsening)
    return {
        "worsening": said.worsening,
        "improving": said.improving or relief,
        "denied": said.denied or relief,
    }


def is_weak(statements: int, clauses: int, score: int, threshold: int) -> bool:
    """Whether nothing agrees with the one statement, or hints only just reach the threshold.

    ``clauses`` counts different clauses; ``statements`` counts a clause twice where title and
    text both hold it. A setting adds to the score and is neither.
    """
    return statements < 2 or (clauses > 1 and score < JUST_ABOVE * threshold)


def settle(
    levels: Mapping[Direction, Level],
    direction: Direction,
    *,
    weak: bool,
    titled: bool = False,
    opening: bool = True,
) -> Level:
    """The level of a detection. Weak evidence is one lower; what a title says is still pushed.

    Weak evidence that neither title nor ``opening`` holds is never pushed, whatever the rule: a
    remark deep in an article about something else was as often wrong as right.
    """
    level = levels[direction]
    if not weak or (titled and level == PUSHED_FROM):
        return level
    level = lower(level)
    if not opening:
        return in_the_digest(level)
    return level
