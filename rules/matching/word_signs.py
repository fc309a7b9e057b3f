"""What the words of a text are signs of, sentence by sentence, before any of it is cut into words.

A text is parted at its spaces. Most of what stands between two is one word, with or without a
comma or a quotation mark, and is remembered as it is written; only what is more or less than a
word, or may end a sentence, is cut into its runs of letters (`language.text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from rules.language.sentences import Field, ends_between, never_ends
from rules.language.text import MAX_CHARACTERS, as_word, is_one_run, is_plain_arabic, runs
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.plain import Continued, goes_on
from rules.matching.finding.signs import set_bits


@dataclass(frozen=True, slots=True, eq=False)
class RunSign:
    """What a run of letters tells of its sentence, as one word."""

    bits: int
    """Of terms, and above them of groups."""
    numbers: tuple[int, ...]
    begins: Continued | None


_OF_NOTHING = RunSign(0, (), None)
_SEVERAL = RunSign(0, (), None)
"""Of a run that is not one word: what it is in its sentence only `tokenize` tells."""
_MOST_REMEMBERED = 200_000
"""Pieces of texts, as they are written, of which it is remembered what they are signs of."""
_LONGEST_REMEMBERED = 60
"""Characters of these: a longer one does not come again."""


class _Pieces(dict[str, RunSign | None]):
    """Pieces of texts as they are written → what they are signs of. None: of what is not one word,
    or may end a sentence. One that is not here is learnt where it is asked for."""

    __slots__ = ("_learn",)

    def __init__(self, learn: Callable[[str], RunSign | None]) -> None:
        self._learn = learn

    def __missing__(self, piece: str) -> RunSign | None:
        return self._learn(piece)


class WordSigns:
    """Words as they are written → bits of terms and groups of terms. Thread-safe."""

    def __init__(self, terms: TermMatcher, groups: Mapping[int, int], everything: int) -> None:
        """``groups``: number of a term's bit → the bits of its groups; ``everything``: all bits,
        for a sentence of which nothing is known."""
        self._terms = terms
        self._groups = groups
        self._everything = everything
        self._composed = terms.signs.composed.with_more(self.with_groups)
        self._of_piece = _Pieces(self._learnt)
        self._cuts: dict[str, list[str]] = {}
        self._of_numbers: dict[tuple[int, ...], RunSign] = {}
        self._of_number: dict[int, int] = {}
        self._of_phrase: dict[str, int] = {}

    def with_groups(self, bits: int) -> int:
        """Bits of terms, and of the groups that these are in."""
        joined = bits
        for number in set_bits(bits):
            joined |= self._groups.get(number, 0)
        return joined

    def of_text(self, text: str, field: Field, bits: int) -> list[int]:
        """``bits`` and those of what may stand in each sentence of a title or text in which no
        words are cut up; several sentences are taken together where it is not sure that they are
        parted."""
        pieces = text[:MAX_CHARACTERS].split(" ")
        signs = list(map(self._of_piece.__getitem__, pieces))
        parted = [at for at, sign in enumerate(signs) if sign is None]
        if not parted:
            return [self._together(signs, bits)]  # type: ignore[arg-type]
        return [self._together(each, bits) for each in self._parted(pieces, signs, parted, field)]

    def of_runs(self, sentences: Iterator[Sequence[str]], bits: int) -> list[int]:
        """The same of sentences of which the words are known as they are written."""
        return [self._together([self._of_run(run) for run in each], bits) for each in sentences]

    def _parted(
        self,
        pieces: Sequence[str],
        signs: list[RunSign | None],
        parted: Sequence[int],
        field: Field,
    ) -> Iterator[list[RunSign]]:
        """The signs of each sentence; ``parted``: the places where there is none. What stands
        before the first stop between two runs does not tell whether a sentence ends there (`ends`):
        commas of pieces are left out."""
        sentence: list[RunSign] = []
        # What stands behind the last run, and the piece or run that this is.
        behind, before, start = "", "", 0
        for at in chain(parted, (len(signs),)):
            if at > start:
                if (
                    before
                    and not never_ends(behind)
                    and _ends(before, behind + " ", pieces[start], field)
                ):
                    yield sentence
                    sentence = []
                sentence += signs[start:at]  # type: ignore[arg-type]
                behind, before = "", pieces[at - 1]
            if at == len(pieces):
                break
            cut = self._cut_of(pieces[at])
            behind += " " + cut[0]
            for run, gap in zip(cut[1::2], cut[2::2], strict=True):
                if before and not never_ends(behind) and _ends(before, behind, run, field):
                    yield sentence
                    sentence = []
                sentence.append(self._of_run(run))
                behind, before = gap, run
            start = at + 1
        if sentence:
            yield sentence

    def _together(self, signs: Sequence[RunSign], bits: int) -> int:
        """``bits`` and those of what may stand in a sentence: all of them where nobody knows."""
        begun: Continued | None = None
        for at, sign in enumerate(signs, 1):
            if sign is _OF_NOTHING:
                begun = None
                continue
            if sign is _SEVERAL:
                return self._everything
            bits |= sign.bits
            if begun is not None:
                for number in sign.numbers:
                    phrases = begun.get(number)
                    if phrases is not None:
                        for name, rest in phrases:
                            if not rest or goes_on(rest, signs, at):
                                bits |= self._of_phrase.get(name) or self._phrase(name)
            begun = sign.begins
        return self._composed.complete(bits)

    def _learnt(self, piece: str) -> RunSign | None:
        """What a piece is a sign of, remembered."""
        sign: RunSign | None
        if is_plain_arabic(piece):
            numbers = self._terms.arabic(piece)
            sign = self._of_words(numbers) if numbers else _OF_NOTHING
        else:
            cut = runs(piece)
            if len(cut) != 3 or not (never_ends(cut[0]) and never_ends(cut[2])):
                sign = None
                self._keep(piece, cut)
            elif cut[1] == piece:
                sign = self._of_word(piece)
            else:
                sign = self._of_run(cut[1])
        if len(self._of_piece) >= _MOST_REMEMBERED:
            self._of_piece.clear()
            self._of_numbers.clear()
        if len(piece) <= _LONGEST_REMEMBERED:
            self._of_piece[piece] = sign
        return sign

    def _cut_of(self, piece: str) -> list[str]:
        cut = self._cuts.get(piece)
        if cut is None:
            cut = runs(piece)
            self._keep(piece, cut)
        return cut

    def _keep(self, piece: str, cut: list[str]) -> None:
        if len(piece) <= _LONGEST_REMEMBERED:
            if len(self._cuts) >= _MOST_REMEMBERED // 4:
                self._cuts.clear()
            self._cuts[piece] = cut

    def _of_run(self, run: str) -> RunSign:
        return self._of_piece[run] or _SEVERAL

    def _of_word(self, run: str) -> RunSign:
        """What a run of letters is a sign of, in whichever language it is read."""
        word = as_word(run)
        if word is None or not is_one_run(run):
            return _SEVERAL
        languages = (None, "en", "fr") if word.script == "latin" else (None,)
        known = [self._terms.known(word, language) for language in languages]
        numbers = tuple({number for each in known for number in each.numbers})
        return self._of_words(numbers) if numbers else _OF_NOTHING

    def _of_words(self, numbers: tuple[int, ...]) -> RunSign:
        """One for all forms of a word: what is read often stays near at hand."""
        sign = self._of_numbers.get(numbers)
        if sign is None:
            bits = 0
            for number in numbers:
                known = self._of_number.get(number)
                bits |= self._number(number) if known is None else known
            sign = RunSign(bits, numbers, self._terms.plain.begun_by(numbers))
            self._of_numbers[numbers] = sign
        return sign

    def _number(self, number: int) -> int:
        bits = self._terms.signs.at_places(number)
        for name in self._terms.plain.alone.get(number, ()):
            bits |= self._of_phrase.get(name) or self._phrase(name)
        self._of_number[number] = bits
        return bits

    def _phrase(self, name: str) -> int:
        bits = self._of_phrase[name] = self.with_groups(self._terms.signs.of_term(name))
        return bits


def _ends(before: str, between: str, after: str, field: Field) -> bool:
    """Whether a sentence surely ends between two pieces of one run each."""
    return ends_between(_run_of(before), between, _run_of(after), field)


def _run_of(piece: str) -> str:
    return piece if is_plain_arabic(piece) else runs(piece)[1]
