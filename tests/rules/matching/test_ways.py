"""A clause that may be said in several ways: what stands beside them holds for each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.operating.trial_process import signal_changes
from rules import RuleSet, RulesInvalid
from rules.trying.auditing.audit import audit, own_tests, size_of
from rules.trying.explain import explain

Build = Callable[..., RuleSet]

WORDS = """
terms:
  medicine: {ar: [دواء/أدوية], en: [medicine]}
  lack: {ar: [نقص], en: [shortage]}
  empty: {ar: [خال], en: [empty]}
  shop: {ar: [صيدلية], en: [pharmacy]}
  drill: {ar: [تمرين], en: [drill]}
  animals: {ar: [بقر], en: [cattle]}
"""

NO_MEDICINE = """
when:
  - name: no-medicine
    why: however it is said
    unless: drill
    ways:
      - {near: [lack, medicine], within: 2}
      - {sequence: [empty, shop], gap: 1, unless: animals}
"""


def score(rules: RuleSet, text: str) -> int:
    found = rules.detect("", text, None)
    return found[0].score if found else 0


def test_any_of_the_ways_is_enough_and_all_of_them_count_once(small_rules: Build) -> None:
    rules = small_rules(WORDS + NO_MEDICINE)
    assert score(rules, "A shortage of medicine.") == 100
    assert score(rules, "Empty, the pharmacy.") == 100
    assert score(rules, "The pharmacy is empty.") == 0
    assert score(rules, "A shortage of medicine. Empty, the pharmacy.") == 100
    told = rules.detect("", "A shortage of medicine. Empty, the pharmacy.", None)[0]
    assert told.explanation == "100/100: no-medicine +100 «shortage of medicine»"
    assert {each.quote for each in told.evidence} == {"shortage", "medicine", "Empty", "pharmacy"}


def test_the_way_that_weighs_most_counts(small_rules: Build) -> None:
    rules = small_rules(
        WORDS
        + """
when:
  - name: no-medicine
    weight: 40
    ways:
      - near: [lack, medicine]
      - {near: [empty, shop], weight: 70}
  - {name: drilled, any: [drill, animals], weight: 30}
"""
    )
    assert score(rules, "A shortage of medicine, a drill.") == 0
    assert score(rules, "A shortage of medicine. An empty pharmacy. A drill.") == 100


def test_what_silences_the_clause_silences_each_way_and_a_way_may_say_more(
    small_rules: Build,
) -> None:
    rules = small_rules(WORDS + NO_MEDICINE)
    assert score(rules, "A drill: a shortage of medicine.") == 0
    assert score(rules, "A drill: empty, the pharmacy.") == 0
    assert score(rules, "Empty, the pharmacy for cattle.") == 0
    assert score(rules, "A shortage of medicine for cattle.") == 100


def test_a_way_says_for_itself_where_it_differs(small_rules: Build) -> None:
    rules = small_rules(
        WORDS
        + """
defaults: {in: title, within: 0, unless: animals, needs: shop}
when:
  - name: no-medicine
    in: text
    needs: []
    ways:
      - near: [lack, medicine]
      - {near: [empty, medicine], in: any, within: 1, needs: drill, unless: shop}
"""
    )
    assert score(rules, "shortage medicine") == 100
    assert score(rules, "shortage medicine for cattle") == 0
    assert score(rules, "shortage of medicine") == 0
    assert not rules.detect("shortage medicine", "", None)
    assert not rules.detect("empty of medicine", "", None)
    assert rules.detect("empty of medicine", "a drill", None)


def test_explain_and_audit_name_the_clause_and_its_ways(small_rules: Build) -> None:
    rules = small_rules(WORDS + NO_MEDICINE)
    (signal,) = explain(rules, "", "No medicine: empty, the pharmacy for cattle.", None).signals
    assert [each.clause for each in signal.nearly] == ["no-medicine"]
    found = audit(rules, own_tests(rules))
    assert [each.clause for each in found.clauses] == ["no-medicine (way 1)", "no-medicine (way 2)"]
    assert rules.note("trial", "no-medicine") == "however it is said"
    size = size_of(rules)
    assert (size.clauses, size.ways) == (1, 2)


def test_a_trial_says_that_the_clause_changed(small_rules: Build) -> None:
    before = small_rules(WORDS + NO_MEDICINE)
    more = NO_MEDICINE + "      - near: [empty, medicine]\n"
    (change,) = signal_changes(before, small_rules(WORDS + more))
    assert change.clauses_changed == ("no-medicine",)
    assert not change.clauses_added
    other = "  - {name: drilled, near: [drill, medicine]}\n"
    (change,) = signal_changes(before, small_rules(WORDS + "when:\n" + other + NO_MEDICINE[7:]))
    # It stands further down now, and says what it said.
    assert (change.clauses_added, change.clauses_changed) == (("drilled",), ())


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("{name: a, any: [lack], ways: [{any: [medicine]}, {any: [shop]}]}", "one of the ways"),
        ("{name: a, ways: [{any: [medicine]}, {setting: [shop]}]}", "clause of its own"),
        ("{name: a, ways: [{any: [medicine]}, {near: [shop]}]}", "near needs two"),
        ("{name: a, ways: [{any: [medicine]}, {any: [shp]}]}", "shop"),
        ("{name: a, ways: [{any: [medicine]}, {any: [shop], name: b}]}", "name"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_place(
    small_rules: Build, clause: str, said: str
) -> None:
    with pytest.raises(RulesInvalid) as refused:
        small_rules(WORDS + f"when:\n  - {clause}")
    assert said in str(refused.value)
    assert "trial.yaml:" in str(refused.value)
