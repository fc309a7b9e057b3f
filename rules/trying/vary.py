"""``vary:`` examples: one sentence with many words in its places, and one answer for all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rules.language.latin import guess_language
from rules.language.text import tokenize
from rules.loading.schema import Example
from rules.loading.yamlfile import parse
from rules.matching.ruleset import RuleSet
from rules.texts import Message, message

MOST_LISTS = 4
_PLACE = re.compile(r"\{([^{}]+)\}")


class CannotVary(ValueError):
    """A template that cannot be filled; `said` says what to write instead."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.text())
        self.said = said


def sentences(example: Example, names: Mapping[str, str], rules: RuleSet) -> list[str]:
    """The texts of an example: one, or as many as its longest list has words.

    Every word of every list is used at least once; ``names`` are the rule's names for terms.
    """
    if example.vary is None:
        return [example.text or ""]
    places = list(dict.fromkeys(_PLACE.findall(example.vary)))
    if not places:
        raise CannotVary(message("vary.no_slots"))
    if len(places) > MOST_LISTS:
        raise CannotVary(message("vary.too_many", n=len(places), most=MOST_LISTS))
    language = example.lang or _language(example.vary)
    lists = [_words(place, language, example, names, rules) for place in places]
    count = max(len(words) for words in lists)
    filled = []
    for turn in range(count):
        # Lists of one length must not always meet in the same pairs.
        chosen = {
            place: words[(turn + turn // len(words) * shift) % len(words)]
            for shift, (place, words) in enumerate(zip(places, lists, strict=True))
        }
        filled.append(_PLACE.sub(lambda found, chosen=chosen: chosen[found[1]], example.vary))  # type: ignore[misc]
    return list(dict.fromkeys(filled))


def _language(text: str) -> str:
    tokens = list(tokenize(_PLACE.sub(" ", text)))
    if any(token.script == "ar" for token in tokens):
        return "ar"
    return guess_language([token.norm for token in tokens]) or "en"


def _words(
    place: str, language: str, example: Example, names: Mapping[str, str], rules: RuleSet
) -> tuple[str, ...]:
    if place in example.lists:
        return example.lists[place]
    term = names.get(place, "$" + place)
    ready = ready_made()
    if place in names or (place not in ready and term in rules.words_of_terms):
        words = rules.words_of_terms[term][language] if term in rules.words_of_terms else ()
    elif place in ready:
        words = ready[place].get(language, ())
    else:
        known = ", ".join(f"{{{name}}}" for name in ready)
        raise CannotVary(message("vary.unknown", name=place, known=known))
    if not words:
        raise CannotVary(message("vary.no_words", name=place, language=language))
    return words


@cache
def ready_made() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """{town}, {number} and the like: list → language → words."""
    file = Path(__file__).with_name("variations.yaml")
    lists = parse(file.read_bytes(), file.name).value
    return {
        name: {x: tuple(str(w) for w in words) for x, words in lists[name].items()}
        for name in lists
    }
