"""Degrees → places of the gazetteer. Towns have points and divisions have no outlines: a point is
in the division of the nearest town, an outline in those of the towns within it. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from rules.matching.places.gazetteer import Gazetteer, Place

Point = tuple[float, float]
"""Latitude and longitude, degrees."""

DIVISION_KM = 60.0
"""Kilometres from a point to a town whose division it is taken to be in."""
COUNTRY_KM = 150.0
LEAST_CIRCLE = 15.0
"""Kilometres around a point under which a circle is the point."""
MOST_DIVISIONS = 3
"""Divisions of one country that an outline is told by; more are the country."""
_KM = 111.2
"""Kilometres of a degree."""


def located(
    gazetteer: Gazetteer,
    points: Sequence[Point],
    km: float = 0.0,
    countries: Collection[str] = (),
) -> tuple[Place, ...]:
    """The places of a point (with `km`: a circle around it) or of an outline's corners.

    Only places in `countries`, if there are any. None of the open sea.
    """
    if not points:
        return ()
    if len(points) < 3:
        centre = _centre(points)
        if km <= LEAST_CIRCLE:
            return _at(gazetteer, centre, countries)
        inside = [t for t, away in _near(gazetteer, centre, km, countries) if away <= km]
    else:
        inside = [t for t in _boxed(gazetteer, points, countries) if _holds(points, t)]
    return _divisions(gazetteer, inside) or _at(gazetteer, _centre(points), countries)


def reach(place: Place) -> float:
    """Kilometres from its middle in which a town is."""
    return 5.0 + math.sqrt(place.population) / 150


def _at(gazetteer: Gazetteer, point: Point, countries: Collection[str]) -> tuple[Place, ...]:
    near = min(
        _near(gazetteer, point, COUNTRY_KM, countries), key=lambda pair: pair[1], default=None
    )
    if near is None:
        return ()
    place, away = near
    if away <= reach(place):
        return (place,)
    over = place.adm1 if away <= DIVISION_KM and place.adm1 else place.country
    return (gazetteer.places[over],)


def _divisions(gazetteer: Gazetteer, towns: Sequence[Place]) -> tuple[Place, ...]:
    found: list[Place] = []
    for country, _ in Counter(town.country for town in towns).most_common():
        codes = Counter(t.adm1 or country for t in towns if t.country == country)
        few = [code for code, _ in codes.most_common()] if len(codes) <= MOST_DIVISIONS else []
        found += [gazetteer.places[code] for code in few or [country]]
    return tuple(found)


def _near(
    gazetteer: Gazetteer, point: Point, km: float, countries: Collection[str]
) -> Iterator[tuple[Place, float]]:
    lat, lon = point
    narrow = math.cos(math.radians(lat))
    for place in gazetteer.places.values():
        if place.lat is None or place.lon is None or abs(place.lat - lat) * _KM > km:
            continue
        if countries and place.country not in countries:
            continue
        east = (place.lon - lon + 180) % 360 - 180
        away = math.hypot(place.lat - lat, east * narrow) * _KM
        if away <= km:
            yield place, away


def _boxed(
    gazetteer: Gazetteer, points: Sequence[Point], countries: Collection[str]
) -> Iterator[Place]:
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    for place in gazetteer.places.values():
        if place.lat is None or place.lon is None or not south <= place.lat <= north:
            continue
        if west <= place.lon <= east and (not countries or place.country in countries):
            yield place


def _holds(points: Sequence[Point], place: Place) -> bool:
    """Whether a place lies inside an outline (ray casting)."""
    inside = False
    for (lat, lon), (other_lat, other_lon) in zip(points, [*points[1:], points[0]], strict=True):
        if place.lat is None or place.lon is None or (lat > place.lat) == (other_lat > place.lat):
            continue
        if place.lon < lon + (place.lat - lat) / (other_lat - lat) * (other_lon - lon):
            inside = not inside
    return inside


def _centre(points: Sequence[Point]) -> Point:
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
