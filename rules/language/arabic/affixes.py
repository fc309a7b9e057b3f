"""What Arabic joins to a stem: conjunctions, prepositions, the article, endings, pronouns.

The layout follows Buckwalter's prefix-stem-suffix compatibility tables: which beginnings and which
endings go with a stem is told by its category (`lexicon`, `verbs`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from rules.language.text import arabic_norm

_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ك", "ل")
_PRONOUNS = ("ه", "ها", "هم", "هما", "هن", "ك", "كم", "كما", "كن", "نا", "ي")
_OBJECTS = ("ه", "ها", "هم", "هما", "هن", "ك", "كم", "كما", "كن", "نا", "ني")

# suffix category → the endings, as they are written
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "0": ("",),
    "tanwin": ("ا",),
    "pron": _PRONOUNS,
    "dual": ("ان", "ين"),
    "dual-idafa": ("ا", "ي", *(v + p for v in ("ا", "ي") for p in _PRONOUNS[:-1])),
    "masc": ("ون", "ين"),
    "masc-idafa": ("و", "ي", *(v + p for v in ("و", "ي") for p in _PRONOUNS[:-1])),
    "at": ("ات",),
    "at-pron": tuple("ات" + p for p in _PRONOUNS),
    "obj": _OBJECTS,
}
# What may follow a stem of each category.
_NOUN_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "N": ("0", "tanwin", "pron", "dual", "dual-idafa", "at", "at-pron"),
    "N-bare": ("0",),
    "N-t": ("pron", "dual", "dual-idafa"),
    "N-at": ("at", "at-pron"),
    "N-pron": ("pron",),
    "N-dual": ("dual", "dual-idafa"),
    "N-masc": ("0", "tanwin", "masc", "masc-idafa"),
}
STEM_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    **_NOUN_SUFFIXES,
    # Words that a rule writes with the article are found only with it.
    **{"D" + category: suffixes for category, suffixes in _NOUN_SUFFIXES.items()},
    "P": ("0",),
    "X": ("0",),
    **{f"V-{t}-0": ("0",) for t in ("past", "ind", "sub")},
    **{f"V-{t}-obj": ("obj",) for t in ("past", "ind", "sub")},
}
_NOUN_CATEGORIES = tuple(_NOUN_SUFFIXES)
_DEFINITE_CATEGORIES = tuple("D" + c for c in _NOUN_SUFFIXES)
# What the article excludes: pronouns and the construct state.
DEFINITE_SUFFIXES = ("0", "dual", "masc", "at")
UNATTACHED_SUFFIXES = DEFINITE_SUFFIXES
PREFIX_STEMS: Mapping[str, tuple[str, ...]] = {
    "bare": tuple(c for c in STEM_SUFFIXES if not c.startswith("D")),
    "conj": tuple(c for c in STEM_SUFFIXES if c != "X" and not c.startswith("D")),
    "prep": _NOUN_CATEGORIES,
    "art": (*_NOUN_CATEGORIES, *_DEFINITE_CATEGORIES),
    "fut": ("V-ind-0", "V-ind-obj"),
    "li": ("V-sub-0", "V-sub-obj"),
}


def prefixes() -> Iterable[tuple[str, str]]:
    for conjunction in _CONJUNCTIONS:
        yield conjunction, "conj" if conjunction else "bare"
        for preposition in _PREPOSITIONS:
            if preposition:
                yield conjunction + preposition, "prep"
            article = "لل" if preposition == "ل" else preposition + "ال"
            yield conjunction + article, "art"
        yield conjunction + "س", "fut"
        yield conjunction + "ل", "li"


BEGINNINGS = frozenset(arabic_norm(prefix) for prefix, _ in prefixes())
ENDINGS = frozenset(arabic_norm(ending) for endings in SUFFIXES.values() for ending in endings)
BEGINNINGS_BY_LETTER: Mapping[str, tuple[int, ...]] = {
    letter: tuple(sorted({len(each) for each in BEGINNINGS if each.startswith(letter)}))
    for letter in {each[0] for each in BEGINNINGS if each}
}
"""First letter → how long the beginnings are that have it."""
ENDINGS_BY_LETTER: Mapping[str, tuple[int, ...]] = {
    letter: tuple(sorted({len(each) for each in ENDINGS if each.endswith(letter)}))
    for letter in {each[-1] for each in ENDINGS if each}
}
"""Last letter → how long the endings are that have it."""


@cache
def stems_between(beginning: str, ending: str) -> frozenset[str]:
    """The categories of stems that may stand between these two, given as `text.arabic_norm`."""
    before = {category for prefix, category in prefixes() if arabic_norm(prefix) == beginning}
    behind = {
        category
        for category, endings in SUFFIXES.items()
        if any(arabic_norm(each) == ending for each in endings)
    }
    return frozenset(
        stem
        for prefix in before
        for stem in PREFIX_STEMS[prefix]
        for suffix in behind.intersection(STEM_SUFFIXES[stem])
        if go_together(prefix, suffix)
    )


def go_together(prefix: str, suffix: str) -> bool:
    """Whether a beginning and an ending of these categories may stand at one stem."""
    return prefix != "art" or suffix in DEFINITE_SUFFIXES
