"""Names of places that people type, and countries that are offered on buttons."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.alerts.said.facts import labels
from bot.asking.durations import plain_words
from bot.locales import Texts
from bot.messages.answers.asked import quoted_word
from bot.telegram.services import Services
from bot.telegram.typed.changes import without_not
from bot.telegram.typed.parts_of_countries import is_part, of_what, part_of
from bot.text import clean, shorten
from storage.readers.subscriptions import Names

if TYPE_CHECKING:
    from rules import Gazetteer, Place

MOST_PLACES = 20
LONGEST = 60
_MOST_OF_A_NAME = 300
"""Characters: what is longer between two commas names nothing, and would be looked up without each
of its words."""
MOST_NAMESAKES = 2
# Names that are not known and answered one by one.
MOST_PROPOSED = 5
# As `plain_words` leaves them.
EVERYWHERE = frozenset(
    {"all places", "every place", "all countries", "tous les lieux", "tous", "جميع الاماكن"}
    | {"all", "off", "everywhere", "anywhere", "clear", "reset", "الكل", "كل مكان", "كل الاماكن"}
    | {"كل", "حذف", "tout", "partout", "effacer"}
)
# Where relief desks that read Arabic work most; every other place is asked for by its name.
COUNTRIES = ("SY", "PS", "SD", "YE", "LB", "IQ", "LY", "SO")
_BETWEEN = re.compile(r"[,،;؛\n]+")
_AND = re.compile(r"\s+(?:[-–—/+&]|و|and|et)\s+|\s*[/+&]\s*|\s+و(?=[^\W\d])")
_BULLET = re.compile(r"\s*[-\u2212\u2013\u2014•*]\s*")
_SMALL = re.compile(
    r"\A\s*(?:(?:only|just|in|at|of|from|for|to|about|all|the|city of|seulement|rien que|dans|en"
    r"|aux?|à|a|sur|pour|de|du|des|le|la|les|فقط|في|من|عن|الى|إلى|كل|مدينة|محافظة|منطقة|دولة)\s+|[ld]['’])",
    re.IGNORECASE,
)
_SMALL_BEHIND = re.compile(
    r"\s+(?:only|alone|please|seulement|uniquement|svp|فقط|وحدها|وبس|بس)\s*\Z|\s*[.!?؟]+\s*\Z",
    re.IGNORECASE,
)
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
    words = [clean(each)[:LONGEST].strip() for each in _BETWEEN.split(without_bullets(said))]
    asked = [each for each in words if each][:MOST_PLACES]
    gazetteer = await asyncio.to_thread(services.gazetteer)
    unwanted = [no for each in asked if (no := not_wanted(each, gazetteer))]
    asked = [each for each in asked if not not_wanted(each, gazetteer)]
    refused = [speech("places.no_exclusion", words=quoted_word(speech, no)) for no in unwanted]
    if len(asked) == 1 and plain_words(asked[0]) in EVERYWHERE:
        return PlacesAsked({}, everywhere=True)
    if not asked:
        return PlacesAsked({}, "\n".join(refused))
    names = [name for each in asked for name in _names(each, gazetteer)]
    places, unknown, parts = _meant(names, gazetteer)
    chosen = {place.id: labels(gazetteer, place) for place in without_country(places, gazetteer)}
    said_of = await asyncio.to_thread(_unknown, speech, gazetteer, unknown) if unknown else ""
    asks = [which_country(speech, gazetteer, part) for part in dict.fromkeys(parts)]
    return PlacesAsked(chosen, "\n".join([*([said_of] if said_of else []), *asks, *refused]))


def which_country(speech: Texts, gazetteer: Gazetteer, part: str) -> str:
    """What to write instead of "north" alone, with the places near a crisis that are called so."""
    from rules.matching.places.spellings import is_near

    near = [place for place in gazetteer.named(part) if is_near(place, gazetteer)]
    known = dict.fromkeys(labels(gazetteer, place)[speech.language] for place in near)
    named_so = [speech("places.a_part"), *list(known)[:MOST_NAMESAKES]]
    examples = [quoted_word(speech, each) for each in named_so]
    named = quoted_word(speech, part)
    return speech("places.which", name=named, examples=speech("card.comma").join(examples))


def _meant(names: Sequence[str], gazetteer: Gazetteer) -> tuple[list[Place], list[str], list[str]]:
    """The places of these names, the names that are not known, and parts of no country. What lies
    in the place behind it is meant, wherever others of the name lie: "Tripoli, Lebanon"."""
    places: list[Place] = []
    unknown: list[str] = []
    parts: list[str] = []
    for name, following in zip(names, [*names[1:], ""], strict=True):
        around = gazetteer.named(following)[:1] if following else ()
        found = gazetteer.named(name)
        inside = [each for each in found if around and gazetteer.inside(each, around[0])]
        if not inside and around and is_part(name):
            inside = list(gazetteer.named(part_of(f"{name} {following}", gazetteer) or following))
        if inside:
            places.append(inside[0])
        elif is_part(name):
            parts.append(name)
        elif found:
            places.append(found[0])
        else:
            unknown.append(name)
    return places, unknown, parts


def not_wanted(said: str, gazetteer: Gazetteer) -> str | None:
    """What is not wanted: "-Homs", «بدون حلب»; None for a name, also one such as Sans Souci."""
    named = said[:1].isalpha() and gazetteer.named(said)
    return None if named else without_not(said)


def without_country(places: Sequence[Place], gazetteer: Gazetteer) -> list[Place]:
    """Without what only says where the one before it lies: "Homs, Syria"."""
    before: Sequence[Place | None] = [None, *places]
    return [
        place
        for place, other in zip(places, before, strict=False)
        if other is None or place is other or not gazetteer.inside(other, place)
    ]


def several_places(said: str, gazetteer: Gazetteer) -> list[Place]:
    """The places of a list, where it is one and all of them are known. Takes time."""
    asked = [each.strip() for each in _BETWEEN.split(clean(said)) if each.strip()]
    names = [name for each in asked for name in _names(each, gazetteer)]
    places, unknown, parts = _meant(names, gazetteer)
    several = len(names) > 1 and not unknown and not parts
    return without_country(places, gazetteer) if several else []


def without_bullets(said: str) -> str:
    """A list of lines, each behind a dash, is no list of what is not wanted."""
    lines = [line for line in said.splitlines() if line.strip()]
    listed = len(lines) > 1 and all(map(_BULLET.match, lines))
    return "\n".join(_BULLET.sub("", line) for line in lines) if listed else said


def _names(said: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """What was written as one name, or the names in it where one of them is known: «حلب والسودان»,
    "in Aleppo and Sudan", «حلب - إدلب», "le Soudan et le Tchad"."""
    if len(said) > _MOST_OF_A_NAME:
        return (said,)
    bare = _bare(said, gazetteer)
    if gazetteer.named(bare):
        return (bare,)
    parts = tuple(_bare(each, gazetteer) for each in _AND.split(said) if each.strip())
    return parts if len(parts) > 1 and any(map(gazetteer.named, parts)) else (said,)


def _bare(said: str, gazetteer: Gazetteer) -> str:
    """A name without the small words before and behind it, where that is known and it is not."""
    bare = _SMALL_BEHIND.sub("", said)
    while not gazetteer.named(said):
        shorter = _SMALL.sub("", bare, count=1)
        if shorter == bare or not shorter:
            return bare if gazetteer.named(bare) else part_of(bare, gazetteer) or said
        bare = shorter
        if gazetteer.named(bare):
            return bare
    return said


async def offered_places(services: Services, *more: str) -> dict[str, Names]:
    """Countries for buttons, and the places with these ids; those that are known."""
    gazetteer = await asyncio.to_thread(services.gazetteer)
    known = (gazetteer.places.get(each) for each in dict.fromkeys((*COUNTRIES, *more)))
    return {place.id: labels(gazetteer, place) for place in known if place is not None}


def _unknown(speech: Texts, gazetteer: Gazetteer, names: Sequence[str]) -> str:
    """That these names are not known, each with the one that was perhaps meant. Takes time."""
    lines = []
    for name in names[:MOST_PROPOSED]:
        meant = _perhaps(gazetteer, of_what(name) or name)
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
