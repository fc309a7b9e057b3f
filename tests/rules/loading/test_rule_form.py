"""The form that rules are written in: names, guards, defaults, strengths, overrides, examples."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from rules import RuleSet, RulesInvalid, load_rules
from rules.loading.load import fingerprint
from rules.loading.schema import Example
from rules.trying.explain import explain
from rules.trying.inline_tests import load_checked, run_tests
from tests.rules.few import load_few

RULE = """id: well-water
title: جفاف الآبار
description: جفاف الآبار التي يشرب منها الناس.
status: test
level: {worsening: watch, denied: info}
sector: WASH
terms:
  well: {ar: [بئر/آبار], en: [well, borehole]}
  dry: {ar: [جفاف, ~جفّ], en: [run dry]}
  oil: {ar: [نفط], en: [oil]}
guards:
  not-water: [oil]
defaults:
  within: 6
  unless: not-water
when:
  - name: dry-well
    why: the plain statement
    near: [well, dry]
examples:
  fires:
    - جفت آبار القرية
    - vary: "جفت آبار {town} منذ {number} أيام"
  silent:
    - جفت آبار النفط في الصحراء
"""


def own(folder: Path, text: str = RULE, name: str = "signals/well-water.yaml") -> Path:
    file = folder / "own" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder / "own"


@pytest.mark.usefixtures("few_shipped")
def test_a_rule_in_arabic_alone_loads_and_passes(tmp_path: Path) -> None:
    rules = load_checked(own(tmp_path))
    signal = rules.signals["well-water"]
    assert signal.title == dict.fromkeys(("ar", "en", "fr"), "جفاف الآبار")
    assert signal.level == "watch"
    assert signal.levels == {"worsening": "watch", "improving": "info", "denied": "info"}
    assert not rules.warnings


def test_a_clause_is_shown_by_its_name(tmp_path: Path) -> None:
    rules = load_few(own(tmp_path))
    (found,) = (d for d in rules.detect("", "جفت آبار القرية", "ar") if d.signal == "well-water")
    assert {e.clause for e in found.evidence} == {"dry-well"}
    assert found.explanation.startswith("100/100: dry-well +100")


TOLD = """scope:
  told:
    - name: well-gives-again
      why: that a well gives water again is news, a well is none
      of: [well]
      states: {restored: improving}
when:
"""


def test_what_is_told_of_a_word_is_shown_by_its_name_and_noted(tmp_path: Path) -> None:
    rules = load_few(own(tmp_path, RULE.replace("when:\n", TOLD)))
    told = [c for c in rules.rules["well-water"].when if c.kind == "scope"]
    assert [c.label for c in told] == ["well-gives-again"]
    noted = rules.note("well-water", "well-gives-again")
    assert noted == "that a well gives water again is news, a well is none"
    unnamed = "\n".join(x for x in TOLD.splitlines() if "why:" not in x) + "\n"
    unnamed = unnamed.replace("name: well-gives-again\n      of", "of")
    rules = load_few(own(tmp_path, RULE.replace("when:\n", unnamed)))
    assert "said-of-well" in {c.label for c in rules.rules["well-water"].when}


def test_no_two_clauses_have_one_name_wherever_they_stand(tmp_path: Path) -> None:
    twice = TOLD.replace("well-gives-again", "dry-well")
    with pytest.raises(RulesInvalid, match="dry-well» is there twice"):
        load_few(own(tmp_path, RULE.replace("when:\n", twice)))


def test_explain_names_the_guard_that_silenced(tmp_path: Path) -> None:
    rules = load_few(own(tmp_path))
    told = explain(rules, "", "جفت آبار النفط في بلدة قرنبيطية", "ar")
    (reading,) = (s for s in told.signals if s.signal == "well-water")
    assert [m.clause for m in reading.nearly] == ["dry-well"]
    assert reading.nearly[0].said.text() == "silenced by not-water (oil): «النفط»"
    assert "قرنبيطية" in told.unknown


def test_explain_names_the_part_that_a_clause_lacked(tmp_path: Path) -> None:
    rules = load_few(own(tmp_path))
    told = explain(rules, "", "حفرت الآبار", "ar")
    (reading,) = (s for s in told.signals if s.signal == "well-water")
    assert reading.nearly[0].said.text() == "lacks dry"
    assert reading.nearly[0].quote == "الآبار"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("هبت رياح. غابت الشمس. لم تجف آبار القرية", "a negation stands over"),
        ("جفت بعد أشهر طويلة جدا من الحر والغبار والرياح آبار القرية", "too far apart"),
    ],
)
def test_explain_says_what_else_kept_a_clause_from_holding(
    tmp_path: Path, text: str, why: str
) -> None:
    told = explain(load_few(own(tmp_path)), "", text, "ar")
    (reading,) = (s for s in told.signals if s.signal == "well-water")
    assert why in reading.nearly[0].said.text()


def test_weak_clauses_fire_only_together_and_strong_ones_count_double(
    small_rules: Callable[..., RuleSet],
) -> None:
    body = """terms:
  well: {ar: [بئر/آبار]}
  thirst: {ar: [عطش]}
  drought: {ar: [قحط]}
when:
  - {any: [well], strength: weak}
  - {any: [thirst], strength: weak}
  - {any: [drought], strength: strong}
"""
    rules = small_rules(body)
    assert not rules.detect("", "حفرت البئر", "ar")
    assert rules.detect("", "عطش أهل البئر", "ar")[0].score == 100
    assert rules.detect("", "قحط", "ar")[0].score == 200


def test_a_clause_of_one_language_is_silent_in_the_others(
    small_rules: Callable[..., RuleSet],
) -> None:
    body = """terms:
  siege: {ar: [حصار], en: [siege], fr: [siège]}
when:
  - {any: [siege], languages: [en, ar]}
"""
    rules = small_rules(body)
    assert rules.detect("", "the siege of the town", "en")
    assert rules.detect("", "حصار المدينة", "ar")
    assert not rules.detect("", "le siège de la ville", "fr")


def test_a_clause_keeps_its_own_where_the_file_has_defaults(tmp_path: Path) -> None:
    second = "  - {name: dry-near, near: [well, dry], within: 2, unless: [], needs: oil}\n"
    rules = load_few(own(tmp_path, RULE.replace("examples:", second + "examples:")))
    first, other = rules.rules["well-water"].when
    assert (first.within, first.unless, first.needs) == (6, ("well-water/oil",), ())
    assert (other.within, other.unless, other.needs) == (2, (), ("well-water/oil",))


def test_short_overrides_leave_the_rest_of_a_shipped_rule(tmp_path: Path, shipped: RuleSet) -> None:
    folder = own(tmp_path, "{id: siege, level: watch, status: test}", "signals/siege.yaml")
    own(tmp_path, "{id: displacement, level: {worsening: critical, improving: info}}",
        "signals/moves.yaml")  # fmt: skip
    own(tmp_path, "{id: ceasefire, off: true}", "signals/no-truce.yaml")
    own(tmp_path, "{id: evacuation, threshold: 130, unless: {ar: [إخلاء تجريبي]}}",
        "signals/evacuation.yaml")  # fmt: skip
    rules = load_rules(folder)
    assert (rules.signals["siege"].level, rules.signals["siege"].status) == ("watch", "test")
    assert rules.rules["siege"].levels["worsening"] == "watch"
    assert rules.rules["siege"].when == shipped.rules["siege"].when
    assert rules.signals["displacement"].levels["improving"] == "info"
    assert "ceasefire" not in rules.signals
    assert rules.hash != shipped.hash
    assert rules.rules["evacuation"].threshold == 130
    text = "أمر بإخلاء تجريبي للحي، وأمر بإخلاء المدينة"
    assert [r for r in run_tests(rules, ["evacuation"]) if not r.passed] == [], (
        "as they were written"
    )
    guarded = rules.rules["evacuation"].unless
    assert guarded == (*shipped.rules["evacuation"].unless, "$evacuation-unless")
    assert "evacuation" in {d.signal for d in shipped.detect("", text, "ar")}


@pytest.mark.usefixtures("few_shipped")
def test_rules_of_version_0_1_0_load_with_a_warning(tmp_path: Path) -> None:
    text = RULE.replace("examples:", "tests:")
    text = re.sub(r"- name: dry-well\n.*\n    near", "- near", text)
    rules = load_checked(own(tmp_path, text))
    (warning,) = rules.warnings
    assert "version 0.1.0" in warning.message
    assert "marsad rules format" in warning.in_language("fr")


def test_a_varied_example_is_tried_with_every_word_and_told_when_one_fails(tmp_path: Path) -> None:
    results = run_tests(load_few(own(tmp_path)), ["well-water"])
    varied = [r for r in results if r.template]
    assert len(varied) == 12
    assert len({r.text for r in varied}) == 12
    assert any("حلب" in r.text for r in varied)
    text = RULE.replace(
        "{number} أيام", '{thing}"\n      with: {thing: [أيام, نفط]}\n    - "جفت آبار'
    )
    failed = [r for r in run_tests(load_few(own(tmp_path, text)), ["well-water"]) if not r.passed]
    assert failed
    assert all("نفط" in r.text for r in failed)


def test_a_varied_example_takes_the_words_of_a_term(tmp_path: Path) -> None:
    text = RULE.replace("جفت آبار {town} منذ {number} أيام", "جفت {well} القرية")
    texts = {r.text for r in run_tests(load_few(own(tmp_path, text)), ["well-water"])}
    assert {"جفت بئر القرية", "جفت آبار القرية"} <= texts


@pytest.mark.parametrize(
    ("vary", "said"),
    [("جفت {wel} القرية", "{wel} has no list"), ("جفت الآبار", "vary: holds nothing in braces")],
)
@pytest.mark.usefixtures("few_shipped")
def test_a_template_that_cannot_be_filled_is_told(tmp_path: Path, vary: str, said: str) -> None:
    text = RULE.replace("جفت آبار {town} منذ {number} أيام", vary)
    with pytest.raises(RulesInvalid) as refused:
        load_checked(own(tmp_path, text))
    (error,) = refused.value.errors
    assert error.line == 23
    assert said in error.message


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("الأدوية", "with the article only"),
        ("أدوية", "looks like a plural"),
        ("مستشفيات", "looks like a plural"),
        ("'H5N\\d'", "not as a pattern"),
    ],
)
def test_doubtful_words_are_warned_of(tmp_path: Path, word: str, said: str) -> None:
    rules = load_few(own(tmp_path, RULE.replace("[نفط]", f"[{word}]")))
    (warning,) = rules.warnings
    assert warning.line == 10
    assert said in warning.message


@pytest.mark.parametrize("word", ["=الأدوية", "دواء/أدوية", "فلسطين", "بئر", "وقف إطلاق النار"])
def test_plain_words_are_not_warned_of(tmp_path: Path, word: str) -> None:
    assert not load_few(own(tmp_path, RULE.replace("[نفط]", f"[{word}]"))).warnings


def test_replacing_a_shipped_term_is_warned_of_unless_it_is_meant(tmp_path: Path) -> None:
    folder = own(tmp_path, "lack: {ar: [قحط]}", "vocabulary/own.yaml")
    (warning,) = load_rules(folder).warnings
    assert "lack: {add: {ar: [...]}}" in warning.message
    own(tmp_path, "lack: {ar: [قحط], replace: true}", "vocabulary/own.yaml")
    assert not load_rules(folder).warnings


@pytest.mark.parametrize(
    "name",
    [
        "signals/.#well-water.yaml",
        "signals/._well-water.yaml",
        "signals/well-water.yaml~",
        "signals/.well-water.yaml.swp",
        "signals/#well-water.yaml#",
        "signals/~$well-water.yaml",
        "signals/well-water.yaml.orig",
        "signals/well-water.yaml.BAK",
        "signals/well-water.yaml.swn",
        "signals/well-water.yaml.save",
        "signals/well-water.yaml.rpmnew",
        "signals/well-water.yaml.dpkg-old",
        "signals/well-water.yaml.mine",
        "signals/well-water.yaml.r12",
        "signals/well-water.yaml.lock",
        "signals/README.txt",
        "signals/LICENSE",
        "signals/.git/well-water.yaml",
        "notes/plan.yaml",
        "README.txt",
    ],
)
def test_what_editors_and_systems_leave_behind_is_passed_over(tmp_path: Path, name: str) -> None:
    own(tmp_path)
    rules = load_few(own(tmp_path, "no: [rule", name))
    assert "well-water" in rules.signals
    assert not rules.warnings


@pytest.mark.parametrize(
    "name",
    ["well-water - Copy.yaml", "well-water (1).yaml", "Copie de well-water.yaml",
     "well-water - نسخة.yaml", "well-water.sync-conflict-20260101-120000-ABC.yaml",
     "well-water (Anna's conflicted copy 2026-01-01).yaml", "well-water_LOCAL_1234.yaml"],
)  # fmt: skip
def test_a_copy_of_a_file_is_not_read_and_named(tmp_path: Path, name: str) -> None:
    own(tmp_path)
    rules = load_few(own(tmp_path, RULE, f"signals/{name}"))
    (warning,) = rules.warnings
    assert warning.file == f"own/signals/{name}"
    assert "looks like a copy of well-water.yaml" in warning.message


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("well-water.yaml.txt", "ends in «.txt»; rename it to well-water.yaml"),
        ("well-water.yml.rtf", "ends in «.rtf»; rename it to well-water.yml"),
        ("well-water.yaml ", "ends in « »; rename it to well-water.yaml"),
        ("well-water.yamll", "ends in «.yamll»; rename it to well-water.yaml"),
        ("well-water.txt", "ends in «.txt»; rename it to well-water.yaml"),
        ("well-water", "has no ending; rename it to well-water.yaml"),
    ],
)
def test_a_rule_under_another_ending_is_not_passed_over_in_silence(
    tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(RulesInvalid) as refused:
        load_few(own(tmp_path, f"# of mine\n{RULE}", f"signals/{name}"))
    assert [said in problem.message for problem in refused.value.errors] == [True]


@pytest.mark.parametrize(
    "name", ["signals/well-water.yaml.yaml", "signals/well-water.YAML", "signals/water/wells.yml"]
)
def test_capital_endings_and_folders_in_signals_are_read(tmp_path: Path, name: str) -> None:
    folder = own(tmp_path, RULE, name)
    assert "well-water" in load_few(folder).signals
    before = fingerprint(folder)
    own(tmp_path, RULE + "# changed\n", name)
    assert fingerprint(folder) != before


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    folder = own(tmp_path)
    os.mkfifo(folder / "signals" / "pipe.yaml")
    fingerprint(folder)
    with pytest.raises(RulesInvalid, match="no ordinary file"):
        load_rules(folder)


def test_a_file_for_a_folder_is_told_so(tmp_path: Path) -> None:
    file = own(tmp_path) / "signals" / "well-water.yaml"
    with pytest.raises(RulesInvalid, match="is a file; give the folder"):
        load_rules(file)


def test_an_example_may_be_a_title_alone() -> None:
    assert Example.model_validate({"title": "جفت الآبار"}).text is None
    with pytest.raises(ValidationError, match=r"text:, vary: or title:"):
        Example.model_validate({"lang": "ar"})
