"""Escalations: when they hold, how they are written, changed, tested and reloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules_in_force import Kept, RulesInForce, Swapped
from rules import RuleSet, RulesInvalid, load_rules
from rules.escalations.escalation import (
    Condition,
    Escalation,
    Families,
    FirstIn,
    Order,
    Report,
    Silence,
    Spike,
    Standing,
    Together,
)
from rules.escalations.holds import begins, holds
from rules.escalations.silence import quiet_places
from rules.loading.load import SHIPPED, fingerprint
from rules.trying import inline_tests
from rules.trying.inline_tests import run_tests
from rules.trying.timed_tests import shown
from tests.rules.few import few_rules, load_few

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = NOW - 400 * DAY


def escalation(condition: Condition, *signals: str, **changes: object) -> Escalation:
    made = Escalation(
        *("e", {"en": "E"}, {"en": "{place}"}, frozenset(signals or ("siege",)), "worsening"),
        *(condition, "division", "critical", frozenset[str](), DAY),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def report(hours: float = 0, family: str = "a", story: int = 1, **changes: object) -> Report:
    made = Report(NOW + hours * HOUR, "siege", "worsening", family, story)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_copy_is_no_second_family() -> None:
    three = escalation(Families(3, 6 * HOUR))
    others = [report(-2, "b"), report(-1, "c", copy=True)]
    assert holds(three, report(), others, LONG_AGO) is None
    assert holds(three, report(), [*others, report(-3, "d")], LONG_AGO) is not None
    assert holds(three, report(copy=True), [report(-2, "b"), report(-1, "c")], LONG_AGO) is None


@given(st.permutations([0.0, 2.0, 5.0]), st.sampled_from(["families", "together"]))
def test_the_order_of_arrival_changes_nothing(hours: list[float], kind: str) -> None:
    """A late report that was published first completes what holds, as the last one would."""
    signals = ("siege", "hunger", "flood")
    conditions: Mapping[str, Condition] = {
        "families": Families(3, 6 * HOUR),
        "together": Together(3, 6 * HOUR),
    }
    one = escalation(conditions[kind], *signals)
    told = [report(at, family=f"f{at}", signal=signals[number]) for number, at in enumerate(hours)]
    answers = [holds(one, each, told[:number], LONG_AGO) for number, each in enumerate(told)]
    assert [answer is not None for answer in answers] == [False, False, True]


def test_a_window_ends_where_it_ends() -> None:
    two = escalation(Families(2, 6 * HOUR))
    assert holds(two, report(0), [report(-5.9, "b")], LONG_AGO)
    assert holds(two, report(0), [report(-6, "b")], LONG_AGO) is None


def test_a_first_is_none_for_who_has_not_watched_so_long() -> None:
    first = escalation(FirstIn(60 * DAY))
    assert holds(first, report(), [], LONG_AGO)
    assert holds(first, report(), [], NOW - 59 * DAY) is None
    assert holds(first, report(), [], None) is None
    assert holds(first, report(), [report(-24 * 59, story=2)], LONG_AGO) is None
    assert holds(first, report(), [report(-1, "b")], LONG_AGO), "the same story is no other"


def test_a_spike_counts_stories_against_what_is_usual() -> None:
    spike = escalation(Spike(DAY, 3, 14 * DAY, 5))
    day = [report(-number, story=100 + number) for number in range(1, 5)]
    found = holds(spike, report(), day, LONG_AGO)
    assert found is not None
    assert (found.count, found.usual) == (5, 0.0)
    assert holds(spike, report(), day, NOW - 14 * DAY) is None, "nothing is known to be usual"
    usual = [report(-24 * number - 25, story=200 + number) for number in range(14)] * 2
    assert holds(spike, report(), [*day, *usual], LONG_AGO), "a story is counted once"
    two_a_day = [*usual, *(replace(each, story=each.story + 50) for each in usual)]
    assert holds(spike, report(), [*day, *two_a_day], LONG_AGO) is None
    again = [replace(each, again=True) for each in day]
    assert holds(spike, report(), again, LONG_AGO) is None, "told again is not begun"


def test_an_order_is_an_order() -> None:
    order = escalation(Order(("siege", "hunger"), 14 * DAY), "siege", "hunger")
    hunger = report(signal="hunger")
    assert holds(order, hunger, [report(-24)], LONG_AGO)
    assert holds(order, hunger, [report(24)], LONG_AGO) is None
    assert holds(order, hunger, [report(0)], LONG_AGO) is None, "at once is not after"
    assert holds(order, report(), [hunger], LONG_AGO) is None, "only the last completes it"


def test_what_goes_on_holding_does_not_fire_again() -> None:
    one = escalation(Families(2, HOUR), quiet_for=DAY)
    assert begins(one, None, NOW)
    assert not begins(one, Standing(NOW - 9 * DAY, NOW - 23 * HOUR), NOW)
    assert begins(one, Standing(NOW - 9 * DAY, NOW - 24 * HOUR), NOW)


QUIET = escalation(Silence(DAY, 2, 3 * DAY))


def silent(told: list[Report], read: Mapping[str, datetime]) -> list[str]:
    found = quiet_places(QUIET, {"SD-DN": told}, {}, read, NOW)
    return [each.place for each in found]


def test_a_silence_of_ours_is_none_of_the_place() -> None:
    told = [report(-30), report(-25, "b")]
    both = {"a": NOW - HOUR, "b": NOW - HOUR}
    assert silent(told, both) == ["SD-DN"]
    assert silent(told, both | {"b": NOW - 25 * HOUR}) == [], "its feed is silent about all"
    assert silent(told, {}) == []
    assert silent([*told, report(-23, signal="flood")], both) == [], "other news is news"
    assert silent([*told, report(-24.5, direction="improving")], both) == [], "it was lifted"


def test_a_silence_is_told_once() -> None:
    told, both = [report(-30), report(-25, "b")], {"a": NOW, "b": NOW}
    since = Standing(NOW - HOUR, NOW - HOUR)
    found = quiet_places(QUIET, {"SD-DN": told}, {"SD-DN": since}, both, NOW)
    assert found == ()


def test_times_are_shown_as_people_write_them() -> None:
    spans = [timedelta(0), 30 * timedelta(minutes=1), HOUR, DAY, 2 * DAY, 49 * HOUR]
    assert [shown(each) for each in spans] == ["0h", "30m", "1h", "24h", "2d", "49h"]


OWN = """escalations:
  - id: more-floods
    title: فيضانات كثيرة
    why: في {place} خلال {time} عدد {count}
    signals: [flood]
    spike: {within: 24h, times: 3, over: 14d, at_least: 5}
    raise_to: critical
    tests:
      - name: five in a day
        reports:
          - {at: 0h, times: 5, every: 1h}
        fires: %s
      - name: four
        reports:
          - {at: 0h, times: 4, every: 1h}
        fires: never
"""


def own(folder: Path, text: str) -> Path:
    (folder / "escalations.yaml").write_text(text, encoding="utf-8")
    return folder


def test_an_operator_adds_one_and_its_bytes_are_in_the_hash(tmp_path: Path) -> None:
    plain = load_few(tmp_path)
    before = fingerprint(tmp_path)
    rules = load_few(own(tmp_path, OWN % "4h"))
    assert [each.id for each in rules.escalations] == ["more-floods"]
    assert rules.escalations[0].why["fr"] == rules.escalations[0].why["ar"]
    assert rules.hash != plain.hash
    assert fingerprint(tmp_path) != before
    assert all(result.passed for result in run_tests(rules, ["more-floods"]))


def test_a_timed_test_that_does_not_hold_is_an_error_with_its_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline_tests, "load_rules", partial(load_rules, shipped=few_rules()))
    with pytest.raises(RulesInvalid) as refused:
        inline_tests.load_checked(own(tmp_path, OWN % "[3h, 5h]"))
    (error,) = refused.value.errors
    assert error.line == 9
    assert "«five in a day» fails: it fires at 4h, not at 3h, 5h" in str(error)
    for language, said in (("ar", "يُطلق عند 4h لا عند 3h, 5h"), ("fr", "se déclenche à 4h")):
        assert said in error.in_language(language)


async def test_a_reload_takes_new_escalations_or_keeps_the_old_rules_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline_tests, "load_rules", partial(load_rules, shipped=few_rules()))
    rules = await RulesInForce.start(own(tmp_path, OWN % "4h"), None)
    before = rules()
    own(tmp_path, OWN % "never")
    kept = await rules.reload()
    assert isinstance(kept, Kept)
    assert kept.problems[0].startswith(f"{tmp_path.name}/escalations.yaml:2: one test that fires")
    assert rules() is before
    own(tmp_path, OWN.replace("raise_to: critical", "raise_to: alert") % "4h")
    assert isinstance(await rules.reload(), Swapped)
    assert rules().escalations[0].raise_to == "alert"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder = tmp_path_factory.mktemp("changed")
    (folder / "signals").mkdir()
    (folder / "signals" / "off.yaml").write_text("{id: siege, off: true}", encoding="utf-8")
    own(
        folder,
        """escalations:
  - {id: first-outbreak, off: true}
  - {id: civilian-harm-spike, raise_to: alert, quiet_for: 5d, at: country}
""",
    )
    return load_rules(folder)


def test_shipped_ones_are_changed_and_switched_off_by_id(changed: RuleSet) -> None:
    by_id = {each.id: each for each in changed.escalations}
    assert "first-outbreak" not in by_id
    spike = by_id["civilian-harm-spike"]
    assert (spike.raise_to, spike.quiet_for, spike.at) == ("alert", 5 * DAY, "country")
    assert spike.why["ar"], "the shipped one goes on being used"


def test_a_signal_that_is_switched_off_takes_its_escalations_along_with_a_word(
    changed: RuleSet,
) -> None:
    ids = [each.id for each in changed.escalations]
    assert not {"siege-then-hunger", "siege-then-medicine-shortage"}.intersection(ids)
    assert "several-needs" in ids, "it goes on with the other signals"
    warned = [str(each) for each in changed.warnings]
    assert any(
        "«siege-then-hunger» is left out: these signals are switched off" in w for w in warned
    )
    assert all(each.passed for each in run_tests(changed, ids))


def test_every_shipped_escalation_has_timed_tests_that_hold(shipped: RuleSet) -> None:
    ids = [each.id for each in shipped.escalations]
    assert len(ids) >= 8
    results = run_tests(shipped, ids)
    assert [each for each in results if not each.passed] == []
    for name in ids:
        assert {each.kind for each in results if each.signal == name} == {"fires", "silent"}, name
    kinds = {type(each.condition) for each in shipped.escalations}
    assert kinds == {Families, Together, FirstIn, Spike, Order, Silence}
    assert (SHIPPED / "escalations.yaml").read_text("utf-8").startswith("# yaml-language-server")
