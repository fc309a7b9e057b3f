"""Text → words and numbers that know where they stand in the original.

Nothing here changes the text: a token carries the offsets of its letters in the
string that was given, and a normalised form that look-ups use. So evidence can
always be shown in the writer's own spelling.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rules.language.disguise import Knows, pieces_as_words
from rules.language.letters import AS_ARABIC

MAX_CHARACTERS = 200_000
"""Longer texts are read up to here: no news entry is longer, a hostile one may be."""

# Letters of the Arabic script with the presentation forms that old systems emit.
_ARABIC_LETTER = (
    "\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe80-\ufefc"
    "\U0001ee00-\U0001eeef"
)
# What nobody sees: joiners, fillers, variation selectors, tags, controls of bidirectional text.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
# Marks that may stand inside a word without being part of it: diacritics, tatweel, accents
# heaped on letters, and what is invisible.
_ARABIC_MARK = (
    "\u0300-\u034e\u0350-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed\u0898-\u089f\u08ca-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
    "\ufe70-\ufe7f" + _INVISIBLE
)
_LATIN_MARK = "\u0300-\u034e\u0350-\u036f" + _INVISIBLE

_WORD = re.compile(
    rf"([{_ARABIC_LETTER}][{_ARABIC_LETTER}{_ARABIC_MARK}]*"
    rf"|\d+(?:[.,٫٬]\d+)*"
    rf"|[^\W\d_\u0640{_INVISIBLE}{_ARABIC_LETTER}]"
    rf"[^\W\d_{_ARABIC_LETTER}{_LATIN_MARK}]*"
    rf"(?:[{_LATIN_MARK}]+[^\W\d_{_ARABIC_LETTER}{_LATIN_MARK}]*)*)"
)
_IS_ARABIC = re.compile(f"[{_ARABIC_LETTER}]")
# As most words of news are written: what is looked up is what stands there.
is_plain_arabic = re.compile("[\u0621-\u0628\u062a-\u063a\u0641-\u064a]+\u0629?").fullmatch
# Ta marbuta only ever ends a word: a letter after it means that a space is missing.
_TA_MARBUTA = re.compile(f"[\u0629\u06c3\ufe93\ufe94][{_ARABIC_MARK}]*")
_ARABIC_MARKS = re.compile(f"[{_ARABIC_MARK}]+")
_LATIN_MARKS = re.compile(f"[{_LATIN_MARK}]+")
# Shown words keep their vowel signs, but not the invisible controls after them.
_TRAILING_CONTROLS = re.compile(f"[{_INVISIBLE}]+$")

# A zero-width space or byte-order mark may also be what is left of a space between words.
_HIDDEN_SPACE = re.compile(f"[{_INVISIBLE}]*[\u200b\ufeff][{_INVISIBLE}]*")
# Arabic words cut up by a sign, «ح.ص.ا.ر», or by spaces between single letters.
_PIECE = f"[{_ARABIC_LETTER}][{_ARABIC_LETTER}{_ARABIC_MARK}]*+"
_LETTER = f"[{_ARABIC_LETTER}][{_ARABIC_MARK}]*+"
_SIGN = "[-.·•*_~|/+='’`^,،:ۥ٭‐‑–—]"
_CUT_UP = re.compile(
    f"(?<![{_ARABIC_LETTER}{_ARABIC_MARK}])"
    rf"(?:{_PIECE}(?:{_SIGN}{{1,3}}[{_ARABIC_MARK}]*{_PIECE})++"
    rf"|{_LETTER}(?P<gap>[ \xa0]{{1,2}}|[ \xa0]?{_SIGN}[ \xa0]?){_LETTER}"
    rf"(?:(?P=gap){_LETTER})++(?![{_ARABIC_LETTER}]))"
)

_GAP = f"(?:[ \xa0]{{1,2}}|[ \xa0]?{_SIGN}[ \xa0]?)"
MAY_BE_CUT_UP = (
    f"[{_ARABIC_LETTER}{_ARABIC_MARK}]{_SIGN}{{1,3}}[{_ARABIC_MARK}]*[{_ARABIC_LETTER}]"
    f"|(?:^|[^{_ARABIC_LETTER}{_ARABIC_MARK}])"
    + _GAP.join([f"[{_ARABIC_LETTER}][{_ARABIC_MARK}]*"] * 3)
)
"""For RE2: a text in which this is not found has no cut up words."""

# What breaks the reach of a negation without ending the sentence.
BREAK = frozenset(',،:()[]{}«»"“”„–—|/•·?؟')
# What look-ups make alike, as CAMeL Tools does: alefs, alef maqsura, ta marbuta.
_FOLD = str.maketrans("إأآىة", "ااايه")


class Token(NamedTuple):
    """One word or number.

    ``start`` and ``end`` are code-point offsets into the text that was tokenised.
    ``surface`` keeps hamza and ta marbuta (Arabic) or accents (Latin); ``norm`` drops
    them. ``script`` is ``ar``, ``latin`` or ``number``. ``breaks`` says that a comma,
    colon, bracket or quotation mark stands between this token and the one before.
    """

    start: int
    end: int
    surface: str
    norm: str
    script: str
    breaks: bool


@lru_cache(maxsize=20_000)
def arabic_surface(word: str) -> str:
    """Without diacritics, tatweel and controls; presentation forms as plain letters."""
    plain = unicodedata.normalize("NFKC", _ARABIC_MARKS.sub("", word))
    return _ARABIC_MARKS.sub("", plain).translate(AS_ARABIC)


@lru_cache(maxsize=20_000)
def arabic_norm(word: str) -> str:
    """`arabic_surface` with alef, alef maqsura and ta marbuta made alike, as CAMeL Tools does."""
    return arabic_surface(word).translate(_FOLD)


@lru_cache(maxsize=20_000)
def latin_surface(word: str) -> str:
    """Lower case, composed, without invisible characters."""
    return _LATIN_MARKS.sub("", unicodedata.normalize("NFKC", word)).casefold().replace("œ", "oe")


@lru_cache(maxsize=20_000)
def latin_norm(word: str) -> str:
    """`latin_surface` without accents: headlines and URL slugs often have none."""
    decomposed = unicodedata.normalize("NFD", latin_surface(word))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("æ", "ae")


def listed_norm(word: str, language: str) -> str:
    """The normal form of a word that a list of this language holds, as a text's tokens have it."""
    return arabic_norm(word) if language == "ar" else latin_norm(word)


@lru_cache(maxsize=10_000)
def number_norm(word: str) -> str:
    """ASCII digits without separators."""
    return "".join(str(unicodedata.decimal(c)) for c in word if c.isdecimal())


class Word(NamedTuple):
    """What a run of letters or digits is read as, wherever it stands."""

    surface: str
    norm: str
    script: str
    length: int
    """Code points of it that are shown: what nobody sees at its end is left out."""


@lru_cache(maxsize=60_000)
def as_word(run: str) -> Word | None:
    """How a run is read; None where it is more than one word, or none: see `_arabic_words`."""
    if is_plain_arabic(run):
        return Word(run, run.translate(_FOLD), "ar", len(run))
    if run[0].isdecimal():
        norm = number_norm(run)
        return Word(norm, norm, "number", len(run))
    if not _IS_ARABIC.match(run):
        return Word(latin_surface(run), latin_norm(run), "latin", len(run))
    surface = arabic_surface(run)
    several = _HIDDEN_SPACE.search(run) or len(_split_after_ta_marbuta(run, 0, len(run))) > 1
    if several or not surface:
        return None
    trimmed = _TRAILING_CONTROLS.sub("", run) or run
    return Word(surface, arabic_norm(run), "ar", len(trimmed))


def is_one_run(written: str) -> bool:
    """Whether `runs` would find nothing in it to cut."""
    return _WORD.fullmatch(written) is not None


class _WholeWords(dict[str, Word | None]):
    """Pieces of texts between spaces → the word that each is; None: it is more or less than one.
    One that is not here is read where it is asked for."""

    __slots__ = ()

    def __missing__(self, piece: str) -> Word | None:
        word = as_word(piece) if is_one_run(piece) else None
        if len(self) >= _MOST_PIECES:
            self.clear()
        if len(piece) <= _LONGEST_PIECE:
            self[piece] = word
        return word


_MOST_PIECES, _LONGEST_PIECE = 60_000, 60
"""Pieces that are remembered, and the characters of one that comes again."""
whole_words = _WholeWords()


def runs(text: str) -> list[str]:
    """A text cut before and behind its runs of letters and of digits: what stands between two is
    at the even places. Joined, they are the text. Linear in its length."""
    return _WORD.split(text[:MAX_CHARACTERS])


def tokenize(text: str, knows: Knows | None = None) -> list[Token]:
    """The words and numbers of a text, in order. Linear in its length.

    With ``knows``, words that are cut up or held together by what nobody sees are read as
    the vocabulary's words (`disguise`); without, signs and hidden spaces part words.
    """
    text = text[:MAX_CHARACTERS]
    return tokens_of(text, runs(text), knows)


def tokens_of(
    text: str, cut: Sequence[str], knows: Knows | None, *, cut_up: bool = True
) -> list[Token]:
    """`tokenize` of a text that `runs` has cut. ``cut_up``: whether words may be cut up in it."""
    tokens: list[Token] = []
    end = 0
    add, make, unbroken = tokens.append, tuple.__new__, BREAK.isdisjoint
    for gap, run in zip(cut[::2], cut[1::2], strict=False):
        start = end + len(gap)
        end = start + len(run)
        breaks = gap != " " and not unbroken(gap)
        known = as_word(run)
        if known is not None:
            surface, norm, script, length = known
            add(make(Token, (start, start + length, surface, norm, script, breaks)))
            continue
        for part_start, part_end in _arabic_words(text, start, end, knows):
            raw = text[part_start:part_end]
            trimmed = _TRAILING_CONTROLS.sub("", raw) or raw
            surface = arabic_surface(raw)
            if surface:
                shown = part_start + len(trimmed)
                tokens.append(Token(part_start, shown, surface, arabic_norm(raw), "ar", breaks))
            breaks = False
    return _put_together(text, tokens, knows) if cut_up and knows else tokens


def _arabic_words(
    text: str, start: int, end: int, knows: Knows | None
) -> Iterable[tuple[int, int]]:
    """The words in a run of Arabic letters and marks: where a space is missing or hidden."""
    if not _HIDDEN_SPACE.search(text, start, end):
        return _split_after_ta_marbuta(text, start, end)
    pieces = []
    for match in _HIDDEN_SPACE.finditer(text, start, end):
        if match.start() > start:
            pieces.append((start, match.start()))
        start = match.end()
    if start < end:
        pieces.append((start, end))
    written = [arabic_surface(text[a:b]) for a, b in pieces]
    whole = pieces_as_words(written, knows) if knows else ((i, i + 1) for i in range(len(pieces)))
    joined = [(pieces[first][0], pieces[stop - 1][1]) for first, stop in whole]
    return [w for a, b in joined for w in _split_after_ta_marbuta(text, a, b)]


def _put_together(text: str, tokens: list[Token], knows: Knows) -> list[Token]:
    """Tokens with the pieces of cut up words joined."""
    merged: dict[int, tuple[int, Token]] = {}
    for match in _CUT_UP.finditer(text):
        first = bisect_left(tokens, match.start(), key=lambda t: t.start)
        stop = bisect_left(tokens, match.end(), first, key=lambda t: t.start)
        pieces = tokens[first:stop]
        for a, b in pieces_as_words([t.surface for t in pieces], knows):
            if b - a > 1:
                word = "".join(t.surface for t in pieces[a:b])
                begin, end = pieces[a], pieces[b - 1]
                whole = Token(begin.start, end.end, word, arabic_norm(word), "ar", begin.breaks)
                merged[first + a] = (first + b, whole)
    if not merged:
        return tokens
    found = []
    at = 0
    while at < len(tokens):
        at, token = merged.get(at, (at + 1, tokens[at]))
        found.append(token)
    return found


def _split_after_ta_marbuta(text: str, start: int, end: int) -> list[tuple[int, int]]:
    parts = []
    for match in _TA_MARBUTA.finditer(text, start, end):
        if match.end() < end:
            parts.append((start, match.end()))
            start = match.end()
    parts.append((start, end))
    return parts
