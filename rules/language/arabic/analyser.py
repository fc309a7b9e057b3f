"""CAMeL Tools' analyser on the rules' own words: clitics and endings in its format, stems as asked.

Format: https://camel-tools.readthedocs.io (morphology).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

from rules.language.arabic.affixes import (
    BEGINNINGS,
    BEGINNINGS_BY_LETTER,
    ENDINGS,
    ENDINGS_BY_LETTER,
    PREFIX_STEMS,
    STEM_SUFFIXES,
    SUFFIXES,
    go_together,
    prefixes,
)
from rules.language.arabic.camel import prepare_camel_tools
from rules.language.text import arabic_norm

if TYPE_CHECKING:
    from camel_tools.morphology.analyzer import Analyzer


class Stems(Mapping[str, list[tuple[str, dict[str, str]]]]):
    """Stems as `MorphologyDB` has them, each made when the analyser asks for it. Of a lexeme they
    have its number: what else is to be said of it, the number tells, and the analyser would go
    through it for each ending."""

    def __init__(self, spelt: Mapping[str, str]) -> None:
        self._spelt = spelt

    def __getitem__(self, spelling: str) -> list[tuple[str, dict[str, str]]]:
        found = []
        for line in self._spelt[spelling].split("\n"):
            number, form, category = line.split("\t")
            found.append((category, {"diac": form, "bw": form, "lexeme": number}))
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
    for prefix, category in prefixes():
        shown = f"{prefix}+" if prefix else ""
        lines.append(f"{arabic_norm(prefix)}\t{category}\tdiac:{prefix} bw:{shown}")
    lines.append("###SUFFIXES###")
    for category, endings in SUFFIXES.items():
        for ending in endings:
            shown = f"+{ending}" if ending else ""
            lines.append(f"{arabic_norm(ending)}\t{category}\tdiac:{ending} bw:{shown}")
    lines.append("###STEMS###")
    lines.append("###TABLE AB###")
    lines += [f"{p} {s}" for p, stems in PREFIX_STEMS.items() for s in stems]
    lines.append("###TABLE BC###")
    lines += [f"{s} {x}" for s, suffixes in STEM_SUFFIXES.items() for x in suffixes]
    lines.append("###TABLE AC###")
    for prefix in PREFIX_STEMS:
        for suffix in SUFFIXES:
            if go_together(prefix, suffix):
                lines.append(f"{prefix} {suffix}")
    return "\n".join(lines) + "\n"


def analyzer(stems: Mapping[str, list[tuple[str, dict[str, str]]]]) -> Analyzer:
    prepare_camel_tools()
    from camel_tools.morphology import analyzer as camel
    from camel_tools.morphology.database import MorphologyDB

    # MorphologyDB reads a path; the file is gone again once it is read.
    with tempfile.TemporaryDirectory(prefix="marsad-") as folder:
        path = Path(folder, "vocabulary.db")
        path.write_text(_database_text(), encoding="utf-8")
        database = MorphologyDB(str(path), "a")
    database.stem_hash = stems

    class OfLetters(camel.Analyzer):  # type: ignore[misc]
        # Its own names for these three: who else uses CAMeL Tools finds it as it is.
        analyze = FunctionType(
            camel.Analyzer.analyze.__code__,
            vars(camel)
            | {"_is_punc": _beside_letters(camel._is_punc)}
            | {"_has_punc": _beside_letters(camel._has_punc)}
            | {"_segments_gen": _segments},
        )

    return OfLetters(database)


def _beside_letters(tells: Callable[[str], bool]) -> Callable[[str], bool]:
    """What looks for punctuation, without the look where all is letters: it goes through every
    symbol of Unicode at each letter, which took longer than all the rest of an analysis."""
    return lambda word: not word.isalpha() and tells(word)


def _segments(word: str, _prefix: int, _suffix: int) -> Iterator[tuple[str, str, str]]:
    """Beginning, stem and ending, in the analyser's order, where the first and the last are some:
    it cuts a word in twenty ways, of which three are left."""
    endings = (*reversed(ENDINGS_BY_LETTER.get(word[-1:], ())), 0)
    for beginning in (0, *BEGINNINGS_BY_LETTER.get(word[:1], ())):
        if word[:beginning] in BEGINNINGS:
            for ending in endings:
                end = len(word) - ending
                if beginning < end and word[end:] in ENDINGS:
                    yield word[:beginning], word[beginning:end], word[end:]


def full_database(path: Path) -> Any:
    """A full morphology database in CAMeL Tools' format, for `lexicon` look-ups."""
    prepare_camel_tools()
    from camel_tools.morphology.database import MorphologyDB

    return MorphologyDB(str(path), "a")
