"""Rule sets for tests: the shipped one, and small ones written on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rules import RuleSet, load_rules
from rules.loading import build as rules_build
from rules.loading.load import SHIPPED
from rules.trying import all_cores, inline_tests
from tests.conftest import not_measured, shipped_rules
from tests.rules.few import VOCABULARY, few_rules
from tests.rules.known_terms import KnownTermsBuild

SHARED = Path(__file__).parents[3] / "shared" / "data"

SMALL = """
id: {id}
title: {{ar: تجربة, en: Trial, fr: Essai}}
description: A rule for a test.
sector: none
{body}
tests:
  fires: [نص]
  silent: [نص]
"""


@pytest.fixture(scope="session")
def shipped() -> RuleSet:
    return shipped_rules()


@pytest.fixture
def few_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate is the real one, over a small folder in place of the shipped rules, and so are the
    commands that try rules."""

    def load_over_few(operator_dir: Path | None = None, **given: Any) -> RuleSet:
        return load_rules(operator_dir, **{**given, "shipped": few_rules()})

    monkeypatch.setattr(inline_tests, "load_rules", load_over_few)
    monkeypatch.setattr(all_cores, "load_rules", load_over_few)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED.is_dir():
        pytest.skip("needs ../shared/data, which is not part of the project")
    return SHARED


@pytest.fixture
def small_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RuleSet]:
    """Build a rule set from one signal's body, with the shipped words for negation and denial."""
    monkeypatch.setattr(rules_build, "TermBuild", KnownTermsBuild)

    def build(body: str, vocabulary: str = "") -> RuleSet:
        folder = tmp_path / "small"
        (folder / "signals").mkdir(parents=True, exist_ok=True)
        (folder / "vocabulary").mkdir(exist_ok=True)
        (folder / "signals" / "trial.yaml").write_text(
            SMALL.format(id="trial", body=body), encoding="utf-8"
        )
        for name in VOCABULARY:
            text = (SHIPPED / "vocabulary" / name).read_text(encoding="utf-8")
            (folder / "vocabulary" / name).write_text(text, encoding="utf-8")
        if vocabulary:
            (folder / "vocabulary" / "own.yaml").write_text(vocabulary, encoding="utf-8")
        # Hundreds of tests compile the same words: tests of the rules' form measure that.
        with not_measured():
            return load_rules(shipped=folder)

    return build
