"""Words as rule files write them → numbered words and phrases of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from rules.language.arabic import lexicon, verbs
from rules.language.arabic.lexicon import Lexeme, WordProblem
from rules.language.latin import as_looked_up
from rules.language.text import Token, tokenize
from rules.loading import schema
from rules.loading.yamlfile import Location
from rules.matching.finding.known_words import Lexicon, compiled_pattern
from rules.matching.finding.terms import CompiledTerm, Phrase, Unit
from rules.texts import Message, message

_QUOTES = frozenset('“”„‟‘‚‛«»‹›"`')
_SEPARATOR = re.compile("[؛;|,]")
"""What people write between the words of a list, and is none of YAML's commas."""

_FUNCTION_WORDS = frozenset(
    "من في على عن إلى الى لا لم لن ما أن ان إن أو او قد هل كل بلا بين مع عند حتى منذ بعد قبل "
    "هناك هنا ليس ليست لكن بل إلا الا سوى ثم أي اي لدى نحو ضد دون بدون غير تحت فوق حول خلال".split()
)


@dataclass(frozen=True, slots=True)
class WordIssue:
    """A word that could not be compiled, at a place in its file."""

    at: Location
    message: Message


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
                    issues.append(WordIssue((language, index), problem.said))
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
            raise WordProblem(message("word.for_arabic"))
        else:
            lexemes = [self._words.arabic(key, make) for key, make in _special(word)]
            compiled.phrases.append((Unit(frozenset(lexemes)),))

    def _particle(self, spelling: str) -> int:
        return self._words.arabic(("part", spelling), lambda: lexicon.particle(spelling))

    def _phrase(self, written: str, language: str, resolve: Callable[[str], str]) -> Phrase:
        if "،" in written:
            raise WordProblem(message("word.arabic_comma", word=written))
        separator = _SEPARATOR.search(written)
        if separator and language == "ar":
            raise WordProblem(message("word.separator", word=written, mark=separator[0]))
        if _QUOTES.intersection((written[0], written[-1])):
            raise WordProblem(message("word.smart_quotes", word=written))
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
            raise WordProblem(message("word.empty"))
        if len(units) > 12:
            raise WordProblem(message("word.too_long", word=written[:40], n=len(units), most=12))
        return tuple(units)

    def _arabic(self, piece: str, *, alone: bool) -> int:
        mark, spelling = (piece[0], piece[1:]) if piece[0] in "=~" else ("", piece)
        if not any("\u0620" <= c <= "\u06d3" or c >= "\ufb50" for c in spelling):
            numbers = [t for t in tokenize(spelling) if t.script == "number"]
            if numbers:
                return self._words.latin(numbers[0].norm, "en", exact=True)
            raise WordProblem(message("word.no_arabic", word=piece))
        if mark == "~":
            return self._words.arabic(("verb", spelling), lambda: verbs.verb(spelling))
        if mark == "=":
            return self._words.arabic(("exact", spelling), lambda: lexicon.exact(spelling))
        if not alone and spelling in _FUNCTION_WORDS:
            return self._particle(spelling)
        return self._words.arabic(("noun", spelling), lambda: lexicon.noun(spelling))

    def _latin(self, piece: str, language: str) -> list[Unit]:
        exact = piece.startswith("=")
        units: list[Unit] = []
        tokens = _tokens(piece)
        if not tokens:
            raise WordProblem(message("word.no_letters", word=piece))
        if any(t.script == "ar" for t in tokens):
            raise WordProblem(message("word.is_arabic", word=piece))
        if "/" in piece:
            return [Unit(frozenset(self._numbered(t, language, exact) for t in tokens))]
        for token in tokens:
            units.append(Unit(frozenset({self._numbered(token, language, exact)})))
        return units

    def _numbered(self, token: Token, language: str, exact: bool) -> int:
        if token.script == "number":
            # Digits are looked up in one language: those of «M23» and «Ligue 1» too.
            return self._words.latin(token.norm, "en", exact=True)
        word = as_looked_up(token.surface, language) if exact else token.surface
        return self._words.latin(word, language, exact=exact)


@lru_cache(maxsize=32_768)
def _tokens(piece: str) -> tuple[Token, ...]:
    return tuple(tokenize(piece.lstrip("=").replace("/", " ")))


def _special(
    word: schema.Verb | schema.Root | schema.Adjective | schema.Noun,
) -> list[tuple[tuple[object, ...], Callable[[], Lexeme]]]:
    if isinstance(word, schema.Verb):
        spec = word
        key = ("verb", spec.verb, spec.root, spec.form, spec.also)
        return [(key, lambda: verbs.verb(spec.verb, spec.root, spec.form, spec.also))]
    if isinstance(word, schema.Root):
        lexemes = verbs.root(word.root)
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
    try:
        compiled = compiled_pattern(pattern)
    except re2.error as error:
        raise WordProblem(message("word.regex", pattern=pattern[:60], why=str(error))) from error
    if compiled.search("") is not None:
        raise WordProblem(message("word.regex_nothing", pattern=pattern[:60]))
    return compiled
