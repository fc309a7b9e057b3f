"""A full morphology database, where one is installed: broken plurals for bare words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rules.lexicon import Lexeme, Stem, noun
from rules.morphology import full_database
from rules.text import arabic_norm, arabic_surface

_PLURAL_LIMIT = 4


class Enricher:
    """Adds the broken plurals that a full database knows to a noun that names none."""

    def __init__(self, path: Path) -> None:
        database = full_database(path)
        self._stems: Mapping[str, Any] = database.stem_hash
        self._by_lemma: dict[str, set[str]] = {}
        for stems in database.stem_hash.values():
            for _, features in stems:
                if features.get("pos") in ("noun", "adj"):
                    stem = arabic_surface(features["diac"])
                    self._by_lemma.setdefault(features["lex"], set()).add(stem)
        self.fingerprint = hashlib.sha256(path.name.encode()).digest()

    def __call__(self, lexeme: Lexeme) -> Lexeme:
        if any(s.category.startswith("D") for s in lexeme.stems):
            return lexeme
        lemmas = {
            features["lex"]
            for _, features in self._stems.get(arabic_norm(lexeme.lemma), ())
            if features.get("pos") in ("noun", "adj")
            and arabic_surface(features["lex"]) == lexeme.lemma
        }
        # Two lemmas of one spelling (حصار: siege, mat weaver): the plural may be the wrong one's.
        if len(lemmas) != 1:
            return lexeme
        known = {s.form for s in lexeme.stems}
        plurals = {
            form
            for form in self._by_lemma.get(lemmas.pop(), ())
            if form not in known and not form.startswith(lexeme.lemma[:-1]) and len(form) > 2
        }
        if not plurals or len(plurals) > _PLURAL_LIMIT:
            return lexeme
        extra: set[Stem] = set()
        for plural in plurals:
            extra |= noun(plural, adjective=False).stems
        return Lexeme(lexeme.lemma, "noun", lexeme.root, lexeme.stems | extra)
