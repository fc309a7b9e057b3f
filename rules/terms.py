"""Terms: the words of the rules, compiled so that a sentence is read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from rules import latin, lexicon, schema
from rules.lexicon import Lexeme, WordProblem
from rules.morphology import Morphology
from rules.text import Sentence, Token, tokenize
from rules.yamlfile import Location

# Particles that stand in phrases as they are, with و and ف at most.
_FUNCTION_WORDS = frozenset(
    "من في على عن إلى الى لا لم لن ما أن ان إن أو او قد هل كل بلا بين مع عند حتى منذ بعد قبل "
    "هناك هنا ليس ليست لكن بل إلا الا سوى ثم أي اي لدى نحو ضد دون بدون غير تحت فوق حول خلال".split()
)


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


class Lexicon:
    """Numbers for every word of the rules; Arabic ones are lexemes of the morphology."""

    def __init__(self, enrich: Callable[[Lexeme], Lexeme] | None = None) -> None:
        self._enrich = enrich
        self._arabic: list[Lexeme] = []
        self._latin: list[tuple[str, str, frozenset[str]]] = []
        self._numbers: dict[object, int] = {}

    def arabic(self, key: object, make: Callable[[], Lexeme]) -> int:
        if key not in self._numbers:
            lexeme = make()
            if self._enrich and lexeme.part_of_speech == "noun":
                lexeme = self._enrich(lexeme)
            self._numbers[key] = len(self._arabic)
            self._arabic.append(lexeme)
        return self._numbers[key]

    def latin(self, word: str, language: str, *, exact: bool) -> int:
        key = (word, language, exact)
        if key not in self._numbers:
            # Negative numbers keep Latin words apart from the morphology's lexemes.
            self._numbers[key] = -1 - len(self._latin)
            found = frozenset({word}) if exact else latin.forms(word, language)
            self._latin.append((word, language, found))
        return self._numbers[key]

    @property
    def arabic_lexemes(self) -> tuple[Lexeme, ...]:
        return tuple(self._arabic)

    def latin_index(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """language → folded form → word numbers."""
        index: dict[str, dict[str, list[int]]] = {language: {} for language in latin.LANGUAGES}
        for number, (_, language, found) in enumerate(self._latin):
            for form in found:
                index[language].setdefault(form, []).append(-1 - number)
        return {
            language: {form: tuple(ids) for form, ids in forms.items()}
            for language, forms in index.items()
        }

    def shown(self, number: int) -> str:
        """The word behind a number, for explanations."""
        return self._arabic[number].lemma if number >= 0 else self._latin[-1 - number][0]

    def latin_forms(self, number: int) -> tuple[str, ...]:
        return tuple(sorted(self._latin[-1 - number][2]))


@dataclass(frozen=True, slots=True)
class WordIssue:
    """A word that could not be compiled, at a place in its file."""

    at: Location
    message: str


class Compiler:
    """Words as they are written → phrases of numbered words."""

    def __init__(self, words: Lexicon) -> None:
        self._words = words

    def compile(
        self, term: schema.ByLanguage, name: str, resolve: Callable[[str], str]
    ) -> tuple[CompiledTerm, list[WordIssue]]:
        """Compile one term's own words; ``resolve`` turns ``$name`` into a term's full name."""
        compiled = CompiledTerm(name)
        issues: list[WordIssue] = []
        for language in ("ar", "en", "fr"):
            for index, word in enumerate(getattr(term, language) or ()):
                try:
                    self._add(compiled, word, language, resolve)
                except WordProblem as problem:
                    issues.append(WordIssue((language, index), str(problem)))
        return compiled, issues

    def _add(
        self,
        compiled: CompiledTerm,
        word: schema.Word,
        language: str,
        resolve: Callable[[str], str],
    ) -> None:
        if isinstance(word, schema.Regex):
            compiled.regexes.append(_regex(word.regex))
        elif isinstance(word, str):
            compiled.phrases.append(self._phrase(word, language, resolve))
        elif isinstance(word, schema.Particle):
            if language == "ar":
                unit = Unit(frozenset({self._particle(word.particle)}))
                compiled.phrases.append((unit,))
            else:
                compiled.phrases.append(self._phrase("=" + word.particle, language, resolve))
        elif language != "ar":
            raise WordProblem("verb:, root:, adj: and noun: are for Arabic; write the plain word")
        else:
            lexemes = [self._words.arabic(key, make) for key, make in _special(word)]
            compiled.phrases.append((Unit(frozenset(lexemes)),))

    def _particle(self, spelling: str) -> int:
        return self._words.arabic(("part", spelling), lambda: lexicon.particle(spelling))

    def _phrase(self, written: str, language: str, resolve: Callable[[str], str]) -> Phrase:
        units: list[Unit] = []
        alone = len(written.split()) == 1
        for piece in written.split():
            if piece.startswith("$"):
                units.append(Unit(term=resolve(piece)))
            elif language == "ar":
                units.append(Unit(frozenset({self._arabic(piece, alone=alone)})))
            else:
                units += self._latin(piece, language)
        if not units:
            raise WordProblem("an empty word; remove the line or write a word")
        if len(units) > 12:
            raise WordProblem(f"«{written[:40]}…» has {len(units)} words; a phrase may have 12")
        return tuple(units)

    def _arabic(self, piece: str, *, alone: bool) -> int:
        mark, spelling = (piece[0], piece[1:]) if piece[0] in "=~" else ("", piece)
        letters = [t for t in tokenize(spelling.replace("/", " ")) if t.script == "ar"]
        if not letters:
            numbers = [t for t in tokenize(spelling) if t.script == "number"]
            if numbers:
                return self._words.latin(numbers[0].norm, "en", exact=True)
            raise WordProblem(f"«{piece}» has no Arabic letters; put it under en: or fr:")
        if mark == "~":
            return self._words.arabic(("verb", spelling), lambda: lexicon.verb(spelling))
        if mark == "=":
            return self._words.arabic(("exact", spelling), lambda: lexicon.exact(spelling))
        if not alone and spelling in _FUNCTION_WORDS:
            return self._particle(spelling)
        return self._words.arabic(("noun", spelling), lambda: lexicon.noun(spelling))

    def _latin(self, piece: str, language: str) -> list[Unit]:
        exact = piece.startswith("=")
        units = []
        tokens = tokenize(piece.lstrip("=").replace("/", " "))
        if not tokens:
            raise WordProblem(f"«{piece}» has no letters; write a word")
        if any(t.script == "ar" for t in tokens):
            raise WordProblem(f"«{piece}» is Arabic; put it under ar:")
        if "/" in piece:
            numbers = {self._words.latin(t.surface, language, exact=exact) for t in tokens}
            return [Unit(frozenset(numbers))]
        for token in tokens:
            if exact:
                number = self._words.latin(token.norm, language, exact=True)
            else:
                number = self._words.latin(token.surface, language, exact=False)
            units.append(Unit(frozenset({number})))
        return units


def _special(
    word: schema.Verb | schema.Root | schema.Adjective | schema.Noun,
) -> list[tuple[object, Callable[[], Lexeme]]]:
    if isinstance(word, schema.Verb):
        spec = word
        key = ("verb", spec.verb, spec.root, spec.form, spec.also)
        return [(key, lambda: lexicon.verb(spec.verb, spec.root, spec.form, spec.also))]
    if isinstance(word, schema.Root):
        lexemes = lexicon.root(word.root)
        return [
            (("root", word.root, i), lambda lexeme=lexeme: lexeme)  # type: ignore[misc]
            for i, lexeme in enumerate(lexemes)
        ]
    if isinstance(word, schema.Adjective):
        spelled = word.adj
        return [(("adj", spelled), lambda: lexicon.noun(spelled, adjective=True))]
    spelled = word.noun
    return [(("bare", spelled), lambda: lexicon.noun(spelled, adjective=False))]


def _regex(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 4 << 20
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise WordProblem(
            f"regex «{pattern[:60]}» is refused ({error}); look-around and back-references "
            "do not exist here, because they can hang"
        ) from error
    if compiled.search("") is not None:
        raise WordProblem(f"regex «{pattern[:60]}» matches nothing at all; make it match a word")
    return compiled


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence with what was found in it: term name → spans in order."""

    sentence: Sentence
    spans: Mapping[str, tuple[Span, ...]]
    words: tuple[tuple[int, ...], ...]

    def of(self, term: str) -> tuple[Span, ...]:
        return self.spans.get(term, ())


class TermMatcher:
    """All terms over one sentence at a time. Immutable once built; thread-safe."""

    def __init__(
        self, terms: Mapping[str, CompiledTerm], morphology: Morphology, words: Lexicon
    ) -> None:
        self._morphology = morphology
        self._latin = words.latin_index()
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
        if language in self._latin:
            return self._latin[language].get(token.norm, ())
        return tuple(n for index in self._latin.values() for n in index.get(token.norm, ()))

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
        return Reading(sentence, spans, words)

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
            excluded = found.get(term.exceptions, ())
            mine = {s for s in mine if not any(s.overlaps(e) for e in excluded)}
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
        touched = [i for i, t in enumerate(sentence.tokens) if t.start < end and start < t.end]
        if touched:
            spans.add(Span(touched[0], touched[-1]))
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
