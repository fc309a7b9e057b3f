"""What people say to a bot that is no question: greetings, thanks, insults, who it is. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Courtesy = Literal["rude", "about", "settings", "latest", "thanks", "fine", "goodbye", "greeting"]
COURTESIES: tuple[Courtesy, ...] = get_args(Courtesy)
"""Of several in one message the first of these is answered."""

MOST_CHARACTERS = 160
MOST_WORDS = 12
_LONGEST_PHRASE = 5
# «شكراااا», "hellooo": nobody means a letter three times.
_DRAWN_OUT = re.compile(r"(.)\1{2,}")


def courtesy_of(text: str) -> Courtesy | None:
    """What a message is that says nothing else; None where a word of it may be a question."""
    if len(text) > MOST_CHARACTERS:
        return None
    words = _words(text)
    said, filling = _phrases()
    how = 0
    while how < len(words) and words[how] in _listed("asking_how"):
        how += 1
    if 0 < how < len(words) and _said(words[how:], said, filling) == "settings":
        return "settings"
    return _said(words, said, filling)


def _said(
    words: tuple[str, ...],
    said: Mapping[tuple[str, ...], Courtesy],
    filling: frozenset[tuple[str, ...]],
) -> Courtesy | None:
    """What all of the words say together."""
    found: set[Courtesy] = set()
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            phrase = words[at : at + length]
            if (courtesy := said.get(phrase)) is not None:
                found.add(courtesy)
            elif phrase not in filling:
                continue
            at += length
            break
        else:
            return None
    return next((each for each in COURTESIES if each in found), None)


def asks_of_a_card(text: str) -> bool:
    """Whether a text that answers a card asks about it and nothing else: "who said this?"."""
    words = _words(text)
    known = _listed("of_a_card")
    return 0 < len(words) <= MOST_WORDS and all(
        word in known or word.removeprefix("و") in known for word in words
    )


@cache
def _listed(name: str) -> frozenset[str]:
    """The words of a list."""
    listed = tomllib.loads((files(__package__) / "courtesies.toml").read_text(encoding="utf-8"))
    return frozenset(word for said in listed[name]["words"].split() for word in _words(said))


@cache
def _phrases() -> tuple[Mapping[tuple[str, ...], Courtesy], frozenset[tuple[str, ...]]]:
    """Phrases by their words, and those that may stand beside one."""
    listed = tomllib.loads((files(__package__) / "courtesies.toml").read_text(encoding="utf-8"))
    said: dict[tuple[str, ...], Courtesy] = {}
    for courtesy in COURTESIES:
        for phrases in listed[courtesy].values():
            for each in phrases:
                said.setdefault(_words(each), courtesy)
    return said, frozenset(_words(each) for each in listed["beside"]["words"].split())


def _words(text: str) -> tuple[str, ...]:
    from rules.language.text import tokenize

    return tuple(token.norm for token in tokenize(_DRAWN_OUT.sub(r"\1", text)) if token.norm)
