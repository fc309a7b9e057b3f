"""Other forms of a word, for who looks for it in texts: its broken plural, or its singular.

Known are the nouns of the rules, those of a full morphology database where one is installed, and
the dictionaries of English and French.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.language import latin
from rules.language.arabic import lexicon
from rules.language.arabic.lexicon import Lexeme, WordProblem
from rules.language.arabic.morphology import Morphology
from rules.language.text import arabic_surface, tokenize
from rules.matching.finding.known_words import Lexicon

MOST = 16
"""Forms of one word."""


def related(word: str, morphology: Morphology, words: Lexicon) -> tuple[str, ...]:
    """Written forms of the same word, none of them with anything attached; () for a phrase."""
    tokens = tokenize(word)
    if len(tokens) != 1:
        return ()
    if tokens[0].script == "ar":
        found = dict.fromkeys(_arabic(arabic_surface(word), morphology, words))
    else:
        found = dict.fromkeys(_latin(word))
    return tuple(found)[:MOST]


def _arabic(surface: str, morphology: Morphology, words: Lexicon) -> Iterator[str]:
    read = [(each, morphology.lexemes[each.lexeme]) for each in morphology.analyse(surface)]
    nouns = [(each, lexeme) for each, lexeme in read if lexeme.part_of_speech == "noun"]
    # «قتلى» is the plural of «قتيل» before it is «قتل» with an ending.
    whole = [
        lexeme
        for each, lexeme in nouns
        if any(each.segments.rpartition("+")[2] == stem.form for stem in lexeme.stems)
    ]
    for lexeme in whole or [lexeme for _, lexeme in nouns]:
        yield from _forms(words.as_known(lexeme))
    if not nouns:
        bare = surface.removeprefix("ال") if len(surface) > 4 else surface
        try:
            yield from _forms(words.as_known(lexicon.noun(bare)))
        except WordProblem:
            return
        from rules.language.arabic.full_database import Enricher

        if isinstance(words.enrich, Enricher):
            yield from words.enrich.forms_of(bare)


def _forms(lexeme: Lexeme) -> Iterator[str]:
    for stem in sorted(lexeme.stems, key=lambda each: each.form):
        if stem.category.removeprefix("D") in ("N", "N-bare"):
            yield stem.form


def _latin(word: str) -> Iterator[str]:
    plain = word.strip()
    for language in latin.LANGUAGES:
        yield from sorted(form for form in latin.forms(plain, language) if form.isalpha())
    if plain.lower().endswith("aux"):  # «hopitaux», without its accent in no dictionary
        yield plain[:-3] + "al"
