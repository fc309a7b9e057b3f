from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.decide import (
    AlertPolicy,
    AlertSoFar,
    NewReport,
    Reason,
    Send,
    Store,
    Suppress,
    Update,
    decide,
    rank,
)
from rules.matching.levels import LADDER

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = AlertPolicy()
REPORT = NewReport(
    signal="siege",
    direction="worsening",
    level="alert",
    status="stable",
    family="enab",
    dated=NOW,
)
SO_FAR = AlertSoFar(
    direction="worsening",
    level="alert",
    audience="everyone",
    families=frozenset({"enab"}),
    directions={"worsening": "alert"},
)


def verdict(so_far: AlertSoFar | None = None, **changes: Any) -> object:
    return decide(replace(REPORT, **changes), so_far, POLICY, NOW)


def test_the_first_telling_is_sent() -> None:
    assert verdict() == Send(Reason.FIRST_REPORT, "everyone")
    assert verdict(level="critical") == Send(Reason.FIRST_REPORT, "everyone")


def test_a_repeat_is_silent_and_says_whose_it_is() -> None:
    assert verdict(SO_FAR) == Suppress(Reason.SAME_FAMILY_REPEAT)
    assert verdict(SO_FAR, family="sana") == Suppress(Reason.OTHER_FAMILY_REPEAT)


@pytest.mark.parametrize("direction", ["improving", "denied"])
def test_a_denial_is_not_silence(direction: str) -> None:
    assert verdict(direction=direction) == Send(Reason.FIRST_REPORT, "everyone")
    assert verdict(SO_FAR, direction=direction) == Update(Reason.DIRECTION_CHANGED, "everyone")


def test_late_copies_of_the_first_report_do_not_turn_the_alert_back() -> None:
    denied = replace(
        SO_FAR, direction="denied", directions={"worsening": "alert", "denied": "alert"}
    )
    assert verdict(denied) == Suppress(Reason.DIRECTION_KNOWN)
    assert verdict(denied, direction="improving") == Update(Reason.DIRECTION_CHANGED, "everyone")


def test_what_was_denied_is_told_once_more_when_it_is_graver_than_it_was() -> None:
    both = {"worsening": "alert", "denied": "watch"}
    denied = replace(SO_FAR, direction="denied", level="watch", directions=both)
    assert verdict(denied, level="critical") == Update(Reason.LEVEL_RAISED, "everyone")
    told = replace(denied, directions=both | {"worsening": "critical"})
    assert verdict(told, level="critical") == Suppress(Reason.DIRECTION_KNOWN)


def test_a_raised_level_is_a_new_version_a_lowered_one_is_not() -> None:
    assert verdict(SO_FAR, level="critical") == Update(Reason.LEVEL_RAISED, "everyone")
    critical = replace(SO_FAR, level="critical")
    assert verdict(critical) == Suppress(Reason.SAME_FAMILY_REPEAT)


@pytest.mark.parametrize("level", ["info", "watch"])
@pytest.mark.parametrize("direction", ["improving", "denied"])
def test_who_was_told_the_bad_news_is_told_its_end_at_whatever_level(
    level: str, direction: str
) -> None:
    assert SO_FAR.level == "alert"
    assert verdict(SO_FAR, level=level, direction=direction) == Update(
        Reason.DIRECTION_CHANGED, "everyone"
    )


@pytest.mark.parametrize("level", ["info", "watch"])
def test_lower_levels_are_stored_and_not_pushed(level: str) -> None:
    assert verdict(level=level) == Store(Reason.LEVEL_NOT_PUSHED, "everyone")
    so_far = replace(SO_FAR, level=level)
    assert verdict(so_far, level=level, direction="denied") == Store(
        Reason.LEVEL_NOT_PUSHED, "everyone"
    )
    assert verdict(so_far) == Update(Reason.LEVEL_RAISED, "everyone")


def test_an_experimental_rule_tells_nobody() -> None:
    assert verdict(status="experimental") == Suppress(Reason.RULE_EXPERIMENTAL)
    assert verdict(SO_FAR, status="experimental", direction="denied") == Suppress(
        Reason.RULE_EXPERIMENTAL
    )


def test_a_rule_on_test_tells_operators_until_it_is_stable() -> None:
    assert verdict(status="test") == Send(Reason.FIRST_REPORT, "operators")
    on_test = replace(SO_FAR, audience="operators")
    assert verdict(on_test, status="test") == Suppress(Reason.SAME_FAMILY_REPEAT)
    assert verdict(on_test) == Update(Reason.RULE_NOW_STABLE, "everyone")


def test_old_entries_are_no_news() -> None:
    edge = NOW - POLICY.max_age
    assert verdict(dated=edge) == Send(Reason.FIRST_REPORT, "everyone")
    late = verdict(dated=edge - timedelta(seconds=1))
    assert late == Suppress(Reason.ENTRY_TOO_OLD)


def test_what_was_there_when_the_feed_was_first_read_is_history() -> None:
    assert verdict(history=True) == Suppress(Reason.ENTRY_SEEDED)


def test_an_edit_that_says_the_same_is_silent_one_that_adds_a_signal_is_not() -> None:
    assert verdict(SO_FAR, said_before=True) == Suppress(Reason.UPDATE_SAYS_THE_SAME)
    assert verdict(said_before=False) == Send(Reason.FIRST_REPORT, "everyone")


def test_levels_have_an_order_and_no_others_exist() -> None:
    assert sorted(LADDER, key=rank) == ["info", "watch", "alert", "critical"]
    with pytest.raises(ValueError, match="not in tuple"):
        rank("urgent")


DIRECTIONS = st.sampled_from(["worsening", "improving", "denied"])
LEVEL = st.sampled_from(LADDER)
TELLINGS = st.builds(
    NewReport,
    signal=st.just("siege"),
    direction=DIRECTIONS,
    level=LEVEL,
    status=st.sampled_from(["stable", "test", "experimental"]),
    family=st.sampled_from(["enab", "sana"]),
    dated=st.timedeltas(timedelta(), timedelta(days=5)).map(lambda age: NOW - age),
    said_before=st.booleans(),
    history=st.booleans(),
)
TOLDS = st.none() | st.builds(
    AlertSoFar,
    direction=DIRECTIONS,
    level=LEVEL,
    audience=st.sampled_from(["everyone", "operators"]),
    families=st.frozensets(st.sampled_from(["enab", "sana"])),
    directions=st.dictionaries(DIRECTIONS, LEVEL),
)


@given(TELLINGS, TOLDS)
def test_only_stable_pushed_levels_reach_everyone(
    report: NewReport, so_far: AlertSoFar | None
) -> None:
    found = decide(report, so_far, POLICY, NOW)
    assert found.reason in Reason
    if isinstance(found, Send | Update):
        ends = found.reason is Reason.DIRECTION_CHANGED
        assert report.level in {"alert", "critical"} or ends
        assert found.audience == ("operators" if report.status == "test" else "everyone")
        assert report.status != "experimental"
        assert isinstance(found, Send) == (so_far is None)


@given(TELLINGS, TOLDS)
def test_telling_again_what_was_just_told_is_silent(
    report: NewReport, so_far: AlertSoFar | None
) -> None:
    found = decide(report, so_far, POLICY, NOW)
    if isinstance(found, Suppress):
        return
    after = AlertSoFar(
        direction=report.direction,
        level=report.level,
        audience="everyone" if so_far and so_far.audience == "everyone" else found.audience,
        families=frozenset({report.family}),
        directions={report.direction: report.level},
    )
    assert isinstance(decide(report, after, POLICY, NOW), Suppress)
