"""Text → sentences → tokens that know where they stand in the original.

Nothing here changes the text: a token carries the offsets of its letters in the
string that was given, and a normalised form that look-ups use. So evidence can
always be shown in the writer's own spelling.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rules.language.letters import AS_ARABIC

Field = Literal["title", "text"]

MAX_CHARACTERS = 200_000
"""Longer texts are read up to here: no news entry is longer, a hostile one may be."""

# Letters of the Arabic script with the presentation forms that old systems emit.
_ARABIC_LETTER = (
    "\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\u08a0-\u08b4\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc"
)
# Marks that may stand inside a word without being part of it: diacritics, tatweel,
# joiners and the invisible controls of bidirectional text.
_ARABIC_MARK = (
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad"
)
_LATIN_MARK = "\u0300-\u036f\u00ad\u200b-\u200d\u2060"

_TOKEN = re.compile(
    rf"(?P<ar>[{_ARABIC_LETTER}](?:[{_ARABIC_LETTER}{_ARABIC_MARK}])*)"
    rf"|(?P<number>\d+(?:[.,٫٬]\d+)*)"
    rf"|(?P<word>[^\W\d_\u0640{_ARABIC_LETTER}][^\W\d_{_ARABIC_LETTER}{_LATIN_MARK}]*"
    rf"(?:[{_LATIN_MARK}]+[^\W\d_{_ARABIC_LETTER}]*)*)"
)
# Ta marbuta only ever ends a word: a letter after it means that a space is missing.
_TA_MARBUTA = re.compile(f"\u0629[{_ARABIC_MARK}]*")
_ARABIC_MARKS = re.compile(f"[{_ARABIC_MARK}]+")
_LATIN_MARKS = re.compile(f"[{_LATIN_MARK}]+")
# Shown words keep their vowel signs, but not the invisible controls after them.
_TRAILING_CONTROLS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+$")

# What ends a sentence: always, and (a full stop) only where it is not part of an
# abbreviation, a number or a web address.
_ALWAYS_END = frozenset("!?؟؛…。\n\r\u2028\u2029۔;")
# What breaks the reach of a negation without ending the sentence.
_BREAK = frozenset(',،:()[]{}«»"“”„–—|/•·')
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr st mme mlle m prof gen col lt no vs jr sr inc co corp u s n a d e p art".split()
)

# What look-ups make alike, as CAMeL Tools does: alefs, alef maqsura, ta marbuta.
_FOLD = str.maketrans("إأآىة", "ااايه")


@dataclass(frozen=True, slots=True)
class Token:
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


@dataclass(frozen=True, slots=True)
class Sentence:
    field: Field
    start: int
    end: int
    tokens: tuple[Token, ...]


@lru_cache(maxsize=100_000)
def arabic_surface(word: str) -> str:
    """Without diacritics, tatweel and controls; presentation forms as plain letters."""
    plain = unicodedata.normalize("NFKC", word)
    return _ARABIC_MARKS.sub("", plain).translate(AS_ARABIC)


@lru_cache(maxsize=100_000)
def arabic_norm(word: str) -> str:
    """`arabic_surface` with alef, alef maqsura and ta marbuta made alike, as CAMeL Tools does."""
    return arabic_surface(word).translate(_FOLD)


@lru_cache(maxsize=100_000)
def latin_surface(word: str) -> str:
    """Lower case, composed, without invisible characters."""
    return _LATIN_MARKS.sub("", unicodedata.normalize("NFKC", word)).casefold().replace("œ", "oe")


@lru_cache(maxsize=100_000)
def latin_norm(word: str) -> str:
    """`latin_surface` without accents: headlines and URL slugs often have none."""
    decomposed = unicodedata.normalize("NFD", latin_surface(word))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("æ", "ae")


@lru_cache(maxsize=10_000)
def number_norm(word: str) -> str:
    """ASCII digits without separators."""
    return "".join(str(unicodedata.decimal(c)) for c in word if c.isdecimal())


def tokenize(text: str) -> list[Token]:
    """The words and numbers of a text, in order. Linear in its length."""
    tokens: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(text[:MAX_CHARACTERS]):
        start, end = match.span()
        breaks = any(c in _BREAK for c in text[last:start])
        if match.lastgroup == "ar":
            for part_start, part_end in _split_after_ta_marbuta(text, start, end):
                raw = text[part_start:part_end]
                trimmed = _TRAILING_CONTROLS.sub("", raw) or raw
                surface = arabic_surface(raw)
                if surface:
                    tokens.append(
                        Token(
                            part_start,
                            part_start + len(trimmed),
                            surface,
                            arabic_norm(raw),
                            "ar",
                            breaks,
                        )
                    )
                breaks = False
        elif match.lastgroup == "number":
            norm = number_norm(match.group())
            tokens.append(Token(start, end, norm, norm, "number", breaks))
        else:
            surface = latin_surface(match.group())
            tokens.append(Token(start, end, surface, latin_norm(match.group()), "latin", breaks))
        last = end
    return tokens


def _split_after_ta_marbuta(text: str, start: int, end: int) -> list[tuple[int, int]]:
    parts = []
    for match in _TA_MARBUTA.finditer(text, start, end):
        if match.end() < end:
            parts.append((start, match.end()))
            start = match.end()
    parts.append((start, end))
    return parts


def sentences(text: str, field: Field) -> list[Sentence]:
    """The sentences of a title or body, with their tokens.

    A line break ends a sentence; so does a full stop, unless it stands in a number, an
    abbreviation or an address. Arabic letters need no space after the stop.
    """
    tokens = tokenize(text)
    found: list[Sentence] = []
    current: list[Token] = []
    for index, token in enumerate(tokens):
        if current and _ends(text, current[-1], token):
            found.append(Sentence(field, current[0].start, current[-1].end, tuple(current)))
            current = []
        current.append(tokens[index])
    if current:
        found.append(Sentence(field, current[0].start, current[-1].end, tuple(current)))
    return found


def _ends(text: str, before: Token, after: Token) -> bool:
    between = text[before.end : after.start]
    for position, char in enumerate(between):
        if char in _ALWAYS_END:
            return True
        if char == ".":
            if len(between) > 1 and between[position : position + 2] == "..":
                return True
            if before.script == "ar" or after.script == "ar":
                # «د. أحمد»: a single letter before the stop is a title, not a sentence.
                return len(before.surface) > 1
            spaced = position + 1 < len(between)
            return spaced and not (before.norm in _ABBREVIATIONS or len(before.norm) == 1)
    return False
