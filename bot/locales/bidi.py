"""Which way text runs, after the Unicode bidirectional algorithm (UAX #9).

A piece of text that runs against its line is wrapped in FSI...PDI ("first strong isolate" and
its end), so that it cannot reorder what stands around it.
"""

from __future__ import annotations

import re
import unicodedata

LRM, RLM, ALM = "\u200e", "\u200f", "\u061c"
FSI, PDI = "\u2068", "\u2069"
# Not seen, and parts what Telegram would make a link or a command of.
JOINER = "\u2060"
RTL_LANGUAGES = frozenset({"ar"})

# Between the parts of a place's name, and between names that stand in a row.
_SEAM = re.compile(r"(، | · |, )")

# Directional marks, embeddings, overrides and isolates.
CONTROLS = frozenset({*map(ord, (LRM, RLM, ALM)), *range(0x202A, 0x202F), *range(0x2066, 0x206A)})


def isolated(text: str) -> str:
    """The text kept from reordering the line that it is put into."""
    return f"{FSI}{text}{PDI}"


def apart(text: str, language: str) -> str:
    """The text, isolated if it runs against a line in the language."""
    return isolated(text) if other_direction(text, language) else text


def isolated_parts(name: str, language: str) -> str:
    """A name with what it lies in ("Qax، أذربيجان"): its parts follow each other as a line in the
    language runs, each in its own direction. As one piece it would run as its first part does."""
    return "".join(apart(part, language) for part in _SEAM.split(name))


def without_controls(text: str) -> str:
    """The text without any directional character."""
    return text.translate(dict.fromkeys(CONTROLS))


def strong_direction(character: str) -> str | None:
    """'rtl' or 'ltr' for a letter, None for what takes the direction of its surroundings."""
    kind = unicodedata.bidirectional(character)
    if kind in ("R", "AL"):
        return "rtl"
    return "ltr" if kind == "L" else None


def other_direction(text: str, language: str) -> bool:
    """Whether any letter of `text` runs against the language's direction."""
    other = "ltr" if language in RTL_LANGUAGES else "rtl"
    return any(strong_direction(character) == other for character in text)


def mixes_directions(text: str) -> bool:
    """Whether letters of both directions stand in it."""
    return {"ltr", "rtl"} <= {strong_direction(character) for character in without_controls(text)}


def start_mark(language: str, line: str) -> str:
    """What must stand before `line` so that it is laid out in the language's direction."""
    if not line:
        return ""
    if language in RTL_LANGUAGES:
        return "" if strong_direction(line[0]) == "rtl" else RLM
    if strong_direction(line[0]) == "ltr" or all(strong_direction(c) != "rtl" for c in line):
        return ""
    return LRM
