"""Each row of the error table, as a decision."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.deciding.outcome import (
    ChatGone,
    Conflict,
    Migrated,
    NeverSent,
    Outcome,
    RateLimited,
    Rejected,
    Sent,
    Unauthorised,
    Unknown,
)
from bot.delivery.deciding.retry import (
    Again,
    AwaitCatchUp,
    Done,
    GiveUp,
    Halt,
    HoldChat,
    MoveChat,
    PauseChat,
    RetryPolicy,
    back_off,
    next_step,
)
from tests.bot.delivery.desk import START, delivery

POLICY = RetryPolicy()


def test_what_was_confirmed_is_done() -> None:
    assert next_step(Sent(7), delivery(), POLICY, START) == Done(7)


def test_what_never_went_out_is_tried_again_without_a_mark() -> None:
    step = next_step(NeverSent(None, "connect error"), delivery(), POLICY, START)
    assert step == Again(START + POLICY.first_wait, False, "did not go out: connect error")


def test_a_wait_that_was_asked_for_is_kept_when_longer_than_our_own() -> None:
    step = next_step(NeverSent(300.0, "busy"), delivery(), POLICY, START)
    assert isinstance(step, Again)
    assert step.not_before == START + timedelta(seconds=300)


def test_a_critical_alert_of_unknown_outcome_is_repeated_until_there_is_an_answer() -> None:
    now, unknowns, times = START, 0, [START]
    told = []
    for _ in range(40):
        row = delivery(
            level="critical", attempts=unknowns, unknowns=unknowns, possible_repeat=unknowns > 0
        )
        step = next_step(Unknown("read timeout"), row, POLICY, now)
        assert isinstance(step, Again)
        assert step.possible_repeat
        assert step.unknowns == unknowns + 1
        told += [step.unknowns] if step.notify else []
        now, unknowns = step.not_before, step.unknowns
        times.append(now)
    hour = timedelta(hours=1)
    busiest = max(sum(1 for at in times if first <= at < first + hour) for first in times)
    assert busiest <= 5
    # Soon at first, and never longer than an hour apart.
    assert times[2] - START < timedelta(seconds=30)
    assert max(after - before for before, after in pairwise(times)) < hour
    assert told == [5], "operators hear of it once"


def test_what_never_went_out_uses_up_no_repeat() -> None:
    row = delivery(level="critical", attempts=40, unknowns=1, possible_repeat=True)
    down = next_step(NeverSent(None, "no route"), row, POLICY, START)
    assert isinstance(down, Again)
    assert down.unknowns == 1
    assert down.not_before <= START + timedelta(seconds=30)
    lost = next_step(Unknown("reset"), delivery(level="critical", attempts=40), POLICY, START)
    assert isinstance(lost, Again)
    assert lost.not_before <= START + timedelta(seconds=2)


@pytest.mark.parametrize("level", ["info", "watch", "alert"])
def test_other_alerts_of_unknown_outcome_wait_for_the_catch_up_line(level: str) -> None:
    step = next_step(Unknown("reset"), delivery(level=level), POLICY, START)
    assert step == AwaitCatchUp("outcome unknown: reset")


def test_a_mark_stays_when_the_repeat_did_not_go_out() -> None:
    repeated = delivery(level="critical", possible_repeat=True, attempts=1)
    step = next_step(NeverSent(None, "no route"), repeated, POLICY, START)
    assert isinstance(step, Again)
    assert step.possible_repeat


def test_a_catch_up_line_is_repeated_until_it_is_two_days_old() -> None:
    line = delivery(kind="catchup", alert_id=None, attempts=5, possible_repeat=True)
    soon = next_step(Unknown("reset"), line, POLICY, START + timedelta(hours=1))
    assert isinstance(soon, Again)
    assert soon.possible_repeat
    late = next_step(Unknown("reset"), line, POLICY, START + timedelta(hours=49))
    assert isinstance(late, GiveUp)


@pytest.mark.parametrize("seconds", [3, 12 * 3600])
def test_too_many_messages_holds_that_chat_for_as_long_as_asked(seconds: int) -> None:
    step = next_step(RateLimited(seconds), delivery(), POLICY, START)
    assert isinstance(step, HoldChat)
    assert step.until >= START + timedelta(seconds=seconds)
    assert step.until <= START + timedelta(seconds=seconds + 2)


def test_a_chat_that_is_gone_is_paused() -> None:
    assert next_step(ChatGone("blocked"), delivery(), POLICY, START) == PauseChat("blocked")


def test_a_group_that_moved_is_followed_but_not_in_a_circle() -> None:
    assert next_step(Migrated(-100), delivery(), POLICY, START) == MoveChat(-100)
    assert isinstance(next_step(Migrated(1), delivery(chat_id=1), POLICY, START), GiveUp)


def test_a_message_that_is_refused_fails_with_its_reason() -> None:
    step = next_step(Rejected("message is too long"), delivery(), POLICY, START)
    assert isinstance(step, GiveUp)
    assert "message is too long" in step.reason


def test_a_refused_token_and_another_instance_halt_everything() -> None:
    refused = next_step(Unauthorised("401"), delivery(), POLICY, START)
    assert isinstance(refused, Halt)
    assert not refused.conflict
    twice = next_step(Conflict(), delivery(), POLICY, START)
    assert isinstance(twice, Halt)
    assert twice.conflict


@given(st.integers(min_value=0, max_value=10_000))
def test_back_off_grows_and_never_passes_its_ceiling(attempts: int) -> None:
    wait = back_off(attempts, POLICY)
    assert POLICY.first_wait <= wait <= POLICY.ceiling
    assert back_off(attempts + 1, POLICY) >= wait


OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Sent, st.integers(min_value=1)),
    st.builds(Unknown, st.text(max_size=20)),
    st.builds(NeverSent, st.none() | st.floats(0, 100_000), st.text(max_size=20)),
    st.builds(RateLimited, st.floats(0, 100_000)),
    st.builds(ChatGone, st.text(max_size=20)),
    st.builds(Migrated, st.integers(-(10**13), -1)),
    st.builds(Rejected, st.text(max_size=20)),
    st.builds(Unauthorised, st.text(max_size=20)),
    st.builds(Conflict),
)


@given(
    OUTCOMES,
    st.sampled_from(["alert", "update", "catchup", "notice"]),
    st.sampled_from(["info", "watch", "alert", "critical"]),
    st.integers(0, 50),
    st.booleans(),
)
def test_every_outcome_has_a_reason_and_only_what_was_confirmed_is_done(
    outcome: Outcome, kind: str, level: str, attempts: int, possible_repeat: bool
) -> None:
    row = delivery(kind=kind, level=level, attempts=attempts, possible_repeat=possible_repeat)
    step = next_step(outcome, row, POLICY, START)
    assert step.reason
    assert isinstance(step, Done) == isinstance(outcome, Sent)
    if isinstance(step, Again):
        assert step.not_before > START
        # What may have arrived is never sent again without a mark.
        assert step.possible_repeat or not (possible_repeat or isinstance(outcome, Unknown))
