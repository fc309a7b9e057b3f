"""Words around a name that say what it names and what part it plays, in three languages.

They stand in ``words.yaml`` beside this file, which says of each list what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from rules.language.text import Token, listed_norm
from rules.matching.places.gazetteer import PlaceKind

_FILE = Path(__file__).with_name("words.yaml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LANGUAGES = ("ar", "en", "fr")


def _normed(listed: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        listed_norm(word, language)
        for language in _LANGUAGES
        for word in listed.get(language, "").split()
    )


_DATA: Mapping[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), _LOADER)  # noqa: S506


def _words(name: str) -> frozenset[str]:
    return _normed(_DATA[name])


KIND_WORDS: Mapping[str, tuple[PlaceKind, ...]] = {
    word: tuple(each["of"]) for each in _DATA["kinds"] for word in _normed(each)
}

PARTS = _words("parts")
EVENTS = _words("events")
SIEGES = _words("sieges")
AGAINST = _words("against")
ON = _words("onto")
ASSAULTS = EVENTS | _words("assaults")
CAMPS = _words("camps")
WARS = _words("wars")
PAPERS = _words("papers")
IN = _words("in")
NORTH = _words("north")
PERSON_BEFORE = _words("person before")
THINGS = _words("things")
PUBLISHERS = _words("publishers")
INSTITUTIONS = _words("institutions")
SPEECH = _words("speech")
COMPLEMENTIZER = _words("complementizer")
TALKS = _words("talks")
FLIGHT = _words("flight")
CARRIED = _words("carried")
PATIENTS = _words("patients")
AID = _words("aid")
FROM = _words("from")
TO = _words("to")
COMING = _words("coming")
WEAPONS = _words("weapons")
LOCAL = _words("local")
LYING = IN | NORTH | _words("lying")
ABOUT = _words("about")
LEFT = _words("left")
DISTANCE = _words("distance")
BORDER = _words("border")
WITH = _words("with")
AGENTS = _words("agents")
PLACE_NOUNS = _words("place nouns")


def means(token: Token, words: frozenset[str]) -> bool:
    """Whether a word is one of some, also behind و، ف، ب، ل and the article."""
    norm = token.norm
    if norm in words:
        return True
    if token.script != "ar" or len(norm) < 4:
        return False
    return not words.isdisjoint(_bared(norm))


def kinds_of(token: Token) -> tuple[PlaceKind, ...]:
    """The kinds of place that a word like «مدينة» announces."""
    found = KIND_WORDS.get(token.norm)
    if found is None and token.script == "ar" and len(token.norm) > 2:
        found = next((KIND_WORDS[f] for f in _bared(token.norm) if f in KIND_WORDS), None)
    return found or ()


@lru_cache(maxsize=20_000)
def _bared(norm: str) -> tuple[str, ...]:
    forms = []
    if norm[0] in "وفبلك":
        forms.append(norm[1:])
        if norm[1:3] == "ال":
            forms.append(norm[3:])
        if norm[1] in "بلك":
            forms.append(norm[2:])
    if norm[:2] in ("ال", "لل"):
        forms.append(norm[2:])
    return tuple(forms)
