"""Words that look like a form of something else: فقط is no cat, وزارة no visit.

The lists are in ``other_words.yaml``; every reading of the morphology is held against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

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


def _read() -> tuple[frozenset[str], frozenset[str], Mapping[str, frozenset[str]]]:
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    closed = [w for lines in data["closed"].values() for line in lines for w in line.split()]
    never = {
        arabic_surface(lemma): _written(words.split()) for lemma, words in data["never"].items()
    }
    return frozenset(map(arabic_surface, closed)), _written(closed), never


FUNCTION_WORDS, _CLOSED, _NEVER = _read()
"""Words that stand by themselves."""


def refused(norm: str, lemma: str, part_of_speech: str) -> bool:
    """Whether a word, given by its `text.arabic_norm`, is no form of a rule's word."""
    if part_of_speech not in ("noun", "verb"):
        return False
    if norm in _NEVER.get(lemma, ()):
        return True
    return norm in _CLOSED and not (part_of_speech == "noun" and arabic_norm(lemma) == norm)
