"""Text from feeds made fit for a message: clean and short.

Lengths are in UTF-16 units, as Telegram counts them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from w3lib.url import safe_url_string

from bot.locales import bidi
from bot.locales.bidi import FSI, JOINER, LRM, PDI, RLM

ELLIPSIS = "…"
LINK_LIMIT = 1200

# Characters that are not text at all, and invisible ones that only serve to hide text. A feed's
# own directional characters would leak into our lines.
_HIDDEN = {0xFEFF, 0xFFFE, 0xFFFF, 0x00AD} | {*range(0xFFF9, 0xFFFC)} | {*range(0xE0000, 0xE0080)}
_DROPPED = bidi.CONTROLS | _HIDDEN
# What Telegram makes a link, a mention or a command of, wherever it stands in a message: a
# character that is not seen after these keeps it plain text. A feed must neither call on people
# in a group nor put a link or /unsubscribe under a reader's thumb.
_LIVE = re.compile(
    r"""
    @(?!\u2060)                                  # @name, and the half of an e-mail address
    | :(?=//)                                    # any scheme
    | (?<=[\w\u200c\u200d-])\.(?=[\w\u200c\u200d])(?!(?<=\d\.)\d)   # news.com, t.me/name
    | (?<=\d)\.(?=\d{1,3}\.\d{1,3}(?:\D|$))     # 192.0.2.1
    | (?<![\w/<>])/(?=\w)                        # /unsubscribe
    | (?<!\w)[#\uff03](?=\w)                      # #tag
    | (?<!\w)\$(?=[A-Z])                         # $TAG
    """,
    re.VERBOSE,
)
# What our own lines may hold besides: directions, and spaces that no line is broken at.
_OWN = (FSI, PDI, LRM, RLM, "\u00a0", "\u202f")
# Marks above and below one letter beyond what any script has (the Arabic of the Quran: three).
# Hundreds are drawn over the lines and messages around them.
_TOWER = re.compile(
    "(?<=M{5})M+".replace(
        "M",
        "[\u0300-\u036f\u0483-\u0489\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
        "\u06e7\u06e8\u06ea-\u06ed\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
        "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]",
    )
)
# Between two marked words these are no reason to end one mark and begin another.
_SEAM = " '’"
_LONGEST = 8000
"""Characters of a raw text that are looked at: what is behind them would be cut off anyway."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Clean text with the places (code points, sorted, apart) that are to be in bold."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def length(text: str) -> int:
    """UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def clean(raw: str) -> str:
    """One line of text without control characters, lone surrogates or runs of space.

    Nothing in it is a link, a mention or a command to Telegram.
    """
    return clean_marked(raw, ()).text


def clean_marked(raw: str, marks: Sequence[tuple[int, int]]) -> Marked:
    """`clean`, with marks (offsets into `raw`) carried over to the cleaned text.

    Marks with only a space or an apostrophe between them become one.
    """
    if len(raw) > _LONGEST:
        origin = max(0, min((start for start, _ in marks), default=0) - _LONGEST // 2)
        raw = raw[origin : origin + _LONGEST]
        marks = [(start - origin, end - origin) for start, end in marks]
    edges = sorted({edge for mark in marks for edge in mark if 0 <= edge <= len(raw)})
    pieces: list[str] = []
    moved: dict[int, int] = {}
    done = position = 0
    for edge in [*edges, len(raw)]:
        piece = _characters(raw[done:edge])
        if piece[:1] == " " and (not pieces or pieces[-1][-1:] == " "):
            piece = piece[1:]
        if piece:
            pieces.append(piece)
            position += len(piece)
        moved[edge], done = position, edge
    text = "".join(pieces).rstrip(" ")
    kept: list[tuple[int, int]] = []
    for start, end in sorted((moved[s], moved[e]) for s, e in marks if s in moved and e in moved):
        start, end = max(start, kept[-1][1] if kept else 0), min(end, len(text))
        while start < end and text[start] == " ":
            start += 1
        while end > start and text[end - 1] == " ":
            end -= 1
        if start < end and kept and not text[kept[-1][1] : start].strip(_SEAM):
            kept[-1] = (kept[-1][0], end)
        elif start < end:
            kept.append((start, end))
    return _defused(Marked(text, tuple(kept)))


def _defused(marked: Marked) -> Marked:
    """The text with nothing in it that Telegram would make a link of; its marks moved along.

    Only once the whole is known: half of an address may be marked as evidence.
    """
    places = [found.end() for found in _LIVE.finditer(marked.text)]
    if not places:
        return marked
    edges = [0, *places, len(marked.text)]
    text = JOINER.join(marked.text[start:end] for start, end in pairwise(edges))
    marks = tuple(
        (start + bisect_right(places, start), end + bisect_left(places, end))
        for start, end in marked.marks
    )
    return Marked(text, marks)


def _characters(raw: str) -> str:
    return without_towers(re.sub(r" +", " ", "".join(map(_character, raw))))


def without_towers(text: str) -> str:
    """The text with no more marks on a letter than a line has room for."""
    return _TOWER.sub("", text)


def _character(character: str) -> str:
    code = ord(character)
    if code < 0x7F:
        return character if code > 0x1F else " "
    if code in _DROPPED:
        return ""
    category = unicodedata.category(character)
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    return "\ufffd" if category == "Cs" else character


def shorten(text: str, limit: int) -> str:
    """At most `limit` units, cut after a word if one ends near, with an ellipsis."""
    return shorten_marked(Marked(text), limit).text


def shorten_marked(marked: Marked, limit: int) -> Marked:
    """At most `limit` units around the first mark, cut between words where possible."""
    text = marked.text
    if length(text) <= limit:
        return marked
    first = marked.marks[0] if marked.marks else (0, 0)
    start = 0
    if length(text[: first[1]]) > limit - 1:
        # The first mark would be cut off: begin shortly before it.
        start = _after_word(text, max(0, first[0] - limit // 4), first[0])
    lead = ELLIPSIS if start else ""
    end = _fit(text, start, limit - len(lead))
    trail = ""
    if end < len(text):
        end = _before_word(text, start, _fit(text, start, limit - len(lead) - 1))
        trail = ELLIPSIS
    shift = len(lead) - start
    kept = tuple(
        (max(s, start) + shift, min(e, end) + shift)
        for s, e in marked.marks
        if max(s, start) < min(e, end)
    )
    return Marked(lead + text[start:end] + trail, kept)


def _fit(text: str, start: int, limit: int) -> int:
    """The largest end with `text[start:end]` within `limit` units, not inside a character."""
    end, units = start, 0
    while end < len(text):
        units += 2 if text[end] > "\uffff" else 1
        if units > limit:
            break
        end += 1
    if end < len(text):
        floor = max(start, end - 32)
        while end > floor and (
            unicodedata.combining(text[end]) or text[end] == "\u200d" or text[end - 1] == "\u200d"
        ):
            end -= 1
    return end


def _before_word(text: str, start: int, end: int) -> int:
    """The end of the last whole word before `end`, or `end` if that would lose too much."""
    if end < len(text) and text[end] != " ":
        space = text.rfind(" ", start, end)
        if space > start + (end - start) // 2:
            end = space
    while end > start and text[end - 1] == " ":
        end -= 1
    return end


def _after_word(text: str, start: int, latest: int) -> int:
    space = text.find(" ", start, latest)
    return space + 1 if space >= 0 else start


def balance(line: str) -> str:
    """A line of our own text that may quote a feed: isolates closed, other controls dropped."""
    depth, kept = 0, []
    for character in line:
        if character == FSI:
            depth += 1
        elif character == PDI:
            if not depth:
                continue
            depth -= 1
        elif ord(character) in _DROPPED and character not in (LRM, RLM):
            continue
        kept.append(character if character in _OWN else _character(character))
    return "".join(kept) + PDI * depth


# --- markup ---

_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}


def escape(text: str) -> str:
    """For the Bot API's HTML, in text and in attribute values."""
    return text.translate(_ESCAPES)


def web_link(raw: str | None) -> tuple[str, str] | None:
    """A link that may be shown, with the host it leads to; None for anything but plain http(s)."""
    if not raw or len(raw) > LINK_LIMIT:
        return None
    try:
        link = safe_url_string(raw.strip().encode("utf-8", "replace").decode())
        parts = urlsplit(link)
        host = parts.hostname
        parts.port  # noqa: B018 - raises ValueError for a port that is none
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not host or len(link) > LINK_LIMIT:
        return None
    if not link.isascii() or any(c in link for c in " \t\r\n<>\"'`\\^{}|"):
        return None
    if "@" in parts.netloc:
        # "https://trusted.example@elsewhere.example": whoever reads it takes it for the first.
        link = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return link, clean(host.removeprefix("www."))


def find_marks(text: str, quotes: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where evidence words stand in a sentence: each quote in turn, after the one before it."""
    found: list[tuple[int, int]] = []
    at = 0
    for quote in quotes:
        quote = quote.strip()
        place = _whole_word(text, quote, at) or _whole_word(text, quote, 0) if quote else None
        if place:
            found.append(place)
            at = place[1]
    return tuple(_apart(found))


def _whole_word(text: str, quote: str, at: int) -> tuple[int, int] | None:
    start = text.find(quote, at)
    while start >= 0:
        end = start + len(quote)
        inside = (start > 0 and _joins(text[start - 1]) and _joins(quote[0])) or (
            end < len(text) and _joins(text[end]) and _joins(quote[-1])
        )
        if not inside:
            return start, end
        start = text.find(quote, start + 1)
    return None


def _joins(character: str) -> bool:
    return character.isalnum() or bool(unicodedata.combining(character))


def _apart(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept
