"""The map's bubbles and the names beside them."""

from __future__ import annotations

from bot.charts.places import Bubble
from bot.web.drawing import ground


def test_a_name_begins_or_ends_beside_its_bubble() -> None:
    places = {"Here": 36.0, "There": 36.5, "Elsewhere": 38.0}
    found = [Bubble(33.0, lon, 1, "alert", {"en": name}) for name, lon in places.items()]
    sides = set()
    for spot in ground(found, list(places)).spots:
        sides.add(spot.name_side)
        if spot.name_side == "right":
            assert 0 < spot.name_x - (spot.x + spot.radius) < 6
        if spot.name_side == "left":
            assert 0 < (spot.x - spot.radius) - spot.name_x < 6
    assert {"left", "right"} <= sides
