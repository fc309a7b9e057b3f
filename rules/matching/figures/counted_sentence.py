"""A sentence with its numbers, the tags of its words, and the word that each number counts. Pure.

What the deciders of `tolls`, `governing` and `durations` share: looking at words by position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rules.language.numbers.numerals import Numeral, numerals
from rules.language.numbers.ranges import with_ranges
from rules.language.sentences import Sentence
from rules.matching.figures.counting import NOTHING, What, Word, phrase_at, phrase_before, words_of

UNIT_REACH = {"ar": 3}
"""Words behind a number in which the counted stands: in Arabic it comes first, then what
describes it; in English and French ("12 Syrian civilians") it may come later."""
LATIN_UNIT_REACH = 5
_OF_ONE = frozenset(("من", "of", "de", "a", "one", "d", "une"))
_AROUND = frozenset("()[]{}«»\"“”'")


Time = Literal["now", "since", "recent", "before", "replaced"]
"""Of what a toll is: of what the entry tells; of all that happened since long ago; of what it
dates to a day before, which may be what it tells; of what happened before that; or what was said
before of what the entry tells (`times`)."""


@dataclass(frozen=True, slots=True)
class Toll:
    """One counted number: the tokens from `first` to `last`, of which the number is `numeral`."""

    what: What
    numeral: Numeral
    first: int
    last: int
    at_least: bool
    part: bool
    time: Time = "now"


@dataclass(frozen=True, slots=True)
class Unit:
    """The word that a number counts: where it ends, and its tags."""

    last: int
    word: Word
    known: bool

    @property
    def toll(self) -> What | None:
        what = self.word.what("noun")
        return None if what in ("none", None) else what  # type: ignore[return-value]


class CountedSentence:
    """A sentence of `text`, read once. `before` is the toll that was told last in it."""

    def __init__(self, text: str, sentence: Sentence, language: str) -> None:
        self.text = text
        self.tokens = sentence.tokens
        self.language = language
        self.latin = language if language in ("en", "fr") else "en"
        self.words = words_of(self.tokens, self.latin)
        found = numerals(text, self.tokens, self.latin)
        self.numerals = self._with_duals(with_ranges(text, self.tokens, found))
        self.within = {
            at: numeral
            for numeral in self.numerals
            for at in range(numeral.first, numeral.last + 1)
        }
        self.before: Toll | None = None

    def _with_duals(self, found: tuple[Numeral, ...]) -> tuple[Numeral, ...]:
        taken = {at for n in found for at in range(n.first, n.last + 1)}
        # «مدنيين اثنين» have their number beside them.
        pair = {n.first for n in found if n.value == 2 and not n.joined}
        duals = [
            Numeral(at, at, 2, joined=word.joined)
            for at, word in enumerate(self.words)
            if (word.dual or word.has("two-days") or self.voweled_dual(at))
            and at not in taken
            and at + 1 not in pair
        ]
        return tuple(sorted((*found, *duals), key=lambda n: n.first))

    def voweled_dual(self, at: int) -> bool:
        """«مدنيَين»: the vowel sign tells two from many."""
        token = self.tokens[at]
        raw = self.text[token.start : token.end]
        return token.norm.endswith("ين") and "\u064e\u064a" in raw and self.words[at].has("person")

    def word(self, at: int) -> Word:
        return self.words[at] if 0 <= at < len(self.words) else NOTHING

    def norm(self, at: int) -> str:
        return self.tokens[at].norm if 0 <= at < len(self.tokens) else ""

    def breaks(self, at: int) -> bool:
        """Whether a sign parts this word from the one before; brackets around a number do not."""
        if at >= len(self.tokens):
            return True
        if not self.tokens[at].breaks or not at:
            return self.tokens[at].breaks
        if at not in self.within and at - 1 not in self.within:
            return True
        between = self.text[self.tokens[at - 1].end : self.tokens[at].start].strip()
        return any(sign not in _AROUND for sign in between)

    def unit(self, numeral: Numeral) -> Unit:
        word = self.word(numeral.last)
        if word.dual or word.has("two-days") or self.voweled_dual(numeral.last):
            return Unit(numeral.last, word, known=True)
        if numeral.value in (1, 2) and not numeral.digits and self.language == "ar":
            # «مدنيين اثنين»: the counted stands before.
            before = self.word(numeral.first - 1)
            if before.has("person") or before.what("noun") is not None:
                return Unit(numeral.last, before, known=True)
        if self.norm(numeral.first - 1) == "ال" and self.counted_before(numeral.first - 2):
            # «القتلى الـ12»
            return Unit(numeral.last, self.word(numeral.first - 2), known=True)
        reach = UNIT_REACH.get(self.language, LATIN_UNIT_REACH)
        skipped = 0
        for at in range(numeral.last + 1, min(numeral.last + 1 + reach, len(self.tokens))):
            word = self.words[at]
            if self.breaks(at) or (at in self.within and self.within[at] is not numeral):
                break
            if word.joined:
                break
            if self.definite(at, numeral):
                break
            if word.has("family"):
                # «6 من عائلة واحدة» are persons, «6 عائلات» and "hundreds of families" are not
                # counted by persons.
                partitive = at > numeral.last + 1 and word.has("one-family")
                tag = "person" if partitive and self.norm(at - 1) in _OF_ONE else "thing"
                return Unit(at, Word(frozenset({tag})), known=True)
            if (
                self.language == "ar"
                and self.norm(at).startswith(("ل", "ب"))
                and (skipped or not word.tags or word.glued)
            ):
                # «وأصيب 15 بقصف منزل»; «15 بحارا» and «15 بيتا» are counted.
                break
            if word.has("person") or word.has("thing") or word.has("day") or counts(word):
                if word.has("person") and word.what("noun") is None:
                    follows = self.word(at + 1)
                    noun = follows.what("noun") or follows.what("weak")
                    if (
                        noun not in (None, "none")
                        and not self.breaks(at + 1)
                        and not follows.joined
                        and self.language == "ar"
                        and not self.norm(at + 1).startswith(("ب", "ل"))
                    ):
                        return Unit(at + 1, follows, known=True)
                return Unit(at, word, known=True)
            if self.norm(at) in ("من", "of", "de", "d", "des", "the", "les"):
                continue
            if word.what("verb") is not None or word.has("adverbial") or word.has("hospital"):
                break
            if self.norm(at) in ("and", "et", "or", "ou", "و", "او"):
                break
            if self.language == "ar" and skipped:
                break
            skipped += 1
        return Unit(numeral.last, NOTHING, known=False)

    def counted_before(self, at: int) -> bool:
        word = self.word(at)
        return at >= 0 and (word.has("person") or word.what("noun") is not None)

    def definite(self, at: int, numeral: Numeral) -> bool:
        """The counted behind an exact number has no article: «أصيب 173 اليوم»."""
        return (
            self.language == "ar"
            and self.norm(at).startswith("ال")
            and not numeral.vague
            and at == numeral.last + 1
        )

    def at_least_before(self, first: int) -> int:
        """How many tokens before a number say that there may be more: «ما لا يقل عن نحو 12»."""
        length = phrase_before(self.tokens, first, "at least", "before", self.language)
        if not length and self.word(first - 1).has("about"):
            length = phrase_before(self.tokens, first - 1, "at least", "before", self.language)
            return length + 1 if length else 0
        return length

    def part_before(self, numeral: Numeral) -> bool:
        return bool(phrase_before(self.tokens, numeral.first, "part", "before", self.language))

    def toll(self, what: What, numeral: Numeral, last: int) -> Toll:
        first = numeral.first
        at_least = bool(self.at_least_before(first)) or numeral.vague
        for at in range(numeral.last + 1, min(last + 3, len(self.tokens) + 1)):
            if phrase_at(self.tokens, at, "at least", "behind", self.language):
                at_least = True
        return Toll(what, numeral, first, last, at_least, part=False)


def counts(word: Word) -> bool:
    return word.what("noun") is not None or word.what("weak") is not None


def governs(word: Word) -> bool:
    return word.what("head") is not None or word.what("verb") is not None


def no_toll(word: Word) -> bool:
    return any(word.what(role) == "none" for role in ("noun", "head", "verb"))
