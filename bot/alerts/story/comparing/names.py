"""Names that entries in two languages share, by their consonants. Pure.

نتنياهو and Netanyahu, Houthis and الحوثيين: vowels and endings differ from script to script,
consonants hardly do. Only for entries that agree in signal and place: alone it proves nothing.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from bot.alerts.story.comparing.likeness import everywhere
from rules.language.text import latin_norm, tokenize

if TYPE_CHECKING:
    from bot.alerts.story.comparing.telling import Telling

LEAST_CONSONANTS = 3
_ARABIC = str.maketrans(
    {
        **dict.fromkeys("اوىيهعءآأإؤئة", ""),
        **{"ب": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "k", "د": "d", "ذ": "d"},
        **{"ر": "r", "ز": "z", "س": "s", "ش": "s", "ص": "s", "ض": "d", "ط": "t", "ظ": "z"},
        **{"غ": "g", "ف": "f", "ق": "k", "ك": "k", "ل": "l", "م": "m", "ن": "n", "ڤ": "f"},
    }
)
_DIGRAPHS = (("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"),
             ("ph", "f"), ("ck", "k"), ("ou", ""))  # fmt: skip
_LATIN = str.maketrans(
    {
        **dict.fromkeys("aeiouwy'", ""),
        **{"c": "k", "q": "k", "p": "b", "v": "f", "x": "ks"},
    }
)
_ARTICLE = re.compile(r"^[وف]?(?:[بك]?ال|لل)")
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ][\w’'-]{2,}")


def shared_names(one: Telling, other: Telling) -> frozenset[str]:
    """The consonants of the names that both entries hold, those of their places left out."""
    return _names(one) & _names(other)


def _names(telling: Telling) -> frozenset[str]:
    places = {of(word) for word in telling.where.named for of in (_of_latin, _of_arabic)}
    return names_in(f"{telling.title}\n{telling.text[:400]}") - places


@lru_cache(maxsize=20_000)
def names_in(text: str) -> frozenset[str]:
    """The consonants of what may be names: capitalised words, and every Arabic word."""
    found = {_of_latin(match.group()) for match in _CAPITAL.finditer(text)}
    for token in tokenize(text):
        if token.script == "ar":
            found.add(_of_arabic(_ARTICLE.sub("", token.norm)))
    return frozenset(name for name in found if len(name) >= LEAST_CONSONANTS) - _ordinary()


@cache
def _ordinary() -> frozenset[str]:
    """The consonants of names that stand in entries of every happening."""
    return frozenset(
        _of_arabic(_ARTICLE.sub("", t.norm)) if t.script == "ar" else _of_latin(t.norm)
        for t in tokenize(everywhere())
    )


def _of_latin(word: str) -> str:
    folded = latin_norm(word).removesuffix("'s").removesuffix("s")
    for two, one in _DIGRAPHS:
        folded = folded.replace(two, one)
    return _single(folded.translate(_LATIN).replace("h", ""))


def _of_arabic(word: str) -> str:
    return _single(word.translate(_ARABIC).replace("h", ""))


def _single(consonants: str) -> str:
    """Doubled letters once: hamza and shadda are written in one script only."""
    return re.sub(r"(.)\1+", r"\1", consonants)
