"""Terms: named sets of words, found in a sentence all at once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.language import latin
from rules.language.disguise import without_drawn_out_letters
from rules.language.morphology import Morphology
from rules.language.text import Sentence, Token

_ELIDED = re.compile("[ldnsjm][aeiouyh][a-z]{3}")

LatinIndex = Mapping[str, Mapping[str, tuple[int, ...]]]
"""language → folded form → numbers of the words that have this form"""


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens ``first`` to ``last`` (inclusive) of a sentence."""

    first: int
    last: int

    def overlaps(self, other: Span) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Unit:
    """One place of a phrase: any of these lexemes, or a whole match of a term."""

    lexemes: frozenset[int] = frozenset()
    term: str | None = None


Phrase = tuple[Unit, ...]


@dataclass(slots=True)
class CompiledTerm:
    """A term as the matcher reads it. ``name`` is ``$name`` or ``signal/name``."""

    name: str
    phrases: list[Phrase] = field(default_factory=list)
    regexes: list[Any] = field(default_factory=list)
    include: tuple[str, ...] = ()
    exceptions: str | None = None

    def needs(self) -> Iterable[str]:
        """The terms that must be found before this one."""
        yield from self.include
        if self.exceptions:
            yield self.exceptions
        for phrase in self.phrases:
            for unit in phrase:
                if unit.term:
                    yield unit.term


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence with what was found in it: term name → spans in order."""

    sentence: Sentence
    spans: Mapping[str, tuple[Span, ...]]
    words: tuple[tuple[int, ...], ...]
    language: str | None = None
    """``en`` or ``fr``: what its Latin words are read as; None when nothing tells."""

    def of(self, term: str) -> tuple[Span, ...]:
        return self.spans.get(term, ())


class TermMatcher:
    """All terms over one sentence at a time. Immutable once built; thread-safe."""

    def __init__(
        self, terms: Mapping[str, CompiledTerm], morphology: Morphology, latin: LatinIndex
    ) -> None:
        self._morphology = morphology
        self._latin = latin
        self._single: dict[int, list[str]] = {}
        self._first: dict[int, list[tuple[str, Phrase]]] = {}
        self._composed: list[tuple[CompiledTerm, list[Phrase]]] = []
        for term in in_order(terms):
            composed = []
            for phrase in term.phrases:
                if any(unit.term for unit in phrase):
                    composed.append(phrase)
                    continue
                for number in phrase[0].lexemes:
                    if len(phrase) == 1:
                        self._single.setdefault(number, []).append(term.name)
                    else:
                        self._first.setdefault(number, []).append((term.name, phrase))
            if composed or term.regexes or term.include or term.exceptions:
                self._composed.append((term, composed))

    def words_of(self, token: Token, language: str | None) -> tuple[int, ...]:
        """The vocabulary's words that a token is a form of."""
        if token.script == "ar":
            return tuple({a.lexeme for a in self._morphology.analyse(token.surface)})
        if token.script == "number":
            return self._latin["en"].get(token.norm, ())
        languages = [x for x in self._latin if x == language] or list(self._latin)
        found = tuple(n for name in languages for n in self._latin[name].get(token.norm, ()))
        if found and language == "fr" and latin.misses_its_accents(token.surface):
            return ()
        if (
            not found
            and "fr" in languages
            and _ELIDED.match(token.norm)
            and not latin.is_word(token.surface, "fr")
        ):
            # «larret» in a URL slug is «l'arrêt»; «sélection» is no «s'élection».
            return self._latin["fr"].get(token.norm[1:], ())
        if not found:
            for meant in without_drawn_out_letters(token.norm):
                found = tuple(n for name in languages for n in self._latin[name].get(meant, ()))
                if found:
                    break
        return found

    def knows(self, surface: str) -> bool:
        """Whether an Arabic word is one of the vocabulary's, for `text.sentences`."""
        return self._morphology.knows(surface)

    def read(self, sentence: Sentence, language: str | None, text: str) -> Reading:
        words = tuple(self.words_of(token, language) for token in sentence.tokens)
        found: dict[str, set[Span]] = {}
        for position, numbers in enumerate(words):
            for number in numbers:
                for name in self._single.get(number, ()):
                    found.setdefault(name, set()).add(Span(position, position))
                for name, phrase in self._first.get(number, ()):
                    if _plain_phrase(phrase, words, position):
                        span = Span(position, position + len(phrase) - 1)
                        found.setdefault(name, set()).add(span)
        for term, composed in self._composed:
            self._compose(term, composed, found, words, sentence, text)
        spans = {
            name: tuple(sorted(these, key=lambda s: (s.first, s.last)))
            for name, these in found.items()
            if these
        }
        return Reading(sentence, spans, words, language)

    def _compose(
        self,
        term: CompiledTerm,
        composed: Sequence[Phrase],
        found: dict[str, set[Span]],
        words: Sequence[tuple[int, ...]],
        sentence: Sentence,
        text: str,
    ) -> None:
        mine = found.get(term.name, set())
        for name in term.include:
            mine = mine | found.get(name, set())
        for phrase in composed:
            mine = mine | _composed_phrase(phrase, words, found)
        for regex in term.regexes:
            mine = mine | _regex_spans(regex, sentence, text)
        if mine and term.exceptions:
            covered = {
                i for e in found.get(term.exceptions, ()) for i in range(e.first, e.last + 1)
            }
            mine = {s for s in mine if covered.isdisjoint(range(s.first, s.last + 1))}
        if mine:
            found[term.name] = mine
        else:
            found.pop(term.name, None)


def _plain_phrase(phrase: Phrase, words: Sequence[tuple[int, ...]], start: int) -> bool:
    if start + len(phrase) > len(words):
        return False
    return all(
        not unit.lexemes.isdisjoint(words[start + offset]) for offset, unit in enumerate(phrase)
    )


def _composed_phrase(
    phrase: Phrase, words: Sequence[tuple[int, ...]], found: Mapping[str, set[Span]]
) -> set[Span]:
    """Spans of a phrase in which some places are whole terms."""
    for unit in phrase:
        if unit.term and not found.get(unit.term):
            return set()
    reached: set[tuple[int, int]] = {(i, i) for i in range(len(words))}  # (start, next token)
    for unit in phrase:
        if unit.term:
            ends: dict[int, list[int]] = {}
            for span in found[unit.term]:
                ends.setdefault(span.first, []).append(span.last + 1)
            reached = {(start, end) for start, at in reached for end in ends.get(at, ())}
        else:
            reached = {
                (start, at + 1)
                for start, at in reached
                if at < len(words) and not unit.lexemes.isdisjoint(words[at])
            }
        if not reached:
            return set()
    return {Span(start, end - 1) for start, end in reached}


def _regex_spans(regex: Any, sentence: Sentence, text: str) -> set[Span]:
    spans = set()
    piece = text[sentence.start : sentence.end]
    # A lone surrogate cannot be encoded for the engine; it matches nothing anyway.
    for match in regex.finditer(piece.encode("utf-8", "replace").decode("utf-8")):
        start, end = match.start() + sentence.start, match.end() + sentence.start
        first = bisect_right(sentence.tokens, start, key=lambda t: t.end)
        last = bisect_left(sentence.tokens, end, key=lambda t: t.start) - 1
        if first <= last:
            spans.add(Span(first, last))
    return spans


class TermCycle(ValueError):
    """Terms that include each other."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = tuple(names)


def in_order(terms: Mapping[str, CompiledTerm]) -> list[CompiledTerm]:
    """Every term after the terms that it needs. Raises `TermCycle`."""
    ordered: list[CompiledTerm] = []
    state: dict[str, int] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if state.get(name) == 2 or name not in terms:
            return
        if state.get(name) == 1:
            raise TermCycle((*path[path.index(name) :], name))
        state[name] = 1
        for needed in terms[name].needs():
            visit(needed, (*path, name))
        state[name] = 2
        ordered.append(terms[name])

    for name in terms:
        visit(name, ())
    return ordered
