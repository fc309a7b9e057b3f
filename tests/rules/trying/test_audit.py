"""The audit of a corpus: what matches nowhere, what carries a term, what collides."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.cli.rules import measuring
from rules import RuleSet
from rules.trying.auditing import unmet
from rules.trying.auditing.audit import AuditEntry, audit, size_of
from rules.trying.auditing.implied import ImpliedPhrases

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


WORDS = """
terms:
  hospital:
    ar: [مستشفى/مستشفيات, =بالمستشفى, مستشفى ميداني, مركز طبي]
    en: [besieged, besieged town, on the verge, verge]
    except:
      en: [under siege in chess, under siege]
when:
  - any: [hospital]
  - name: never
    all: [hospital]
    in: title
"""


def implied(rules: RuleSet) -> list[str]:
    return [
        " ".join(rules.words.shown(n) for unit in found.phrase for n in unit.lexemes)
        for found in ImpliedPhrases(rules).find()
        if found.term.startswith("trial/")
    ]


def test_a_phrase_that_a_shorter_one_finds_is_named(small_rules: Callable[..., RuleSet]) -> None:
    assert sorted(implied(small_rules(WORDS))) == sorted(
        ["besieged town", "مستشفى ميداني", "بالمستشفى"]
    )


def test_where_a_phrase_begins_and_what_an_exception_covers_is_kept(
    small_rules: Callable[..., RuleSet],
) -> None:
    found = implied(small_rules(WORDS))
    assert "on the verge" not in found
    assert "under siege in chess" not in found


def test_a_phrase_is_asked_for_where_texts_are_enough_to_say(
    small_rules: Callable[..., RuleSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = small_rules(WORDS)
    monkeypatch.setattr(unmet, "ENOUGH", 3)
    arabic = [AuditEntry("", "مستشفى في المدينة", "ar")] * 3
    assert audit(rules, arabic).unmet_phrases["trial/hospital"] == ("مستشفى ميداني", "مركز طبي")
    with_it = [*arabic, AuditEntry("", "المركز الطبي ومستشفى ميداني", "ar")]
    assert "trial/hospital" not in audit(rules, with_it).unmet_phrases
    assert "trial/hospital" not in audit(rules, arabic[:2]).unmet_phrases


def test_a_clause_is_of_use_where_a_test_of_the_rules_needs_it(
    small_rules: Callable[..., RuleSet],
) -> None:
    rules = small_rules(WORDS.replace("مركز طبي", "نص"))
    found = audit(rules, [])
    assert [c.clause for c in found.idle_clauses if c.signal == "trial"] == ["never"]
    assert found.entries == 0
    assert not found.clean


def test_the_shipped_rules_do_not_grow_unseen(shipped: RuleSet) -> None:
    size = size_of(shipped)
    assert size.clauses <= 193
    assert size.ways <= 499
    assert size.words_and_phrases <= 29_884


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped_rules_once: None) -> None:
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)


def test_the_command_prints_and_gives_json(
    tmp_path: Path, rules: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "load", lambda folder: rules)
    corpus = tmp_path / "corpus.jsonl"
    lines = [
        {"title": "", "text": "نقص حاد في الأدوية", "lang": "ar", "signals": ["trial"]},
        {"title": "خبر", "summary": "كلام"},
    ]
    corpus.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    shown = CliRunner().invoke(app, ["rules", "audit", str(corpus)])
    assert shown.exit_code == 0, shown.output
    assert "2 entries, 1 labelled" in shown.output
    told = CliRunner().invoke(app, ["rules", "audit", "--json", str(corpus)])
    clauses = json.loads(told.stdout)["clauses"]
    assert any(c["signal"] == "trial" and c["right"] == 1 for c in clauses)
    checked = CliRunner().invoke(app, ["rules", "audit", "--check", str(corpus)])
    assert checked.exit_code == 1
    assert "Clauses that never take part in a detection (1)" in checked.output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", ":1: is not JSON"),
        ('{"id": ' + "9" * 5_000 + "}", ":1: is not JSON"),
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


def test_the_shipped_rules_hold_what_the_audit_asks_of_them(shipped: RuleSet) -> None:
    found = audit(shipped, ())
    assert not found.idle_clauses
    assert [each.term for each in found.implied] == []
