from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.fetch.headers import fresh_for, retry_after
from bot.polling.schedule import (
    NextCheck,
    SchedulePolicy,
    Wishes,
    claim_until,
    next_check,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
POLICY = SchedulePolicy()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def planned(
    *,
    interval_minutes: int | None = None,
    wishes: Wishes | None = None,
    roll: float = 0.0,
    policy: SchedulePolicy = POLICY,
    **poll: object,
) -> NextCheck:
    return next_check(
        NOW,
        policy,
        interval_minutes=interval_minutes,
        wishes=wishes or Wishes(),
        roll=roll,
        **poll,  # type: ignore[arg-type]
    )


def after(check: NextCheck) -> timedelta:
    return check.at - NOW


def test_a_feed_that_wishes_nothing_is_asked_at_the_usual_interval() -> None:
    assert planned() == NextCheck(NOW + POLICY.interval, "interval")


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        (Wishes(ttl=40 * MINUTE), "ttl"),
        (Wishes(update_period=40 * MINUTE, ttl=5 * MINUTE), "update-period"),
        (Wishes(fresh_for=40 * MINUTE, ttl=20 * MINUTE), "fresh"),
    ],
)
def test_a_publishers_wish_makes_the_interval_longer(wishes: Wishes, reason: str) -> None:
    assert planned(wishes=wishes) == NextCheck(NOW + 40 * MINUTE, reason)


def test_a_wish_for_a_day_is_granted_an_hour() -> None:
    assert after(planned(wishes=Wishes(ttl=24 * HOUR))) == POLICY.wish_ceiling


def test_a_wish_for_more_haste_is_not_granted() -> None:
    assert after(planned(wishes=Wishes(ttl=MINUTE))) == POLICY.interval


def test_the_operators_interval_wins_over_wishes() -> None:
    check = planned(interval_minutes=2, wishes=Wishes(ttl=HOUR))
    assert check == NextCheck(NOW + 2 * MINUTE, "operator")


def test_a_failing_feed_is_asked_less_and_less_often_up_to_a_ceiling() -> None:
    waits = [after(planned(failures=number)) for number in range(1, 30)]
    assert waits[:4] == [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR]
    assert waits == sorted(waits) and waits[-1] == POLICY.failure_ceiling


def test_retry_after_is_kept_even_against_the_operator() -> None:
    check = planned(failures=1, retry_after=3 * HOUR, interval_minutes=1)
    assert check == NextCheck(NOW + 3 * HOUR, "retry-after")


def test_retry_after_of_a_year_is_cut_to_a_day() -> None:
    assert after(planned(failures=1, retry_after=timedelta(days=365))) == POLICY.server_ceiling


def test_a_feed_that_is_gone_is_asked_once_a_day() -> None:
    assert planned(failures=1, gone=True) == NextCheck(NOW + POLICY.gone, "gone")


def test_a_held_feed_is_looked_at_again_soon() -> None:
    assert planned(held=True) == NextCheck(NOW + POLICY.held, "held")
    assert after(planned(held=True, interval_minutes=1)) == MINUTE


def test_a_claim_never_waits_longer_than_the_interval() -> None:
    assert claim_until(NOW, POLICY) == NOW + POLICY.claim
    assert claim_until(NOW, POLICY, 1) == NOW + MINUTE


WISH = st.none() | st.timedeltas(timedelta(), timedelta(days=60))


@given(
    interval_minutes=st.none() | st.integers(1, 10_080),
    wishes=st.builds(Wishes, ttl=WISH, update_period=WISH, fresh_for=WISH),
    failures=st.integers(0, 10_000),
    gone=st.booleans(),
    held=st.booleans(),
    retry=WISH,
    roll=st.floats(0, 1, exclude_max=True),
)
def test_the_next_check_is_never_too_early_and_never_forgotten(
    interval_minutes: int | None,
    wishes: Wishes,
    failures: int,
    gone: bool,
    held: bool,
    retry: timedelta | None,
    roll: float,
) -> None:
    check = planned(
        interval_minutes=interval_minutes,
        wishes=wishes,
        roll=roll,
        failures=failures,
        gone=gone,
        held=held,
        retry_after=retry,
    )
    usual = timedelta(minutes=interval_minutes) if interval_minutes else POLICY.interval
    ceiling = max(usual, POLICY.failure_ceiling, POLICY.server_ceiling, POLICY.gone)
    assert min(usual, POLICY.held) <= after(check) <= ceiling * (1 + POLICY.jitter)
    if retry is not None:
        assert after(check) >= min(retry, POLICY.server_ceiling)
    if not failures and not held and retry is None and not gone:
        assert after(check) <= max(usual, POLICY.wish_ceiling) * (1 + POLICY.jitter)
    assert check.reason


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_more_failures_never_mean_a_shorter_wait(failures: int, roll: float) -> None:
    fewer = planned(failures=failures, roll=roll)
    more = planned(failures=failures + 1, roll=roll)
    assert more.at >= fewer.at


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600, no-cache"}, None),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"expires": "Sat, 31 Jan 2026 12:05:00 GMT"}, 300),
        (
            {
                "expires": "Sat, 31 Jan 2026 12:05:00 GMT",
                "date": "Sat, 31 Jan 2026 12:04:00 GMT",
            },
            60,
        ),
        ({"expires": "0"}, None),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_freshness_is_read_from_headers(headers: dict[str, str], seconds: int | None) -> None:
    assert fresh_for(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_makes_the_times_raise(value: str, date: str) -> None:
    fresh_for({"cache-control": value, "expires": value, "date": date, "age": date}, NOW)
    wait = retry_after({"retry-after": value, "date": date}, NOW)
    assert wait is None or timedelta() <= wait <= timedelta(days=30)


SECONDS = st.none() | st.integers(-10, 10**9)
# From 1990 to 2090: HTTP dates have whole seconds.
DATE = st.none() | st.integers(631_152_000, 3_786_912_000).map(
    lambda second: format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)
)


@given(
    max_age=SECONDS,
    age=SECONDS,
    expires=DATE,
    date=DATE,
    wait=st.none() | st.integers(0, 10**7).map(str) | DATE,
    ttl=WISH,
    update_period=WISH,
    interval_minutes=st.none() | st.integers(1, 10_080),
    failures=st.integers(0, 50),
    roll=st.floats(0, 1, exclude_max=True),
)
def test_no_mix_of_headers_and_wishes_undercuts_retry_after_or_loses_a_feed(
    max_age: int | None,
    age: int | None,
    expires: str | None,
    date: str | None,
    wait: str | None,
    ttl: timedelta | None,
    update_period: timedelta | None,
    interval_minutes: int | None,
    failures: int,
    roll: float,
) -> None:
    given_headers = {
        "cache-control": None if max_age is None else f"public, max-age={max_age}",
        "age": None if age is None else str(age),
        "expires": expires,
        "date": date,
        "retry-after": wait,
    }
    headers = {name: value for name, value in given_headers.items() if value is not None}
    check = planned(
        interval_minutes=interval_minutes,
        wishes=Wishes(ttl, update_period, fresh_for(headers, NOW)),
        roll=roll,
        failures=failures,
        retry_after=retry_after(headers, NOW),
    )
    if wait is not None:
        server_now = NOW if date is None else parsedate_to_datetime(date)
        asked = (
            timedelta(seconds=int(wait))
            if wait.isdigit()
            else parsedate_to_datetime(wait) - server_now
        )
        assert after(check) >= min(asked, POLICY.server_ceiling)
    usual = timedelta(minutes=interval_minutes) if interval_minutes else POLICY.interval
    ceiling = max(usual, POLICY.wish_ceiling, POLICY.failure_ceiling, POLICY.server_ceiling)
    assert timedelta() < usual <= after(check) <= ceiling * (1 + POLICY.jitter)
