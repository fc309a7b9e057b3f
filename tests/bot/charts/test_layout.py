"""On a map neither bubbles nor names lie over one another."""

from __future__ import annotations

import math
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts.layout import Box, Circle, apart, names_beside

WITHIN = Box(0, 0, 400, 400)
circles = st.builds(
    Circle, st.floats(100, 300), st.floats(100, 300), st.sampled_from([7.0, 9.0, 12.0, 18.0])
)


@settings(max_examples=40)
@given(st.lists(circles, min_size=1, max_size=14))
def test_neither_bubbles_nor_names_overlap(at: list[Circle]) -> None:
    bubbles = apart(at)
    assert [each.radius for each in bubbles] == [each.radius for each in at]
    for one, other in combinations(bubbles, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius
    boxes = names_beside(bubbles, [(50.0, 11.0)] * len(bubbles), WITHIN)
    named = [box for box in boxes if box is not None]
    assert all(WITHIN.holds(box) for box in named)
    assert not any(one.meets(other) for one, other in combinations(named, 2))
    assert not any(box.touches(bubble) for box in named for bubble in bubbles)


def test_what_stands_free_stays_where_it_is_and_a_large_bubble_moves_less() -> None:
    free = [Circle(50, 50, 7), Circle(200, 200, 18)]
    assert apart(free) == free
    small, large = apart([Circle(200, 200, 7), Circle(205, 200, 18)])
    assert abs(large.x - 205) < abs(small.x - 200)


def test_the_first_name_has_the_choice_and_the_last_may_find_no_room() -> None:
    row = [Circle(50, 10, 7), Circle(70, 10, 7), Circle(90, 10, 7)]
    narrow = Box(0, 0, 160, 20)
    first, second, third = names_beside(row, [(40.0, 11.0)] * 3, narrow)
    assert first is not None and first.right < 50
    assert second is None
    assert third is not None and third.left > 90
    legend = Box(0, 0, 45, 20)
    assert names_beside(row, [(40.0, 11.0)] * 3, narrow, [legend])[0] is None
