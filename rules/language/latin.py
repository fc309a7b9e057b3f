"""English and French words: every form of a lemma, with or without accents.

Forms come from simplemma's dictionaries, turned round: form → lemma becomes lemma →
forms. Feeds and URL slugs drop accents and capitals, so forms are compared folded
(`text.latin_norm`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rules.language import conjugation
from rules.language.other_words import ACCENTS_MATTER, NEVER_LATIN
from rules.language.text import latin_norm, latin_surface

LANGUAGES = ("en", "fr")


@lru_cache(maxsize=2)
def _lemma_of(language: str) -> Mapping[str, str]:
    """Form → lemma of one language; about 0.2 s, once."""
    # Importing it compiles the patterns of a dozen languages.
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    return DefaultDictionaryFactory().get_dictionary(language)


@lru_cache(maxsize=2)
def _forms_of(language: str) -> Mapping[str, tuple[str, ...]]:
    """Lemma → forms of one language; about 0.3 s, once."""
    forms_of: dict[str, list[str]] = {}
    for form, lemma in _lemma_of(language).items():
        forms_of.setdefault(lemma, []).append(form)
    return {lemma: tuple(forms) for lemma, forms in forms_of.items()}


@lru_cache(maxsize=16_384)
def forms(word: str, language: str) -> frozenset[str]:
    """The folded forms that a word of a rule is found by.

    >>> sorted(forms("famine", "en"))
    ['famine', 'famines']
    """
    plain = latin_surface(word)
    lemma_of, forms_of = _lemma_of(language), _forms_of(language)
    found = {plain, *_regular(plain, language)}
    # A word written as a lemma brings its forms; an inflected form stands for its lemma
    # only when it is not a lemma itself (French «tué» stays the adjective).
    lemma = plain if plain in forms_of else lemma_of.get(plain, plain)
    found.update(forms_of.get(lemma, ()))
    if plain in forms_of:
        found.update(_conjugated(plain, language, forms_of[plain]))
    folded = frozenset(as_looked_up(latin_surface(form), language) for form in found)
    return folded - {latin_norm(w) for w in NEVER_LATIN.get((language, plain), ())}


def as_looked_up(surface: str, language: str | None) -> str:
    """A word as its forms are kept: folded, but for French words that are other ones then.

    >>> as_looked_up("maïs", "fr"), as_looked_up("blé", "fr")
    ('maïs', 'ble')
    """
    if language == "fr" and surface in ACCENTS_MATTER:
        return surface
    return latin_norm(surface)


def is_word(surface: str, language: str) -> bool:
    """Whether the dictionary lists a word as it is written."""
    return surface in _lemma_of(language)


def _conjugated(word: str, language: str, listed: tuple[str, ...]) -> tuple[str, ...]:
    if language == "fr":
        return conjugation.french(word, listed)
    return conjugation.english(word)


def _regular(word: str, language: str) -> tuple[str, ...]:
    """Regular plurals (and French feminines) of words that no dictionary lists."""
    if language == "fr":
        if word.endswith("al"):
            return (word + "s", word[:-2] + "aux", word + "e", word + "es")
        if word.endswith("é"):
            return (word + "s", word + "e", word + "es")
        return (word + "s",) if not word.endswith(("s", "x", "z")) else ()
    if word.endswith(("s", "x", "ch", "sh")):
        return (word + "es",)
    if word.endswith("y") and len(word) > 2 and word[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    return (word + "s",)


_HINTS: Mapping[str, frozenset[str]] = {
    "en": frozenset("the of and in to for is are was were on with by from at after that".split()),
    "fr": frozenset(
        "le la les des du de et en un une dans pour par sur avec est sont au aux qui que".split()
    ),
}


def guess_language(words: list[str]) -> str | None:
    """``en`` or ``fr`` by the small words of a text; None when they do not tell."""
    counts = {lang: sum(w in hints for w in words) for lang, hints in _HINTS.items()}
    if counts["en"] == counts["fr"]:
        return None
    return max(counts, key=lambda lang: counts[lang])
