"""Words that look like a form of something else: فقط is no cat, وزارة no visit.

The lists are in ``other_words.yaml``; every reading of the morphology is held against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import yaml

from rules.language.text import arabic_norm, arabic_surface

_FILE = Path(__file__).with_name("other_words.yaml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONJUNCTIONS = ("", "و", "ف")
_ATTACHED = ("", "ب", "ك", "ل", "ال", "بال", "كال", "لل")


def _written(words: Iterable[str]) -> frozenset[str]:
    return frozenset(
        arabic_norm(conjunction + attached + word)
        for word in words
        for conjunction in _CONJUNCTIONS
        for attached in _ATTACHED
    )


# Its file is ours; the loader in C reads it in a tenth of the time, where there is one.
_DATA = yaml.load(_FILE.read_bytes(), _LOADER)  # noqa: S506
NEVER_LATIN: Mapping[tuple[str, str], frozenset[str]] = {
    (language, word): frozenset(listed.split())
    for language, key in (("en", "never in English"), ("fr", "never in French"))
    for word, listed in _DATA[key].items()
}
"""(language, word of a rule) → forms, as they are written, that are other words."""
ACCENTS_MATTER = frozenset(_DATA["accents matter in French"].split())
"""French words that are other ones when their accents are gone: maïs, mais."""


@cache
def closed_words() -> frozenset[str]:
    """`text.arabic_norm` of words that are no form of any other word."""
    listed = [w for lines in _DATA["closed"].values() for line in lines for w in line.split()]
    return _written(listed)


@cache
def never_arabic() -> Mapping[str, frozenset[str]]:
    """A rule's word → `text.arabic_norm` of what is no form of it."""
    return {
        arabic_surface(lemma): _written(words.split()) for lemma, words in _DATA["never"].items()
    }


def refused(norm: str, lemma: str, part_of_speech: str) -> bool:
    """Whether a word, given by its `text.arabic_norm`, is no form of a rule's word."""
    if part_of_speech not in ("noun", "verb"):
        return False
    if norm in never_arabic().get(lemma, ()):
        return True
    return norm in closed_words() and not (part_of_speech == "noun" and arabic_norm(lemma) == norm)
