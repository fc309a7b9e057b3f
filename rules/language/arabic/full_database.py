"""A full morphology database, where one is installed: broken plurals for bare words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules.language.arabic.analyser import full_database
from rules.language.arabic.lexicon import Lexeme, Stem, noun
from rules.language.text import arabic_norm, arabic_surface

_PLURAL_LIMIT = 4
_NOMINAL = ("noun", "adj")


class Enricher:
    """Adds the broken plurals that a full database knows to a noun that names none.

    Only what is beyond doubt is added: the word has one lemma in the database, and the
    plural belongs to no other one (مقاتل are fighters before they are places of killing).
    """

    def __init__(self, path: Path) -> None:
        self._stems: Mapping[str, Any] = full_database(path).stem_hash
        self._by_lemma: dict[str, set[str]] = {}
        for stems in self._stems.values():
            for category, features in stems:
                if features.get("pos") in _NOMINAL:
                    form = _written(features["diac"], category)
                    self._by_lemma.setdefault(features["lex"], set()).add(form)
        self.fingerprint = hashlib.sha256(path.name.encode()).digest()

    def __call__(self, lexeme: Lexeme) -> Lexeme:
        lemmas = self._lemmas(lexeme.lemma)
        if len(lemmas) != 1 or any(s.category.startswith("D") for s in lexeme.stems):
            return lexeme
        # A plural that a rule lists is meant as it is: «أوضاع» brings no «وضع».
        if {arabic_surface(lemma) for lemma in lemmas} != {lexeme.lemma}:
            return lexeme
        known = {s.form for s in lexeme.stems}
        plurals = {
            form
            for form in self._by_lemma[lemmas.pop()]
            if form not in known
            and len(form) > 2
            and not form.startswith(lexeme.lemma[:-1])
            and len(self._lemmas(form)) == 1
        }
        if not plurals or len(plurals) > _PLURAL_LIMIT:
            return lexeme
        extra: set[Stem] = set()
        for plural in plurals:
            extra |= noun(plural, adjective=False).stems
        return Lexeme(lexeme.lemma, "noun", lexeme.root, lexeme.stems | extra)

    def forms_of(self, word: str) -> frozenset[str]:
        """The written forms of the one noun that a word can be, singular or plural; none where it
        may be several."""
        lemmas = self._lemmas(word)
        forms = self._by_lemma[lemmas.pop()] if len(lemmas) == 1 else set[str]()
        return frozenset(forms) if len(forms) <= 2 * _PLURAL_LIMIT else frozenset()

    def _lemmas(self, word: str) -> set[str]:
        """The nominal lemmas that a written word can stand for without any affix but ة."""
        found = set()
        looked_up = [arabic_norm(word)]
        if word.endswith("ة"):
            looked_up.append(arabic_norm(word[:-1]))
        for stem in looked_up:
            for category, features in self._stems.get(stem, ()):
                if features.get("pos") not in _NOMINAL:
                    continue
                if _written(features["diac"], category) == word:
                    found.add(features["lex"])
        return found


def _written(diac: str, category: str) -> str:
    """A stem as a word: Buckwalter's ``Nap`` stems stand only with ta marbuta."""
    plain = arabic_surface(diac)
    return plain + "ة" if category.startswith("Nap") and not plain.endswith("ة") else plain
