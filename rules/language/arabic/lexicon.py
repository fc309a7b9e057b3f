"""The words of a rule → the stems and affixes that Arabic builds from them.

A word in a rule is a noun, adjective, particle or verb as a person writes it. Here it
becomes a `Lexeme`: the stems that inflect, each with a category that says which
clitics and endings may join it (the tables are in `morphology.py`). Verbs are in
`verbs.py`.

Grammar: Ryding, A Reference Grammar of Modern Standard Arabic (2005), chapters 7
(noun inflection), 12-13 (pronouns, prepositions).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rules.language.text import arabic_surface
from rules.texts import Message, message


class WordProblem(ValueError):
    """A word that cannot be understood; the message says what to write instead."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.text())
        self.said = said


class Stem(NamedTuple):
    """A surface form that affixes join. ``form`` keeps hamza; ``category`` names a table row."""

    form: str
    category: str


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One word of the vocabulary: what to call it and the stems it is found by."""

    lemma: str
    part_of_speech: str
    root: str
    stems: frozenset[Stem]


def takes_feminine(word: str) -> bool:
    """Whether a bare masculine word inflects for gender by its shape.

    Participles (مـ), nisba adjectives (ـي), فاعل (آمن too) and فعيل do; other nouns are left
    alone, so that كتاب is not found in كتابة. ``{adj: ...}`` says so for other shapes.
    """
    if word.endswith(("ة", "اء", "ى")):
        return False
    if word.endswith("ي") and len(word) >= 3:
        return True
    if word.startswith("م") and len(word) >= 4:
        return True
    if word.startswith("آ") and len(word) == 3:
        return True
    return len(word) == 4 and (word[1] == "ا" or word[2] == "ي")


@lru_cache(maxsize=16_384)
def noun(spelling: str, *, adjective: bool | None = None) -> Lexeme:
    """A noun or adjective, with further stems (broken plurals) after slashes: ``دواء/أدوية``."""
    if not all(part.strip() for part in spelling.split("/")):
        raise WordProblem(message("word.empty_form", word=spelling))
    words = [one_word(part) for part in spelling.split("/")]
    stems: set[Stem] = set()
    for index, word in enumerate(words):
        definite = word.startswith("ال") and len(word) >= 5
        if definite:
            base = word[2:]
            agrees = takes_feminine(base) if adjective is None else adjective
            stems |= {
                Stem(s.form, "D" + s.category)
                for s in noun_stems(base, agrees=agrees and index == 0)
            }
        if not definite or _perhaps_not_article(word):
            agrees = takes_feminine(word) if adjective is None else adjective
            stems |= noun_stems(word, agrees=agrees and index == 0)
    return Lexeme(words[0], "noun", "", frozenset(stems))


def one_word(spelling: str) -> str:
    """The letters of one Arabic word; a phrase or a sign among them is refused."""
    word = arabic_surface(spelling.strip())
    if not word or not all(c.isalpha() and "\u0620" <= c <= "\u06d3" for c in word):
        raise WordProblem(message("word.not_one", word=spelling))
    return word


def _perhaps_not_article(word: str) -> bool:
    """التهاب begins like التجار, but its ال is part of the verbal noun: read it both ways."""
    return len(word) == 6 and word.startswith("الت") and word[4] == "ا"


def noun_stems(word: str, *, agrees: bool) -> set[Stem]:
    if len(word) < 2:
        raise WordProblem(message("word.one_letter", word=word))
    if word.endswith("ة"):
        base = word[:-1]
        stems = {Stem(word, "N-bare"), Stem(base + "ت", "N-t"), Stem(base, "N-at")}
        if base.endswith("ي") and len(base) >= 4:
            stems.add(Stem(base, "N-masc"))
        return stems
    if word.endswith("ى"):
        base = word[:-1]
        return {
            Stem(word, "N-bare"),
            Stem(base + "ا", "N-pron"),
            Stem(base + "ي", "N-at"),
            Stem(base + "ي", "N-dual"),
        }
    stems = {Stem(word, "N")}
    if word.endswith("ء"):
        # The seat of a final hamza follows its vowel once a pronoun is attached.
        stems |= {Stem(word[:-1] + "ئ", "N-pron"), Stem(word[:-1] + "ؤ", "N-pron")}
        stems |= {Stem(word[:-1] + "ئ", "N-dual")}
    if agrees:
        stems |= {Stem(word + "ة", "N-bare"), Stem(word + "ت", "N-t"), Stem(word, "N-masc")}
    return stems


def particle(spelling: str) -> Lexeme:
    """A word that takes only و and ف before it: لا، دون، إلى."""
    word = one_word(spelling)
    return Lexeme(word, "part", "", frozenset({Stem(word, "P")}))


def exact(spelling: str) -> Lexeme:
    """A word found only as it is written (hamza and ta marbuta may vary)."""
    word = one_word(spelling)
    return Lexeme(word, "exact", "", frozenset({Stem(word, "X")}))
