"""Times of which nothing can be told are named as such, and nothing else answers."""

from __future__ import annotations

import pytest

from bot.asking.question import APART, NONE, TO_COME, NoTime
from tests.bot.asking.test_reader import places, read

# The fourth of March 2026, at 16:00.


@pytest.mark.parametrize(
    ("text", "said", "why"),
    [
        ("31 February", "31 February", NONE),
        ("siege 31 February 2025 Aleppo", "31 February 2025", NONE),
        ("the 31st of april", "31st of april", NONE),
        ("Feb 30", "Feb 30", NONE),
        ("29 February 2025", "29 February 2025", NONE),
        ("٣١ شباط", "31 شباط", NONE),
        ("منذ 30 فبراير", "منذ 30 فبراير", NONE),
        ("le 31 avril", "le 31 avril", NONE),
        ("2025-13-01", "2025-13-01", NONE),
        ("2025/13/01", "2025-13-01", NONE),
        ("since 30/2", "since 30/2", NONE),
        ("32.1.2026", "32.1.2026", NONE),
        ("after 25:00", "after 25:00", NONE),
        ("at 8:75", "at 8:75", NONE),
        ("بعد الساعة ٢٥", "بعد الساعة 25", NONE),
        ("tomorrow", "tomorrow", TO_COME),
        ("بكرا في حلب", "بكرا", TO_COME),
        ("siège demain", "demain", TO_COME),
        ("5 June 2031", "5 June 2031", TO_COME),
        ("since 2031", "since 2031", TO_COME),
        ("the last 3 days after 14:00", "after 14:00", APART),
    ],
)
def test_a_time_that_is_none_is_told_with_its_reason(text: str, said: str, why: str) -> None:
    question = read(text)
    assert question.no_times == (NoTime(said, why),)
    assert f'"{said}"' in question.words, "no alert answers it"


@pytest.mark.parametrize(
    "text",
    [
        *("29 February 2024", "29 February", "31/3/2025", "2026-03-04", "2026/03/01", "3/11"),
        *("31 mai", "may", "45 march", "24/7", "after 14:00", "الساعة 8", "2025", "30 days"),
        *("31 killed in February", "siege since Monday", "مايو", "next", "100 mars"),
    ],
)
def test_a_time_that_there_is_is_none_of_them(text: str) -> None:
    assert read(text).no_times == ()


def test_slashes_between_year_month_and_day_are_dashes() -> None:
    assert read("2025/11/05") == read("2025-11-05")


def test_what_else_was_asked_for_is_understood_beside_it() -> None:
    question = read("Aleppo siege 31 February")
    assert places(question) == ["SY-HL"] and question.signals == ("siege",)
    assert question.stretch is None and question.count is None
