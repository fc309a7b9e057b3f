"""The words around a number that say what it counts; read from ``figures.yaml``. Pure.

A word of a sentence gets tags: ``noun:killed``, ``verb:wounded``, ``person``, ``thing``. Arabic
words are found under what is glued to them, and counted persons in the dual.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from rules.language.text import Token, arabic_norm, latin_norm

What = Literal[
    "killed", "wounded", "displaced", "missing", "people_in_need", "days", "percent"
]  # fmt: skip
"""What a figure counts."""

TOLLS: tuple[What, ...] = ("killed", "wounded", "displaced", "missing", "people_in_need")
WHATS: tuple[What, ...] = get_args(What)
LANGUAGES = ("ar", "en", "fr")

_FILE = Path(__file__).with_name("figures.yaml")
_CLITICS = ("", "ال", "ب", "ل", "لل", "بال", "ك")
_CONJUNCTIONS = ("", "و", "ف")
_SINGLE = {
    "persons": "person",
    "things": "thing",
    "families": "family",
    "one family": "one-family",
    "months": "month",
    "about": "about",
    "lasting": "lasting",
    "days": "day",
    "two days": "two-days",
    "dated": "dated",
    "shares": "share",
    "harmed": "harmed",
    "needed": "needed",
    "needs": "needs",
    "diseases": "disease",
    "hospital": "hospital",
    "counters": "counter",
    "reached": "reached",
    "adverbial": "adverbial",
    "auxiliaries": "auxiliary",
}
"""Sections of ``figures.yaml`` whose words have one tag."""
_ROLES = {"nouns": "noun", "weak": "weak", "heads": "head", "verbs": "verb"}


@dataclass(frozen=True, slots=True)
class Word:
    """What a word of a sentence says: its tags, whether «و» or «ف» is glued to it, and whether
    «ب», «ل» or the article is."""

    tags: frozenset[str] = frozenset()
    joined: bool = False
    dual: bool = False
    glued: bool = False

    def has(self, tag: str) -> bool:
        return tag in self.tags

    def what(self, role: str) -> What | Literal["none"] | None:
        """The toll for which this word is a noun, head, verb or weak noun; "none" is no toll."""
        for what in ("none", *TOLLS):
            if f"{role}:{what}" in self.tags:
                return what  # type: ignore[return-value]
        return None


NOTHING = Word()


def words_of(tokens: Sequence[Token], language: str) -> tuple[Word, ...]:
    """The tags of each token; `language` (en, fr) is that of Latin words."""
    found = [_word(token, language) for token in tokens]
    for at in range(len(tokens) - 1):
        pair = _pair(tokens[at], tokens[at + 1], language)
        if pair is not None:
            found[at] = pair
            found[at + 1] = Word(frozenset({"within"}) | (pair.tags & {"hospital"}))
    return tuple(found)


def phrase_before(tokens: Sequence[Token], at: int, name: str, place: str, language: str) -> int:
    """How many tokens of a listed phrase end right before `at`; 0 when none does."""
    for phrase in _phrases(name, place, language):
        first = at - len(phrase)
        if first >= 0 and _same(tokens[first:at], phrase):
            return len(phrase)
    return 0


def phrase_at(tokens: Sequence[Token], at: int, name: str, place: str, language: str) -> int:
    """How many tokens of a listed phrase begin at `at`; 0 when none does."""
    for phrase in _phrases(name, place, language):
        if _same(tokens[at : at + len(phrase)], phrase):
            return len(phrase)
    return 0


def _same(tokens: Sequence[Token], phrase: tuple[str, ...]) -> bool:
    if len(tokens) != len(phrase):
        return False
    head = tokens[0].norm
    if not head.endswith(phrase[0]):
        return False
    first = head == phrase[0] or any(
        head == prefix + phrase[0] for prefix in ("و", "ب", "ل", "ف", "وب", "ول")
    )
    return first and all(t.norm == p for t, p in zip(tokens[1:], phrase[1:], strict=True))


def _word(token: Token, language: str) -> Word:
    if token.script == "ar":
        return _arabic(token.norm)
    if token.script != "latin":
        return NOTHING
    tags = _table(language).get(token.norm)
    return NOTHING if tags is None else Word(tags)


def _pair(one: Token, other: Token, language: str) -> Word | None:
    if one.script != other.script or one.script == "number" or other.breaks:
        return None
    table = _table("ar" if one.script == "ar" else language)
    key = f"{one.norm}_{other.norm.removeprefix('ال') if one.script == 'ar' else other.norm}"
    tags = table.get(key) or table.get(key.removeprefix("و").removeprefix("ب"))
    return None if tags is None else Word(tags, one.norm.startswith("و") and key not in table)


@cache
def _arabic(norm: str) -> Word:
    table = _table("ar")
    for conjunction in _CONJUNCTIONS:
        for clitic in _CLITICS:
            prefix = conjunction + clitic
            if not norm.startswith(prefix):
                continue
            bare = norm[len(prefix) :]
            if (tags := table.get(bare)) is not None:
                if clitic.endswith("ال") and not bare.endswith(("ون", "ين")):
                    tags = frozenset(tag for tag in tags if not tag.startswith("verb:"))
                return Word(tags, bool(conjunction), glued=bool(clitic))
            if (tags := _duals().get(bare)) is not None:
                return Word(tags, bool(conjunction), dual=True)
            if conjunction == clitic == "" and _nisba_dual(norm):
                return Word(frozenset({"person"}), dual=True)
    return NOTHING


def _nisba_dual(norm: str) -> bool:
    """«فلسطينيان»: two of a people; «سفيان» is too short for one."""
    return norm.endswith("يان") and len(norm) >= 7 and not norm.startswith("ال")


@cache
def _duals() -> dict[str, frozenset[str]]:
    """Dual forms of the counted singulars; of nouns with a sound plural only the nominative.

    «مقيمين» may be two or many, «مقيمان» are two.
    """
    data, table = _data(), _table("ar")
    plurals = {arabic_norm(w) for w in data["persons"]["plurals"].split()}
    listed = data["persons"]["ar"].split()
    listed += ["شهيد", "شهيدة", "قتيل", "قتيلة", "جريح", "جريحة", "مصاب", "مصابة", "جثة", "جثمان"]
    listed += ["مفقود", "نازح", "غريق"]
    found: dict[str, frozenset[str]] = {}
    for word in listed:
        stem = word.removesuffix("ة") + "ت" if word.endswith("ة") else word
        stem = stem.removesuffix("ى") + "ي" if stem.endswith("ى") else stem
        sound = arabic_norm(word + "ين") in plurals or word in ("مصاب", "مفقود", "نازح", "لاجئ")
        tags = table.get(arabic_norm(word), frozenset({"person"}))
        tags = frozenset(tag for tag in tags if tag.split(":")[0] in ("noun", "weak", "person"))
        for ending in ("ان",) if sound else ("ان", "ين"):
            form = arabic_norm(stem + ending)
            if form not in table:
                found[form] = tags
    for form in ("امراتان", "امراتين", "اخوين", "رجلي"):
        found[form] = frozenset({"person"})
    return found


@cache
def _table(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for word, tag in _listed(language):
        found.setdefault(word, set()).add(tag)
    return {word: frozenset(tags) for word, tags in found.items()}


def _listed(language: str) -> Iterator[tuple[str, str]]:
    data = _data()
    fold = arabic_norm if language == "ar" else latin_norm
    for what in ("none", *TOLLS):
        for key, role in _ROLES.items():
            yield from _each(data[what].get(language, {}).get(key, ""), f"{role}:{what}", fold)
    for key, tag in _SINGLE.items():
        yield from _each(data[key].get(language, ""), tag, fold)
    if language == "ar":
        yield from _each(data["persons"]["plurals"], "person", fold)
        for word in data["persons"]["ar"].split():
            # The accusative behind eleven and more: «12 طفلا».
            yield arabic_norm(word + "ا") if not word.endswith("ة") else fold(word), "person"
        yield from _each(data["hospital"]["carried"], "carried", fold)


def _each(words: str, tag: str, fold: Any) -> Iterable[tuple[str, str]]:
    for word in words.split():
        first, _, second = word.partition("_")
        # The second of two words is found with and without its article.
        yield (f"{fold(first)}_{fold(second).removeprefix('ال')}" if second else fold(first)), tag


@cache
def _phrases(name: str, place: str, language: str) -> tuple[tuple[str, ...], ...]:
    """Longest first, as folded words."""
    listed = _data()[name][place] if place else _data()[name]
    fold = arabic_norm if language == "ar" else latin_norm
    phrases = [tuple(fold(w) for w in phrase.split()) for phrase in listed.get(language, ())]
    return tuple(sorted(phrases, key=len, reverse=True))


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded
