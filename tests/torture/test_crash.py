"""The crash test, short: the full one is `make torture`."""

from pathlib import Path

from tests.torture.crash import print_result, torture


async def test_a_service_that_is_killed_loses_nothing_and_hides_no_repeat(tmp_path: Path) -> None:
    result = await torture(
        tmp_path,
        kills=5,
        seed=2026,
        nursery=True,
        longest_life=0.5,
        seconds=45,
        settle=30,
    )
    print_result(result)
    assert result.problems == []
    assert result.kills == 5
    assert result.loud > 0
