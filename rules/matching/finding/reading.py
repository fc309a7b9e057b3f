"""A sentence, and what is found in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from rules.language.sentences import Sentence
from rules.matching.finding.plain import Known, PlainWords, Span
from rules.matching.finding.signs import Signs

__all__ = ["Reading", "Span", "Spans", "Written"]

Spans = tuple[Span, ...]
T = TypeVar("T")


class Matcher(Protocol):
    """What a sentence asks of `matcher.TermMatcher`, which says what each of it means."""

    signs: Signs

    def look_for(self, name: str, written: Written) -> Spans: ...

    def bits_of(self, names: tuple[str, ...]) -> tuple[int, frozenset[str]]: ...

    def names_of(self, possible: int) -> tuple[str, ...]: ...

    def nowhere(self, names: tuple[str, ...], possible: int) -> Mapping[str, Spans]: ...


class Written(dict[str, Spans]):
    """Term → where it stands in a sentence, in order, with what words inside names would mean.

    A term is looked for when it is asked for first.
    """

    __slots__ = (
        "_at", "_bits", "_matcher", "_piece", "_plain", "by_pattern", "possible", "sentence",
        "text", "words",
    )  # fmt: skip

    def __init__(
        self,
        sentence: Sentence,
        words: Sequence[Known],
        matcher: Matcher,
        possible: int,
        text: str,
        by_pattern: int = -1,
    ) -> None:
        self.sentence = sentence
        self.words = words
        """What is known of each token."""
        self.possible = possible
        """The terms, as bits of the matcher's `signs`, that may be found; no other is."""
        self.text = text
        """What the sentence's offsets point into."""
        self.by_pattern = by_pattern
        """Those of the terms of which a pattern may match; -1: any."""
        self._matcher = matcher
        self._bits = matcher.signs.bits
        self._piece: str | None = None
        self._plain: PlainWords | None = None
        self._at: dict[int, list[int]] | None = None

    def __missing__(self, term: str) -> Spans:
        bit = self._bits.get(term)
        found: Spans = ()
        if bit is not None and bit & self.possible:
            found = self._matcher.look_for(term, self)
        self[term] = found
        return found

    @property
    def plain(self) -> PlainWords:
        """Its words and phrases of words, whatever else a term is made of."""
        plain = self._plain
        if plain is None:
            plain = self._plain = PlainWords(self.words)
        return plain

    @property
    def piece(self) -> str:
        """The sentence as it is written, for patterns: a lone surrogate cannot be encoded for the
        engine, and matches nothing anyway."""
        piece = self._piece
        if piece is None:
            piece = self.text[self.sentence.start : self.sentence.end]
            piece = self._piece = piece.encode("utf-8", "replace").decode("utf-8")
        return piece

    @property
    def at(self) -> dict[int, list[int]]:
        """Number of a word → the tokens that are forms of it."""
        at = self._at
        if at is None:
            at = {}
            for position, word in enumerate(self.words):
                for number in word.numbers:
                    at.setdefault(number, []).append(position)
            self._at = at
        return at


class _Outside(dict[str, Spans]):
    """`Written`, without the words of a sentence that mean nothing by themselves."""

    __slots__ = ("_closed", "_written")

    def __init__(self, written: Written, closed: frozenset[int]) -> None:
        self._written = written
        self._closed = closed

    def __missing__(self, term: str) -> Spans:
        found = self._written[term]
        if found:
            closed = self._closed
            found = tuple(s for s in found if s[0] != s[1] or s[0] not in closed)
        self[term] = found
        return found


class Reading:
    """A sentence, and what is found in it. A term is looked for when it is asked for first."""

    __slots__ = (
        "_any", "_choices", "_found", "_has", "_joins", "_matcher", "_once", "_written", "added",
        "governors", "language", "of", "possible", "sentence",
    )  # fmt: skip

    def __init__(self, written: Written, language: str | None, matcher: Matcher) -> None:
        self.sentence = written.sentence
        self.language = language
        """``en`` or ``fr``: what its Latin words are read as; None when nothing tells."""
        self.possible = written.possible
        """The terms, as bits of the matcher's `signs`, that may be found; no other is."""
        self._matcher = matcher
        self._written = written
        self._found: dict[str, Spans] = written
        self.of: Callable[[str], Spans] = written.__getitem__
        """Where a term stands, in order."""
        self.added: set[str] = set()
        """What another reader of the sentence found, by name."""
        self.governors: dict[int, tuple[Any, Sequence[Any]]] = {}
        """What `scope.governors` found here, by the identity of a signal's own, which are kept."""
        self._has: dict[int, bool] = {}
        self._joins: frozenset[int] | None = None
        self._once: dict[str, Any] | None = None
        self._any: dict[int, bool] = {}
        self._choices: dict[int, tuple[tuple[str, ...], list[tuple[Span, str]]]] = {}
        """By the identity of the terms, which are kept: they are the same ones each time."""

    def close(self, words: frozenset[int]) -> None:
        """These words mean nothing by themselves. To be called before anything else is asked."""
        if words:
            self._found = _Outside(self._written, words)
            self.of = self._found.__getitem__
            self.governors.clear()
            self._choices.clear()
            self._has.clear()
            self._any.clear()
            self._once = None

    @property
    def written(self) -> Written:
        """As `of`, with what words inside names would mean: phrases are made of these."""
        return self._written

    @property
    def words(self) -> tuple[tuple[int, ...], ...]:
        """The numbers of the vocabulary's words, for each token."""
        return tuple(word.numbers for word in self._written.words)

    @property
    def text(self) -> str:
        """What the sentence's offsets point into."""
        return self._written.text

    @property
    def joins(self) -> frozenset[int]:
        """Words of a French list that only join its members: «pénurie de pain, de lait et d'eau»
        lacks water as much as bread."""
        if self._joins is None:
            self._joins = _joins(self.sentence) if self.language == "fr" else frozenset()
        return self._joins

    def once(self, name: str, find: Callable[[Reading], T]) -> T:
        """What is found in the whole sentence, looked for when it is asked for first."""
        if self._once is None:
            self._once = {}
        if name not in self._once:
            self._once[name] = find(self)
        found: T = self._once[name]
        return found

    def any_of(self, terms: tuple[str, ...]) -> list[tuple[Span, str]]:
        """Where any of these terms stand, with the term's name, in order, longer ones first."""
        known = self._choices.get(id(terms))
        if known is not None:
            return known[1]
        bits, others = self._matcher.bits_of(terms)
        here = bits & self.possible
        names = self._matcher.names_of(here) if here else ()
        if others and self.added:
            names += tuple(others.intersection(self.added))
        of = self.of
        found = [(span, name) for name in names for span in of(name)]
        # By name too: which of two terms that hold the same words is named must not differ by
        # process.
        choices = sorted(set(found), key=_place) if len(found) > 1 else found
        self._choices[id(terms)] = terms, choices
        return choices

    def has_of_each(self, groups: Iterable[int]) -> bool:
        """Whether a term of each group, given as bits, stands here."""
        possible = self.possible
        for group in groups:
            if not possible & group:
                return False
        for group in groups:
            has = self._has.get(group)
            if has is None:
                names = self._matcher.names_of(possible & group)
                has = self._has[group] = any(map(self.of, names))
            if not has:
                return False
        return True

    def has_any(self, names: tuple[str, ...]) -> bool:
        """Whether one of these terms, the same object each time, stands here."""
        has = self._any.get(id(names))
        if has is None:
            has = self._any[id(names)] = self.first_of(names) is not None
        return has

    def first_of(self, names: tuple[str, ...]) -> str | None:
        """The first of these terms that stands here."""
        if not names:
            return None
        bits, others = self._matcher.bits_of(names)
        if bits & self.possible or not others.isdisjoint(self.added):
            for name in names:
                if self.of(name):
                    return name
        return None

    def note_missing(self, names: tuple[str, ...]) -> None:
        """Before many terms are asked for one by one: none that cannot be here is looked for."""
        self._found.update(self._matcher.nowhere(names, self.possible))

    def present(self, names: tuple[str, ...]) -> frozenset[str]:
        """Those of the terms that stand here."""
        possible = self.possible & self._matcher.bits_of(names)[0]
        return frozenset(name for name in self._matcher.names_of(possible) if self.of(name))

    @property
    def spans(self) -> Mapping[str, tuple[Span, ...]]:
        """Everything that is found: term → spans in order."""
        for name in self._matcher.names_of(self.possible):
            self.of(name)
        return {name: found for name, found in self._found.items() if found}

    def add(self, term: str, spans: Iterable[Span]) -> None:
        """Put in what another reader of the sentence found."""
        self._found[term] = (*self._found.get(term, ()), *spans)
        self.added.add(term)


LONGEST_PHRASE = 12
"""Words that a phrase of a term may have."""


def begun_in(spans: Spans, begin: int, end: int) -> Spans:
    """Of spans in their order those whose first word is one of these, the last included."""
    if not spans or (begin <= spans[0][0] and spans[-1][0] <= end):
        return spans
    # A shorter tuple stands before a longer one that begins like it.
    ordered: Sequence[tuple[int, ...]] = spans
    at = bisect_left(ordered, (begin,))
    return spans[at : bisect_left(ordered, (end + 1,), lo=at)]


def _place(choice: tuple[Span, str]) -> tuple[int, int, str]:
    (first, last), name = choice
    return first, -last, name


_AND = frozenset(("et", "ou", "ni"))
_OF = frozenset(("de", "d", "du", "des"))


def _joins(sentence: Sentence) -> frozenset[int]:
    found = set()
    for at, token in enumerate(sentence.tokens):
        if at and token.norm in _OF:
            if sentence.tokens[at - 1].norm in _AND:
                found |= {at - 1, at}
            elif token.breaks:
                found.add(at)
    return frozenset(found)
