"""Every broken directory under ``broken/`` is refused with the words in its expected.txt."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import RuleSet, RulesInvalid, load_rules
from tests.rules.few import load_few

BROKEN = sorted(p for p in (Path(__file__).parent / "broken").iterdir() if p.is_dir())


@pytest.mark.parametrize("folder", BROKEN, ids=lambda p: p.name)
def test_a_broken_directory_is_refused_with_file_line_and_cure(folder: Path) -> None:
    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()

    with pytest.raises(RulesInvalid) as refused:
        load_few(folder)

    told = [str(error).removeprefix(f"{folder.name}/") for error in refused.value.errors]
    for message in expected:
        assert any(line.startswith(message) for line in told), "\n".join(told)
    assert len(told) == len(expected), "\n".join(told)


def test_there_are_many_kinds_of_broken() -> None:
    assert len(BROKEN) >= 30


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesInvalid, match="MARSAD_RULES_DIR"):
        load_rules(tmp_path / "absent")


def test_a_refused_directory_leaves_the_running_rules_as_they_are(shipped: RuleSet) -> None:
    before = shipped.detect("", "لا توجد أدوية في المستشفى", "ar")
    with pytest.raises(RulesInvalid):
        load_rules(BROKEN[0])
    assert shipped.detect("", "لا توجد أدوية في المستشفى", "ar") == before
