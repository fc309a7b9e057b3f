from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.decide import (
    LEVELS,
    Policy,
    Reason,
    Send,
    Store,
    Suppress,
    Telling,
    Told,
    Update,
    decide,
    rank,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = Policy()
TELLING = Telling(
    signal="siege",
    direction="worsening",
    level="alert",
    status="stable",
    family="enab",
    dated=NOW,
)
TOLD = Told(
    direction="worsening",
    level="alert",
    audience="everyone",
    families=frozenset({"enab"}),
    directions=frozenset({"worsening"}),
)


def verdict(told: Told | None = None, **changes: Any) -> object:
    return decide(replace(TELLING, **changes), told, POLICY, NOW)


def test_the_first_telling_is_sent() -> None:
    assert verdict() == Send(Reason.FIRST_TELLING, "everyone")
    assert verdict(level="critical") == Send(Reason.FIRST_TELLING, "everyone")


def test_a_repeat_is_silent_and_says_whose_it_is() -> None:
    assert verdict(TOLD) == Suppress(Reason.SAME_FAMILY_REPEAT)
    assert verdict(TOLD, family="sana") == Suppress(Reason.OTHER_FAMILY_REPEAT)


@pytest.mark.parametrize("direction", ["improving", "denied"])
def test_a_denial_is_not_silence(direction: str) -> None:
    assert verdict(direction=direction) == Send(Reason.FIRST_TELLING, "everyone")
    assert verdict(TOLD, direction=direction) == Update(Reason.DIRECTION_CHANGED, "everyone")


def test_late_copies_of_the_first_report_do_not_turn_the_alert_back() -> None:
    denied = replace(TOLD, direction="denied", directions=frozenset({"worsening", "denied"}))
    assert verdict(denied) == Suppress(Reason.DIRECTION_ALREADY_TOLD)
    assert verdict(denied, direction="improving") == Update(Reason.DIRECTION_CHANGED, "everyone")


def test_a_raised_level_is_a_new_version_a_lowered_one_is_not() -> None:
    assert verdict(TOLD, level="critical") == Update(Reason.LEVEL_RAISED, "everyone")
    critical = replace(TOLD, level="critical")
    assert verdict(critical) == Suppress(Reason.SAME_FAMILY_REPEAT)


@pytest.mark.parametrize("level", ["info", "watch"])
def test_lower_levels_are_stored_and_not_pushed(level: str) -> None:
    assert verdict(level=level) == Store(Reason.LEVEL_NOT_PUSHED, "everyone")
    told = replace(TOLD, level=level)
    assert verdict(told, level=level, direction="denied") == Store(
        Reason.LEVEL_NOT_PUSHED, "everyone"
    )
    assert verdict(told) == Update(Reason.LEVEL_RAISED, "everyone")


def test_an_experimental_rule_tells_nobody() -> None:
    assert verdict(status="experimental") == Suppress(Reason.RULE_EXPERIMENTAL)
    assert verdict(TOLD, status="experimental", direction="denied") == Suppress(
        Reason.RULE_EXPERIMENTAL
    )


def test_a_rule_on_test_tells_operators_until_it_is_stable() -> None:
    assert verdict(status="test") == Send(Reason.FIRST_TELLING, "operators")
    on_test = replace(TOLD, audience="operators")
    assert verdict(on_test, status="test") == Suppress(Reason.SAME_FAMILY_REPEAT)
    assert verdict(on_test) == Update(Reason.RULE_NOW_STABLE, "everyone")


def test_old_entries_are_no_news() -> None:
    edge = NOW - POLICY.max_age
    assert verdict(dated=edge) == Send(Reason.FIRST_TELLING, "everyone")
    late = verdict(dated=edge - timedelta(seconds=1))
    assert late == Suppress(Reason.ENTRY_TOO_OLD)


def test_what_was_there_when_the_feed_was_first_read_is_history() -> None:
    assert verdict(history=True) == Suppress(Reason.ENTRY_SEEDED)


def test_an_edit_that_says_the_same_is_silent_one_that_adds_a_signal_is_not() -> None:
    assert verdict(TOLD, said_before=True) == Suppress(Reason.UPDATE_SAYS_THE_SAME)
    assert verdict(said_before=False) == Send(Reason.FIRST_TELLING, "everyone")


def test_levels_have_an_order_and_no_others_exist() -> None:
    assert sorted(LEVELS, key=rank) == ["info", "watch", "alert", "critical"]
    with pytest.raises(ValueError, match="not in tuple"):
        rank("urgent")


DIRECTIONS = st.sampled_from(["worsening", "improving", "denied"])
LEVEL = st.sampled_from(LEVELS)
TELLINGS = st.builds(
    Telling,
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
    Told,
    direction=DIRECTIONS,
    level=LEVEL,
    audience=st.sampled_from(["everyone", "operators"]),
    families=st.frozensets(st.sampled_from(["enab", "sana"])),
    directions=st.frozensets(DIRECTIONS),
)


@given(TELLINGS, TOLDS)
def test_only_stable_pushed_levels_reach_everyone(telling: Telling, told: Told | None) -> None:
    found = decide(telling, told, POLICY, NOW)
    assert found.reason in Reason
    if isinstance(found, Send | Update):
        assert telling.level in {"alert", "critical"}
        assert found.audience == ("operators" if telling.status == "test" else "everyone")
        assert telling.status != "experimental"
        assert isinstance(found, Send) == (told is None)


@given(TELLINGS, TOLDS)
def test_telling_again_what_was_just_told_is_silent(telling: Telling, told: Told | None) -> None:
    found = decide(telling, told, POLICY, NOW)
    if isinstance(found, Suppress):
        return
    after = Told(
        direction=telling.direction,
        level=telling.level,
        audience="everyone" if told and told.audience == "everyone" else found.audience,
        families=frozenset({telling.family}),
        directions=frozenset({telling.direction}),
    )
    assert isinstance(decide(telling, after, POLICY, NOW), Suppress)
