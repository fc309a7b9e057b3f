"""Words, and phrases of nothing but words: found in one pass over a sentence, for all terms.

What a word of a text is by itself, and what begins with it, is put together once for each way of
writing it; so a sentence costs as much as it has of the rules' words, however many terms ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, repeat
from operator import contains, itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from rules.language.sentences import LONGEST

if TYPE_CHECKING:
    from rules.matching.finding.terms import CompiledTerm, Phrase


class Span(NamedTuple):
    """Tokens ``first`` to ``last`` (inclusive) of a sentence."""

    first: int
    last: int

    def overlaps(self, other: Span) -> bool:
        return self[0] <= other[1] and other[0] <= self[1]


Rest = tuple[frozenset[int], ...]
"""The words of a phrase from its third on: any of these numbers at each place."""
Continued = Mapping[int, Sequence[tuple[str, Rest]]]
"""Number of a phrase's second word → the terms that have the phrase, and what must follow."""


class Known(NamedTuple):
    """A word of a text: the vocabulary's words that it is a form of, and what they tell."""

    numbers: tuple[int, ...]
    sign: int
    """What it is a sign of, as bits of `signs`."""
    alone: frozenset[str]
    """The terms that it is a match of by itself."""
    begins: Continued | None
    """The phrases that begin with it."""


_ALONE = itemgetter(Known._fields.index("alone"))
UNKNOWN = Known((), 0, frozenset(), None)
_SINGLE = tuple(Span(at, at) for at in range(LONGEST))
"""Made once: most matches are of one word."""


class PlainPhrases:
    """The phrases of all terms that are made of words alone, by the words they begin with."""

    def __init__(self, terms: Iterable[CompiledTerm]) -> None:
        self.alone: defaultdict[int, set[str]] = defaultdict(set)
        """Number of a word → the terms that it is by itself."""
        self._first: defaultdict[int, list[tuple[str, Phrase]]] = defaultdict(list)
        self._begins: dict[int, Continued | None] = {}
        """What begins with a word, once a text has it: rules have more words than texts."""
        self.composed: defaultdict[str, list[Phrase]] = defaultdict(list)
        """Term → its other phrases, in which some places are whole terms."""
        for term in terms:
            name = term.name
            for phrase in term.phrases:
                for unit in phrase:
                    if unit.term:
                        self.composed[name].append(phrase)
                        break
                else:
                    if len(phrase) == 1:
                        for number in phrase[0].lexemes:
                            self.alone[number].add(name)
                    else:
                        for number in phrase[0].lexemes:
                            self._first[number].append((name, phrase))

    def known(self, numbers: tuple[int, ...], sign: int) -> Known:
        """A word of a text that is a form of these words of the vocabulary."""
        alone = frozenset[str]().union(*(self.alone.get(number, ()) for number in numbers))
        return Known(numbers, sign, alone, self.begun_by(numbers))

    def begun_by(self, numbers: Iterable[int]) -> Continued | None:
        """The phrases that begin with any of these words."""
        return _joined([after for number in numbers if (after := self._after(number))])

    def _after(self, number: int) -> Continued | None:
        if number not in self._begins:
            after: defaultdict[int, list[tuple[str, Rest]]] = defaultdict(list)
            for name, phrase in self._first.get(number, ()):
                rest = tuple(unit.lexemes for unit in phrase[2:])
                for second in phrase[1].lexemes:
                    after[second].append((name, rest))
            # Threads that ask at once make the same twice.
            self._begins[number] = dict(after) or None
        return self._begins[number]


def _joined(begun: Sequence[Continued]) -> Continued | None:
    if len(begun) < 2:
        return begun[0] if begun else None
    joined: dict[int, list[tuple[str, Rest]]] = {}
    for continued in begun:
        for second, phrases in continued.items():
            joined.setdefault(second, []).extend(phrases)
    return joined


def phrases_in(words: Sequence[Known]) -> list[tuple[str, Span]]:
    """The phrases of several words that stand in a sentence, with their terms; some twice."""
    found = []
    for at, word in enumerate(words[:-1], 1):
        if word.begins:
            for number in words[at].numbers:
                for name, rest in word.begins.get(number, ()):
                    last = at + len(rest)
                    if not rest or goes_on(rest, words, at + 1):
                        found.append((name, Span(at - 1, last)))
    return found


class _HasNumbers(Protocol):
    @property
    def numbers(self) -> tuple[int, ...]: ...


def goes_on(rest: Rest, words: Sequence[_HasNumbers], at: int) -> bool:
    """Whether the rest of a phrase stands at a place of a sentence."""
    if at + len(rest) > len(words):
        return False
    for wanted in rest:
        if wanted.isdisjoint(words[at].numbers):
            return False
        at += 1
    return True


class PlainWords:
    """The words and phrases of a sentence, by the terms that they are."""

    __slots__ = ("_alone", "_phrases", "_spans")

    def __init__(self, words: Sequence[Known]) -> None:
        alone = list(map(_ALONE, words))
        self._spans = list(compress(_SINGLE, alone))
        self._alone = list(filter(None, alone))
        """What each of these words is by itself."""
        self._phrases: defaultdict[str, list[Span]] = defaultdict(list)
        for name, span in phrases_in(words):
            self._phrases[name].append(span)

    def of(self, term: str) -> list[Span]:
        """Where words and phrases of a term stand, in no order, and some twice."""
        found = list(compress(self._spans, map(contains, self._alone, repeat(term))))
        return found + self._phrases[term] if term in self._phrases else found
