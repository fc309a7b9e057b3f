"""Other forms of a word that somebody searches for: broken plurals and their singulars.

What ends differently is one word to the index already (`bot.asking.words`). What changes inside
(«جسر», «جسور») is told by the rules' vocabulary and by a short list of words of the news.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files

from bot.asking.words import stem, stems

MOST = 8
"""Other forms of one word that are searched for with it."""

Related = Callable[[str], Iterable[str]]


def other_stems(word: str, related: Related) -> tuple[str, ...]:
    """The stems of a word's other forms, as the index has them; the word's own is none."""
    own = stems(word)
    if len(own) != 1:
        return ()
    found = dict.fromkeys(_listed().get(own[0], ()))
    for form in related(word):
        if len(made := stems(form)) == 1:
            found |= dict.fromkeys([*made, *_listed().get(made[0], ())])
    return tuple(each for each in found if each != own[0] and len(each) > 1)[:MOST]


@cache
def _listed() -> Mapping[str, tuple[str, ...]]:
    """Stem → the stems of the words that are one with it."""
    source = (files(__package__) / "plurals.toml").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for group in tomllib.loads(source)["words"].split():
        made = tuple(
            dict.fromkeys(stem(each) for word in group.split("/") for each in _norms(word))
        )
        for each in made:
            found[each] = tuple(dict.fromkeys([*found.get(each, ()), *made]))
    return found


def _norms(word: str) -> tuple[str, ...]:
    from rules.language.text import tokenize

    return tuple(token.norm for token in tokenize(word) if token.norm)
