"""Signs: which terms a text can hold at all, told by its words before anything is looked for.

Of each phrase two words are chosen that few phrases have. Both must stand in a sentence (an entry)
for the phrase to be there; so a bit for each term is set for the one and for the other, and a term
whose two bits are not both set is not found. It errs to one side only: a term that is there is
never missed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import re2

if TYPE_CHECKING:
    from rules.matching.terms import CompiledTerm, Phrase, Unit


class Sign(NamedTuple):
    """What a word says of what its text may hold: bits, of which both sides must be set."""

    one: int
    other: int


NOTHING = Sign(0, 0)


class Signs:
    """Numbers of words → terms that may be found, as bits. Low bits are the vocabulary's."""

    def __init__(self, terms: Mapping[str, CompiledTerm], ordered: Sequence[CompiledTerm]) -> None:
        self._names = tuple(terms)
        self.bits = {name: 1 << number for number, name in enumerate(self._names)}
        rarest = _Rarest(_uses(terms.values()))
        one: defaultdict[int, set[str]] = defaultdict(set)
        other: defaultdict[int, set[str]] = defaultdict(set)
        # Term → the terms that it is a part of, on one side and on the other.
        in_one: defaultdict[str, list[str]] = defaultdict(list)
        in_other: defaultdict[str, list[str]] = defaultdict(list)
        for name, term in terms.items():
            for included in term.include:
                in_one[included].append(name)
                in_other[included].append(name)
            for phrase in term.phrases:
                first, second = rarest.of(phrase)
                if first.term:
                    in_one[first.term].append(name)
                if second.term:
                    in_other[second.term].append(name)
                for number in first.lexemes:
                    one[number].add(name)
                for number in second.lexemes:
                    other[number].add(name)
        self._one, self._other = dict(one), dict(other)
        self._above_one = self._above(ordered, in_one)
        self._above_other = self._above(ordered, in_other)
        self._remembered: dict[int, Sign] = {}

    def _above(
        self, ordered: Sequence[CompiledTerm], parts: Mapping[str, list[str]]
    ) -> dict[str, int]:
        """Term → the bits of all terms that it may be found in, its own among them."""
        above: dict[str, int] = {}
        for term in reversed(ordered):
            bits = self.bits[term.name]
            for name in parts.get(term.name, ()):
                bits |= above[name]
            above[term.name] = bits
        return above

    def of(self, numbers: Iterable[int]) -> Sign:
        """What words of the vocabulary are signs of together."""
        one = other = 0
        for number in numbers:
            sign = self._remembered.get(number)
            if sign is None:
                sign = self._remembered[number] = Sign(
                    _union(self._above_one[name] for name in self._one.get(number, ())),
                    _union(self._above_other[name] for name in self._other.get(number, ())),
                )
            one |= sign.one
            other |= sign.other
        return Sign(one, other)

    def where_found(self, name: str) -> int:
        """The bits of what may be found where a term is."""
        return self._above_one[name] | self._above_other[name]

    def names(self, bits: int) -> Iterator[str]:
        """The terms behind bits."""
        return (self._names[number] for number in set_bits(bits))


def set_bits(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set, from the lowest."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _union(bits: Iterable[int]) -> int:
    joined = 0
    for each in bits:
        joined |= each
    return joined


def _uses(terms: Iterable[CompiledTerm]) -> Counter[int]:
    """How many places of phrases each word has: the more, the commoner it is in texts too."""
    return Counter(
        number
        for term in terms
        for phrase in term.phrases
        for unit in phrase
        for number in unit.lexemes
    )


class _Rarest:
    """The two places of a phrase that fewest others have; words before whole terms."""

    def __init__(self, common: Mapping[int, int]) -> None:
        self._common = common
        self._ranks: dict[int, tuple[bool, int]] = {}
        """By the unit's identity: the same one stands in many phrases."""

    def of(self, phrase: Phrase) -> tuple[Unit, Unit]:
        if len(phrase) == 1:
            return phrase[0], phrase[0]
        if len(phrase) == 2:
            one, two = phrase
            return (one, two) if self._rank(one) <= self._rank(two) else (two, one)
        first, second, *_ = sorted(phrase, key=self._rank)
        return first, second

    def _rank(self, unit: Unit) -> tuple[bool, int]:
        rank = self._ranks.get(id(unit))
        if rank is None:
            common = self._common
            rank = unit.term is not None, sum(common[number] for number in unit.lexemes)
            self._ranks[id(unit)] = rank
        return rank


_ASSERTED = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[\^$]", re.DOTALL)
"""Escapes, classes, and signs for the beginning and end of what is searched."""
_IN_A_SET = 200
_MEMORY = 256 << 20
"""Bytes that the engine may use for what it finds out about a set; it takes what it needs."""


class Patterns:
    """Which terms have a pattern that may match somewhere in a text, and what else may be in it."""

    def __init__(
        self, terms: Mapping[str, CompiledTerm], signs: Signs, others: Sequence[str] = ()
    ) -> None:
        self._always = 0
        self._sets: list[tuple[re2.Set, tuple[int, ...]]] = []
        self._others = (1 << len(others)) - 1
        self._shift = len(others)
        written = {other: 1 << number for number, other in enumerate(others)}
        for name, term in terms.items():
            for regex in term.regexes:
                bits = signs.where_found(name) << self._shift
                anywhere = _without_assertions(regex.pattern)
                if anywhere is None:
                    self._always |= bits
                else:
                    written[anywhere] = written.get(anywhere, 0) | bits
        listed = list(written.items())
        for start in range(0, len(listed), _IN_A_SET):
            group = listed[start : start + _IN_A_SET]
            self._sets.append((search_set(p for p, _ in group), tuple(b for _, b in group)))

    def in_text(self, text: str) -> tuple[int, int]:
        """The terms that a pattern of theirs may be found by, with those that they are part of, as
        bits; and as bits too, by their places, which of the other patterns are found."""
        found = self._always
        if self._sets:
            searched = text.encode("utf-8", "replace")
            for patterns, bits in self._sets:
                for number in patterns.Match(searched) or ():
                    found |= bits[number]
        return found >> self._shift, found & self._others


def search_set(patterns: Iterable[str]) -> re2.Set:
    """Patterns that are looked for together, whatever their case."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    made = re2.Set.SearchSet(options)
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made


def _without_assertions(pattern: str) -> str | None:
    """The pattern as it may match in a longer text: a word's edge, \\b, need not be there. None
    where it asks for the beginning or the end of what is searched."""
    anchored = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal anchored
        found = match.group()
        if found in (r"\b", r"\B"):
            return ""
        anchored = anchored or found in ("^", "$", r"\A", r"\z", r"\Q")
        return found

    changed = _ASSERTED.sub(replaced, pattern)
    if not anchored:
        try:
            re2.compile(changed)
        except re2.error:
            return None
    return None if anchored else changed
