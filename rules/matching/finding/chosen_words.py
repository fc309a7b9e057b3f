"""Words that a reader chose, found in a text as a rule's words are: in all their forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from pydantic import ValidationError

from rules.language.arabic.lexicon import Lexeme
from rules.language.arabic.morphology import Morphology
from rules.language.text import tokenize
from rules.loading import schema
from rules.matching.entry import read_entry
from rules.matching.finding.known_words import Lexicon
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.terms import CompiledTerm
from rules.matching.finding.wordlist import Compiler

Enrich = Callable[[Lexeme], Lexeme]

LONGEST = 60
"""Characters of a word or phrase."""
_KEPT = 4
"""Sets of words that are remembered as compiled."""
_TEXTS = 2_048
"""Texts in which the words were looked for already."""


class WordFinder:
    """Finds these words and phrases. Thread-safe; a text is read once."""

    def __init__(self, words: Iterable[str], enrich: Enrich | None = None) -> None:
        lexicon = Lexicon(enrich)
        compiler = Compiler(lexicon)
        terms = {word: term for word in words if (term := _compiled(word, compiler)) is not None}
        morphology = Morphology(lexicon.arabic_lexemes)
        self._matcher = TermMatcher(terms, morphology, lexicon.latin_index())
        self.find = lru_cache(maxsize=_TEXTS)(self._find)

    def _find(self, title: str, text: str, language: str | None) -> frozenset[str]:
        """Those of the words that stand in the title or in the text."""
        return frozenset(
            word
            for reading in read_entry(self._matcher, title, text, language).readings
            for word in reading.spans
        )


@lru_cache(maxsize=_KEPT)
def word_finder(words: frozenset[str], enrich: Enrich | None = None) -> WordFinder:
    """The finder of these words, compiled once."""
    return WordFinder(sorted(words), enrich)


def can_be_found(word: str) -> bool:
    """Whether a reader's word or phrase is one that can be looked for."""
    return len(word) <= LONGEST and _compiled(word, Compiler(Lexicon())) is not None


def _compiled(word: str, compiler: Compiler) -> CompiledTerm | None:
    # What rules write before and between words means something to them alone.
    if any(mark in word for mark in "$=~"):
        return None
    arabic = any(token.script == "ar" for token in tokenize(word))
    languages = ("ar",) if arabic else ("en", "fr")
    try:
        term = schema.Term.model_validate({language: [word] for language in languages})
    except ValidationError:
        return None
    compiled, issues = compiler.compile(term, word, lambda name: name)
    return compiled if compiled.phrases and not issues else None
