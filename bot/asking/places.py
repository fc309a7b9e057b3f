"""A place that is named in a question, or whose people are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.alerts.summaries.place_status import Known, known_place, look_up
from bot.asking.question import AskedPlace
from bot.asking.vocabulary import Vocabulary, plain
from bot.asking.words import is_ordinary, unglued

if TYPE_CHECKING:
    from rules import Gazetteer, Place

_LARGE = 5.0
"""`rank` of a place from which on its people are called after it: حلبي."""
_PEOPLE = re.compile(r"^(?:و?ال)?(.{2,}?)(?:ي|يه|يون|يين|يات)$")


def place_of(
    words: Sequence[str], vocabulary: Vocabulary, gazetteer: Gazetteer
) -> AskedPlace | None:
    said = " ".join(words)
    if (len(said) < 3 and said.isascii()) or plain(said) in vocabulary.ordinary:
        return None
    for name in (said, *unglued(said)) if len(words) == 1 else ():
        # Before places: «سوري» is also how Surrey is written.
        if (country := gazetteer.demonyms.get(name_key(name))) in gazetteer.places:
            return AskedPlace(str(country), (str(country),))
    for name in (said, *unglued(said)):
        if gazetteer.named(name):
            known = look_up(gazetteer, name)
            if isinstance(known, Known) and not _is_a_word(said, known.place, gazetteer):
                return asked_place(known, gazetteer)
            return None
    return _of_its_people(said, gazetteer) if len(words) == 1 else None


def _is_a_word(said: str, place: Place, gazetteer: Gazetteer) -> bool:
    """Whether it is rather a word of English or French than a place of lands far from any
    crisis, or than a small one that is listed as a word: "more", "tank"."""
    from rules.matching.places.spellings import is_near

    if said >= "\u0600" or place.kind == "country" or not is_ordinary(said):
        return False
    small = place.kind not in ("region", "adm1")
    listed = small and said.islower() and name_key(said) in gazetteer.words
    return listed or not is_near(place, gazetteer)


def _of_its_people(word: str, gazetteer: Gazetteer) -> AskedPlace | None:
    """«حلبي», «الدمشقيين»: who is called after a large place."""
    from rules.matching.places.gazetteer import rank

    found = _PEOPLE.match(name_key(word))
    if found is None:
        return None
    for name in (found[1], f"ال{found[1]}", f"{found[1]}ه"):
        places = gazetteer.named(name)
        if places and rank(places[0]) >= _LARGE:
            known = look_up(gazetteer, name)
            return asked_place(known, gazetteer) if isinstance(known, Known) else None
    return None


def asked_place(known: Known, gazetteer: Gazetteer) -> AskedPlace:
    if len(known.ids) == 1 and known.place.kind in ("town", "adm2"):
        # By a name that only the town has ("Alepo") its governorate is meant as well.
        for language in ("ar", "en"):
            again = look_up(gazetteer, known.place.name(language))
            if isinstance(again, Known) and known.place.id in again.ids:
                known = again if len(again.ids) > len(known.ids) else known
    return AskedPlace(known.place.id, tuple(sorted(known.ids)))


def folded(word: str) -> str:
    return name_key(word).replace(" ", "")


def name_key(name: str) -> str:
    from rules.matching.places.gazetteer import key_of

    return key_of(name)


def narrowed(
    first: tuple[AskedPlace, str], second: tuple[AskedPlace, str], gazetteer: Gazetteer
) -> AskedPlace | None:
    """The place that is meant where two, each with what was said, stand side by side and one lies
    in the other ("Homs Syria", "Sudan Nyala"), or another one of its name does: "Tripoli Lebanon".
    None for two of a list."""
    for (inner, said), (other, _) in ((first, second), (second, first)):
        around = gazetteer.places[other.id]
        if gazetteer.inside(gazetteer.places[inner.id], around):
            return inner
        for name in (said, *unglued(said)):
            for place in gazetteer.named(name):
                if gazetteer.inside(place, around):
                    return asked_place(known_place(gazetteer, place), gazetteer)
    return None
