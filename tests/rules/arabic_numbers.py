"""Spells whole numbers in Arabic words, as newspapers write them."""

from __future__ import annotations

_UNITS = "- واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة".split()
_FEMININE = "- واحدة اثنتان ثلاث أربع خمس ست سبع ثمان تسع".split()
_TENS = "- - عشرون ثلاثون أربعون خمسون ستون سبعون ثمانون تسعون".split()
_OBLIQUE_TENS = "- - عشرين ثلاثين أربعين خمسين ستين سبعين ثمانين تسعين".split()


def spell(number: int, *, feminine: bool = False, oblique: bool = False) -> str:
    """1..999,999 in words; `feminine` agrees with feminine things, `oblique` is «عشرين»."""
    thousands, rest = divmod(number, 1000)
    parts = []
    if thousands == 1:
        parts.append("ألف")
    elif thousands == 2:
        parts.append("ألفين" if oblique else "ألفان")
    elif thousands:
        last = thousands % 100
        scale = "آلاف" if 3 <= last <= 10 else "ألفا" if last else "ألف"
        parts.append(f"{_below_thousand(thousands, feminine=False, oblique=oblique)} {scale}")
    if rest:
        parts.append(_below_thousand(rest, feminine=feminine, oblique=oblique))
    return " و".join(parts)


def _below_thousand(number: int, *, feminine: bool, oblique: bool) -> str:
    hundreds, rest = divmod(number, 100)
    parts = []
    if hundreds == 1:
        parts.append("مئة")
    elif hundreds == 2:
        parts.append("مئتين" if oblique else "مئتان")
    elif hundreds:
        parts.append(f"{_FEMININE[hundreds]}مئة")
    if rest:
        parts.append(_below_hundred(rest, feminine=feminine, oblique=oblique))
    return " و".join(parts)


def _below_hundred(number: int, *, feminine: bool, oblique: bool) -> str:
    units = _FEMININE if feminine else _UNITS
    tens, unit = divmod(number, 10)
    if number < 10:
        return units[number]
    if number == 10:
        return "عشر" if feminine else "عشرة"
    if number == 11:
        return "إحدى عشرة" if feminine else "أحد عشر"
    if number == 12:
        return ("اثنتي عشرة" if oblique else "اثنتا عشرة") if feminine else "اثني عشر"
    if tens == 1:
        return f"{units[unit]} عشرة" if feminine else f"{units[unit]} عشر"
    ten = (_OBLIQUE_TENS if oblique else _TENS)[tens]
    return f"{units[unit]} و{ten}" if unit else ten
