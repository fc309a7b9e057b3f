"""How alike two texts are: lightly stemmed words, weighted by how rare they are. Pure.

Light stemming (Larkey's light10 for Arabic, plural and verb endings for English and French) does
better here than lemmas and costs a tenth. The title counts twice, then the first 200 characters;
what follows counts little, because agencies' background paragraphs repeat for weeks.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from rules.language.text import Token, tokenize

LEAD = 200
"""Characters of the text that count fully."""
LONGEST = 600
"""Characters of the text that are read at all."""
TITLE, LEADING, REST = 2.0, 1.0, 0.3
PRIOR = 100
"""So many entries are taken as read before the first: a new installation knows no frequencies."""
COMMON_SHARE = 0.1
"""The share of those entries that hold each of the words that are common in this field."""

_FILE = Path(__file__).with_name("likeness.yaml")
_PREFIXES = ("وال", "بال", "فال", "كال", "ولل", "لل", "ال")
_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي", "ا")
_LATIN_ENDINGS = ("ements", "ement", "ings", "ing", "ees", "ee", "es", "ed", "s", "e")


@lru_cache(maxsize=100_000)
def stem(norm: str, script: str = "ar") -> str:
    """A word without article, "and" and endings; `norm` as `tokenize` gives it.

    >>> stem("والمستشفيات"), stem("killings", "latin")
    ('مستشف', 'kill')
    """
    if script == "latin":
        for ending in _LATIN_ENDINGS:
            if norm.endswith(ending) and len(norm) - len(ending) >= 3:
                return norm[: -len(ending)]
        return norm
    if script != "ar":
        return norm
    word = norm
    if word.startswith("و") and not word.startswith("وال") and len(word) >= 5:
        word = word[1:]
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 2:
            word = word[len(prefix) :]
            break
    for _ in range(2):
        ending = next((s for s in _SUFFIXES if word.endswith(s) and len(word) - len(s) >= 3), "")
        word = word[: len(word) - len(ending)]
    return word


@lru_cache(maxsize=64)
def words_of(text: str) -> tuple[Token, ...]:
    """`tokenize`, once for the title and once for the lead of the entry at hand, which are asked
    for their words, for what they count and for their ordinals."""
    return tuple(tokenize(text))


def weights_of(title: str, text: str) -> tuple[dict[str, float], dict[str, str]]:
    """stem → how much it is said, and stem → the word as it is written, for explanations."""
    said: defaultdict[str, float] = defaultdict(float)
    written: dict[str, str] = {}
    for token in words_of(title):
        _count(said, written, token, TITLE)
    for token in words_of(text[:LONGEST]):
        _count(said, written, token, LEADING if token.end <= LEAD else REST)
    return dict(said), written


def _count(
    said: defaultdict[str, float], written: dict[str, str], token: Token, weight: float
) -> None:
    key = stem(token.norm, token.script)
    if len(key) < 2 or key in _small() or token.norm in _small():
        return
    said[key] += weight
    written.setdefault(key, token.surface)


class Frequencies:
    """In how many entries each term stands, kept entry by entry."""

    def __init__(self) -> None:
        self.entries = 0
        self._of: dict[str, int] = {}

    def add(self, terms: Mapping[str, float]) -> None:
        self.entries += 1
        of = self._of
        for term in terms:
            of[term] = of.get(term, 0) + 1

    def remove(self, terms: Mapping[str, float]) -> None:
        self.entries -= 1
        for term in terms:
            self._of[term] -= 1
            if self._of[term] <= 0:
                del self._of[term]

    def rarity(self, term: str) -> float:
        """The logarithm of how few entries hold the term."""
        return self._rarity(term, 0)

    def _rarity(self, term: str, new: int) -> float:
        rare = PRIOR * COMMON_SHARE if term in common() else 1.0
        held = self._of.get(term, 0) + new + rare
        return math.log(1 + (self.entries + new + PRIOR) / held)

    def vector(self, said: Mapping[str, float], *, new: bool = False) -> dict[str, float]:
        """Terms with TF-IDF weights, of length one; `new`: of an entry that is not counted yet, as
        if it were."""
        rarity, log = self._rarity, math.log1p
        weighted = {t: log(times) * rarity(t, new) for t, times in said.items()}
        length = math.sqrt(sum(w * w for w in weighted.values()))
        return {t: w / length for t, w in weighted.items()} if length else {}


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How alike two vectors of length one are: 0 to 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum([weight * other[term] for term, weight in one.items() if term in other])


@cache
def _small() -> frozenset[str]:
    """Words that tell nothing of what happened."""
    return _stems("small")


@cache
def common() -> frozenset[str]:
    """Words that most entries of this field hold."""
    return _stems("common")


@cache
def everywhere() -> str:
    """Names that say nothing of which happening is told."""
    return str(yaml.safe_load(_FILE.read_text(encoding="utf-8"))["names everywhere"])


@cache
def targets() -> Mapping[str, str]:
    """Word → what kind of thing is struck: school, home, market."""
    return _kinds("targets")


def _kinds(table: str) -> Mapping[str, str]:
    data: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))[table]
    # Latin words are listed in full: «porte» is no port.
    return {
        stem(token.norm) if token.script == "ar" else token.norm: kind
        for kind, words in data.items()
        for token in tokenize(words)
    }


@cache
def counted() -> Mapping[str, str]:
    """Word → what kind of thing it is that an entry may count: hospital, village, family."""
    return _kinds("counted")


@cache
def growing() -> frozenset[str]:
    """Words of a headline that say that a toll has risen."""
    words = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["growing"]
    return frozenset(token.norm for token in tokenize(words))


def _stems(key: str) -> frozenset[str]:
    data: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    tokens = tokenize(" ".join(data[key].values()))
    return frozenset(
        form for t in tokens for form in (stem(t.norm, t.script), t.norm) if len(form) > 1
    )
