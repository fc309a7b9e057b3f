"""A sentence, and what is found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rules.language.text import Sentence

if TYPE_CHECKING:
    from rules.matching.terms import TermMatcher


class Span(NamedTuple):
    """Tokens ``first`` to ``last`` (inclusive) of a sentence."""

    first: int
    last: int

    def overlaps(self, other: Span) -> bool:
        return self[0] <= other[1] and other[0] <= self[1]


class Reading:
    """A sentence, and what is found in it. A term is looked for when it is asked for first."""

    __slots__ = (
        "_at", "_choices", "_closed", "_found", "_has", "_matcher", "_text", "_written", "language",
        "possible", "sentence", "words",
    )  # fmt: skip

    def __init__(
        self,
        sentence: Sentence,
        words: tuple[tuple[int, ...], ...],
        language: str | None,
        matcher: TermMatcher,
        possible: int,
        text: str,
    ) -> None:
        self.sentence = sentence
        self.words = words
        """The numbers of the vocabulary's words, for each token."""
        self.language = language
        """``en`` or ``fr``: what its Latin words are read as; None when nothing tells."""
        self.possible = possible
        """The terms, as bits of the matcher's `signs`, that may be found; no other is."""
        self._matcher = matcher
        self._text = text
        self._found: dict[str, tuple[Span, ...]] = {}
        self._written: dict[str, tuple[Span, ...]] = {}
        self._closed: frozenset[int] = frozenset()
        self._at: dict[int, list[int]] | None = None
        self._has: dict[int, bool] = {}
        self._choices: dict[tuple[str, ...], list[tuple[Span, str]]] = {}

    def of(self, term: str) -> tuple[Span, ...]:
        """Where a term stands, in order."""
        found = self._found.get(term)
        if found is None:
            found = self._written.get(term)
            if found is None:
                found = self._written[term] = self._matcher.look_for(term, self)
            if self._closed:
                found = tuple(s for s in found if s[0] != s[1] or s[0] not in self._closed)
            self._found[term] = found
        return found

    def written(self, term: str) -> tuple[Span, ...]:
        """As `of`, with what words inside names would mean: phrases are made of these."""
        found = self._written.get(term)
        if found is None:
            found = self._written[term] = self._matcher.look_for(term, self)
        return found

    def close(self, words: frozenset[int]) -> None:
        """These words mean nothing by themselves. To be called before anything else is asked."""
        if words:
            self._closed = words
            self._found.clear()
            self._choices.clear()
            self._has.clear()

    def any_of(self, terms: tuple[str, ...]) -> list[tuple[Span, str]]:
        """Where any of these terms stand, with the term's name, in order, longer ones first."""
        choices = self._choices.get(terms)
        if choices is None:
            found = {(span, name) for name in terms for span in self.of(name)}
            # By name too: which of two terms that hold the same words is named must not differ by
            # process.
            choices = sorted(found, key=_place) if len(found) > 1 else list(found)
            self._choices[terms] = choices
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
                has = self._has[group] = any(self.of(name) for name in names)
            if not has:
                return False
        return True

    def present(self, names: tuple[str, ...]) -> frozenset[str]:
        """Those of the terms that stand here."""
        possible = self.possible & self._matcher.bits_of(names)
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

    @property
    def at(self) -> dict[int, list[int]]:
        """Number of a word → the tokens that are forms of it."""
        at = self._at
        if at is None:
            at = {}
            for position, numbers in enumerate(self.words):
                for number in numbers:
                    at.setdefault(number, []).append(position)
            self._at = at
        return at

    @property
    def text(self) -> str:
        """What the sentence's offsets point into."""
        return self._text


def _place(choice: tuple[Span, str]) -> tuple[int, int, str]:
    (first, last), name = choice
    return first, -last, name
