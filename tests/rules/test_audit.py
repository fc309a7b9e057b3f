"""The audit of a corpus: what matches nowhere, what carries a term, what collides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from rules import RuleSet
from rules.trying.audit import AuditEntry, audit

BODY = """
terms:
  lack:
    ar: [نقص, انعدام]
  medicine:
    ar: [دواء/أدوية, مصل]
  visit:
    ar: [~جاع]
when:
  - near: [lack, medicine]
  - any: [visit]
    weight: 10
"""


@pytest.fixture
def rules(small_rules: Callable[..., RuleSet]) -> RuleSet:
    return small_rules(BODY)


def entry(text: str, *signals: str) -> AuditEntry:
    return AuditEntry("", text, "ar", frozenset(signals))


def test_what_matches_nowhere_and_what_carries(rules: RuleSet) -> None:
    found = audit(
        rules,
        [
            *[entry("نقص الأدوية في البلدة", "trial")] * 9,
            entry("نقص في أدويتهم"),
            AuditEntry("", "كلام عابر", "ar"),
        ],
    )
    assert (found.entries, found.labelled) == (11, 10)
    assert "trial/visit" in found.unmatched_terms
    assert found.unmatched_words["trial/lack"] == ("انعدام",)
    assert found.unmatched_words["trial/medicine"] == ("مصل",)
    heavy = next(h for h in found.heavy if h.term == "trial/medicine")
    assert (heavy.word, heavy.matches, heavy.of) == ("الادويه", 9, 10)
    clauses = [c for c in found.clauses if c.signal == "trial"]
    assert [(c.detections, c.right, c.wrong) for c in clauses] == [(10, 9, 1), (0, 0, 0)]


def test_a_short_form_that_may_be_another_word_is_named(rules: RuleSet) -> None:
    found = audit(rules, [entry("لم يجع هنا")] * 5)
    assert ("يجع", "جاع", 5) in {(d.token, d.lemma, d.times) for d in found.doubtful}


def test_what_a_reader_doubted_counts_neither_way(rules: RuleSet) -> None:
    doubted = AuditEntry("", "نقص الأدوية", "ar", frozenset(), frozenset({"trial"}))
    first = audit(rules, [doubted]).clauses[0]
    assert (first.detections, first.right, first.wrong) == (1, 0, 0)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped_rules_once: None) -> None:
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)


def test_the_command_prints_and_gives_json(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    lines = [
        {"title": "", "text": "نقص حاد في الأدوية", "lang": "ar", "signals": ["medicine-shortage"]},
        {"title": "خبر", "summary": "كلام"},
    ]
    corpus.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    shown = CliRunner().invoke(app, ["rules", "audit", str(corpus)])
    assert shown.exit_code == 0, shown.output
    assert "2 entries, 1 labelled" in shown.output
    told = CliRunner().invoke(app, ["rules", "audit", "--json", str(corpus)])
    clauses = json.loads(told.stdout)["clauses"]
    assert any(c["signal"] == "medicine-shortage" and c["right"] == 1 for c in clauses)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", ":1: is not JSON"),
        ('{"id": 3}', ':1: has no "title" and no "text"'),
        ('{"text": "x"}\n[1]', ":2: has no"),
        ('{"text": "x", "signals": "siege"}', '"signals" must be a list'),
    ],
)
def test_a_bad_corpus_is_told_by_its_line(tmp_path: Path, content: str, message: str) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["rules", "audit", str(corpus)])
    assert result.exit_code != 0
    assert message in str(result.exception) + result.output
