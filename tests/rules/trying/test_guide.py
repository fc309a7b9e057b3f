"""The example in the operators' guide works as printed."""

from __future__ import annotations

import re
from pathlib import Path

from rules import RuleSet, load_rules
from rules.loading.load import SHIPPED
from rules.trying.inline_tests import run_tests

EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```yaml\n(.*?)```", re.DOTALL)


def test_the_example_of_the_guide_loads_and_passes_its_tests(tmp_path: Path) -> None:
    guide = (SHIPPED / "README.md").read_text(encoding="utf-8")
    files = EXAMPLE.findall(guide)
    assert [name for name, _ in files] == [
        "vocabulary/own.yaml",
        "signals/well-water.yaml",
        "escalations.yaml",
    ]
    for name, text in files:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    rules = load_rules(tmp_path)

    results = run_tests(rules, ["well-water", "wells-dry-confirmed"])
    assert len(results) == 22
    assert not [f"{r.text}: {r.why}" for r in results if not r.passed]


def test_shipped_words_can_be_changed_and_rules_switched_off(
    tmp_path: Path, shipped: RuleSet
) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "signals").mkdir()
    own = tmp_path / "vocabulary" / "own.yaml"
    own.write_text("lack: {add: {ar: [قحط]}, remove: {ar: [عوز]}}", encoding="utf-8")
    (tmp_path / "signals" / "off.yaml").write_text("id: siege\noff: true\n", encoding="utf-8")

    rules = load_rules(tmp_path)

    assert "siege" not in rules.signals
    words = {rules.words.shown(n) for p in rules.compiled_terms["$lack"].phrases
             for unit in p for n in unit.lexemes}  # fmt: skip
    assert "قحط" in words
    assert "عوز" not in words
    assert rules.hash != shipped.hash
