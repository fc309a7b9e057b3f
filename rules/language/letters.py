"""Letters of the Arabic script beyond the basic block, as the Arabic letters they stand for.

Names and loan words keep their letters in Maghrebi, Persian, Kurdish, Urdu and other
spelling (ڨفصة, پاکستان, کوردستان). For look-ups each is its nearest Arabic letter, the one
that other newsrooms write: ڨ is ق, پ is ب. Unicode's names tell most of them.
"""

from __future__ import annotations

import unicodedata

# Letters whose Unicode name does not say what they are a variant of.
_OWN = {
    "ٱ": "ا", "ٹ": "ت", "ٺ": "ت", "ٻ": "ب", "پ": "ب", "ٿ": "ت", "ڀ": "ب",
    "ڃ": "ج", "ڄ": "ج", "چ": "ج", "ڇ": "ج", "ڈ": "د", "ڌ": "د", "ڍ": "د", "ڎ": "د",
    "ڑ": "ر", "ژ": "ز", "ڤ": "ف", "ڦ": "ف", "ک": "ك", "ڪ": "ك", "ڭ": "ك", "گ": "ك",
    "ڱ": "ك", "ڳ": "ك", "ں": "ن", "ڻ": "ن", "ھ": "ه", "ۀ": "ه", "ہ": "ه", "ۂ": "ه",
    "ۃ": "ة", "ۅ": "و", "ۆ": "و", "ۇ": "و", "ۈ": "و", "ۉ": "و", "ۋ": "و",
    "ی": "ي", "ې": "ي", "ے": "ي", "ۓ": "ي", "ە": "ه", "ؠ": "ي", "ٮ": "ب", "ٯ": "ق",
    "ٵ": "ا", "ٶ": "و", "ٷ": "و", "ٸ": "ي",
}  # fmt: skip
_NAMED = {
    "ALEF": "ا", "BEH": "ب", "TEH": "ت", "THEH": "ث", "JEEM": "ج", "HAH": "ح", "KHAH": "خ",
    "DAL": "د", "THAL": "ذ", "REH": "ر", "ZAIN": "ز", "SEEN": "س", "SHEEN": "ش", "SAD": "ص",
    "DAD": "ض", "TAH": "ط", "ZAH": "ظ", "AIN": "ع", "GHAIN": "غ", "FEH": "ف", "QAF": "ق",
    "KAF": "ك", "KEHEH": "ك", "GAF": "ك", "LAM": "ل", "MEEM": "م", "NOON": "ن", "HEH": "ه",
    "WAW": "و", "YEH": "ي", "FARSI YEH": "ي", "E": "ي", "PEH": "ب", "TCHEH": "ج", "VEH": "ف",
}  # fmt: skip
_BASIC = frozenset("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي")


def _as_arabic() -> dict[int, str]:
    found = {ord(letter): plain for letter, plain in _OWN.items()}
    for code in (*range(0x620, 0x700), *range(0x750, 0x780), *range(0x8A0, 0x8CA)):
        if code in found or chr(code) in _BASIC:
            continue
        name = unicodedata.name(chr(code), "")
        base, _, rest = name.removeprefix("ARABIC LETTER ").partition(" WITH ")
        if rest and base in _NAMED:
            found[code] = _NAMED[base]
    return found


AS_ARABIC = _as_arabic()
"""Code point → the basic Arabic letter that it stands for, as `str.translate` reads it."""
