"""What people call signals, levels, directions and days: phrases of stems → what they mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from bot.asking.words import stems
from bot.text import clean

MOST_WORDS = 6
"""Of a phrase."""
# Without its hamza it is the word for "what".
_WATER = re.compile(r"(?<![^\W_])(?:ال)?ما[ءي](?![^\W_])")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase stands for: any of these."""

    signal: str = ""
    level: str = ""
    direction: str = ""
    day: int | None = None
    """So many days ago."""
    days: int | None = None
    """A length, in days."""
    filling: bool = False
    state: bool = False
    """How it stands at a place; it says nothing else."""
    part: bool = False
    """Of whatever country: "north". Without its name it is of no place."""
    shuts_out: bool = False
    """What is said next is not wanted."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Phrases by their stems; `names`: those of signals as people write them, for likenesses."""

    phrases: Mapping[tuple[str, ...], Meaning]
    names: Mapping[str, str] = field(default_factory=dict)
    longest: int = MOST_WORDS
    attacks: frozenset[tuple[str, ...]] = frozenset()
    """Deeds that make a question for hospitals one for attacks on them."""
    lacks: frozenset[tuple[str, ...]] = frozenset()
    """Words for a lack, beside what people lack."""
    ordinary: frozenset[tuple[str, ...]] = frozenset()
    """Words that are no places, whatever is called like that."""


def vocabulary_of(titles: Mapping[str, Mapping[str, str]]) -> Vocabulary:
    """The vocabulary for these signals: id → title by language."""
    key = tuple(
        (signal, tuple(sorted(by_language.items()))) for signal, by_language in titles.items()
    )
    return _made(key)


@lru_cache(maxsize=8)
def _made(titles: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> Vocabulary:
    names = _listed("names.toml")
    phrases: dict[tuple[str, ...], Meaning] = {}
    spelled: dict[str, str] = {}

    def add(said: Iterable[str], meaning: Meaning) -> None:
        for each in said:
            phrase = plain(each)
            if 0 < len(phrase) <= MOST_WORDS:
                phrases.setdefault(phrase, meaning)

    add(names["filling"]["words"].split(), Meaning(filling=True))
    add(names["quarters"]["words"].split(), Meaning(filling=True, part=True))
    add(names["state"]["words"].split(), Meaning(filling=True, state=True))
    add(names["nothing_but"]["words"], Meaning(filling=True))
    add(names["no_news"]["words"], Meaning(filling=True))
    add(names["about_a_time"]["words"], Meaning(filling=True))
    add(names["except"]["words"], Meaning(shuts_out=True))
    add(_listed("courtesies.toml")["passed_over"]["words"].split(), Meaning(filling=True))
    for day, word in enumerate(("today", "yesterday", "two_days_ago")):
        add(names["days"][word], Meaning(day=day))
    for name, days in (("two_weeks", 14), ("month", 30), ("two_months", 60), ("year", 365)):
        add(names["lengths"][name], Meaning(days=days))
    for signal, titled in titles:
        own = names["signals"].get(signal, {})
        usual = [each for said in own.values() for each in said]
        said = [*(clean(title) for _, title in titled), signal.replace("-", " "), *usual]
        for direction, pairs in names["pairs"].get(signal, {}).items():
            add(pairs, Meaning(signal=signal, direction=direction))
        add(said, Meaning(signal=signal))
        for each in said:
            spelled.setdefault(" ".join(plain(each)), signal)
    for kind in ("level", "direction"):
        for value, said_in in names[f"{kind}s"].items():
            meaning = Meaning(level=value) if kind == "level" else Meaning(direction=value)
            add((each for said in said_in.values() for each in said), meaning)
    attacks = frozenset(plain(word) for word in names["attacks"]["words"].split())
    lacks = frozenset(plain(word) for word in names["lacks"]["words"].split())
    ordinary = frozenset(plain(word) for word in names["ordinary"]["words"].split())
    return Vocabulary(phrases, spelled, attacks=attacks, lacks=lacks, ordinary=ordinary)


def plain(text: str) -> tuple[str, ...]:
    """The stems of a phrase; Latin words without a plural's s, those of Arabic as search has
    them."""
    return tuple(
        word[:-1] if word.isascii() and len(word) > 3 and word[-1] in "sx" else word
        for word in stems(_WATER.sub("مياه", text))
    )


@cache
def _listed(name: str) -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))
