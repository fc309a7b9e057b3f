"""Many texts on all cores: the same as in one process, in order, with little in memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from rules import Detection, RuleSet
from rules.trying.all_cores import (
    AHEAD,
    TOGETHER,
    RuleFiles,
    RulesChanged,
    WorkerDied,
    on_all_cores,
)
from tests.rules.few import FLOOD, few_rules

Numbered = tuple[int, str]


def texts(number: int) -> list[Numbered]:
    said = ("غمر الفيضان القرية", "يوم هادئ", "الفيضان والفيضانات", "a quiet day")
    return [(n, f"{said[n % len(said)]} {n}") for n in range(number)]


Detected = tuple[int, int, tuple[Detection, ...]]


def detected(rules: RuleSet, items: Sequence[Numbered]) -> list[Detected]:
    return [(n, os.getpid(), rules.detect("", text, None)) for n, text in items]


def killed(rules: RuleSet, items: Sequence[Numbered]) -> list[int]:
    if any(n == 300 for n, _ in items):
        os.kill(os.getpid(), signal.SIGKILL)
    return [n for n, _ in items]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> RuleFiles:
    return RuleFiles(cache=tmp_path_factory.mktemp("cache"), shipped=few_rules())


@pytest.fixture(scope="module")
def rules(files: RuleFiles) -> RuleSet:
    return files.load()


BOTH_WAYS = pytest.mark.parametrize("forked", [True, False], ids=["forked", "each loads"])


@BOTH_WAYS
def test_two_processes_find_what_one_finds_in_the_same_order(
    rules: RuleSet, files: RuleFiles, forked: bool
) -> None:
    given = texts(1_050)
    found = list(on_all_cores(detected, rules, files, given, processes=2, few=10, forked=forked))
    assert [(n, d) for n, _, d in found] == [(n, d) for n, _, d in map_here(rules, given)]
    pids = {pid for _, pid, _ in found}
    assert os.getpid() not in pids
    assert any(d for _, _, d in found)


def map_here(rules: RuleSet, given: list[Numbered]) -> list[Detected]:
    return detected(rules, given)


@BOTH_WAYS
def test_words_that_another_process_met_are_known_from_then_on(
    files: RuleFiles, forked: bool
) -> None:
    rules, given = files.load(), [(n, "غمرت الفيضانات قريتهم") for n in range(30)]
    assert "الفيضانات" not in rules.morphology.analysed()
    list(on_all_cores(detected, rules, files, given, processes=2, few=10, forked=forked))
    assert rules.morphology.asked
    assert rules.morphology.analysed()["الفيضانات"]


def test_what_is_read_ahead_does_not_grow_with_what_there_is(
    rules: RuleSet, files: RuleFiles
) -> None:
    asked = 0

    def counted() -> Iterator[Numbered]:
        nonlocal asked
        for item in texts(20_000):
            asked += 1
            yield item

    found = on_all_cores(detected, rules, files, counted(), processes=2, few=10)
    assert len(list(islice(found, 250))) == 250
    assert asked <= 10 + 250 + (2 * AHEAD + 1) * TOGETHER
    found.close()  # type: ignore[attr-defined]


def test_few_texts_start_no_process(rules: RuleSet, files: RuleFiles) -> None:
    found = list(on_all_cores(detected, rules, files, texts(9), processes=2, few=10))
    assert {pid for _, pid, _ in found} == {os.getpid()}


@BOTH_WAYS
def test_a_process_that_is_killed_is_no_end_without_words(
    rules: RuleSet, files: RuleFiles, forked: bool
) -> None:
    with pytest.raises(WorkerDied):
        list(on_all_cores(killed, rules, files, texts(1_000), processes=2, few=10, forked=forked))


def test_a_process_that_is_forked_loads_no_rules(
    rules: RuleSet, files: RuleFiles, tmp_path: Path
) -> None:
    nowhere = RuleFiles(cache=tmp_path, shipped=tmp_path / "none")
    found = list(
        on_all_cores(detected, rules, nowhere, texts(50), processes=2, few=10, forked=True)
    )
    assert [(n, d) for n, _, d in found] == [(n, d) for n, _, d in map_here(rules, texts(50))]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
def test_a_process_with_threads_is_not_forked() -> None:
    """A lock that one of them holds would never be released in the copy."""
    asked = "from rules.trying.all_cores import can_fork; import threading\n"
    other = "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    for code, wanted in ((asked, "True"), (asked + other, "False")):
        run = [sys.executable, "-c", code + "print(can_fork())"]
        assert subprocess.check_output(run, text=True).strip() == wanted


def test_forked_processes_end_with_the_one_that_asked(rules: RuleSet, files: RuleFiles) -> None:
    found = on_all_cores(detected, rules, files, texts(900), processes=2, few=10, forked=True)
    pids = {pid for _, pid, _ in islice(found, 250)}
    found.close()  # type: ignore[attr-defined]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_rules_that_were_changed_meanwhile_are_not_mixed(
    rules: RuleSet, files: RuleFiles, tmp_path: Path
) -> None:
    own = tmp_path / "signals"
    own.mkdir()
    (own / "flood.yaml").write_text(FLOOD.replace("flood]", "flood]"), encoding="utf-8")
    changed = RuleFiles(tmp_path, cache=files.cache, shipped=files.shipped)
    changed.load()  # compiled once, and not by both processes
    with pytest.raises(RulesChanged):
        list(on_all_cores(detected, rules, changed, texts(100), processes=2, few=10, forked=False))
