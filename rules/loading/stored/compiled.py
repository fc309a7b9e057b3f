"""A rule set as plain lists, strings and numbers, and back: for `cache`.

What is read back is made by the constructors that are named here and by nothing else: a file can
hold other rules than it should, and no code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from rules.escalations import escalation
from rules.language.arabic.lexicon import Lexeme, Stem
from rules.language.arabic.morphology import Morphology
from rules.loading.stored.file import Late, Parts
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

T = TypeVar("T")
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
"""Parts that hold models of the rule files."""
_LATE = (*_OF_TESTS, "words_of_terms")
"""Who reads texts needs none of these."""
_WRITTEN_AS_THEY_ARE = (
    "signals", "rules", "tests", "hash", "warnings", "guards", "words_of_terms",
    "escalations", "escalation_tests", "states",
)  # fmt: skip
"""The parts of a rule set beside its words."""
ARABIC = "arabic"
"""The part that holds its Arabic words, a row each, in the order of their numbers."""


def written(rules: RuleSet) -> dict[str, Any]:
    """A rule set as JSON can hold it, by parts, with the words that it has analysed so far."""
    words = rules.words
    lexemes = _ROW.join(map(row_of, words.arabic_lexemes))
    latin = [(word, language, *sorted(found)) for word, language, found in words.latin_words]
    parts = {name: _plain(getattr(rules, name)) for name in _WRITTEN_AS_THEY_ARE}
    return parts | {
        "compiled_terms": _terms(rules.compiled_terms),
        ARABIC: lexemes,
        "latin": _as_text(latin),
        "spelt": _as_text(rules.morphology.spelt.items()),
        "analysed": rules.morphology.analysed(),
    }


def read(stored: Parts, enrich: Callable[[Lexeme], Lexeme] | None) -> RuleSet:
    """The rule set that was `written`. Raises ValueError, TypeError or LookupError where it is
    none."""
    parts: dict[str, Any] = {
        name: _made(stored[name]) for name in _WRITTEN_AS_THEY_ARE if name not in _LATE
    }
    for name in _OF_TESTS:
        parts[name] = _Tests(stored.late(name, _made))
    terms = _read_terms(stored["compiled_terms"])
    lexemes = _Rows(stored.late(ARABIC, rows_of), lexeme_of)
    latin = _Rows(stored.late("latin", rows_of), _latin_word)
    words = Lexicon(enrich, lexemes, latin)
    morphology = Morphology(lexemes, stored.late("spelt", _pairs))
    morphology.remember(stored["analysed"])
    return RuleSet(
        terms=TermMatcher(terms, morphology, words.latin_index()),
        compiled_terms=terms,
        morphology=morphology,
        words=words,
        words_of_terms=_Mapping(stored.late("words_of_terms", _made)),
        **parts,
    )


# What no text holds, and no YAML file may: they part the rows of a part, and what is in a row. One
# string is read in a tenth of the time that lists of short ones take.
_ROW, _COLUMN = "\uffff", "\ufffe"


def _as_text(rows: Iterable[Iterable[str]]) -> str:
    return _ROW.join(map(_COLUMN.join, rows))


def rows_of(text: str) -> list[str]:
    return text.split(_ROW) if text else []


def _pairs(text: str) -> dict[str, str]:
    return dict(row.split(_COLUMN) for row in rows_of(text))


def row_of(lexeme: Lexeme) -> str:
    """A lexeme as text."""
    stems = sorted(f"{stem.form}\t{stem.category}" for stem in lexeme.stems)
    return _COLUMN.join((lexeme.lemma, lexeme.part_of_speech, lexeme.root, *stems))


def lexeme_of(row: str) -> Lexeme:
    """What `row_of` wrote. Raises ValueError or TypeError for what it did not."""
    lemma, part, root, *stems = row.split(_COLUMN)
    return Lexeme(lemma, part, root, frozenset(Stem._make(s.split("\t")) for s in stems))


def _latin_word(row: str) -> tuple[str, str, frozenset[str]]:
    word, language, *found = row.split(_COLUMN)
    return word, language, frozenset(found)


class _Rows(Sequence[T]):
    """What rows of text hold, each made when it is asked for: of most nobody asks."""

    def __init__(self, stored: Late[list[str]], make: Callable[[str], T]) -> None:
        self._stored = stored
        self._make = make
        self._made: dict[int, T] = {}

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return [self[number] for number in range(len(self))[at]]
        made = self._made.get(at)
        if made is None:
            made = self._made[at] = self._make(self._stored()[at])
        return made

    def __len__(self) -> int:
        return len(self._stored())


class _Tests(Sequence[Any]):
    """The tests of the rules, made when they are run: a third of what is stored."""

    def __init__(self, stored: Late[Any]) -> None:
        self._stored = stored

    @property
    def _all(self) -> tuple[Any, ...]:
        made = self._stored()
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


class _Mapping(Mapping[str, Any]):
    """A mapping that is made when something is asked of it."""

    def __init__(self, stored: Late[Mapping[str, Any]]) -> None:
        self._stored = stored

    def __getitem__(self, name: str) -> Any:
        return self._stored()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored())

    def __len__(self) -> int:
        return len(self._stored())


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


def _terms(terms: Mapping[str, CompiledTerm]) -> list[Any]:
    """The places of their phrases, each once, and the terms, which name a place by its number."""
    numbers: dict[Unit, int] = {}
    listed = [
        [
            name,
            [[numbers.setdefault(u, len(numbers)) for u in phrase] for phrase in term.phrases],
            [regex.pattern for regex in term.regexes],
            term.include,
            term.exceptions,
        ]
        for name, term in terms.items()
    ]
    return [[unit.term or sorted(unit.lexemes) for unit in numbers], listed]


def _read_terms(stored: Any) -> Mapping[str, CompiledTerm]:
    units, terms = stored
    at = [Unit(term=u) if isinstance(u, str) else Unit(frozenset(u)) for u in units].__getitem__
    return {
        name: CompiledTerm(
            name,
            [tuple(map(at, phrase)) for phrase in phrases],
            list(map(compiled_pattern, patterns)),
            tuple(include),
            exceptions,
        )
        for name, phrases, patterns, include, exceptions in terms
    }


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
        case "model":
            each = iter(map(_made, rest[1:]))
            return _models()[rest[0]].model_construct(**dict(zip(each, each, strict=True)))
    raise ValueError(kind)
