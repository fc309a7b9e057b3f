"""The crash test, short: the full one is `make torture`."""

from pathlib import Path

import pytest

from tests.torture.crash import PATIENCE, print_result, torture


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
    assert result.kills == 5
    assert result.loud > 0
