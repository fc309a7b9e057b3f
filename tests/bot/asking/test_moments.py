"""From an hour of one day to an hour of another, nights, and until an hour of a day."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking.moments import read_moments
from bot.asking.question import EARLIEST, Question, Stretch
from bot.locales import texts
from bot.messages.answers.asked import stretch_text
from tests.bot.asking.test_hours import minute
from tests.bot.asking.test_reader import TODAY, places, read

DAY = timedelta(days=1)
MONDAY, TUESDAY, YESTERDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 3)


def between(first: date, begin: str, last: date, end: str) -> Question:
    return Question(Stretch(first=first, last=last, begin=minute(begin), end=minute(end)))


@pytest.mark.parametrize(
    "text",
    [
        *("from Monday 18:00 to Tuesday 6:00", "from 18:00 Monday to 6:00 Tuesday"),
        *("Monday 6 pm until Tuesday 6 am", "from Monday 6 pm till 6 am"),
        *("du lundi 18h au mardi 6h", "lundi à 18h à mardi 6h", "entre lundi 18h et mardi 6 h"),
        *("من الاثنين الساعة 6 مساء للثلاثاء الساعة 6 صباحا", "2/3 18:00 - 3/3 06:00"),
        "بين الاثنين الساعة ١٨ والثلاثاء الساعة ٦",
    ],
)
def test_from_an_hour_of_one_day_to_an_hour_of_another(text: str) -> None:
    assert read(text) == between(MONDAY, "18:00", TUESDAY, "6:00")


@pytest.mark.parametrize(
    "text",
    [
        *("from Monday evening to Tuesday morning", "de lundi soir à mardi matin"),
        *("من مساء الاثنين إلى صباح الثلاثاء", "بين مساء الاثنين وصباح الثلاثاء"),
    ],
)
def test_from_a_part_of_one_day_to_a_part_of_another(text: str) -> None:
    assert read(text) == between(MONDAY, "17:00", TUESDAY, "12:00")
    assert places(read(f"Aleppo {text}")) == places(read(f"{text} Aleppo")) == ["SY-HL"]


def test_what_is_named_of_one_end_counts_for_the_other() -> None:
    night = between(YESTERDAY, "18:00", TODAY, "12:00")
    for text in ("from last night to this morning", "من الليلة الماضية إلى هذا الصباح"):
        assert read(text) == night, text
    assert read("from Friday evening to Monday morning") == between(
        date(2026, 2, 27), "17:00", MONDAY, "12:00"
    )
    assert read("from last night until now") == Question(Stretch(first=YESTERDAY, begin=18 * 60))


@pytest.mark.parametrize(
    "text",
    [
        *("last night", "yesterday night", "last nite", "overnight", "night"),
        *("الليلة الماضية", "ليلة أمس", "ليل أمس", "امبارح بالليل", "الليل"),
        *("hier soir", "hier au soir", "cette nuit", "la nuit dernière", "dans la nuit"),
    ],
)
def test_the_night_that_is_over(text: str) -> None:
    assert read(text) == between(YESTERDAY, "18:00", TODAY, "6:00")


def test_last_night_is_one_night_at_any_hour() -> None:
    for clock in (time(2), time(9), time(23)):
        assert read("last night", clock) == between(YESTERDAY, "18:00", TODAY, "6:00"), clock
    assert read("since last night") == Question(Stretch(first=YESTERDAY, begin=18 * 60))
    # The night that goes on at 23:00 began today.
    assert read("cette nuit", time(23)) == between(TODAY, "18:00", TODAY + DAY, "6:00")


@pytest.mark.parametrize(
    "text", ["Monday night", "ليل الاثنين", "dans la nuit de lundi à mardi", "الاثنين ليلا"]
)
def test_the_night_of_a_day(text: str) -> None:
    assert read(text) == between(MONDAY, "18:00", TUESDAY, "6:00")


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        *((each, "17:00", "24:00") for each in ("yesterday evening", "مساء أمس", "امبارح المسا")),
        *((each, "3:00", "7:00") for each in ("فجر أمس", "yesterday dawn")),
        *((each, "11:00", "15:00") for each in ("ظهر أمس", "ظهر امبارح")),
        *((each, "12:00", "18:00") for each in ("عصر أمس", "yesterday afternoon")),
    ],
)
def test_a_part_of_yesterday(text: str, begin: str, end: str) -> None:
    assert read(text) == between(YESTERDAY, begin, YESTERDAY, end)


def test_a_part_of_a_day_since_which_is_asked() -> None:
    for text in ("since yesterday evening", "من امبارح العشيه", "depuis hier après-midi"):
        found = read(text).stretch
        assert found is not None
        assert (found.first, found.last) == (YESTERDAY, None), text
        assert found.begin in (17 * 60, 12 * 60), text


@pytest.mark.parametrize(
    ("text", "last", "end"),
    [
        *((each, MONDAY, "18:00") for each in ("before Monday 18:00", "قبل الاثنين الساعة ١٨")),
        *((each, TUESDAY, "12:00") for each in ("until Tuesday morning", "حتى صباح الثلاثاء")),
        *((each, TODAY, "6:00") for each in ("until last night", "jusqu'à hier soir")),
        ("before Tuesday morning", TUESDAY, "5:00"),
    ],
)
def test_until_an_hour_of_a_day(text: str, last: date, end: str) -> None:
    assert read(text) == between(EARLIEST, "0:00", last, end)


def test_after_an_hour_of_a_day() -> None:
    assert read("after Monday 18:00") == Question(Stretch(first=MONDAY, begin=18 * 60))
    assert read("after Monday evening") == Question(Stretch(first=TUESDAY))


@pytest.mark.parametrize("text", ["from 2 to 5 pm", "10:00-14:00", "من حلب إلى إدلب", "to to to"])
def test_what_is_of_one_day_or_no_time_is_none(text: str) -> None:
    assert read_moments(text.split(), TODAY) is None


def test_how_an_end_was_understood() -> None:
    until = Stretch(first=EARLIEST, last=MONDAY, end=18 * 60)
    for language, said in (
        ("ar", "حتى 2 آذار/مارس 2026 الساعة 18:00"),
        ("en", "until 2 March 2026, 18:00"),
        ("fr", "jusqu'au 2 mars 2026 à 18:00"),
    ):
        assert stretch_text(until, texts(language)) == said


_WORDS = (
    "from until before after since to and من إلى حتى قبل بين و Monday الثلاثاء lundi yesterday أمس "
    "18:00 6 pm مساء صباح الساعة night الليلة الماضية last evening 31 February the 5th - midnight"
).split()


@given(st.lists(st.sampled_from(_WORDS), max_size=18), st.dates(date(2001, 1, 1), date(2200, 1, 1)))
def test_any_heap_of_words_is_a_time_in_order_or_none(words: list[str], today: date) -> None:
    found = read_moments(words, today)
    if found is None:
        return
    stretch = found.stretch
    assert 0 < found.words <= len(words)
    assert stretch.first is not None and stretch.first <= today
    assert stretch.last is None or (stretch.first, stretch.begin) < (stretch.last, stretch.end)
    question = Question(stretch)
    assert Question.from_json(question.as_json()) == question
