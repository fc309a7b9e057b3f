"""The forms of words on disk. Conjugating verbs and turning dictionaries round is most of what
compiling takes, and a change of rules leaves nearly all words as they are.

English and French words have the forms of `latin.forms`, Arabic verbs the stems of `verbs.verb`;
stems of nouns are made faster than read.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from rules.language.arabic.lexicon import Lexeme
from rules.loading.stored.compiled import lexeme_of, row_of
from rules.loading.stored.file import UNUSABLE, StoredFile, no_garbage
from rules.matching.finding.known_words import Lexicon

MOST = 100_000
"""Words that are kept; the shipped rules have ten thousand."""
_VERBS, _LATIN = "verbs", "latin"


class StoredForms:
    """What compiling rules found out about words, for the next time. A file of other versions of
    the code or its libraries, or a damaged one, is as good as none."""

    def __init__(self, folder: Path) -> None:
        self._file = StoredFile(folder, "forms", "")
        self._verbs: dict[str, str] = {}
        self._latin: dict[str, str] = {}
        try:
            with no_garbage():
                if found := self._file.read():
                    verbs, latin = _words(found[0][_VERBS]), _words(found[0][_LATIN])
                    self._verbs, self._latin = verbs, latin
        except UNUSABLE:
            pass

    def verb(self, key: tuple[object, ...]) -> Lexeme | None:
        """``key``: as in `Lexicon.arabic`."""
        row = self._verbs.get(repr(key))
        try:
            return None if row is None else lexeme_of(row)
        except UNUSABLE:
            return None

    def latin(self, word: str, language: str) -> frozenset[str] | None:
        row = self._latin.get(f"{language} {word}")
        return None if row is None else frozenset(row.split("\n"))

    def add(self, words: Lexicon) -> None:
        """Store the words of rules that were compiled beside those that are there."""
        verbs, latin = {}, {}
        for key, lexeme in words.verbs():
            name = repr(key)
            verbs[name] = self._verbs.get(name) or row_of(lexeme)
        for word, language, forms in words.inflected():
            name = f"{language} {word}"
            latin[name] = self._latin.get(name) or "\n".join(sorted(forms))
        if verbs.keys() <= self._verbs.keys() and latin.keys() <= self._latin.keys():
            return
        # Where there is no room for all, those of the latest rules stay.
        self._verbs = dict(islice((verbs | self._verbs).items(), MOST))
        self._latin = dict(islice((latin | self._latin).items(), MOST))
        self._file.write({_VERBS: self._verbs, _LATIN: self._latin}, "forms")


def _words(part: object) -> dict[str, str]:
    """Raises TypeError for what is no part of such a file."""
    if not isinstance(part, Mapping) or not all(isinstance(v, str) for v in part.values()):
        raise TypeError(part)
    return dict(part)
