"""The sentence that made a rule fire, short enough for a card. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rules.language.sentences import sentences

LONGEST = 400


class Evidence(Protocol):
    """Where a word of the evidence stands; offsets are code points of its field."""

    @property
    def field(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def weight(self) -> int: ...


def snippet(title: str, text: str, evidence: Sequence[Evidence], longest: int = LONGEST) -> str:
    """The sentence with the weightiest evidence; of equal ones, that of the text.

    The title is on the card anyway. At most `longest` code points, cut at spaces, with an
    ellipsis where something is left out. Without evidence: the beginning of the text.
    """
    if not evidence:
        return _around(text or title, 0, 0, longest)
    best = max(evidence, key=lambda each: (each.weight, each.field == "text", -each.start))
    whole, field = (title, "title") if best.field == "title" else (text, "text")
    for sentence in sentences(whole, "title" if field == "title" else "text"):
        if sentence.start <= best.start < sentence.end:
            end = _with_closing_mark(whole, sentence.end)
            sentence_text = whole[sentence.start : end]
            return _around(
                sentence_text, best.start - sentence.start, best.end - sentence.start, longest
            )
    return _around(whole, best.start, best.end, longest)


def _with_closing_mark(text: str, end: int) -> int:
    while end < len(text) and text[end] in ".!?؟…»”\"')":
        end += 1
    return end


def _around(text: str, start: int, end: int, longest: int) -> str:
    """White space made plain, and cut around [start, end) if it is too long."""
    if len(text) > longest:
        room = max(longest - 2 - (end - start), 0) // 2
        left, right = max(start - room, 0), min(end + room, len(text))
        if left > 0:
            space = text.find(" ", left, start)
            left = space + 1 if space >= 0 else left
        if right < len(text):
            space = text.rfind(" ", end, right)
            right = space if space >= 0 else right
        cut = text[left:right][: longest - 2].strip()
        text = f"{'…' if left > 0 else ''}{cut}{'…' if right < len(text) else ''}"
    return " ".join(text.split())
