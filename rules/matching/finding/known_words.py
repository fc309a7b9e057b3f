"""The words of a rule set, by number: all that finding them needs, and nothing of rule files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

import re2

from rules.language import latin
from rules.language.arabic.lexicon import Lexeme
from rules.matching.finding.matcher import LatinIndex


class KnownForms(Protocol):
    """What was found out about words before; None for those that are not known."""

    def verb(self, key: tuple[object, ...]) -> Lexeme | None: ...

    def latin(self, word: str, language: str) -> frozenset[str] | None: ...


class Lexicon:
    """Numbers for every word of the rules; Arabic ones are lexemes of the morphology."""

    def __init__(
        self,
        enrich: Callable[[Lexeme], Lexeme] | None = None,
        arabic: Sequence[Lexeme] | None = None,
        latin: Sequence[tuple[str, str, frozenset[str]]] | None = None,
        forms: KnownForms | None = None,
    ) -> None:
        """``arabic`` and ``latin``: words of a lexicon that was full; it takes no more of them."""
        self.enrich = enrich
        self._forms = forms
        self._arabic: list[Lexeme] = []
        self._read: Sequence[Lexeme] = self._arabic if arabic is None else arabic
        self._latin: list[tuple[str, str, frozenset[str]]] = []
        self._read_latin: Sequence[tuple[str, str, frozenset[str]]] = (
            self._latin if latin is None else latin
        )
        self._numbers: dict[tuple[object, ...], int] = {}

    def arabic(self, key: tuple[object, ...], make: Callable[[], Lexeme]) -> int:
        if key not in self._numbers:
            lexeme = (self._forms.verb(key) if self._forms else None) or make()
            if self.enrich and lexeme.part_of_speech == "noun":
                lexeme = self.enrich(lexeme)
            self._numbers[key] = len(self._arabic)
            self._arabic.append(lexeme)
        return self._numbers[key]

    def latin(self, word: str, language: str, *, exact: bool) -> int:
        key = (word, language, exact)
        if key not in self._numbers:
            # Negative numbers keep Latin words apart from the morphology's lexemes.
            self._numbers[key] = -1 - len(self._latin)
            found = frozenset({word}) if exact else self._inflected(word, language)
            self._latin.append((word, language, found))
        return self._numbers[key]

    def _inflected(self, word: str, language: str) -> frozenset[str]:
        known = self._forms.latin(word, language) if self._forms else None
        return latin.forms(word, language) if known is None else known

    def verbs(self) -> Iterator[tuple[tuple[object, ...], Lexeme]]:
        """Each Arabic verb that was compiled, behind the key that it was asked for by."""
        for key, number in self._numbers.items():
            if number >= 0 and self._arabic[number].part_of_speech == "verb":
                yield key, self._arabic[number]

    def inflected(self) -> Iterator[tuple[str, str, frozenset[str]]]:
        """English and French words that were compiled with all their forms."""
        for key, number in self._numbers.items():
            if number < 0 and key[-1:] == (False,):
                yield self._latin[-1 - number]

    def as_known(self, lexeme: Lexeme) -> Lexeme:
        """The noun with all forms that the rules know of it, such as its broken plurals."""
        if self.enrich:
            lexeme = self.enrich(lexeme)
        known = self._nouns.get(lexeme.lemma)
        return lexeme if known is None else replace(lexeme, stems=lexeme.stems | known.stems)

    @cached_property
    def _nouns(self) -> dict[str, Lexeme]:
        # One noun may be written with its plural here and without it there.
        nouns: dict[str, Lexeme] = {}
        for each in self._read:
            if each.part_of_speech == "noun":
                before = nouns.get(each.lemma, each)
                nouns[each.lemma] = replace(before, stems=before.stems | each.stems)
        return nouns

    @property
    def arabic_lexemes(self) -> tuple[Lexeme, ...]:
        return tuple(self._read)

    @property
    def latin_words(self) -> tuple[tuple[str, str, frozenset[str]], ...]:
        """English and French words: as written, their language, the forms they are found by."""
        return tuple(self._read_latin)

    def latin_index(self) -> LatinIndex:
        """language → folded form → word numbers."""
        return _LatinIndex(self._read_latin)

    def shown(self, number: int) -> str:
        """The word behind a number, for explanations."""
        return self._read[number].lemma if number >= 0 else self._read_latin[-1 - number][0]

    def latin_forms(self, number: int) -> tuple[str, ...]:
        return tuple(sorted(self._read_latin[-1 - number][2]))


class _LatinIndex(Mapping[str, Mapping[str, tuple[int, ...]]]):
    """Made when the first English or French word is looked up: an Arabic text needs none of it."""

    def __init__(self, words: Sequence[tuple[str, str, frozenset[str]]]) -> None:
        self._words = words

    def __getitem__(self, language: str) -> Mapping[str, tuple[int, ...]]:
        return self._of_languages[language]

    def __iter__(self) -> Iterator[str]:
        return iter(latin.LANGUAGES)

    def __len__(self) -> int:
        return len(latin.LANGUAGES)

    @cached_property
    def _of_languages(self) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
        index: dict[str, dict[str, tuple[int, ...]]] = {each: {} for each in latin.LANGUAGES}
        for number, (_, language, found) in enumerate(self._words):
            forms = index[language]
            for form in found:
                forms[form] = (*forms.get(form, ()), -1 - number)
        return index


def compiled_pattern(pattern: str) -> Any:
    """A pattern for RE2, whatever the case. Raises re2.error."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 4 << 20
    return re2.compile(pattern, options)
