"""How loud a detection is: by its direction and by how well it is supported.

Pure. A rule names the level of bad news; what was lifted, has arrived or is denied is one
lower unless the rule says otherwise, and is never critical. One statement alone that just
reaches the threshold is one lower too: it is stored and goes into the digest, and a second
statement pushes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from rules.loading.schema import Direction, Level, LevelByDirection

LADDER: tuple[Level, ...] = get_args(Level)
"""The levels from the lowest to the highest."""

ALONE_BELOW = 1.35
"""Times the threshold that the score of a single statement must reach to stand alone."""


def lower(level: Level) -> Level:
    """One step down; the lowest stays."""
    return LADDER[max(0, LADDER.index(level) - 1)]


def by_direction(said: Level | LevelByDirection) -> Mapping[Direction, Level]:
    """The level of each direction, from one name or from what the rule says of each."""
    if not isinstance(said, LevelByDirection):
        said = LevelByDirection(worsening=said)
    relief = lower(said.worsening)
    return {
        "worsening": said.worsening,
        "improving": said.improving or relief,
        "denied": said.denied or relief,
    }


def is_weak(statements: int, score: int, threshold: int) -> bool:
    """Whether a single statement just reaches the threshold.

    ``statements`` counts different clauses, and the same clause once more where title and
    text both hold it; a setting adds to the score and is no statement.
    """
    return statements < 2 and score < ALONE_BELOW * threshold


def settle(levels: Mapping[Direction, Level], direction: Direction, *, weak: bool) -> Level:
    """The level of a detection."""
    return lower(levels[direction]) if weak else levels[direction]
