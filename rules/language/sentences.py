"""Text → sentences, each with its words: where one ends, and where a stop is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise, repeat
from operator import add
from typing import Literal, NamedTuple

from rules.language.disguise import Knows
from rules.language.text import (
    BREAK,
    MAX_CHARACTERS,
    Token,
    Word,
    as_word,
    runs,
    tokens_of,
    whole_words,
)

Field = Literal["title", "text"]

LONGEST = 400
"""Words of the longest sentence: what goes on longer is no sentence, and is parted there. What its
words say of each other costs a reading the more the further it goes on."""

# What ends a sentence: always, and (a full stop) only where it is not part of an
# abbreviation, a number or a web address.
_ALWAYS_END = frozenset("!?؟؛…。\n\r\u2028\u2029۔;")
_MAY_END = _ALWAYS_END | {"."}
_ASKS = frozenset("?؟")
"""A title asks and answers in one breath: "Doctors arrested? Pure invention"."""
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr st mme mlle m prof gen col lt maj sgt capt brig adm gov sen rep rev no vs jr sr "
    "inc co corp u s n a d e p art".split()
)
_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec janv fevr juil".split())
"""As they are cut short before a day: "since Oct. 7"."""


class Sentence(NamedTuple):
    field: Field
    start: int
    end: int
    tokens: tuple[Token, ...]


def sentences(text: str, field: Field, knows: Knows | None = None) -> list[Sentence]:
    """The sentences of a title or body, with their tokens.

    A line break ends a sentence; so does a full stop, unless it stands in a number, an
    abbreviation or an address. Arabic letters need no space after the stop.
    ``knows`` is for `tokenize`.
    """
    if knows is None:
        return list(_without_vocabulary(text, field))
    return cut_sentences(text, field, knows)


@lru_cache(maxsize=2)
def _without_vocabulary(text: str, field: Field) -> tuple[Sentence, ...]:
    """Of one entry: its places and its figures are read of the same sentences."""
    return tuple(cut_sentences(text, field, None))


def cut_sentences(
    text: str, field: Field, knows: Knows | None, *, cut_up: bool = True
) -> list[Sentence]:
    """`sentences` of any text; ``knows`` and ``cut_up`` as for `tokens_of`."""
    text = text[:MAX_CHARACTERS]
    found = None if knows and cut_up else _of_whole_words(text, field)
    if found is None:
        found = sentences_of(text, field, tokens_of(text, runs(text), knows, cut_up=cut_up))
    return found


def _of_whole_words(text: str, field: Field) -> list[Sentence] | None:
    """The same of a text in which each run is a word, as in nearly all; None of another. Parted at
    its spaces: most of what stands between two is one word, and is known as it is written."""
    found: list[Sentence] = []
    tokens: list[Token] = []
    pieces = text.split(" ")
    words = list(map(whole_words.__getitem__, pieces))
    starts = list(map(add, accumulate(map(len, pieces), initial=0), range(len(pieces))))
    behind = " "
    """What stands behind the last word, with the space before the next piece."""
    begun = 0
    for at in [at for at, word in enumerate(words) if word is None] + [len(pieces)]:
        if at > begun and behind != " ":
            # What stands before the first word of several may end a sentence.
            cut = ["", pieces[begun], ""]
            if not _goes_on_with(cut, starts[begun], behind, found, tokens, field):
                return None
            begun, behind = begun + 1, " "
        if at > begun:
            tokens += _one_after_another(starts[begun:at], words[begun:at])  # type: ignore[arg-type]
        if at < len(pieces):
            cut = runs(pieces[at])
            if not _goes_on_with(cut, starts[at], behind, found, tokens, field):
                return None
            if len(cut) == 1:
                behind += cut[0] + " "  # in place: a text of nothing but spaces is linear
            else:
                behind = cut[-1] + " "
            begun = at + 1
    if tokens:
        found += _sentences(field, tokens)
    return found


def _one_after_another(starts: Sequence[int], words: Sequence[Word]) -> Iterator[Token]:
    """The tokens of words between which stands one space each."""
    surfaces, norms, scripts, lengths = zip(*words, strict=True)
    ends = map(add, starts, lengths)
    values = zip(starts, ends, surfaces, norms, scripts, repeat(False), strict=False)
    return map(tuple.__new__, repeat(Token), values)


def _goes_on_with(
    cut: Sequence[str],
    start: int,
    behind: str,
    found: list[Sentence],
    tokens: list[Token],
    field: Field,
) -> bool:
    """Adds the runs of a piece of a text; whether each is a word. ``behind``: what stands before
    the piece."""
    for gap, run in zip(cut[::2], cut[1::2], strict=False):
        known = as_word(run)
        if known is None:
            return False
        surface, norm, script, length = known
        start += len(gap)
        behind += gap
        breaks = not BREAK.isdisjoint(behind)
        token = Token(start, start + length, surface, norm, script, breaks)
        if tokens and not never_ends(behind) and ends(behind, tokens[-1], token, field):
            found += _sentences(field, tokens)
            tokens.clear()
        tokens.append(token)
        start += len(run)
        behind = ""
    return True


def sentences_of(text: str, field: Field, tokens: Sequence[Token]) -> list[Sentence]:
    """`sentences` of a text whose tokens are known."""
    found: list[Sentence] = []
    first = 0
    for at, (before, after) in enumerate(pairwise(tokens), 1):
        between = text[before[1] : after[0]]
        if between != " " and ends(between, before, after, field):
            found += _sentences(field, tokens[first:at])
            first = at
    if tokens:
        found += _sentences(field, tokens[first:])
    return found


def _sentences(field: Field, tokens: Sequence[Token]) -> tuple[Sentence, ...]:
    """One sentence; several of what is longer than any."""
    if len(tokens) <= LONGEST:
        return (Sentence(field, tokens[0].start, tokens[-1].end, tuple(tokens)),)
    parts = (tokens[at : at + LONGEST] for at in range(0, len(tokens), LONGEST))
    return tuple(Sentence(field, part[0].start, part[-1].end, tuple(part)) for part in parts)


def ends(between: str, before: Token | Word, after: Token | Word, field: Field) -> bool:
    """Whether a sentence ends with what stands between two words."""
    for position, char in enumerate(between):
        if char in _ALWAYS_END:
            return field == "text" or char not in _ASKS
        if char == ".":
            if len(between) > 1 and between[position : position + 2] == "..":
                return True
            if before.script == "ar" or after.script == "ar":
                # «د. أحمد»: a single letter before the stop is a title, not a sentence.
                return len(before.surface) > 1
            spaced = position + 1 < len(between)
            if after.script == "number" and before.norm in _MONTHS:
                return False
            return spaced and not (before.norm in _ABBREVIATIONS or len(before.norm) == 1)
    return False


never_ends = _MAY_END.isdisjoint
"""Whether a sentence goes on whatever words stand around this."""


def ends_between(run: str, gap: str, following: str, field: Field) -> bool:
    """Whether a sentence ends between two neighbouring runs of a text in which no words are cut up.
    Of a run that is no word by itself it is not sure."""
    char = next(filter(_MAY_END.__contains__, gap), "")
    if char != ".":
        return char != "" and (field == "text" or char not in _ASKS)
    before, after = as_word(run), as_word(following)
    return before is not None and after is not None and ends(gap, before, after, field)


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence of ``text`` that holds the words from ``start`` to ``end``."""
    for sentence in sentences(text, "text"):
        if sentence.start <= start < sentence.end:
            return text[sentence.start : max(sentence.end, end)]
    return text[start:end]
