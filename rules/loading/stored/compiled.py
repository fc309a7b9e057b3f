"""A rule set as plain lists, strings and numbers, and back: for `cache`.

What is read back is made by the constructors that are named here and by nothing else: a file can
hold other rules than it should, and no code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from functools import cache, cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from rules.escalations import escalation
from rules.language.arabic.lexicon import Lexeme, Stem
from rules.language.arabic.morphology import Morphology
from rules.loading.yamlfile import Problem
from rules.matching.clauses import ClauseElement, CompiledClause
from rules.matching.finding.known_words import Lexicon, compiled_pattern
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.terms import CompiledTerm, Unit
from rules.matching.rule import CompiledRule
from rules.matching.ruleset import EscalationTests, RuleSet, RuleTests, Signal
from rules.matching.states import StateKind, StateSource, StateValue
from rules.texts import Message

if TYPE_CHECKING:
    from pydantic import BaseModel

_CLASSES: Mapping[str, type[Any]] = {
    made.__name__: made
    for made in (
        CompiledRule, CompiledClause, ClauseElement, Signal, RuleTests,
        EscalationTests, escalation.Escalation, escalation.Families, escalation.Together,
        escalation.FirstIn, escalation.Spike, escalation.Order, escalation.Silence, StateKind,
        StateValue, StateSource, Problem, Message,
    )
}  # fmt: skip
_OF_TESTS = ("tests", "escalation_tests")
"""Parts that hold models of the rule files; who reads texts needs neither."""
_WRITTEN_AS_THEY_ARE = (
    "signals", "rules", "compiled_terms", "tests", "hash", "warnings", "guards", "words_of_terms",
    "escalations", "escalation_tests", "states",
)  # fmt: skip
"""The parts of a rule set beside its words."""


def written(rules: RuleSet) -> dict[str, Any]:
    """A rule set as JSON can hold it, with the words that it has analysed so far."""
    words = rules.words
    return {
        "parts": {name: _plain(getattr(rules, name)) for name in _WRITTEN_AS_THEY_ARE},
        "arabic": [
            [x.lemma, x.part_of_speech, x.root, *sorted(f"{s.form}\t{s.category}" for s in x.stems)]
            for x in words.arabic_lexemes
        ],
        "latin": [[word, language, sorted(found)] for word, language, found in words.latin_words],
        "spelt": dict(rules.morphology.spelt),
        "analysed": rules.morphology.analysed(),
    }


def read(stored: Mapping[str, Any], enrich: Callable[[Lexeme], Lexeme] | None) -> RuleSet:
    """The rule set that was `written`. Raises ValueError, TypeError or LookupError where it is
    none."""
    parts: dict[str, Any] = {
        name: _Tests(value) if name in _OF_TESTS else _made(value)
        for name, value in stored["parts"].items()
    }
    lexemes = _Lexemes(stored["arabic"])
    latin = [(word, language, frozenset(found)) for word, language, found in stored["latin"]]
    words = Lexicon(enrich, lexemes, latin)
    morphology = Morphology(lexemes, stored["spelt"])
    morphology.remember(stored["analysed"])
    matcher = TermMatcher(parts["compiled_terms"], morphology, words.latin_index())
    return RuleSet(terms=matcher, morphology=morphology, words=words, **parts)


class _Lexemes(Sequence[Lexeme]):
    """Lexemes, each made when it is asked for: of most nobody asks."""

    def __init__(self, stored: Sequence[Sequence[str]]) -> None:
        self._stored = stored
        self._made: dict[int, Lexeme] = {}

    @overload
    def __getitem__(self, at: int) -> Lexeme: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Lexeme]: ...
    def __getitem__(self, at: int | slice) -> Lexeme | Sequence[Lexeme]:
        if isinstance(at, slice):
            return [self[number] for number in range(len(self))[at]]
        made = self._made.get(at)
        if made is None:
            lemma, part, root, *stems = self._stored[at]
            made = Lexeme(lemma, part, root, frozenset(Stem(*s.split("\t")) for s in stems))
            self._made[at] = made
        return made

    def __len__(self) -> int:
        return len(self._stored)


class _Tests(Sequence[Any]):
    """The tests of the rules, made when they are run: a third of what is stored."""

    def __init__(self, stored: Any) -> None:
        self._stored = stored

    @cached_property
    def _all(self) -> tuple[Any, ...]:
        made = _made(self._stored)
        self._stored = None
        if not isinstance(made, tuple):
            raise TypeError(type(made).__name__)
        return made

    def __getitem__(self, at: Any) -> Any:
        return self._all[at]

    def __len__(self) -> int:
        return len(self._all)

    def __eq__(self, other: object) -> bool:
        return self._all == (other._all if isinstance(other, _Tests) else other)

    def __hash__(self) -> int:
        return hash(self._all)


@cache
def _models() -> Mapping[str, type[BaseModel]]:
    from rules.loading import schema
    from rules.loading.schema.escalations import TestReport

    made = (schema.Tests, schema.Example, schema.EscalationTest, TestReport)
    return {each.__name__: each for each in made}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, _Tests):
        return _plain(value._all)
    name = type(value).__name__
    if name in _models() and isinstance(value, _models()[name]):
        given = [(field, getattr(value, field)) for field in sorted(value.model_fields_set)]
        return ["model", name, *(_plain(each) for pair in given for each in pair)]
    if isinstance(value, CompiledTerm):
        phrases = [[_unit(unit) for unit in phrase] for phrase in value.phrases]
        patterns = [regex.pattern for regex in value.regexes]
        return ["term", value.name, phrases, patterns, value.include, value.exceptions]
    if isinstance(value, timedelta):
        return ["seconds", value.total_seconds()]
    if isinstance(value, Mapping):
        return ["mapping", *(_plain(x) for pair in value.items() for x in pair)]
    if isinstance(value, frozenset):
        return ["set", *map(_plain, sorted(value))]
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(_plain, value)]
    if is_dataclass(value):
        name = type(value).__name__
        return [_known(name), *(_plain(getattr(value, f.name)) for f in fields(value) if f.init)]
    raise TypeError(type(value).__name__)


def _unit(unit: Unit) -> Any:
    if unit.term is not None:
        return unit.term
    return next(iter(unit.lexemes)) if len(unit.lexemes) == 1 else sorted(unit.lexemes)


@lru_cache(maxsize=65_536)
def _of_one(unit: int | str) -> Unit:
    return Unit(term=unit) if isinstance(unit, str) else Unit(frozenset((unit,)))


def _term(name: str, phrases: Any, patterns: Any, include: Any, exceptions: Any) -> CompiledTerm:
    made = [
        tuple(_of_one(u) if not isinstance(u, list) else Unit(frozenset(u)) for u in phrase)
        for phrase in phrases
    ]
    regexes = list(map(compiled_pattern, patterns))
    return CompiledTerm(name, made, regexes, tuple(include), exceptions)


def _known(name: str) -> str:
    if name not in _CLASSES:
        raise TypeError(name)
    return name


def _made(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    kind, *rest = value
    if kind in _CLASSES:
        return _CLASSES[kind](*map(_made, rest))
    match kind:
        case "tuple":
            return tuple(map(_made, rest))
        case "list":
            return list(map(_made, rest))
        case "set":
            return frozenset(map(_made, rest))
        case "mapping":
            each = iter(map(_made, rest))
            return MappingProxyType(dict(zip(each, each, strict=True)))
        case "seconds":
            return timedelta(seconds=rest[0])
        case "term":
            return _term(*rest)
        case "model":
            each = iter(map(_made, rest[1:]))
            return _models()[rest[0]].model_construct(**dict(zip(each, each, strict=True)))
    raise ValueError(kind)
