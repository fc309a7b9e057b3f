"""Where bubbles and names stand on a map so that none lies over another. Pure; lengths in points.

Bubbles that overlap are moved apart as little as it takes; names find room beside their bubbles,
those of the largest first, and what finds none is left out (the caption names it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEPS, GAP = 200, 1.0
_HALF = math.sqrt(0.5)
# Where a name may stand, the best first: from the bubble's middle, in radii and in its own size.
_SIDES = (
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, 1.0),
    (0.0, -1.0),
    (_HALF, _HALF),
    (-_HALF, _HALF),
    (_HALF, -_HALF),
    (-_HALF, -_HALF),
)


@dataclass(frozen=True, slots=True)
class Circle:
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Box:
    """From left to right and from bottom to top."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.bottom <= other.bottom
            and other.top <= self.top
        )

    def touches(self, circle: Circle) -> bool:
        x = min(max(circle.x, self.left), self.right)
        y = min(max(circle.y, self.bottom), self.top)
        return math.hypot(circle.x - x, circle.y - y) < circle.radius


def apart(circles: Sequence[Circle]) -> list[Circle]:
    """The same circles, none over another; the larger of two moves less."""
    at = [[each.x, each.y] for each in circles]
    for _ in range(STEPS):
        moved = False
        for i, one in enumerate(circles):
            for j in range(i):
                other = circles[j]
                dx, dy = at[i][0] - at[j][0], at[i][1] - at[j][1]
                distance, wanted = math.hypot(dx, dy), one.radius + other.radius + GAP
                if distance >= wanted - 1e-6:
                    continue
                if distance < 1e-9:  # at one place: to a side of their own each
                    dx, dy, distance = math.cos(i), math.sin(i), 1.0
                    missing = wanted
                else:
                    missing = wanted - distance
                share = other.radius**2 / (one.radius**2 + other.radius**2)
                for which, part in ((i, share), (j, share - 1)):
                    at[which][0] += dx / distance * missing * part
                    at[which][1] += dy / distance * missing * part
                moved = True
        if not moved:
            break
    return [Circle(x, y, each.radius) for (x, y), each in zip(at, circles, strict=True)]


def names_beside(
    circles: Sequence[Circle],
    sizes: Sequence[tuple[float, float]],
    within: Box,
    taken: Sequence[Box] = (),
) -> list[Box | None]:
    """A box for each name of that width and height, in the order of the circles, of which the first
    chooses first; None where there is no room."""
    full, found = list(taken), list[Box | None]()
    for circle, (width, height) in zip(circles, sizes, strict=True):
        box = next(
            (
                each
                for each in (_box(circle, width, height, *side) for side in _SIDES)
                if within.holds(each)
                and not any(each.meets(other) for other in full)
                and not any(each.touches(other) for other in circles)
            ),
            None,
        )
        found.append(box)
        if box is not None:
            full.append(box)
    return found


def _box(circle: Circle, width: float, height: float, right: float, up: float) -> Box:
    """A name on that side of the circle."""
    reach = circle.radius + GAP
    x = circle.x + right * reach + (math.copysign(width / 2, right) if right else 0.0)
    y = circle.y + up * reach + (math.copysign(height / 2, up) if up else 0.0)
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
