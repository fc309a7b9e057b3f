"""Hours by a clock on the wall, over zones, midnights and the nights when clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.later.quiet import quiet_now
from bot.wall_time import last_quiet, moment_of, next_change, next_hour, next_time, zone_of
from storage.readers.chat_clocks import EVERY_DAY, ChatClock, QuietHours

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PARIS, CAIRO = ZoneInfo("Europe/Paris"), ZoneInfo("Africa/Cairo")
zones = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            *("Asia/Damascus", "Africa/Cairo", "Asia/Beirut", "Asia/Gaza", "Europe/Paris"),
            *("Africa/Khartoum", "Asia/Kabul", "America/St_Johns", "Pacific/Chatham", "UTC"),
            *("Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"),
        )
    ]
)
# With the day that Apia did not have.
moments = st.integers(0, 21 * 365 * 86_400).map(
    lambda seconds: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
minutes = st.integers(0, 1439)
days = st.frozensets(st.integers(0, 6), min_size=1)
quiets = st.builds(QuietHours, minutes, st.integers(1, 1440), days).filter(
    lambda hours: hours.begin != hours.until
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "minute", "moment"),
    [
        (PARIS, date(2026, 3, 29), 150, "2026-03-29T01:00"),  # 02:30 is skipped: the jump itself
        (PARIS, date(2026, 10, 25), 150, "2026-10-25T00:30"),  # 02:30 comes twice: the first
        (CAIRO, date(2026, 4, 24), 0, "2026-04-23T22:00"),  # a day that begins at 01:00
        (PARIS, date(2026, 6, 1), 1440, "2026-06-01T22:00"),
    ],
)
def test_an_hour_that_is_skipped_or_comes_twice_is_one_moment(
    zone: ZoneInfo, day: date, minute: int, moment: str
) -> None:
    assert moment_of(zone, day, minute) == at(moment)


def test_a_night_goes_over_midnight_and_belongs_to_the_day_it_begins_on() -> None:
    fridays = QuietHours(22 * 60, 7 * 60, frozenset({4}))
    for moment, quiet in (
        ("2026-11-27T20:59", False),  # Friday, 21:59 in Paris
        ("2026-11-27T21:00", True),
        ("2026-11-28T05:59", True),  # Saturday, 06:59
        ("2026-11-28T06:00", False),
        ("2026-11-28T22:00", False),
    ):
        found = last_quiet(fridays, PARIS, at(moment))
        assert found is not None
        assert (at(moment) < found.until) is quiet, moment


def test_whole_days_that_follow_each_other_are_one() -> None:
    weekend = QuietHours(0, 1440, frozenset({4, 5}))
    found = last_quiet(weekend, PARIS, at("2026-11-27T10:00"))
    assert found is not None
    assert found.until == at("2026-11-28T23:00")


def test_quiet_lasts_as_long_as_the_night_does_when_clocks_change() -> None:
    nightly = QuietHours(22 * 60, 7 * 60)
    for evening, hours in (("2026-03-28T23:00", 8), ("2026-10-24T22:00", 10)):
        found = last_quiet(nightly, PARIS, at(evening))
        assert found is not None
        assert found.until - found.since == timedelta(hours=hours)


@given(quiets, zones, moments)
def test_quiet_begins_and_ends_by_the_clock_on_the_wall(
    hours: QuietHours, zone: ZoneInfo, now: datetime
) -> None:
    found = last_quiet(hours, zone, now)
    assert found is not None
    assert found.since <= now
    assert found.since < found.until
    change = next_change(hours, zone, now)
    assert change is not None
    assert now < change <= now + 9 * DAY
    # Nothing changes before the next change: what is written down until then is right.
    just_before = last_quiet(hours, zone, change - timedelta(microseconds=1))
    assert just_before is not None
    assert (just_before.until > change - timedelta(microseconds=1)) is (found.until > now)


@given(quiets, zones, moments)
def test_outside_nights_of_changed_clocks_it_is_quiet_where_the_wall_says(
    hours: QuietHours, zone: ZoneInfo, now: datetime
) -> None:
    wall = now.astimezone(zone)
    around = {(now + n * DAY / 2).astimezone(zone).utcoffset() for n in range(-5, 6)}
    if len(around) > 1:
        return
    minute, today = wall.hour * 60 + wall.minute, wall.weekday()
    night = hours.until < hours.begin
    within = {
        True: (today in hours.days and minute >= hours.begin)
        or ((today - 1) % 7 in hours.days and minute < hours.until),
        False: today in hours.days and hours.begin <= minute < hours.until,
    }[night]
    found = last_quiet(hours, zone, now)
    assert found is not None
    assert (now < found.until) is within


@given(minutes, zones, moments, st.none() | st.integers(0, 6))
def test_the_next_time_is_later_and_none_is_left_out(
    minute: int, zone: ZoneInfo, now: datetime, day: int | None
) -> None:
    found = next_time(minute, zone, now, day)
    assert now < found <= now + (2 if day is None else 9) * DAY
    shown = found.astimezone(zone)
    skipped = (found - MINUTE).astimezone(zone).utcoffset() != shown.utcoffset()
    if not skipped:
        assert shown.hour * 60 + shown.minute == minute
        assert day is None or shown.weekday() == day
    # Asked again at that moment, it is that of another day.
    again = next_time(minute, zone, found, day)
    assert again > found + timedelta(hours=20)


@given(zones, moments)
def test_the_next_hour_is_full_on_the_wall(zone: ZoneInfo, now: datetime) -> None:
    found = next_hour(zone, now)
    assert now < found <= now + timedelta(hours=1)
    wall = now.astimezone(zone)
    if (found.astimezone(zone).utcoffset()) == wall.utcoffset():
        assert found.astimezone(zone).minute == 0


def test_a_zone_that_is_not_known_any_more_is_the_usual_one() -> None:
    assert zone_of("Asia/Nowhere", PARIS) is PARIS
    assert zone_of(None, PARIS) is PARIS
    assert zone_of("Africa/Cairo", PARIS) == CAIRO


def test_a_clock_at_the_end_of_time_stops_nothing() -> None:
    clock = ChatClock(QuietHours(22 * 60, 7 * 60, EVERY_DAY))
    for now in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)):
        assert quiet_now(clock, PARIS, now) == (None, None)
