"""The crash test, short: the full one is `make torture`."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tests.torture.crash import PATIENCE, Result, _settled, print_result, torture
from tests.torture.newsroom import Newsroom


@pytest.mark.timeout(1_800)
async def test_a_service_that_is_killed_loses_nothing_and_hides_no_repeat(tmp_path: Path) -> None:
    result = await torture(
        tmp_path,
        kills=5,
        seed=2026,
        nursery=True,
        longest_life=0.5,
        seconds=600,
        settle=PATIENCE,
    )
    print_result(result)
    assert result.problems == []
    if result.starved:
        pytest.skip(f"nothing was lost, but the machine was too slow: {result.starved}")
    assert result.kills == 5
    assert result.loud > 0


class _StillBooks:
    """Books in which nothing moves, or something always does."""

    def __init__(self, *, moves: bool) -> None:
        self.moves = moves
        self.owed = 10**6

    async def unsettled(self, loud: set[int]) -> tuple[int, int]:
        self.owed -= self.moves
        return self.owed, 0


@pytest.mark.parametrize("moves", [True, False])
async def test_a_slow_machine_is_not_taken_for_a_loss_nor_a_stuck_service_for_a_slow_machine(
    moves: bool,
) -> None:
    result = Result(1)
    books: Any = _StillBooks(moves=moves)
    newsroom = Newsroom(random.Random(1), 1.0)
    assert await _settled(books, newsroom, 0.5, result) == moves
    assert (bool(result.starved), bool(result.problems)) == (moves, not moves)
