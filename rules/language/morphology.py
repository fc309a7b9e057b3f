"""CAMeL Tools' analyser on a database made from the rules' own vocabulary.

CAMeL Tools' own databases are downloads; here the vocabulary is the lexicon. Its stems
are written out in CAMeL Tools' format with the clitics and endings of Arabic, read by
`MorphologyDB`, and words are analysed by `Analyzer`. A word is analysed once and
remembered.

Format: https://camel-tools.readthedocs.io (morphology); the table layout follows
Buckwalter's prefix-stem-suffix compatibility tables.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rules.language.camel import prepare_camel_tools
from rules.language.disguise import LONGEST_WORD, without_drawn_out_letters
from rules.language.lexicon import Lexeme
from rules.language.other_words import refused
from rules.language.text import arabic_norm

if TYPE_CHECKING:
    from camel_tools.morphology.analyzer import Analyzer

_CONJUNCTIONS = ("", "و", "ف")
_PREPOSITIONS = ("", "ب", "ك", "ل")
_PRONOUNS = ("ه", "ها", "هم", "هما", "هن", "ك", "كم", "كما", "كن", "نا", "ي")
_OBJECTS = ("ه", "ها", "هم", "هما", "هن", "ك", "كم", "كما", "كن", "نا", "ني")

# suffix category → the endings, as they are written
_SUFFIXES: Mapping[str, tuple[str, ...]] = {
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
_STEM_SUFFIXES: Mapping[str, tuple[str, ...]] = {
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
_DEFINITE_SUFFIXES = ("0", "dual", "masc", "at")
_UNATTACHED_SUFFIXES = _DEFINITE_SUFFIXES
_PREFIX_STEMS: Mapping[str, tuple[str, ...]] = {
    "bare": tuple(c for c in _STEM_SUFFIXES if not c.startswith("D")),
    "conj": tuple(c for c in _STEM_SUFFIXES if c != "X" and not c.startswith("D")),
    "prep": _NOUN_CATEGORIES,
    "art": (*_NOUN_CATEGORIES, *_DEFINITE_CATEGORIES),
    "fut": ("V-ind-0", "V-ind-obj"),
    "li": ("V-sub-0", "V-sub-obj"),
}


def _prefixes() -> Iterable[tuple[str, str]]:
    for conjunction in _CONJUNCTIONS:
        yield conjunction, "conj" if conjunction else "bare"
        for preposition in _PREPOSITIONS:
            if preposition:
                yield conjunction + preposition, "prep"
            article = "لل" if preposition == "ل" else preposition + "ال"
            yield conjunction + article, "art"
        yield conjunction + "س", "fut"
        yield conjunction + "ل", "li"


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
        spelt: Mapping[str, str] | None = None,
        analysed: Mapping[str, tuple[Analysis, ...]] | None = None,
    ) -> None:
        """``spelt`` and ``analysed``: of a morphology of the same lexemes."""
        self._lexemes = lexemes
        self.spelt = _spelt(self._lexemes) if spelt is None else spelt
        """How stems may be looked up, and whose they are."""
        self._memo: dict[str, tuple[Analysis, ...]] = dict(analysed or {})
        self.asked = False
        """Whether the analyser was asked for a word: then more are known than before."""

    def remember(self, analysed: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        """Take over words that were analysed before: (number of the lexeme, segments) of each.

        Raises LookupError where a number is none.
        """
        for word, found in analysed.items():
            self._memo[word] = tuple(self._analysis(*each) for each in found)

    def _analysis(self, number: int, segments: str) -> Analysis:
        lexeme = self._lexemes[number]
        return Analysis(number, lexeme.lemma, lexeme.root, segments)

    def analysed(self) -> list[tuple[str, tuple[Analysis, ...]]]:
        """The words that were analysed so far and may be some of the rules'."""
        memo = list(self._memo.items())
        return [(word, found) for word, found in memo if found or self._may_be_a_form(word)]

    def analyse(self, surface: str) -> tuple[Analysis, ...]:
        """Analyses of a word given as `text.arabic_surface` gives it."""
        known = self._memo.get(surface)
        if known is not None:
            return known
        found = self._found(surface)
        if not found:
            # «وووجرحى» may be «ووجرحى» or «وجرحى»: whatever either means.
            for meant in without_drawn_out_letters(surface):
                found = found | self._found(meant)
        result = tuple(found.values())
        if len(self._memo) > 400_000:
            self._memo.clear()
        self._memo[surface] = result
        return result

    def knows(self, surface: str) -> bool:
        """Whether some word of the rules is written like this."""
        return bool(self.analyse(surface))

    def _found(self, surface: str) -> dict[tuple[int, str], Analysis]:
        exact: dict[tuple[int, str], Analysis] = {}
        respelt: dict[tuple[int, str], Analysis] = {}
        if len(surface) > LONGEST_WORD or not self._may_be_a_form(surface):
            return exact
        norm = arabic_norm(surface)
        self.asked = True
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
        return _analyzer(_Stems(self._lexemes, self.spelt))

    def prepare(self) -> None:
        """Import and make the analyser now, for whoever must not wait for it later."""
        _ = self.analyser

    def _may_be_a_form(self, surface: str) -> bool:
        """Whether a stem is left when a beginning and an ending are taken off: most words of a
        text have none, and the analyser, which does the same and weighs what it finds, would say
        so twenty times as slowly."""
        word = surface.translate(_AS_THE_ANALYSER_SEES_IT)
        spelt = self.spelt
        for ending in range(len(word), max(0, len(word) - _LONGEST_ENDING - 1), -1):
            if word[ending:] in _ENDINGS:
                for beginning in range(min(_LONGEST_BEGINNING, ending - 1) + 1):
                    if word[beginning:ending] in spelt and word[:beginning] in _BEGINNINGS:
                        return True
        return False

    def forms(self, lexeme: int, *, clitics: bool = True) -> tuple[str, ...]:
        """Every written form of a lexeme that will match, or those without anything attached."""
        made: set[str] = set()
        for stem in self._lexemes[lexeme].stems:
            for prefix, prefix_category in _prefixes():
                if stem.category not in _PREFIX_STEMS[prefix_category]:
                    continue
                if prefix and not clitics and not stem.category.startswith("D"):
                    continue
                for category in _STEM_SUFFIXES[stem.category]:
                    if not clitics and category not in _UNATTACHED_SUFFIXES:
                        continue
                    if prefix_category == "art" and category not in _DEFINITE_SUFFIXES:
                        continue
                    made |= {prefix + stem.form + ending for ending in _SUFFIXES[category]}
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
_BEGINNINGS = frozenset(arabic_norm(prefix) for prefix, _ in _prefixes())
_ENDINGS = frozenset(arabic_norm(ending) for endings in _SUFFIXES.values() for ending in endings)
_LONGEST_BEGINNING = max(map(len, _BEGINNINGS))
_LONGEST_ENDING = max(map(len, _ENDINGS))


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


class _Stems(Mapping[str, list[tuple[str, dict[str, str]]]]):
    """Stems as `MorphologyDB` has them, each made when the analyser asks for it."""

    def __init__(self, lexemes: Sequence[Lexeme], spelt: Mapping[str, str]) -> None:
        self._lexemes = lexemes
        self._spelt = spelt

    def __getitem__(self, spelling: str) -> list[tuple[str, dict[str, str]]]:
        found = []
        for line in self._spelt[spelling].split("\n"):
            number, form, category = line.split("\t")
            lexeme = self._lexemes[int(number)]
            features = {
                "diac": form,
                "lex": lexeme.lemma.replace(" ", ""),
                "pos": lexeme.part_of_speech,
                "root": lexeme.root,
                "bw": form,
                "lexeme": number,
                "gloss": "",
            }
            found.append((category, features))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._spelt)

    def __len__(self) -> int:
        return len(self._spelt)


def _database_text() -> str:
    """Clitics, endings and what joins what, in CAMeL Tools' format; no stems."""
    features = ("diac", "lex", "pos", "root", "bw", "lexeme", "gloss")
    lines = ["###DEFINES###"]
    lines += [f"DEFINE {f} {f}:*open*" for f in features if f != "pos"]
    lines += ["DEFINE pos pos:noun pos:verb pos:part pos:exact pos:digit pos:punc pos:latin"]
    lines += ["###DEFAULTS###"]
    for pos in ("noun", "verb", "part", "exact", "digit", "punc", "latin"):
        lines.append(f"DEFAULT pos:{pos} " + " ".join(f"{f}:*" for f in features if f != "pos"))
    lines += ["###ORDER###", "ORDER " + " ".join(features)]
    lines += ["###TOKENIZATIONS###", "TOKENIZATION diac"]
    lines += ["###STEMBACKOFF###", "STEMBACKOFF NOUN N", "###PREFIXES###"]
    for prefix, category in _prefixes():
        shown = f"{prefix}+" if prefix else ""
        lines.append(f"{arabic_norm(prefix)}\t{category}\tdiac:{prefix} bw:{shown}")
    lines.append("###SUFFIXES###")
    for category, endings in _SUFFIXES.items():
        for ending in endings:
            shown = f"+{ending}" if ending else ""
            lines.append(f"{arabic_norm(ending)}\t{category}\tdiac:{ending} bw:{shown}")
    lines.append("###STEMS###")
    lines.append("###TABLE AB###")
    lines += [f"{p} {s}" for p, stems in _PREFIX_STEMS.items() for s in stems]
    lines.append("###TABLE BC###")
    lines += [f"{s} {x}" for s, suffixes in _STEM_SUFFIXES.items() for x in suffixes]
    lines.append("###TABLE AC###")
    for prefix in _PREFIX_STEMS:
        for suffix in _SUFFIXES:
            if prefix != "art" or suffix in _DEFINITE_SUFFIXES:
                lines.append(f"{prefix} {suffix}")
    return "\n".join(lines) + "\n"


def _analyzer(stems: Mapping[str, list[tuple[str, dict[str, str]]]]) -> Analyzer:
    prepare_camel_tools()
    from camel_tools.morphology.analyzer import Analyzer
    from camel_tools.morphology.database import MorphologyDB

    # MorphologyDB reads a path; the file is gone again once it is read.
    with tempfile.TemporaryDirectory(prefix="marsad-") as folder:
        path = Path(folder, "vocabulary.db")
        path.write_text(_database_text(), encoding="utf-8")
        database = MorphologyDB(str(path), "a")
    database.stem_hash = stems
    return Analyzer(database)


def full_database(path: Path) -> Any:
    """A full morphology database in CAMeL Tools' format, for `lexicon` look-ups."""
    prepare_camel_tools()
    from camel_tools.morphology.database import MorphologyDB

    return MorphologyDB(str(path), "a")
