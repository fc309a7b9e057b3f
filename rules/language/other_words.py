"""Words that look like a form of something else: فقط is no cat, وزارة no visit.

The lists are in ``other_words.yaml``; every reading of the morphology is held against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from rules.language.text import arabic_norm, arabic_surface

_FILE = Path(__file__).with_name("other_words.yaml")
_CONJUNCTIONS = ("", "و", "ف")
_ATTACHED = ("", "ب", "ك", "ل", "ال", "بال", "كال", "لل")


def _written(words: Iterable[str]) -> frozenset[str]:
    return frozenset(
        arabic_norm(conjunction + attached + word)
        for word in words
        for conjunction in _CONJUNCTIONS
        for attached in _ATTACHED
    )


def _read(data: Any) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    closed = [w for lines in data["closed"].values() for line in lines for w in line.split()]
    never = {
        arabic_surface(lemma): _written(words.split()) for lemma, words in data["never"].items()
    }
    return _written(closed), never


_DATA = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
_CLOSED, NEVER_ARABIC = _read(_DATA)
"""NEVER_ARABIC: a rule's word → `text.arabic_norm` of what is no form of it."""
NEVER_LATIN: Mapping[tuple[str, str], frozenset[str]] = {
    (language, word): frozenset(listed.split())
    for language, key in (("en", "never in English"), ("fr", "never in French"))
    for word, listed in _DATA[key].items()
}
"""(language, word of a rule) → forms, as they are written, that are other words."""
ACCENTS_MATTER = frozenset(_DATA["accents matter in French"].split())
"""French words that are other ones when their accents are gone: maïs, mais."""


def refused(norm: str, lemma: str, part_of_speech: str) -> bool:
    """Whether a word, given by its `text.arabic_norm`, is no form of a rule's word."""
    if part_of_speech not in ("noun", "verb"):
        return False
    if norm in NEVER_ARABIC.get(lemma, ()):
        return True
    return norm in _CLOSED and not (part_of_speech == "noun" and arabic_norm(lemma) == norm)
