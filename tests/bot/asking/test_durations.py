"""Lengths of time as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking.durations import read_duration

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2h", 2 * HOUR),
        ("2 H.", 2 * HOUR),
        ("30m", HOUR / 2),
        ("90 min", 1.5 * HOUR),
        ("1d", DAY),
        ("1 day, 2 hours and 30 minutes", DAY + 2.5 * HOUR),
        ("for a week", 7 * DAY),
        ("half an hour", HOUR / 2),
        ("an hour and a half", 1.5 * HOUR),
        ("1h30", 1.5 * HOUR),
        ("2 heures", 2 * HOUR),
        ("1,5 h", 1.5 * HOUR),
        ("une demi-heure", HOUR / 2),
        ("une heure et demie", 1.5 * HOUR),
        ("2 jours", 2 * DAY),
        ("٣ ساعات", 3 * HOUR),
        ("۳ ساعات", 3 * HOUR),
        ("٢٫٥ ساعة", 2.5 * HOUR),
        ("3 ساعات", 3 * HOUR),
        ("ساعة", HOUR),
        ("ساعة واحدة", HOUR),
        ("ساعه ونصف", 1.5 * HOUR),
        ("سَاعَتَيْنِ ونصف", 2.5 * HOUR),
        ("ساعة و٣٠ دقيقة", 1.5 * HOUR),
        ("نصف ساعة", HOUR / 2),
        ("يومان", 2 * DAY),
        ("٣ أيام", 3 * DAY),
        ("لمدة أسبوع", 7 * DAY),
        ("ثلاث ساعات", 3 * HOUR),
        ("عشرة أيام", 10 * DAY),
        ("three days", 3 * DAY),
        ("deux heures", 2 * HOUR),
    ],
)
def test_what_people_write_is_read(text: str, length: timedelta) -> None:
    assert read_duration(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "h",
        "-5h",
        "2x",
        "half",
        "2 2h",
        "1h75",
        "h2",
        "1e3h",
        "9" * 400 + "h",
        "½ h",
        "💥",
    ],
)
def test_what_is_no_length_of_time_is_none(text: str) -> None:
    assert read_duration(text) is None


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    found = read_duration(text)
    assert found is None or found >= timedelta(0)
