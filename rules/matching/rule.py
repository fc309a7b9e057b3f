"""A rule as it is compiled: its clauses, what silences it, what a state makes of its news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.loading.choices import Direction, Level, State, Status
from rules.matching.clauses import CompiledClause
from rules.matching.harm.harm import PREFIX


@dataclass(frozen=True, slots=True)
class CompiledRule:
    signal: str
    levels: Mapping[Direction, Level]
    status: Status
    threshold: int
    when: tuple[CompiledClause, ...]
    against: tuple[CompiledClause, ...]
    unless: tuple[str, ...]
    unless_in_title: tuple[str, ...]
    needs: tuple[str, ...]
    means: Mapping[State, Direction]
    governors: Mapping[State, tuple[str, ...]]
    needs_if_alone: tuple[str, ...] = ()
    """What title or sentence must hold for a remark in a long text to count (`beside`)."""
    named_in_passing: bool = False
    """Whether who or what it tells of is often only named beside other news."""
    pushed_with: tuple[str, ...] = ()
    """What a sentence must hold that only names it, for that to be pushed."""
    triggers: frozenset[str] = field(init=False, repr=False, compare=False)
    """Terms without any of which no clause of the rule can hold."""
    asks_for_harm: bool = field(init=False, repr=False, compare=False)
    """Whether one of its clauses asks who is harmed."""

    relieved_by: frozenset[State] = field(init=False, repr=False, compare=False)
    """The states by which it tells of relief."""

    def __post_init__(self) -> None:
        triggers = frozenset(
            term
            for clause in self.when
            for element in (clause.elements if clause.kind == "any" else clause.elements[:1])
            for term in element.terms
        )
        object.__setattr__(self, "triggers", triggers)
        relief = {s for c in self.when for s, d in c.states.items() if d == "improving"}
        # Who is dead or hurt stays so, whatever reaches them.
        lasts = self.means.get("ended") == "worsening"
        object.__setattr__(self, "relieved_by", frozenset(() if lasts else relief))
        clauses = (*self.when, *self.against)
        harm = any(t.startswith(PREFIX) for c in clauses for e in c.elements for t in e.terms)
        object.__setattr__(self, "asks_for_harm", harm)

    def looks_for(self) -> frozenset[str]:
        """The terms of its clauses."""
        return frozenset(t for c in self.when for e in c.elements for t in e.terms)
