"""Names of places that people type, and countries that are offered on buttons."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.alerts.facts import labels
from bot.asking.durations import plain_words
from bot.locales import Texts
from bot.telegram.services import Services
from bot.text import clean, shorten
from storage.readers.subscriptions import Names

if TYPE_CHECKING:
    from rules import Gazetteer, Place

MOST_PLACES = 20
LONGEST = 60
# Names that are not known and answered one by one.
MOST_PROPOSED = 5
# As `plain_words` leaves them.
EVERYWHERE = frozenset(
    {"all", "off", "everywhere", "anywhere", "clear", "reset", "الكل", "كل مكان", "كل الاماكن"}
    | {"كل", "حذف", "tout", "partout", "effacer"}
)
# Where relief desks that read Arabic work most; every other place is asked for by its name.
COUNTRIES = ("SY", "PS", "SD", "YE", "LB", "IQ", "LY", "SO")
_BETWEEN = re.compile(r"[,،;؛\n]+")
_AND = re.compile(r"\s+(?:[-–—/+&]|و|and|et)\s+|\s*[/+&]\s*|\s+و(?=[^\W\d])")
# Letters of 100 that must agree before another name is proposed.
_LIKE = 72


@dataclass(frozen=True, slots=True)
class PlacesAsked:
    """What was typed: places that are known, and what to say of the other names ("" for none).

    `everywhere`: that is what was asked for.
    """

    chosen: Mapping[str, Names]
    unknown: str = ""
    everywhere: bool = False

    @property
    def any(self) -> bool:
        return self.everywhere or bool(self.chosen)


async def places_asked(services: Services, said: str, speech: Texts) -> PlacesAsked:
    """The places that a text names, in any of the languages."""
    words = [clean(each)[:LONGEST].strip() for each in _BETWEEN.split(said)]
    asked = [each for each in words if each][:MOST_PLACES]
    if len(asked) == 1 and plain_words(asked[0]) in EVERYWHERE:
        return PlacesAsked({}, everywhere=True)
    if not asked:
        return PlacesAsked({})
    gazetteer = await asyncio.to_thread(services.gazetteer)
    found = {name: gazetteer.named(name) for each in asked for name in _names(each, gazetteer)}
    unknown = [name for name, those in found.items() if not those]
    chosen = {those[0].id: labels(gazetteer, those[0]) for those in found.values() if those}
    said_of = await asyncio.to_thread(_unknown, speech, gazetteer, unknown) if unknown else ""
    return PlacesAsked(chosen, said_of)


def _names(said: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """What was written as one name, or the names in it where all of them are known:
    «حلب والسودان», "Aleppo and Sudan", «حلب - إدلب»."""
    if gazetteer.named(said):
        return (said,)
    parts = tuple(each for each in _AND.split(said) if each)
    return parts if len(parts) > 1 and all(map(gazetteer.named, parts)) else (said,)


async def offered_places(services: Services, *more: str) -> dict[str, Names]:
    """Countries for buttons, and the places with these ids; those that are known."""
    gazetteer = await asyncio.to_thread(services.gazetteer)
    known = (gazetteer.places.get(each) for each in dict.fromkeys((*COUNTRIES, *more)))
    return {place.id: labels(gazetteer, place) for place in known if place is not None}


def _unknown(speech: Texts, gazetteer: Gazetteer, names: Sequence[str]) -> str:
    """That these names are not known, each with the one that was perhaps meant. Takes time."""
    lines = []
    for name in names[:MOST_PROPOSED]:
        meant = _perhaps(gazetteer, name)
        if meant is None:
            lines.append(speech("places.unknown", name=shorten(name, LONGEST)))
        else:
            known = meant.name(speech.language)
            lines.append(speech("places.perhaps", name=shorten(name, LONGEST), known=known))
    return "\n".join(lines)


def _perhaps(gazetteer: Gazetteer, name: str) -> Place | None:
    from rules.matching.places.gazetteer import key_of
    from rules.matching.places.spellings import spellings_of

    best = spellings_of(gazetteer).like(key_of(name), 1, _LIKE, fuzz.WRatio)
    return gazetteer.of_key(best[0][0])[0] if best else None
