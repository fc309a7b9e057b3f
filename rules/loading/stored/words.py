"""Words of texts on disk, with what CAMeL Tools said of each: to ask takes a tenth of a thousandth
of a second, and a file of entries has twenty thousand.

They go by the Arabic words of the rules, which are stored with them. Rules that were changed take
over all that their changes say nothing of: a word is asked for anew where a word that it is a form
of is no longer there, or where it may be a form of one that is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from rules.language.arabic.morphology import Morphology
from rules.language.disguise import without_drawn_out_letters
from rules.loading.stored.compiled import lexeme_of, rows_of
from rules.loading.stored.file import StoredFile

MOST = 60_000
"""Words that are kept: each start reads them, a thousandth of a second for a thousand."""
_LEXEMES, _WORDS = "lexemes", "words"

_Analysed = Mapping[str, Sequence[tuple[int, str]]]
"""As `Morphology.remember` takes them."""


class StoredWords:
    """The words that were met with the rules of some directories. Reading raises `UNUSABLE`."""

    def __init__(self, folder: Path, *directories: Path | None) -> None:
        self._file = StoredFile(folder, "words", "", *directories)

    def read(self, morphology: Morphology, digest: str) -> None:
        """Take over those of the Arabic words with this digest, if they are."""
        found = self._file.read()
        if found is not None and found[1] == digest:
            morphology.remember(found[0][_WORDS])

    def adapt(self, morphology: Morphology, lexemes: str) -> None:
        """Take over what is as true of these Arabic words as of those that it was stored with."""
        found = self._file.read()
        if found is not None:
            parts, _ = found
            before, now = rows_of(parts[_LEXEMES]), rows_of(lexemes)
            morphology.remember(still_true(parts[_WORDS], before, now))

    def write(self, morphology: Morphology, lexemes: str, digest: str) -> None:
        words = dict(islice(morphology.analysed().items(), MOST))
        self._file.write({_LEXEMES: lexemes, _WORDS: words}, digest)


def still_true(
    words: _Analysed, before: Sequence[str], now: Sequence[str]
) -> dict[str, list[tuple[int, str]]]:
    """The words of which other lexemes, given as rows, say the same, with their numbers there."""
    times, known = Counter(now), set(before)
    numbers = {row: number for number, row in enumerate(now) if times[row] == 1}
    moved = [numbers.get(row) for row in before]
    added = Morphology([lexeme_of(row) for row in dict.fromkeys(now) if row not in known])
    kept: dict[str, list[tuple[int, str]]] = {}
    for word, found in words.items():
        here = [(number, told) for at, told in found if (number := moved[at]) is not None]
        meant = (word, *without_drawn_out_letters(word))
        if len(here) == len(found) and not any(map(added.may_be_a_form, meant)):
            kept[word] = list(dict.fromkeys(here))
    return kept
