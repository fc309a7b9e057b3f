"""A harm that a sentence tells, and the names under which clauses ask for harms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from rules.loading.choices import Cause, Victims
from rules.matching.finding.reading import Span

PREFIX = "harm:"
Weapon = Literal["shot", "blast"]


@dataclass(frozen=True, slots=True)
class Harm:
    """One harm in one sentence: its words, its victim, its cause, and why these were taken."""

    harm: Span
    victim: Span | None
    who: Victims
    cause: Cause
    why: str
    general: bool = False
    """Said of all of a kind and of no time: «قتل الأبرياء», «يقتلون الأطفال»."""
    weapon: Weapon | None = None
    """What is all that its sentence tells of the cause; rubble is like a shot."""

    @property
    def span(self) -> Span:
        if self.victim is None:
            return self.harm
        return Span(min(self.harm.first, self.victim.first), max(self.harm.last, self.victim.last))

    @property
    def term(self) -> str:
        return term_of(self.who, self.cause)


def term_of(who: str, cause: str) -> str:
    """The name under which clauses find a harm in a reading."""
    return f"{PREFIX}{who}/{cause}"


def asked(of: Sequence[Victims], by: Sequence[Cause]) -> tuple[str, ...]:
    """The names of the harms that a clause asks for; nothing given means any."""
    return tuple(
        term_of(who, cause) for who in of or get_args(Victims) for cause in by or get_args(Cause)
    )
