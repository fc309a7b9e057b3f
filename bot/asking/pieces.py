"""A text that somebody wrote → its words and quoted phrases. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PIECE = re.compile(
    r"-?[\"“„«]([^\"“”„«»]{1,200})[\"”»]|\d{1,2}/\d{1,2}(?:/(?:20)?\d{2})?(?![\w/])"
    r"|و?\d{1,2}:\d{2}(?!\d|:\d)(?:[ap]m\b)?|[^\s,،؛;:!?؟()\[\]{}\"“”„«»|/]+"
)
_DASHES = "-\u2212\u2013\u2014\u2022"
_CLOCK_DASH = re.compile(r"(?<=\d:\d\d)\s?[-–—]\s?(?=\d{1,2}:\d\d)")
_GLUED_LENGTH = re.compile(r"([^\W\d_]{3,})(\d{1,3}[^\W\d_]{1,8})(?!\w)")
_YEAR_FIRST = re.compile(r"(?<![\d/])(\d{4})/(\d{1,2})/(\d{1,2})(?![\d/])")
_PICTURES = frozenset(("So", "Sk", "Cs", "Co", "Cn"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or what stands in quotation marks; `unwanted`: a minus stands before it."""

    said: str
    quoted: bool = False
    unwanted: bool = False


def pieces_of(text: str) -> Iterator[Piece]:
    """The words and the quoted phrases of a text."""
    text = _written(text)
    text = _CLOCK_DASH.sub(" - ", text)
    for found in _PIECE.finditer(text):
        said, quoted = (found[1].strip(), True) if found[1] is not None else (found[0], False)
        # At the beginning of a line it is a dash, before a number or a space no minus either.
        behind = text[: found.start()].rsplit("\n", 1)[-1].strip()
        unwanted = bool(behind) and re.match(r"-[^\W\d]|-[\"“„«]", found[0]) is not None
        yield Piece(said if quoted else said.lstrip(_DASHES) or said, quoted, unwanted)


def until_marked(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for number, piece in enumerate(pieces):
        if piece.quoted or (piece.unwanted and number):
            return
        yield piece


def _written(text: str) -> str:
    """With western digits; a picture parts words as a space does, and so does a number behind one:
    «حلب٣ايام», "Gaza3days"."""
    made = "".join(map(_character, text))
    return _GLUED_LENGTH.sub(r"\1 \2", _YEAR_FIRST.sub(r"\1-\2-\3", made))


def _character(each: str) -> str:
    if each.isdecimal():
        return str(unicodedata.decimal(each))
    return " " if unicodedata.category(each) in _PICTURES else each
