"""Digits of any script, with their separators: what they are worth, and what they are part of."""

from __future__ import annotations

import re
import unicodedata

_PARTS = re.compile(r"[.,٫٬]")
_LETTERS_AFTER = re.compile(r"[^\W\d_]+")
_DASHES = "-‐‑‒–—−"
LONGEST = 15
"""More digits than this are a code, no number."""


def digits_value(raw: str, *, scaled: bool) -> float | None:
    """The value of digits with separators; None when they are no single number.

    A separator before three digits parts thousands («12.500», "1,200"), unless a scale follows
    (`scaled`: «1.250 مليون»); before other digits it is the decimal point.
    """
    plain = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in raw)
    parts = _PARTS.split(plain)
    if not all(parts) or sum(map(len, parts)) > LONGEST:
        return None
    if len(parts) == 1:
        return int(parts[0])
    separators = _PARTS.findall(plain)
    if len(parts) == 2 and separators[0] != "٬" and (len(parts[1]) != 3 or scaled):
        return float(f"{parts[0]}.{parts[1]}")
    if len(parts) == 2 and separators[0] == "٫":
        return float(f"{parts[0]}.{parts[1]}")
    if len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:]):
        return int("".join(parts))
    if len(set(separators)) == 2 and all(len(part) == 3 for part in parts[1:-1]):
        # «1,234.5»
        return float("".join(parts[:-1]) + "." + parts[-1])
    return None


def glued(text: str, start: int, end: int) -> tuple[str, str]:
    """Letters that stick to digits, before and behind: "F16" is no number, "5th" is one.

    Arabic clitics (و52, الـ293) are none, neither is an Arabic word without its space.
    """
    before = text[start - 1] if start else ""
    if not (before.isalpha() and before.isascii()):
        before = ""
    match = _LETTERS_AFTER.match(text, end, end + 12)
    after = match.group() if match else ""
    if after and "\u0600" <= after[0] <= "\u06ff":
        after = ""
    plain = "".join(
        c for c in unicodedata.normalize("NFD", after) if not unicodedata.combining(c)
    ).casefold()
    return before, plain


def between_digits(text: str, start: int, end: int) -> str:
    """The sign that ties digits to other digits: "-" a dash, ":" or "/" an hour or date; or ""."""
    behind = text[end : end + 3]
    ahead = text[max(start - 3, 0) : start]
    for sign, stripped, digit in (
        (behind.lstrip()[:1], behind.lstrip()[1:].lstrip(), 0),
        (ahead.rstrip()[-1:], ahead.rstrip()[:-1].rstrip(), -1),
    ):
        if sign and stripped and stripped[digit].isdecimal():
            if sign in _DASHES:
                return "-" if digit == 0 else "--"
            if sign in ":/":
                return sign
    return ""
