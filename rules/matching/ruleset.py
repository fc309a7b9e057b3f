"""A set of rules ready to run, and what others need to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rules.escalations.escalation import Escalation
from rules.language.arabic.morphology import Morphology
from rules.loading.choices import Direction, Level, Status
from rules.loading.yamlfile import Problem
from rules.matching.detection import Detection
from rules.matching.finding.known_words import Lexicon
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.terms import CompiledTerm
from rules.matching.gate import Gate
from rules.matching.match import Texts, detect_all, detect_each
from rules.matching.related import related
from rules.matching.rule import CompiledRule
from rules.matching.states import StateKind

if TYPE_CHECKING:
    from rules.loading import schema


@dataclass(frozen=True, slots=True)
class Signal:
    """What readers and stores need to know of a signal."""

    id: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    level: Level
    status: Status
    sector: str
    levels: Mapping[Direction, Level] = field(default_factory=dict)
    """The level of each direction; `level` is that of bad news."""


@dataclass(frozen=True, slots=True)
class RuleTests:
    """The inline tests of one signal and where they stand."""

    signal: str
    file: str
    tests: schema.Tests
    fires_lines: tuple[int, ...]
    silent_lines: tuple[int, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """The rule's names for terms → their full names; `vary:` uses them."""
    threshold: int | None = None
    """The one that they were written for, where an operator set another: they say whether the
    rule knows a text, and the operator how much it takes to be told."""


@dataclass(frozen=True, slots=True)
class EscalationTests:
    """The timed tests of one escalation and where they stand."""

    escalation: Escalation
    file: str
    tests: tuple[schema.EscalationTest, ...]
    lines: tuple[int, ...]


class RulesInvalid(Exception):
    """Rules that cannot be used; ``errors`` holds everything that is wrong.

    ``warnings`` hold what is allowed and yet often a mistake: it may be the cause of an error.
    """

    def __init__(self, errors: Iterable[Problem], warnings: Iterable[Problem] = ()) -> None:
        self.errors = tuple(sorted(set(errors)))
        self.warnings = tuple(sorted(set(warnings)))
        super().__init__("\n".join(str(e) for e in self.errors))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules ready to run. Immutable; safe to share between threads."""

    signals: Mapping[str, Signal]
    rules: Mapping[str, CompiledRule]
    terms: TermMatcher
    morphology: Morphology
    words: Lexicon
    compiled_terms: Mapping[str, CompiledTerm]
    tests: Sequence[RuleTests]
    hash: str
    warnings: tuple[Problem, ...] = ()
    """What is allowed in an operator's files and yet often a mistake."""
    guards: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """signal → guard → the terms that it stands for."""
    words_of_terms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """term → language → its words as they can stand in a sentence; `vary:` puts them in."""
    escalations: tuple[Escalation, ...] = ()
    """Combinations over time that raise a level, in the order of the files."""
    escalation_tests: Sequence[EscalationTests] = ()
    states: Mapping[str, StateKind] = field(default_factory=dict)
    """What states places can be in, in the order in which they are shown."""
    gate: Gate = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gate", Gate(self.rules, self.terms))

    def note(self, signal: str, clause: str) -> str | None:
        """What the author of a signal's rule noted of a clause, if anything."""
        rule = self.rules.get(signal)
        clauses = (*rule.when, *rule.against) if rule else ()
        return next((each.why or None for each in clauses if each.label == clause), None)

    def related(self, word: str) -> tuple[str, ...]:
        """Other forms of a word that are known: the plural of a singular, or its singular."""
        return related(word, self.morphology, self.words)

    def detect(self, title: str, text: str, language: str | None) -> tuple[Detection, ...]:
        return detect_all(self.gate, self.rules, self.terms, title, text, language)

    def detect_each(self, entries: Sequence[Texts]) -> Iterator[tuple[Detection, ...]]:
        """`detect` of each entry, in less time where there are many."""
        return detect_each(self.gate, self.rules, self.terms, entries)


def detect(
    rules: RuleSet, title: str, text: str, language: str | None = None
) -> tuple[Detection, ...]:
    """The signals of one entry. Pure and thread-safe; time grows with the text's length."""
    return rules.detect(title, text, language)
