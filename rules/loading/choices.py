"""Of what a rule file chooses one word: languages, levels, directions and the like.

What reads texts needs these, and none of the models of the files.
"""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["ar", "en", "fr"]
Direction = Literal["worsening", "improving", "denied"]
Level = Literal["info", "watch", "alert", "critical"]
Status = Literal["experimental", "test", "stable"]
State = Literal[
    "ended", "eased", "cancelled", "stopped", "restored", "opened", "arriving", "freed",
    "agreed", "kept", "broken",
    "obstructed", "allowed", "asked", "ordered", "failed", "warned", "denied", "negated",
    "past", "figurative", "drill", "again", "spared",
]  # fmt: skip
"""What can be said of evidence; `rules.matching.scope.scope` finds it."""
Place = Literal["title", "text", "lead", "any"]
Strength = Literal["strong", "normal", "weak"]
Kind = Literal["near", "sequence", "all", "any", "harm", "setting"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Victims = Literal["civilians", "health-workers", "people", "uncounted", "fighters"]
"""``civilians`` are said to be such; ``people`` may be anyone; ``uncounted`` are the dead and
wounded of whom only a number, or nothing, is told."""
Cause = Literal["conflict", "disaster", "accident", "crime", "illness", "unsaid"]
Scope = Literal["story", "place", "division", "country"]
"""What reports must share to be looked at together."""
