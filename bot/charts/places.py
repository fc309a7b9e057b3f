"""Where bubbles stand on a map: at a place, or at the largest town in it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.finding import PlaceCount

if TYPE_CHECKING:
    from rules import Gazetteer, Place

LEVELS = ("critical", "alert", "watch", "info")


@dataclass(frozen=True, slots=True)
class Bubble:
    """A point of a map: degrees, how many alerts, the gravest level, names by language; the id of
    the place with that name."""

    lat: float
    lon: float
    alerts: int
    level: str
    names: Mapping[str, str]
    place_id: str = ""


def bubbles(counts: Sequence[PlaceCount], gazetteer: Gazetteer) -> tuple[list[Bubble], int]:
    """A bubble for each point, most alerts first; and how many alerts have none.

    Places that stand at one point are one bubble, with the name of the one that has most.
    """
    main_towns = _kept_main_towns(gazetteer)
    found: dict[tuple[float, float], Bubble] = {}
    nowhere = 0
    for each in sorted(counts, key=lambda count: -count.alerts):
        place = gazetteer.places.get(each.place_id)
        at = _position(place, gazetteer, main_towns) if place else None
        if at is None:
            nowhere += each.alerts
            continue
        known = found.get(at)
        if known is None:
            names = json.loads(each.names_json)
            found[at] = Bubble(*at, each.alerts, each.level, names, each.place_id)
        else:
            level = min(known.level, each.level, key=LEVELS.index)
            found[at] = replace(known, alerts=known.alerts + each.alerts, level=level)
    return sorted(found.values(), key=lambda bubble: -bubble.alerts), nowhere


def _position(
    place: Place, gazetteer: Gazetteer, main_towns: Mapping[str, Place]
) -> tuple[float, float] | None:
    for each in (place, *gazetteer.around(place)):
        there = each if each.lat is not None else main_towns.get(each.id)
        if there is not None and there.lat is not None and there.lon is not None:
            return there.lat, there.lon
    return None


_LAST: list[tuple[Gazetteer, dict[str, Place]]] = []


def _kept_main_towns(gazetteer: Gazetteer) -> dict[str, Place]:
    """`_main_towns`, which walks through all places, once for each gazetteer."""
    for known, towns in _LAST[-1:]:
        if known is gazetteer:
            return towns
    towns = _main_towns(gazetteer)
    _LAST[:] = [(gazetteer, towns)]
    return towns


def _main_towns(gazetteer: Gazetteer) -> dict[str, Place]:
    """The capital or largest town of each division, region and country, by its id."""
    best: dict[str, Place] = {}
    for place in gazetteer.places.values():
        if place.lat is None or place.kind != "town":
            continue
        for over in {place.parent, place.adm1, place.country}:
            if over is None:
                continue
            known = best.get(over)
            if known is None or _weight(place, over) > _weight(known, over):
                best[over] = place
    return best


def _weight(place: Place, over: str) -> tuple[bool, int]:
    return place.capital and over == place.country, place.population
