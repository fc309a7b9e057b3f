"""Numbers in a sentence, in digits or in words: what each is worth and where it stands. Pure.

Digits are read in every script and with every separator; words in Arabic (with gender, case,
duals and what is glued to them), English and French. The words are in ``numerals.yaml``.
A number is not judged here: years, prices and tolls are all numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rules.language.numbers.digits import digits_value, glued
from rules.language.numbers.words import Piece, ordinal_word, piece_at, ten_follows
from rules.language.text import Token

_FILE = Path(__file__).with_name("numerals.yaml")
_GROUP = re.compile(r"[ \u00a0\u2009\u202f]")
_CLITICS = ("", "ال", "ب", "بال", "ل", "لل", "ك", "كال")
_ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th", "e", "eme", "er"})
_AND = frozenset({"و", "and", "et"})
_OF = frozenset({"of", "de", "d", "a"})
_SCALES = ("scales", "plural", "pairs")
_TWENTY, _EIGHTY = 20, 80


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number: the tokens `first` to `last`, its value.

    `vague`: a bare plural (عشرات, "hundreds") stands for its least value. `joined`: "and" stands
    before it. `digits`: it begins with digits. `max`: the upper end of a range. `ordinal`: "5th".
    `decimal`: "6.0".
    """

    first: int
    last: int
    value: float
    vague: bool = False
    joined: bool = False
    digits: bool = False
    max: float | None = None
    ordinal: bool = False
    decimal: bool = False


def numerals(text: str, tokens: Sequence[Token], language: str) -> tuple[Numeral, ...]:
    """The numbers among the tokens of `text`, in order.

    `language` (en or fr) says how Latin words are read: "cent" is money in English.
    """
    found: list[Numeral] = []
    at = 0
    while at < len(tokens):
        numeral = _number_at(text, tokens, at, language)
        if numeral is None:
            at += 1
            continue
        found.append(numeral)
        at = numeral.last + 1
    return tuple(found)


def ordinal_at(tokens: Sequence[Token], at: int, language: str) -> tuple[float, int] | None:
    """The value of an ordinal in words at a token, and the last token of it.

    >>> from rules.language.text import tokenize
    >>> ordinal_at(tokenize("الخامس والعشرون"), 0, "ar")
    (25, 1)
    """
    first = ordinal_word(tokens[at], language)
    if first is None:
        return None
    value, last = first, at
    if at + 1 < len(tokens) and not tokens[at + 1].breaks:
        follows = piece_at(tokens, at + 1, language)
        if follows is not None and follows.kind == "ten" and not follows.joined and value < 10:
            return value + 10, at + 1
        if follows is not None and follows.kind == "tens" and follows.joined and value < 10:
            return value + follows.value, at + 1
    return value, last


def _number_at(text: str, tokens: Sequence[Token], at: int, language: str) -> Numeral | None:
    token = tokens[at]
    if token.script == "number":
        return _digits_at(text, tokens, at, language)
    piece = piece_at(tokens, at, language)
    if piece is None or piece.kind == "tail":
        return None
    if piece.kind == "before ten" and not ten_follows(tokens, at, language):
        return None
    return _Sum(tokens, language).read(at, piece)


def _digits_at(text: str, tokens: Sequence[Token], at: int, language: str) -> Numeral | None:
    last, raw = at, text[tokens[at].start : tokens[at].end]
    # «12 500»: a space between thousands, as French writes them.
    while (
        last + 1 < len(tokens)
        and raw.isdecimal()
        and len(text[tokens[at].start : tokens[at].end]) <= 3
        and tokens[last + 1].script == "number"
        and len(text[tokens[last + 1].start : tokens[last + 1].end]) == 3
        and text[tokens[last + 1].start : tokens[last + 1].end].isdecimal()
        and _GROUP.fullmatch(text[tokens[last].end : tokens[last + 1].start])
    ):
        last += 1
        raw += text[tokens[last].start : tokens[last].end]
    before, after = glued(text, tokens[at].start, tokens[last].end)
    ordinal = after in _ORDINAL_ENDINGS
    if before or (after and not ordinal):
        return None
    joined = at > 0 and (
        tokens[at - 1].norm in _AND
        or (tokens[at - 1].end == tokens[at].start and tokens[at - 1].norm.startswith("و"))
    )
    scaled = _scale_behind(tokens, last + 1, language)
    value = digits_value(raw, scaled=scaled)
    if value is None:
        return None
    if ordinal:
        return Numeral(at, last + 1, value, joined=joined, digits=True, ordinal=True)
    whole = _Sum(tokens, language).read(last, Piece("digits", value, joined))
    decimal = isinstance(value, float) and not scaled
    return replace(whole, first=at, digits=True, decimal=decimal)


def _scale_behind(tokens: Sequence[Token], at: int, language: str) -> bool:
    piece = piece_at(tokens, at, language) if at < len(tokens) else None
    return piece is not None and piece.kind in _SCALES and not piece.joined


class _Sum:
    """Adds up the words of one number as long as the next one may belong to it.

    `room`: what is added next must be smaller ("a hundred and five", never "five and seven").
    """

    def __init__(self, tokens: Sequence[Token], language: str) -> None:
        self.tokens = tokens
        self.language = language
        self.total = 0.0
        self.group = 0.0
        self.lately = Piece("", 0)
        self.room = float("inf")
        self.scale = float("inf")
        self.vague = False

    def read(self, at: int, first: Piece) -> Numeral:
        self._begin(first)
        last = at
        position = at + 1
        while position < len(self.tokens) and not self.tokens[position].breaks:
            joined = False
            token = self.tokens[position]
            if token.norm in _AND | _OF:
                joined = token.norm in _AND
                if token.norm in _OF and self.lately.kind not in ("many", "plural", "parts"):
                    break
                position += 1
                if position >= len(self.tokens) or self.tokens[position].breaks:
                    break
            piece = self._next(position, joined)
            if piece is None or not self._take(piece):
                break
            last = position
            position += 1
        return Numeral(at, last, self._value(), self.vague, first.joined)

    def _value(self) -> float:
        value = self.total + self.group
        return int(value) if value == int(value) else value

    def _next(self, position: int, joined: bool) -> Piece | None:
        token = self.tokens[position]
        if token.script == "number":
            # «3 آلاف و250»: only behind a scale.
            before = self.tokens[position - 1]
            told = self.scale < float("inf") and self.group == 0 and before.norm == "و"
            told = told and token.end - token.start == len(token.norm)
            value = digits_value(token.norm, scaled=False) if told else None
            return None if value is None else Piece("digits", value, joined=True)
        piece = piece_at(self.tokens, position, self.language)
        if piece is None:
            return None
        if token.norm == "واحد" and ten_follows(self.tokens, position, self.language):
            # «وأحد عشر», not «واحد»
            joined = True
        if piece.kind == "before ten" and not (
            ten_follows(self.tokens, position, self.language) or piece.joined
        ):
            return None
        return replace(piece, joined=piece.joined or joined)

    def _begin(self, piece: Piece) -> None:
        kind, value = piece.kind, piece.value
        self.lately = piece
        if kind in ("many", "plural"):
            self.vague = True
            self.group = value
            if kind == "plural":
                self.total, self.group, self.scale, self.room = value, 0.0, value, 0.0
        elif kind == "scales" or (kind == "fixed" and value >= 2000):
            scale = value if kind == "scales" else value / 2
            self.total, self.scale, self.room = value, scale, scale
        elif kind == "pairs":
            # «ألفا شخص» are two thousand, «اثنا عشر ألفا» twelve.
            self.total, self.scale, self.room = 2 * value, value, value
        elif kind == "digits":
            self.group, self.room = value, 0.0
        else:
            self.group = value
            self.room = self._room_behind(piece)

    def _room_behind(self, piece: Piece) -> float:
        """What may be added behind a word must be smaller than this."""
        if piece.kind in ("hundreds", "fixed"):
            return 100.0
        if piece.kind == "tens":
            soixante = self.language == "fr" and piece.value in (60, _EIGHTY)
            return 20.0 if soixante else 10.0
        if piece.kind == "ten" and self.language == "fr":
            return 10.0
        return 0.0

    def _take(self, piece: Piece) -> bool:
        taken = self._multiply(piece) if not piece.joined else False
        taken = taken or self._special(piece) or self._add(piece)
        if taken:
            self.lately = piece
        return taken

    def _multiply(self, piece: Piece) -> bool:
        kind, value, lately = piece.kind, piece.value, self.lately.kind
        small = 0 < self.group < 100
        if kind == "hundreds" and small and lately in ("units", "digits", "teens", "lots"):
            unit = self.group if lately in ("digits", "teens") else self.lately.value
            self.group += unit * 99
            self.room = 100.0
            return True
        if kind == "lots" and small:
            self.group *= value
            self.room = 0.0
            return True
        if kind in _SCALES and self.group > 0 and value < self.scale:
            self.total += self.group * value
            self.group, self.scale, self.room = 0.0, value, 0.0 if self.vague else value
            return True
        if kind == "many" and self.vague:
            return False
        # «مليون ونصف المليون»
        return kind == "scales" and self.lately.kind == "parts" and value == self.scale

    def _special(self, piece: Piece) -> bool:
        """What the languages do in their own order."""
        kind, value, lately = piece.kind, piece.value, self.lately
        unit = lately.kind in ("units", "before ten")
        if self.language == "fr":
            if kind == "tens" and value == _TWENTY and unit and lately.value == 4:
                self.group += _EIGHTY - 4
                self.room = 20.0
                return not piece.joined
        elif kind == "ten" and unit and not piece.joined:
            self.group += 10
            self.room = 0.0
            return True
        elif kind == "tens" and unit and piece.joined:
            self.group += value
            self.room = 0.0
            return True
        if kind == "parts" and piece.joined and lately.kind in ("scales", "fixed", "plural"):
            self.total += value * self.scale
            self.room = 0.0
            return True
        return False

    def _add(self, piece: Piece) -> bool:
        kind, value = piece.kind, piece.value
        if kind == "pairs":
            kind, value = "fixed", 2 * value
        if kind in ("many", "plural", "lots", "parts") or value >= self.room:
            return False
        arabic = self.language not in ("en", "fr")
        if arabic and not piece.joined:
            return False
        if kind == "scales" or (kind == "fixed" and value >= 2000):
            scale = value if kind == "scales" else value / 2
            self.total += value
            self.group, self.scale, self.room = 0.0, scale, scale
            return True
        self.group += value
        self.room = min(self.room, 0.0 if kind == "digits" else self._room_behind(piece))
        return True
