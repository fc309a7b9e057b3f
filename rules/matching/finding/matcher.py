"""Terms found in a sentence, where somebody asks for them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from rules.language import boilerplate, latin
from rules.language.arabic.morphology import Morphology
from rules.language.disguise import without_drawn_out_letters
from rules.language.sentences import Sentence
from rules.language.text import MAY_BE_CUT_UP, Token, Word
from rules.matching.finding.plain import UNKNOWN, Known, PlainPhrases, Span, phrases_in
from rules.matching.finding.reading import Reading, Spans, Written
from rules.matching.finding.signs import Patterns, Signs
from rules.matching.finding.terms import CompiledTerm, Phrase

_ELIDED = re.compile("[ldnsjm][aeiouyh][a-z]{3}")
_MOST_REMEMBERED = 200_000
"""Words of texts whose meaning is remembered, for each language of Latin words."""

_SURFACE = itemgetter(Token._fields.index("surface"))
_MOST_ASKED = 20_000
"""Sets of terms of which is remembered what they are as bits, or as names."""

_OF_NOTHING: tuple[tuple[str, ...], Mapping[str, Spans]] = ((), {})

LatinIndex = Mapping[str, Mapping[str, tuple[int, ...]]]
"""language → folded form → numbers of the words that have this form"""


class _Indexed:
    """What a term is made of beside words and phrases of words."""

    __slots__ = ("bit", "composed", "excepted", "exceptions", "include", "is_plain", "regexes")

    def __init__(self, term: CompiledTerm, composed: Iterable[Phrase], signs: Signs) -> None:
        """A part whose bits in ``signs`` are not possible in a sentence is not tried there."""
        self.include = [(signs.bits.get(name, 0), name) for name in term.include]
        self.bit = signs.bits[term.name]
        self.exceptions = term.exceptions
        self.excepted = signs.bits.get(term.exceptions or "", 0)
        self.regexes = term.regexes
        self.composed = [
            (needed, phrase) for phrase in composed if (needed := signs.needed_by(phrase))
        ]
        self.is_plain = not (self.include or self.exceptions or self.regexes or self.composed)


class TermMatcher:
    """All terms over one sentence at a time. Immutable once built; thread-safe."""

    def __init__(
        self, terms: Mapping[str, CompiledTerm], morphology: Morphology, latin: LatinIndex
    ) -> None:
        self._morphology = morphology
        self._latin = latin
        self._terms = terms
        self._indexed: dict[str, _Indexed] = {}
        self._sizes: dict[str, int] = {}
        self._bits: dict[int, tuple[tuple[str, ...], tuple[int, frozenset[str]]]] = {}
        """By the identity of the terms, which are kept: a rule's are the same ones each time."""
        self._names: dict[int, tuple[str, ...]] = {}
        self._known: dict[str | None, dict[str, Known]] = {None: {}, "en": {}, "fr": {}}
        self._of_numbers: dict[tuple[int, ...], Known] = {(): UNKNOWN}
        """One for all forms of a word."""
        self._nowhere: dict[int, tuple[tuple[str, ...], Mapping[str, Spans]]] = {}
        self.plain = PlainPhrases(terms.values())
        self.signs = Signs(terms, self.plain)
        self.patterns = Patterns(terms, self.signs, (boilerplate.MAY_BE, MAY_BE_CUT_UP))

    def prepare(self) -> None:
        """Make now what is else made for the first new word: copies of this process have it."""
        self._morphology.prepare_stems()
        for language in self._latin:
            _ = self._latin[language]

    def words_of(self, token: Token | Word, language: str | None) -> tuple[int, ...]:
        """The vocabulary's words that a token is a form of."""
        if token.script == "ar":
            return self.arabic(token.surface)
        if token.script == "number":
            return self._latin["en"].get(token.norm, ())
        languages = [x for x in self._latin if x == language] or list(self._latin)
        word = latin.as_looked_up(token.surface, "fr") if "fr" in languages else token.norm
        found = tuple(n for name in languages for n in self._latin[name].get(word, ()))
        if not found:
            drawn_out = tuple(without_drawn_out_letters(token.norm))
            if "fr" in languages and _ELIDED.match(token.norm):
                elided = self._latin["fr"].get(token.norm[1:], ())
                # The dictionary takes a second to open: only where it makes a difference.
                if (elided or drawn_out) and not latin.is_word(token.surface, "fr"):
                    # «larret» in a URL slug is «l'arrêt»; «sélection» is no «s'élection».
                    return elided
            for meant in drawn_out:
                found = tuple(n for name in languages for n in self._latin[name].get(meant, ()))
                if found:
                    break
        return found

    def arabic(self, surface: str) -> tuple[int, ...]:
        """The vocabulary's words that an Arabic word is a form of."""
        return tuple(self._morphology.lexemes_of(surface))

    def known(self, token: Token | Word, language: str | None) -> Known:
        """`words_of` and what they are signs of, remembered by the word as it is written."""
        remembered = self._known.get(language)
        if remembered is None:
            remembered = self._known[None]
        known = remembered.get(token.surface)
        if known is None:
            numbers = self.words_of(token, language)
            known = self._of_numbers.get(numbers)
            if known is None:
                known = self.plain.known(numbers, self.signs.of(numbers))
                self._of_numbers[numbers] = known
            if len(remembered) >= _MOST_REMEMBERED:
                remembered.clear()
                self._of_numbers = {(): UNKNOWN}
            remembered[token.surface] = known
        return known

    def knows(self, surface: str) -> bool:
        """Whether an Arabic word is one of the vocabulary's, for `text.sentences`."""
        return self._morphology.knows(surface)

    def read(
        self,
        sentence: Sentence,
        language: str | None,
        text: str,
        matched: int | None = None,
        possible: int | None = None,
    ) -> Reading:
        """A sentence of ``text``. ``matched``: terms of which a pattern may match, as `patterns`
        tells them of a text that holds the sentence; None: nobody looked. ``possible``: all terms
        that may stand in it, as bits of `signs`, where that is known."""
        remembered = self._known.get(language) or self._known[None]
        try:
            words = list(map(remembered.__getitem__, map(_SURFACE, sentence.tokens)))
        except KeyError:
            words = [remembered.get(t[2]) or self.known(t, language) for t in sentence.tokens]
        if possible is None:
            if matched is None:
                matched, _ = self.patterns.in_text(text[sentence.start : sentence.end])
            possible = self._possible(words, matched)
        by_pattern = -1 if matched is None else matched
        return Reading(Written(sentence, words, self, possible, text, by_pattern), language, self)

    def _possible(self, words: Sequence[Known], bits: int) -> int:
        """``bits`` and those of what may stand where these words do."""
        for known in words:
            bits |= known.sign
        for name, _ in phrases_in(words):
            bits |= self.signs.of_term(name)
        return self.signs.composed.complete(bits)

    def size(self, name: str) -> int:
        """How many phrases a term has, with those of the terms that it includes."""
        known = self._sizes.get(name)
        if known is None:
            term = self._terms.get(name)
            known = 0
            if term is not None:
                known = len(term.phrases) + len(term.regexes) + sum(map(self.size, term.include))
            self._sizes[name] = known
        return known

    def bits_of(self, names: tuple[str, ...]) -> tuple[int, frozenset[str]]:
        """These terms as bits, and those of the names that are no terms but of harms."""
        known = self._bits.get(id(names))
        if known is not None:
            return known[1]
        bits = 0
        for name in names:
            bits |= self.signs.bits.get(name, 0)
        found = bits, frozenset(name for name in names if name not in self.signs.bits)
        if len(self._bits) >= _MOST_ASKED:
            self._bits.clear()
        self._bits[id(names)] = names, found
        return found

    def names_of(self, possible: int) -> tuple[str, ...]:
        """The terms behind bits. What a clause may find in a sentence is most often one or two
        terms, and the same ones in many sentences: they are remembered."""
        names = self._names.get(possible)
        if names is None:
            if len(self._names) >= _MOST_ASKED:
                self._names.clear()
            names = self._names[possible] = tuple(self.signs.names(possible))
        return names

    def nowhere(self, names: tuple[str, ...], possible: int) -> Mapping[str, Spans]:
        """Those of these terms that cannot be found where ``possible`` ones may be."""
        here = self.bits_of(names)[0] & possible
        names_known, found = self._nowhere.get(here, _OF_NOTHING)
        if names_known is not names:
            if len(self._nowhere) >= _MOST_ASKED:
                self._nowhere.clear()
            found = {name: () for name in names if not self.signs.bits.get(name, 0) & here}
            self._nowhere[here] = names, found
        return found

    def look_for(self, name: str, written: Written) -> Spans:
        """Where a term that is possible stands in a sentence. `Written` remembers it."""
        term = self._indexed.get(name)
        if term is None:
            composed = self.plain.composed.get(name, ())
            term = self._indexed[name] = _Indexed(self._terms[name], composed, self.signs)
        plain = written.plain.of(name)
        if term.is_plain:
            return tuple(sorted(set(plain))) if len(plain) > 1 else tuple(plain)
        possible = written.possible
        found = set(plain)
        for bit, included in term.include:
            if bit & possible:
                found.update(written[included])
        for needed, phrase in term.composed:
            if needed & possible == needed:
                found |= phrase_spans(phrase, written)
        if term.regexes and term.bit & written.by_pattern:
            for regex in term.regexes:
                found |= _regex_spans(regex, written)
        if found and term.excepted & possible:
            excepted = written[term.exceptions]  # type: ignore[index]  # it has a bit
            if excepted:
                covered = {i for e in excepted for i in range(e.first, e.last + 1)}
                found = {s for s in found if covered.isdisjoint(range(s.first, s.last + 1))}
        return tuple(sorted(found)) if len(found) > 1 else tuple(found)


def phrase_spans(phrase: Phrase, written: Written) -> set[Span]:
    """Where a phrase stands of which some places may be whole terms."""
    for unit in phrase:
        if not unit.term and unit.lexemes.isdisjoint(written.at):
            return set()
    for unit in phrase:
        if unit.term and not written[unit.term]:
            return set()
    words = written.words
    reached: set[tuple[int, int]] | None = None  # (start, next token)
    for unit in phrase:
        if unit.term:
            spans = written[unit.term]
            if reached is None:
                reached = {(span.first, span.last + 1) for span in spans}
                continue
            ends: dict[int, list[int]] = {}
            for span in spans:
                ends.setdefault(span.first, []).append(span.last + 1)
            reached = {(start, end) for start, at in reached for end in ends.get(at, ())}
        elif reached is None:
            at_words = written.at
            reached = {(i, i + 1) for n in unit.lexemes if n in at_words for i in at_words[n]}
        else:
            reached = {
                (start, at + 1)
                for start, at in reached
                if at < len(words) and not unit.lexemes.isdisjoint(words[at].numbers)
            }
        if not reached:
            return set()
    return {Span(start, end - 1) for start, end in reached or ()}


def _regex_spans(regex: Any, written: Written) -> set[Span]:
    spans = set()
    sentence = written.sentence
    for match in regex.finditer(written.piece):
        start, end = match.start() + sentence.start, match.end() + sentence.start
        first = bisect_right(sentence.tokens, start, key=lambda t: t.end)
        last = bisect_left(sentence.tokens, end, key=lambda t: t.start) - 1
        if first <= last:
            spans.add(Span(first, last))
    return spans
