"""What comes of an answer: taken, all wait, or this message alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.delivery.webhooks.deciding import (
    Answer,
    Hold,
    SetApart,
    Taken,
    WebhookPolicy,
    next_step,
)

POLICY = WebhookPolicy()
SECOND = timedelta(seconds=1)


def wait(answer: Answer, failures: int = 0, attempts: int = 0) -> timedelta:
    step = next_step(answer, failures, attempts, POLICY)
    assert isinstance(step, Hold | SetApart)
    return step.wait


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_any_status_of_success_is_taken(status: int) -> None:
    assert next_step(Answer(status), 3, 3, POLICY) == Taken()


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 408, 410, 429, 500, 503, None])
def test_what_may_be_of_all_messages_holds_all(status: int | None) -> None:
    assert isinstance(next_step(Answer(status, "no answer"), 0, 0, POLICY), Hold)


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_what_is_of_one_message_holds_no_other(status: int) -> None:
    assert isinstance(next_step(Answer(status), 0, 0, POLICY), SetApart)


def test_waits_double_up_to_half_an_hour() -> None:
    waits = [wait(Answer(500), failures) // SECOND for failures in range(11)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800]
    assert wait(Answer(400), failures=9, attempts=1) == 10 * SECOND


def test_a_receiver_may_ask_for_a_longer_wait_but_not_for_silence() -> None:
    assert wait(Answer(503, retry_after=90 * SECOND)) == 90 * SECOND
    assert wait(Answer(503, retry_after=SECOND)) == 5 * SECOND
    assert wait(Answer(429, retry_after=timedelta(days=30))) == timedelta(hours=6)
