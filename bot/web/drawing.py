"""Pictures as SVG: bars by day, bubbles on a map. Pure; colours are the style sheet's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from bot.charts.draw import outlines
from bot.charts.layout import Box, Circle, apart, names_beside
from bot.charts.places import Bubble

WIDTH, HEIGHT = 720.0, 560.0
SMALLEST_SCALE = 8
MOST_BUBBLES = 60
LETTER = 7.2
"""The width of a letter of a name, about."""
NAME_GAP = 3.0
_STRETCH = 1.15
_SHARPNESS = 0.8
"""Points of outlines that are nearer to each other are one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: from the left (0 to 100), its height (0 to 100), and what is usual on such a day."""

    x: float
    width: float
    height: float
    usual: float
    day: str
    count: int


def bars(days: Sequence[str], counts: Sequence[int], usual: Sequence[float]) -> list[Bar]:
    """Bars from left to right; the style sheet turns them around where that is read so."""
    most = max(1.0, *map(float, counts), *usual) if counts else 1.0
    step = 100 / max(1, len(counts))
    return [
        Bar(
            round(step * (n + 0.14), 2),
            round(step * 0.72, 2),
            round(100 * count / most, 1),
            round(100 * usual[n] / most, 1) if usual else 0.0,
            days[n],
            count,
        )
        for n, count in enumerate(counts)
    ]


@dataclass(frozen=True, slots=True)
class Spot:
    """A bubble where it is drawn, from (`x0`, `y0`) moved aside if there was no room; its name at
    (`name_x`, `name_y`), '' where there is none for it. `name_side`: right or left of the bubble,
    where the name begins or ends at `name_x`; '' above or below it, in its middle."""

    place: str
    name: str
    level: str
    alerts: int
    x: float
    y: float
    radius: float
    x0: float
    y0: float
    moved: bool
    name_x: float = 0.0
    name_y: float = 0.0
    name_side: str = ""
    shown_name: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """A map: outlines of land as the `d` of paths, and its spots, the largest first."""

    land: tuple[str, ...]
    spots: tuple[Spot, ...]


def ground(found: Sequence[Bubble], names: Sequence[str]) -> Ground:
    """The map of these bubbles, of which there is one at least; `names`: what each is called."""
    shown = found[:MOST_BUBBLES]
    west, north, scale = _frame(shown)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return (lon - west) * scale, (north - lat) * scale * _STRETCH

    most = max(SMALLEST_SCALE, *(each.alerts for each in shown))
    points = [at(each.lon, each.lat) for each in shown]
    radii = [9 + 15 * math.sqrt(each.alerts / most) for each in shown]
    circles = apart([Circle(x, y, r) for (x, y), r in zip(points, radii, strict=True)])
    sizes = [(LETTER * len(name) + 4, 15.0) for name in names[: len(shown)]]
    boxes = names_beside(circles, sizes, Box(4, 4, WIDTH - 4, HEIGHT - 4))
    spots = []
    for number, (each, circle, point, box) in enumerate(
        zip(shown, circles, points, boxes, strict=True)
    ):
        side = _side(box, circle) if box else ""
        moved = math.hypot(circle.x - point[0], circle.y - point[1]) > circle.radius / 2
        spots.append(
            Spot(
                place=each.place_id,
                name=names[number],
                level=each.level,
                alerts=each.alerts,
                x=round(circle.x, 1),
                y=round(circle.y, 1),
                radius=round(circle.radius, 1),
                x0=round(point[0], 1),
                y0=round(point[1], 1),
                moved=moved,
                name_x=round(_name_x(box, side), 1) if box else 0.0,
                name_y=round(box.bottom + 11, 1) if box else 0.0,
                name_side=side,
                shown_name=names[number] if box else "",
            )
        )
    land = [_path([at(*point) for point in ring]) for ring in _rings()]
    return Ground(tuple(filter(None, land)), tuple(spots))


def _side(box: Box, circle: Circle) -> str:
    """How wide a name is drawn is known about only: where it begins beside its bubble is exact."""
    if box.left > circle.x:
        return "right"
    return "left" if box.right < circle.x else ""


def _name_x(box: Box, side: str) -> float:
    if side:
        return box.left + NAME_GAP if side == "right" else box.right - NAME_GAP
    return (box.left + box.right) / 2


@cache
def _rings() -> tuple[tuple[tuple[float, float], ...], ...]:
    return tuple(tuple(ring) for ring in outlines())


def _frame(shown: Sequence[Bubble]) -> tuple[float, float, float]:
    """The west and the north of the map, and how many units a degree of longitude is: all bubbles
    with room around, never less than some degrees."""
    lons, lats = [each.lon for each in shown], [each.lat for each in shown]
    wide = max(max(lons) - min(lons), 6.0) * 1.3
    high = max(max(lats) - min(lats), 4.0) * 1.35
    scale = min(WIDTH / wide, HEIGHT / (high * _STRETCH))
    middle_lon, middle_lat = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    return (
        middle_lon - WIDTH / scale / 2,
        middle_lat + HEIGHT / (scale * _STRETCH) / 2,
        scale,
    )


def _path(ring: Sequence[tuple[float, float]]) -> str:
    """The outline as far as it is near the map; '' for one that is not."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    if max(xs) < 0 or min(xs) > WIDTH or max(ys) < 0 or min(ys) > HEIGHT:
        return ""
    kept: list[tuple[float, float]] = []
    for x, y in ring:
        # Far outside only the side matters, and a browser draws short numbers faster.
        point = (min(max(x, -WIDTH), 2 * WIDTH), min(max(y, -HEIGHT), 2 * HEIGHT))
        if not kept or abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > _SHARPNESS:
            kept.append(point)
    if len(kept) < 3:
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z"
