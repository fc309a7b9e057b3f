"""Where a feed's own elements say that an event is, as places of the gazetteer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from babel.core import get_global

from bot.feeds.parse.entry import SaidEvent

if TYPE_CHECKING:
    from rules import Gazetteer, Place, PlaceTold


def places_with(
    gazetteer: Gazetteer, event: SaidEvent | None, text: Sequence[PlaceTold]
) -> tuple[PlaceTold, ...]:
    """The places that the text tells, those of the feed put over them.

    What lies in a place that the feed names is finer and stays; the rest of what the text tells
    goes. Degrees that only make sense the other way round (longitude first) are no place.
    """
    from rules import PlaceTold

    said = said_places(gazetteer, event, text)
    if not said:
        return tuple(text)
    found: dict[str, PlaceTold] = {}
    for place in said:
        # A country that is told twice is told by what lies in it.
        finer = [
            each
            for each in text
            if each.place.id != place.id and gazetteer.inside(each.place, place)
        ]
        own = [PlaceTold(place, (), "title", 0, 0, "", "feed")]
        found |= {each.place.id: each for each in finer or own if each.place.id not in found}
    return tuple(found.values())


def said_places(
    gazetteer: Gazetteer, event: SaidEvent | None, text: Sequence[PlaceTold] = ()
) -> tuple[Place, ...]:
    """The places that the feed's elements name or draw; those in another one stand for it."""
    from rules import located

    if event is None:
        return ()
    countries = dict.fromkeys(
        code for name in event.countries if (code := _country(gazetteer, name)) is not None
    )
    told = {each.place.country for each in text}
    found: list[Place] = []
    for shape in event.shapes:
        places = located(gazetteer, shape.points, shape.km, countries)
        if told and not countries and told.isdisjoint(p.country for p in places):
            turned = [(lon, lat) for lat, lon in shape.points]
            if any(p.country in told for p in located(gazetteer, turned, shape.km)):
                continue
        found += places
    for name in event.areas:
        found += _named(gazetteer, name, countries)
    found += [gazetteer.places[code] for code in countries]
    kept = {
        place.id: place
        for place in found
        if not any(other.id != place.id and gazetteer.inside(other, place) for other in found)
    }
    return tuple(kept.values())


def _country(gazetteer: Gazetteer, name: str) -> str | None:
    """The country of a name, or of an ISO 3166-1 code of two or three letters."""
    code = name.strip().upper()
    code = _two_letters().get(code, code)
    place = gazetteer.places.get(code)
    if place is not None and place.kind == "country":
        return place.id
    named = (p for p in gazetteer.named(name) if p.kind == "country")
    return next((p.id for p in named), None)


def _named(gazetteer: Gazetteer, name: str, countries: dict[str, None]) -> list[Place]:
    """The place of an area's name or code (ISO 3166-2, OCHA); none where it may be of two
    countries."""
    place = gazetteer.places.get(name.upper()) or gazetteer.by_pcode().get(name.upper())
    found = [place] if place is not None else list(gazetteer.named(name))
    found = [p for p in found if not countries or p.country in countries]
    if len({p.country for p in found}) > 1:
        return []
    return found[:1]


@cache
def _two_letters() -> dict[str, str]:
    """ISO 3166-1: three letters → two."""
    aliases = get_global("territory_aliases")
    return {
        three: two[0]
        for three, two in aliases.items()
        if len(three) == 3 and three.isalpha() and len(two) == 1
    }
