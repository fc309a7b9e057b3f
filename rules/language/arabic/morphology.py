"""CAMeL Tools' analyser on a database made from the rules' own vocabulary.

CAMeL Tools' own databases are downloads; here the vocabulary is the lexicon. Its stems
are written out in CAMeL Tools' format with the clitics and endings of Arabic, read by
`MorphologyDB`, and words are analysed by `Analyzer`. A word is analysed once and
remembered.

Format: https://camel-tools.readthedocs.io (morphology); the table layout follows
Buckwalter's prefix-stem-suffix compatibility tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from rules.language.arabic.affixes import (
    BEGINNINGS,
    BEGINNINGS_BY_LETTER,
    DEFINITE_SUFFIXES,
    ENDINGS,
    ENDINGS_BY_LETTER,
    PREFIX_STEMS,
    STEM_SUFFIXES,
    SUFFIXES,
    UNATTACHED_SUFFIXES,
    prefixes,
    stems_between,
)
from rules.language.arabic.analyser import Stems, analyzer
from rules.language.arabic.lexicon import Lexeme
from rules.language.disguise import LONGEST_WORD, without_drawn_out_letters
from rules.language.other_words import refused
from rules.language.text import arabic_norm

if TYPE_CHECKING:
    from camel_tools.morphology.analyzer import Analyzer


@dataclass(frozen=True, slots=True)
class Analysis:
    """How a word came to match: the vocabulary's lexeme (its number), clitics and ending."""

    lexeme: int
    lemma: str
    root: str
    segments: str


class Morphology:
    """Word → lexemes of the vocabulary. Built once a rule set; calls are thread-safe."""

    def __init__(
        self,
        lexemes: Sequence[Lexeme],
        spelt: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        """``spelt``: of a morphology of the same lexemes."""
        self._lexemes = lexemes
        self._tell_spelt = spelt or partial(_spelt, lexemes)
        self._memo: dict[str, tuple[Analysis, ...]] = {}
        self._told: dict[str, Sequence[tuple[int, str]]] = {}
        """Words that were analysed before, elsewhere."""
        self._new: set[str] = set()
        """Words for which the analyser was asked."""

    @cached_property
    def spelt(self) -> Mapping[str, str]:
        """How stems may be looked up, and whose they are."""
        return self._tell_spelt()

    @property
    def asked(self) -> bool:
        """Whether more words are known than were at first."""
        return bool(self._new)

    def remember(
        self, analysed: Mapping[str, Sequence[tuple[int, str]]], *, new: bool = False
    ) -> None:
        """Take over words that were analysed before: (number of the lexeme, segments) of each.
        ``new``: `new_words` of another process.

        Raises ValueError, TypeError or LookupError where a number is none.
        """
        for found in analysed.values():
            for number, _ in found:
                if not 0 <= number < len(self._lexemes):
                    raise LookupError(number)
        self._told |= analysed
        if new:
            self._new |= analysed.keys()

    def new_words(self) -> dict[str, list[tuple[int, str]]]:
        """The words that were analysed since this was asked last, as `remember` takes them."""
        new, self._new = self._new, set()
        return {
            word: [(a.lexeme, a.segments) for a in self._memo[word]]
            for word in sorted(new)
            if word in self._memo
        }

    def _analysis(self, number: int, segments: str) -> Analysis:
        lexeme = self._lexemes[number]
        return Analysis(number, lexeme.lemma, lexeme.root, segments)

    def analysed(self) -> dict[str, Sequence[tuple[int, str]]]:
        """The words that were analysed so far and may be some of the rules', as `remember` takes
        them."""
        memo = {
            word: [(a.lexeme, a.segments) for a in found]
            for word, found in list(self._memo.items())
            if found or word in self._told or self.may_be_a_form(word)
        }
        return {**self._told, **memo}

    def analyse(self, surface: str) -> tuple[Analysis, ...]:
        """Analyses of a word given as `text.arabic_surface` gives it."""
        known = self._memo.get(surface)
        if known is not None:
            return known
        told = self._told.get(surface)
        if told is not None:
            known = self._memo[surface] = tuple(self._analysis(*each) for each in told)
            return known
        found = self._found(surface)
        if not found:
            # «وووجرحى» may be «ووجرحى» or «وجرحى»: whatever either means.
            for meant in without_drawn_out_letters(surface):
                found = found | self._found(meant)
        result = tuple(found.values())
        if len(self._memo) > 400_000:
            self._memo.clear()
            self._new.clear()
        self._memo[surface] = result
        return result

    def lexemes_of(self, surface: str) -> set[int]:
        """The vocabulary's words that a word may be a form of, by their numbers."""
        told = self._told.get(surface)
        if told is not None:
            return {number for number, _ in told}
        return {analysis.lexeme for analysis in self.analyse(surface)}

    def knows(self, surface: str) -> bool:
        """Whether some word of the rules is written like this."""
        return bool(self.lexemes_of(surface))

    def _found(self, surface: str) -> dict[tuple[int, str], Analysis]:
        if len(surface) > LONGEST_WORD or not self.may_be_a_form(surface):
            return {}
        exact: dict[tuple[int, str], Analysis] = {}
        respelt: dict[tuple[int, str], Analysis] = {}
        norm = arabic_norm(surface)
        self._new.add(surface)
        for raw in self.analyser.analyze(surface):
            # What is no Arabic word to the analyser comes back without a lexeme.
            if raw.get("lexeme") is None or not spelling_agrees(surface, raw["diac"]):
                continue
            lexeme = int(raw["lexeme"])
            word = self._lexemes[lexeme]
            if refused(norm, word.lemma, word.part_of_speech):
                continue
            # A hamza on another seat is forgiven where no word is written like this.
            found = exact if arabic_norm(raw["diac"]) == norm else respelt
            analysis = Analysis(lexeme, word.lemma, word.root, raw["bw"])
            found.setdefault((lexeme, raw["bw"]), analysis)
        return exact or respelt

    @cached_property
    def analyser(self) -> Analyzer:
        """CAMeL Tools' analyser; it is not even imported before a word may be one of the rules'."""
        return analyzer(Stems(self.spelt))

    def prepare(self) -> None:
        """Import and make the analyser now, for whoever must not wait for it later."""
        _ = self.analyser

    def prepare_stems(self) -> None:
        """Read the stems now."""
        _ = self.spelt

    def may_be_a_form(self, surface: str) -> bool:
        """Whether a stem is left when a beginning and an ending that go with it are taken off: most
        words of a text have none, and the analyser, which does the same and weighs what it finds,
        would say so twenty times as slowly."""
        word = surface.translate(_AS_THE_ANALYSER_SEES_IT)
        spelt = self.spelt
        length = len(word)
        beginnings = [
            at for at in BEGINNINGS_BY_LETTER.get(word[:1], ()) if word[:at] in BEGINNINGS
        ]
        for cut in (0, *ENDINGS_BY_LETTER.get(word[-1:], ())):
            end = length - cut
            if cut and word[end:] not in ENDINGS:
                continue
            for beginning in (0, *beginnings):
                if beginning < end and (stems := spelt.get(word[beginning:end])) is not None:
                    fitting = stems_between(word[:beginning], word[end:])
                    if any(stem.rpartition("\t")[2] in fitting for stem in stems.split("\n")):
                        return True
        return False

    def forms(self, lexeme: int, *, clitics: bool = True) -> tuple[str, ...]:
        """Every written form of a lexeme that will match, or those without anything attached."""
        made: set[str] = set()
        for stem in self._lexemes[lexeme].stems:
            for prefix, prefix_category in prefixes():
                if stem.category not in PREFIX_STEMS[prefix_category]:
                    continue
                if prefix and not clitics and not stem.category.startswith("D"):
                    continue
                for category in STEM_SUFFIXES[stem.category]:
                    if not clitics and category not in UNATTACHED_SUFFIXES:
                        continue
                    if prefix_category == "art" and category not in DEFINITE_SUFFIXES:
                        continue
                    made |= {prefix + stem.form + ending for ending in SUFFIXES[category]}
        word = self._lexemes[lexeme]
        return tuple(
            sorted(f for f in made if not refused(arabic_norm(f), word.lemma, word.part_of_speech))
        )

    @property
    def lexemes(self) -> Sequence[Lexeme]:
        return self._lexemes


_ALEFS = frozenset("أإآ")


def spelling_agrees(surface: str, analysed: str) -> bool:
    """Whether letters that the look-up makes alike really are.

    The analyser treats ة as ه and every alef as ا. Writers leave hamza and the dots of ta
    marbuta out, so the plain letter stands for both; but a written ة is no pronoun
    (كتابة is not كتابه), and a written إ is not أ.
    """
    if len(surface) != len(analysed):
        return True
    for written, meant in zip(surface, analysed, strict=True):
        if written == meant:
            continue
        if written == "ة" and meant == "ه":
            return False
        if written in _ALEFS and meant in _ALEFS:
            return False
        if written == "ى" and meant == "ي":
            continue
    return True


_HAMZA_SEATS: Mapping[str, tuple[str, ...]] = {
    "ؤ": ("و", "ئ", "ء", "أ"),
    "ئ": ("ي", "ؤ", "ء", "أ", "يء"),
    "ء": ("ئ", "ؤ", "أ"),
    "أ": ("ء", "ؤ", "ئ"),
}
SHORTEST_RESPELT = 4
"""Letters that a stem must have for a hamza to be forgiven: بؤس is not بئس."""


def stem_spellings(form: str) -> list[str]:
    """How a stem may be looked up: as it is, and with an inner or final hamza written otherwise.

    مسؤول is also مسئول, مسوول and مسءول; طوارئ is طوارىء and طواري; إخلاء loses its hamza.
    """
    spellings = [arabic_norm(form)]
    if len(form) < SHORTEST_RESPELT:
        return spellings
    for at, letter in enumerate(form):
        if at == 0 or letter not in _HAMZA_SEATS:
            continue
        others = _HAMZA_SEATS[letter]
        if letter == "ء" and at == len(form) - 1:
            # Nobody drops it from a short word: غذا could be anything.
            others = (*others, "") if form[at - 1] == "ا" and len(form) > 4 else others
        spellings += [arabic_norm(form[:at] + other + form[at + 1 :]) for other in others]
    return list(dict.fromkeys(spellings))


_AS_THE_ANALYSER_SEES_IT = str.maketrans("إأآٱىة", "اااايه", "\u0640")


def _spelt(lexemes: Iterable[Lexeme]) -> dict[str, str]:
    """How stems may be looked up → whose they are: the number of the lexeme, the stem and its
    category, a line each. One string takes a tenth of what the parts of it would."""
    spelt: dict[str, str] = {}
    for number, lexeme in enumerate(lexemes):
        for stem in sorted(lexeme.stems, key=lambda s: (s.form, s.category)):
            line = f"{number}\t{stem.form}\t{stem.category}"
            for spelling in stem_spellings(stem.form):
                spelt[spelling] = f"{spelt[spelling]}\n{line}" if spelling in spelt else line
    return spelt
