"""Days and months that somebody names when they ask, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.asking.dates import read_dates
from bot.asking.question import EARLIEST, Question, Stretch
from bot.locales import texts
from bot.messages.answers.asked import stretch_text
from tests.bot.asking.test_reader import TODAY, places, read

DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def stretch(first: str, last: str = "") -> Stretch:
    return Stretch(first=day(first), last=day(last) if last else None)


@pytest.mark.parametrize(
    "text",
    [
        *("منذ الاثنين", "منذ يوم الاثنين", "من الاثنين", "منذ اثنين", "منذ التنين"),
        *("since Monday", "from Monday", "depuis lundi", "depuis le lundi", "since 2 March"),
        *("منذ 2 آذار", "منذ ٢ مارس", "depuis le 2 mars 2026", "since March 2nd", "since 2/3"),
    ],
)
def test_since_a_day_goes_on_until_now(text: str) -> None:
    assert read(text) == Question(stretch("2026-03-02"))


@pytest.mark.parametrize(
    "text",
    ["الاثنين", "يوم الاثنين", "on Monday", "last Monday", "lundi dernier", "Monday 2 March"],
)
def test_a_day_is_that_day(text: str) -> None:
    assert read(text) == Question(stretch("2026-03-02", "2026-03-02"))


def test_todays_weekday_is_today_and_since_it_a_week() -> None:
    assert TODAY.weekday() == 2
    assert read("Wednesday").stretch == stretch("2026-03-04")
    for text in ("since Wednesday", "last Wednesday", "منذ الأربعاء", "الأربعاء الماضي"):
        found = read(text).stretch
        assert found is not None
        assert found.first == day("2026-02-25"), text


@pytest.mark.parametrize(
    "text",
    [
        *("تشرين الأول", "في شهر تشرين الأول", "أكتوبر", "october", "in Oct", "en octobre"),
        *("octobre 2025", "تشرين أول 2025", "بتشرين الأول", "october of 2025"),
    ],
)
def test_a_month_is_the_latest_that_has_begun(text: str) -> None:
    assert read(text) == Question(stretch("2025-10-01", "2025-10-31"))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        *((each, "2025-10-21", "2025-10-31") for each in ("end of October", "أواخر تشرين الأول")),
        *((each, "2025-11-01", "2025-11-10") for each in ("early November", "début novembre")),
        *((each, "2026-02-11", "2026-02-20") for each in ("منتصف شباط", "mi-février", "mid-Feb")),
        ("end of March", "2025-03-21", "2025-03-31"),  # of this year's none has come
        ("since late February", "2026-02-21", ""),
        *(
            (each, "2026-02-27", "2026-03-01")
            for each in ("this weekend", "week end", "عطلة نهاية الأسبوع")
        ),
    ],
)
def test_thirds_of_a_month_and_weekends(text: str, first: str, last: str) -> None:
    assert read(text) == Question(stretch(first, last))


@pytest.mark.parametrize(
    "text",
    [
        *("from 1/1/2025 to 31/12/9999", "من 2025-01-01 إلى 9999-12-31"),
        "between January 2025 and 31/12/2026",
    ],
)
def test_what_ends_in_the_future_goes_on_until_now(text: str) -> None:
    assert read(text).stretch == stretch("2025-01-01")


def test_what_goes_on_has_no_end() -> None:
    assert read("in March").stretch == stretch("2026-03-01")
    assert read("in 2026").stretch == stretch("2026-01-01")
    for text in ("منذ بداية الشهر", "depuis le début du mois", "since the beginning of the month"):
        assert read(text) == Question(stretch("2026-03-01")), text


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("من 1 إلى 5 تشرين الثاني", "2025-11-01", "2025-11-05"),
        ("between 1 and 5 November", "2025-11-01", "2025-11-05"),
        ("1-5 نوفمبر", "2025-11-01", "2025-11-05"),
        ("du 1er au 5 novembre 2024", "2024-11-01", "2024-11-05"),
        ("from 30 December to 2 January", "2025-12-30", "2026-01-02"),
        ("from Friday to Monday", "2026-02-27", "2026-03-02"),
        ("من الجمعة إلى الأحد", "2026-02-27", "2026-03-01"),
        ("بين الاثنين والأربعاء", "2026-03-02", "2026-03-04"),
        ("from october to january", "2025-10-01", "2026-01-31"),
        ("عام 2025", "2025-01-01", "2025-12-31"),
        ("3/11/2025", "2025-11-03", "2025-11-03"),
        ("11/23/2025", "2025-11-23", "2025-11-23"),
        ("2025-11-03", "2025-11-03", "2025-11-03"),
        ("29 February", "2024-02-29", "2024-02-29"),
        ("أول أمس", "2026-03-02", "2026-03-02"),
        ("avant-hier", "2026-03-02", "2026-03-02"),
    ],
)
def test_from_a_day_to_a_day(text: str, first: str, last: str) -> None:
    assert read(text) == Question(stretch(first, last))


@pytest.mark.parametrize("text", ["منذ أمس", "since yesterday", "depuis hier"])
def test_since_yesterday_goes_on_until_now(text: str) -> None:
    assert read(text) == Question(stretch("2026-03-03"))


@pytest.mark.parametrize(
    "text",
    [
        *("what may happen", "protest march", "mars", "أحد الأطفال", "2024", "5"),
        *(
            "since the war",
            "from Kharkiv to Kyiv",
            "من حلب إلى إدلب",
            "in 2031",
            "9/9/9999",
            "0001-01-01",
            "since 1/1/1900",
        ),
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert read(text).stretch is None


@pytest.mark.parametrize(
    ("text", "last"),
    [
        *(
            (each, "2023-12-31")
            for each in ("before 2024", "قبل 2024", "قبل عام ٢٠٢٤", "avant 2024", "prior to 2024")
        ),
        *((each, "2026-02-28") for each in ("before March", "قبل آذار", "avant mars")),
        *((each, "2026-03-03") for each in ("until yesterday", "up to yesterday", "حتى أمس")),
        *((each, "2026-03-03") for each in ("لحد امبارح", "jusqu'à hier", "till the 3rd")),
        *((each, "2026-02-26") for each in ("لغاية الخميس", "until Thursday", "jusqu'à jeudi")),
        *((each, "2026-03-02") for each in ("jusqu’à lundi", "حتى يوم الاثنين", "until the 2nd")),
        *((each, "2026-02-05") for each in ("until the 5th", "jusqu'au 5", "before 6 February")),
        ("until today", "2026-03-04"),
        ("until 9/9/2031", ""),
    ],
)
def test_until_a_time_is_all_that_came_before_its_end(text: str, last: str) -> None:
    found = read(text)
    if not last:
        assert found.stretch is None
        return
    assert found == Question(Stretch(first=EARLIEST, last=day(last)))
    assert Question.from_json(found.as_json()) == found


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        *(
            (each, "2025-10-01", "2025-10-15")
            for each in (
                *("first half of October", "النصف الأول من أكتوبر", "première moitié d'octobre"),
                "the 1st half of October 2025",
            )
        ),
        *(
            (each, "2025-10-01", "2025-12-31")
            for each in ("last quarter", "الربع الأخير", "le trimestre dernier", "Q4 2025")
        ),
        ("الربع الأول من 2025", "2025-01-01", "2025-03-31"),
        ("second semestre 2025", "2025-07-01", "2025-12-31"),
        ("this quarter", "2026-01-01", ""),
        ("first week of November", "2025-11-01", "2025-11-07"),
        ("last week of October", "2025-10-25", "2025-10-31"),
        *(
            (each, "2026-02-21", "2026-02-28")
            for each in ("end of last month", "أواخر الشهر الماضي", "fin du mois dernier")
        ),
        ("الخامس من نوفمبر", "2025-11-05", "2025-11-05"),
        ("الحادي والعشرين من تشرين الثاني", "2025-11-21", "2025-11-21"),
        *((each, "2026-03-02", "2026-03-02") for each in ("on the 2nd", "يوم ٢", "le 2")),
        ("from the 3rd to the 5th", "2026-02-03", "2026-02-05"),
        ("mon to wed", "2026-03-02", "2026-03-04"),
    ],
)
def test_parts_of_months_and_of_years(text: str, first: str, last: str) -> None:
    assert read(text) == Question(stretch(first, last))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("after Monday before Wednesday", "2026-03-03", "2026-03-03"),
        ("بعد الاثنين وقبل الأربعاء", "2026-03-03", "2026-03-03"),
        ("since Monday until yesterday", "2026-03-02", "2026-03-03"),
        ("from 2 March until yesterday", "2026-03-02", "2026-03-03"),
        *((each, "2026-03-03", "") for each in ("yesterday and today", "أمس واليوم")),
        ("Monday Aleppo, Tuesday Homs", "2026-03-02", "2026-03-03"),
        ("October 2024 Aleppo, Monday Homs", "2024-10-01", "2024-10-31"),
    ],
)
def test_two_times_are_one_where_they_go_together(text: str, first: str, last: str) -> None:
    assert read(text).stretch == stretch(first, last)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("goals of the second half, last 3 days", 3 * DAY),
        ("last half hour", timedelta(minutes=30)),
        ("last week", 7 * DAY),
        ("2day", 2 * DAY),
    ],
)
def test_a_length_is_no_part_of_a_year(text: str, length: timedelta) -> None:
    assert read(text).stretch == Stretch(length)


def test_a_long_time_that_ended_keeps_its_end() -> None:
    zone, now = ZoneInfo("Asia/Damascus"), datetime(2026, 3, 4, 12, tzinfo=UTC)
    until = Stretch(first=EARLIEST, last=day("2023-12-31"))
    assert until.at_most(30 * DAY, now, zone) == stretch("2023-12-01", "2023-12-31")
    assert Stretch(90 * DAY).at_most(30 * DAY, now, zone) == Stretch(30 * DAY)
    assert stretch("2025-01-01").at_most(30 * DAY, now, zone) == Stretch(30 * DAY)
    assert Stretch(day=1).at_most(30 * DAY, now, zone) == Stretch(day=1)


def test_a_place_that_is_called_after_a_day() -> None:
    assert places(read("سوق الخميس")) == ["g7345827"]
    assert places(read("خميس مشيط")) == ["g105072"]


def test_the_days_of_the_reader_are_looked_through() -> None:
    zone, now = ZoneInfo("Asia/Damascus"), datetime(2026, 3, 4, 12, tzinfo=UTC)
    begin, end = datetime(2026, 3, 1, 21, tzinfo=UTC), datetime(2026, 3, 2, 21, tzinfo=UTC)
    assert stretch("2026-03-02", "2026-03-02").bounds(now, zone) == (begin, end)
    assert stretch("2026-03-02").bounds(now, zone) == (begin, None)
    assert stretch("2026-03-02").age(now, zone) == now - begin
    assert Stretch(3 * DAY).age(now, zone) == 3 * DAY


@pytest.mark.parametrize(
    ("asked", "ar", "en", "fr"),
    [
        (
            stretch("2026-03-01"),
            "منذ 1 آذار/مارس 2026",
            "since 1 March 2026",
            "depuis le 1er mars 2026",
        ),
        (
            stretch("2025-10-01", "2025-10-31"),
            *("تشرين الأول/أكتوبر 2025", "October 2025", "octobre 2025"),
        ),
        (
            Stretch(first=EARLIEST, last=day("2026-03-01")),
            *("حتى 1 آذار/مارس 2026", "until 1 March 2026", "jusqu'au 1er mars 2026"),
        ),
        (stretch("2025-01-01", "2025-12-31"), "2025", "2025", "2025"),
        (
            stretch("2025-11-01", "2025-11-05"),
            "من 1 تشرين الثاني/نوفمبر 2025 إلى 5 تشرين الثاني/نوفمبر 2025",
            "1 November 2025 to 5 November 2025",
            "du 1er novembre 2025 au 5 novembre 2025",
        ),
    ],
)
def test_how_it_was_understood(asked: Stretch, ar: str, en: str, fr: str) -> None:
    for language, said in (("ar", ar), ("en", en), ("fr", fr)):
        assert stretch_text(asked, texts(language)) == said


_WORDS = (
    "since from to and between in last منذ من إلى و بين في يوم شهر Monday الاثنين lundi mars may 3 "
    "31 29 February 2024 99 1-5 3/11 2026-02-30 0/0 تشرين الأول ال الماضي début mois beginning of "
    "month حلب قصف year ² ٣ until before حتى قبل the first half quarter week Q3 today أمس النصف "
    "الأول"
).split()


@given(st.lists(st.sampled_from(_WORDS), max_size=14), st.dates(date(1999, 1, 1), date(2200, 1, 1)))
@example(["since", "29", "February"], date(2100, 3, 1))
@example(["from", "29", "February", "to", "1", "January"], date(2025, 1, 1))
def test_any_heap_of_words_is_a_time_in_order_or_none(words: list[str], today: date) -> None:
    found = read_dates(words, today)
    if found is None:
        return
    assert 0 < found.words <= len(words)
    first, last = found.stretch.first, found.stretch.last
    assert first is not None
    assert first <= today
    assert last is None or first <= last <= today
    question = Question(found.stretch)
    assert Question.from_json(question.as_json()) == question
