"""Signs: which terms a text can hold at all, told by its words before anything is looked for.

Each term is a bit. A word that is a term by itself sets it, a phrase of words does (`plain`), and
with it the bits of all terms that include it. A phrase of which a place is a whole term sets its
own when something stands at each of its places, wherever. It errs to one side only: a term that is
there is never missed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import re2

if TYPE_CHECKING:
    from rules.matching.finding.plain import PlainPhrases
    from rules.matching.finding.terms import CompiledTerm, Phrase, Unit


class Composed:
    """Phrases of which a place is a term: the bits of their places → those that they set."""

    def __init__(self, phrases: Iterable[tuple[int, int, int]]) -> None:
        """``phrases``: number of the place's bit that fewest texts have, of all places, what is
        set."""
        self.phrases = tuple(phrases)
        self._triggers = 0
        self._needed = 0
        self._by_trigger: dict[int, list[tuple[int, int]]] = {}
        for trigger, needed, sets in self.phrases:
            self._triggers |= 1 << trigger
            self._needed |= needed
            self._by_trigger.setdefault(trigger, []).append((needed, sets))

    def with_more(self, more: Callable[[int], int]) -> Composed:
        """The same phrases, which set ``more`` bits: those and what goes with them."""
        return Composed((trigger, needed, more(sets)) for trigger, needed, sets in self.phrases)

    def complete(self, bits: int) -> int:
        """The bits of what is there, with those of the phrases that it makes."""
        while True:
            before = bits
            for number in set_bits(bits & self._triggers):
                for needed, sets in self._by_trigger[number]:
                    if bits & needed == needed:
                        bits |= sets
            # What no phrase needs makes none.
            if not (bits ^ before) & self._needed:
                return bits


class Signs:
    """Numbers of words → terms that may be found, as bits. Low bits are the vocabulary's."""

    def __init__(self, terms: Mapping[str, CompiledTerm], plain: PlainPhrases) -> None:
        """Raises KeyError for a part that is no term."""
        self._names = tuple(terms)
        self.bits = {name: 1 << number for number, name in enumerate(self._names)}
        self._of_terms = (1 << len(self._names)) - 1
        self._alone = plain.alone
        self._in: defaultdict[str, list[str]] = defaultdict(list)
        """Term → the terms that it is, by itself, a match of."""
        for name, term in terms.items():
            for included in term.include:
                self._in[included].append(name)
        self._above: dict[str, int] = {}
        self._places: dict[frozenset[int], int] = {}
        """Words at a place of a phrase that is composed → their bit, above those of the terms."""
        rarest = _Rarest(terms)
        composed = []
        for name, phrases in plain.composed.items():
            for phrase in phrases:
                if len(phrase) == 1 and phrase[0].term:
                    self._in[phrase[0].term].append(name)
                elif all(unit.term is None or unit.term in terms for unit in phrase):
                    composed.append((name, phrase))
        made = []
        for name, phrase in composed:
            needed = self.needed_by(phrase)
            trigger = self._place(rarest.of(phrase)).bit_length() - 1
            made.append((trigger, needed, self.of_term(name)))
        self.composed = Composed(made)
        self._of_number: dict[int, int] = {}
        self._at_places: dict[int, int] = {}
        for numbers, bit in self._places.items():
            for number in numbers:
                self._at_places[number] = self._at_places.get(number, 0) | bit
        self.length = len(self._names) + len(self._places)
        """How many bits there are."""

    def _place(self, unit: Unit) -> int:
        if unit.term:
            return self.bits[unit.term]
        bit = self._places.get(unit.lexemes)
        if bit is None:
            bit = self._places[unit.lexemes] = 1 << (len(self._names) + len(self._places))
        return bit

    def needed_by(self, phrase: Phrase) -> int:
        """The bits of all places of a phrase, of which one at least is a term; 0 where that is
        none of these terms."""
        needed = 0
        for unit in phrase:
            if unit.term and unit.term not in self.bits:
                return 0
            needed |= self._place(unit)
        return needed

    def of_term(self, name: str) -> int:
        """The bits of a term that is found and of all that include it."""
        bits = self._above.get(name)
        if bits is None:
            bits = self.bits[name]
            for including in self._in.get(name, ()):
                bits |= self.of_term(including)
            self._above[name] = bits
        return bits

    def of(self, numbers: Iterable[int]) -> int:
        """What words of the vocabulary are signs of together."""
        joined = 0
        for number in numbers:
            bits = self._of_number.get(number)
            if bits is None:
                bits = self.at_places(number)
                for name in self._alone.get(number, ()):
                    bits |= self.of_term(name)
                self._of_number[number] = bits
            joined |= bits
        return joined

    def at_places(self, number: int) -> int:
        """The bits of the places of composed phrases where a word may stand."""
        return self._at_places.get(number, 0)

    def names(self, bits: int) -> Iterator[str]:
        """The terms behind bits, of which some may be of places."""
        return (self._names[number] for number in set_bits(bits & self._of_terms))


def set_bits(bits: int) -> list[int]:
    """The numbers of the bits that are set, from the lowest."""
    found = []
    # From the highest: the number gets shorter, and none below zero is needed, which takes longer
    # than all else.
    while bits:
        highest = bits.bit_length() - 1
        found.append(highest)
        bits ^= 1 << highest
    found.reverse()
    return found


def _uses(terms: Iterable[CompiledTerm]) -> Counter[int]:
    """How many places of phrases each word has: the more, the commoner it is in texts too."""
    return Counter(
        number
        for term in terms
        for phrase in term.phrases
        for unit in phrase
        for number in unit.lexemes
    )


_OF_A_PATTERN = 200
"""How common what a pattern finds is taken for: numbers stand in many sentences."""


class _Rarest:
    """The place of a phrase that fewest texts have, as far as the rules can tell."""

    def __init__(self, terms: Mapping[str, CompiledTerm]) -> None:
        self._terms = terms
        self._common = _uses(terms.values())
        self._ranks: dict[str, int] = {}

    def of(self, phrase: Phrase) -> Unit:
        return min(phrase, key=self._rank)

    def _rank(self, unit: Unit) -> int:
        if unit.term:
            return self._of_term(unit.term)
        return sum(self._common[number] for number in unit.lexemes)

    def _of_term(self, name: str) -> int:
        """A term is as common as its phrases are together, each as its rarest place."""
        known = self._ranks.get(name)
        if known is None:
            self._ranks[name] = 0
            term = self._terms[name]
            known = sum(min(map(self._rank, phrase)) for phrase in term.phrases)
            known += sum(map(self._of_term, term.include)) + _OF_A_PATTERN * len(term.regexes)
            self._ranks[name] = known
        return known


_ASSERTED = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[\^$]", re.DOTALL)
"""Escapes, classes, and signs for the beginning and end of what is searched."""
_GAP = re.compile(r"\.[*+{]|\\S[*+{]|\[\^[^\]]*\][*+{]")
"""Where a pattern takes whatever stands there: « .{0,30}», "(\\S+ ){1,3}"."""
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
                bits = signs.of_term(name) << self._shift
                anywhere = _without_assertions(regex.pattern)
                if anywhere is None:
                    self._always |= bits
                else:
                    written[anywhere] = written.get(anywhere, 0) | bits
        # What the engine finds out about a set, it finds out anew for each way in which gaps may
        # be open at the same time: apart, these leave the others alone. A process that reads its
        # first thousands of entries took half of the time at the patterns for it.
        gapped = [each for each in written.items() if _GAP.search(each[0])]
        for listed in ([each for each in written.items() if each not in gapped], gapped):
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
