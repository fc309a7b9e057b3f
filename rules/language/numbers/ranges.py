"""Ranges of numbers, and numbers in digits that are none: scores, hours, dates. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rules.language.numbers.digits import between_digits, digits_value
from rules.language.numbers.numerals import Numeral
from rules.language.text import Token


def with_ranges(
    text: str, tokens: Sequence[Token], found: Sequence[Numeral]
) -> tuple[Numeral, ...]:
    """Numerals with ranges put together, and without scores, hours and dates in digits.

    A range is "12-15", «12 إلى 15», "12 to 15", «بين 12 و15», "three or four". «من 12 إلى 15» is
    left as two numbers: a toll that rose reads the same way.
    """
    return tuple(_ranges(text, tokens, found))


def _ranges(text: str, tokens: Sequence[Token], found: Sequence[Numeral]) -> Iterator[Numeral]:
    at = 0
    while at < len(found):
        one = found[at]
        other = found[at + 1] if at + 1 < len(found) else None
        if one.digits and between_digits(text, tokens[one.first].start, tokens[one.last].end):
            dash = between_digits(text, tokens[one.first].start, tokens[one.last].end)
            ordered = other is not None and other.first == one.last + 1 and one.value < other.value
            if dash == "-" and other is not None and ordered:
                yield replace(one, last=other.last, max=other.value)
                at += 2
                continue
            at += 1
            continue
        if other is not None and _is_range(tokens, one, other):
            value = one.value
            if value < 1000 <= other.value and other.last > other.first and one.digits:
                # «12 إلى 15 ألفا»: the scale is of both.
                head = _head_value(text, tokens, other)
                value *= other.value / head if head else 1
            if value < other.value:
                yield replace(one, value=value, last=other.last, max=other.value)
                at += 2
                continue
        yield one
        at += 1


def _head_value(text: str, tokens: Sequence[Token], numeral: Numeral) -> float | None:
    token = tokens[numeral.first]
    return digits_value(text[token.start : token.end], scaled=True) if numeral.digits else None


def _is_range(tokens: Sequence[Token], one: Numeral, other: Numeral) -> bool:
    if one.vague or other.vague or one.ordinal or other.ordinal:
        return False
    middle = [t.norm for t in tokens[one.last + 1 : other.first]]
    before = tokens[one.first - 1].norm if one.first else ""
    if middle in (["الي"], ["to"], ["a"]):
        return before not in ("من", "from", "de", "des", "du")
    if middle in (["او"], ["or"], ["ou"]):
        return True
    return before in ("بين", "between", "entre") and (
        (other.joined and not middle) or middle in (["و"], ["and"], ["et"])
    )
