"""Hours of the day that somebody names when they ask, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking.hours import on_days, read_hours
from bot.asking.question import WHOLE_DAY, Question, Stretch
from bot.locales import texts
from bot.messages.answers.asked import stretch_text
from tests.bot.asking.test_reader import HOUR, TODAY, places, read

YESTERDAY, NEXT = date(2026, 3, 3), date(2026, 3, 5)


def minute(clock: str) -> int:
    hour, minutes = clock.split(":")
    return int(hour) * 60 + int(minutes)


def since(clock: str, day: date = TODAY) -> Question:
    return Question(Stretch(first=day, begin=minute(clock)))


def between(begin: str, end: str, day: date = TODAY, last: date | None = None) -> Question:
    return Question(Stretch(first=day, last=last or day, begin=minute(begin), end=minute(end)))


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        *(("after 14:00", "14:00"), ("after 2 pm", "14:00"), ("after 2pm", "14:00")),
        *(("since 9 am", "9:00"), ("since 9:30", "9:30"), ("since 9", "9:00")),
        *(("from 10 in the morning", "10:00"), ("since nine o'clock", "9:00")),
        *(
            ("after 9.30", "9:30"),
            ("since 10.30 am", "10:30"),
            ("depuis les 14h", "14:00"),
            ("since noon", "12:00"),
            ("after midnight", "0:00"),
            ("since 10:30am", "10:30"),
        ),
        *(
            ("بعد الساعة ٢ ظهرا", "14:00"),
            ("بعد الساعة 14", "14:00"),
            ("من العاشرة صباحا", "10:00"),
        ),
        *(("منذ الساعة التاسعة والنصف صباحًا", "9:30"), ("بعد الثانية ظهرا", "14:00")),
        *(("منذ الثانية عشرة ظهراً", "12:00"), ("من الساعة ١١ ظهرا", "11:00")),
        *(("منذ الساعة ثلاثة عصرا", "15:00"), ("بعد ١٤:٠٠", "14:00"), ("منذ الظهر", "12:00")),
        *(("بعد منتصف الليل", "0:00"), ("منذ الساعة ٢ ليلا", "2:00")),
        *(("après 14 h", "14:00"), ("après 14h", "14:00"), ("depuis 9h30", "9:30")),
        *(("depuis 9 h 30", "9:30"), ("à partir de 10 heures", "10:00"), ("depuis midi", "12:00")),
        *(("après 2 heures de l'après-midi", "14:00"), ("dès 9 h du matin", "9:00")),
    ],
)
def test_from_an_hour_until_now(text: str, clock: str) -> None:
    assert read(text) == since(clock)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        *(
            (each, "10:00", "14:00")
            for each in ("between 10 and 14", "from 10 to 14", "10:00-14:00")
        ),
        *(
            (each, "10:00", "14:00")
            for each in ("between 10 am and 2 pm", "between 10 and 2", "from 10 am to 2")
        ),
        *(
            (each, "10:00", "14:00")
            for each in ("بين ١٠ و١٤", "بين الساعة ١٠ و ١٤", "من ١٠ إلى ١٤")
        ),
        *(
            (each, "10:00", "14:00")
            for each in ("من العاشرة صباحا حتى الثانية ظهرا", "بين 10:00 و14:00")
        ),
        *((each, "10:00", "14:00") for each in ("entre 10 h et 14 h", "de 10h à 14h", "10h-14h")),
        ("from 2 to 5 pm", "14:00", "17:00"),
        *((each, "00:00", "09:00") for each in ("before 9 am", "قبل الساعة ٩ صباحا", "avant 9 h")),
        *((each, "14:00", "15:00") for each in ("at 14:00", "الساعة ٢ ظهرا", "à 14 h", "2 pm")),
        *(
            (each, "10:00", "14:00")
            for each in ("after 10:00 before 14:00", "بعد الساعة ١٠ قبل الساعة ١٤")
        ),
    ],
)
def test_from_an_hour_to_an_hour(text: str, begin: str, end: str) -> None:
    assert read(text) == between(begin, end)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        *(
            (each, "5:00", "12:00")
            for each in ("this morning", "هذا الصباح", "ce matin", "صباح اليوم")
        ),
        *((each, "12:00", "18:00") for each in ("this afternoon", "cet après-midi", "بعد الظهر")),
        *((each, "17:00", "24:00") for each in ("this evening", "هذا المساء", "ce soir")),
    ],
)
def test_a_part_of_today_even_before_it_has_begun(text: str, begin: str, end: str) -> None:
    for clock in (time(3), time(20)) if "بعد" not in text else (time(20),):
        assert read(text, clock) == between(begin, end), clock


@pytest.mark.parametrize("text", ["tonight", "الليلة", "هذه الليلة", "cette soirée"][:3])
def test_tonight_is_the_night_that_is_or_comes(text: str) -> None:
    assert read(text, time(16)) == between("18:00", "6:00", TODAY, NEXT)
    assert read(text, time(23)) == between("18:00", "6:00", TODAY, NEXT)
    assert read(text, time(5, 59)) == between("18:00", "6:00", YESTERDAY, TODAY)


@pytest.mark.parametrize(
    "text",
    [
        *("between 10 and 14 yesterday", "yesterday 10:00-14:00", "أمس بين ١٠ و١٤"),
        *("بين ١٠ و١٤ أمس", "hier entre 10 h et 14 h", "entre 10h et 14h hier", "3 March 10-14h"),
    ],
)
def test_hours_of_another_day(text: str) -> None:
    assert read(text) == between("10:00", "14:00", YESTERDAY)


def test_hours_beside_a_day_end_with_it_unless_they_go_on() -> None:
    for text in ("yesterday after 14:00", "أمس بعد الساعة ١٤", "hier après 14 h"):
        assert read(text) == Question(Stretch(first=YESTERDAY, last=YESTERDAY, begin=14 * 60)), text
    for text in ("since yesterday 14:00", "since 14:00 yesterday", "منذ أمس الساعة ١٤"):
        assert read(text) == since("14:00", YESTERDAY), text
    for text in ("yesterday morning", "صباح أمس", "أمس صباحا", "hier matin", "صباح الثلاثاء"):
        assert read(text) == between("5:00", "12:00", YESTERDAY), text
    assert read("منذ صباح الثلاثاء") == since("5:00", YESTERDAY)


@pytest.mark.parametrize(
    "text",
    ["since 8 this morning", "depuis 8h ce matin", "منذ الثامنة صباح اليوم", "since 8 today"],
)
def test_a_part_of_the_day_says_which_half_an_hour_is_of(text: str) -> None:
    assert read(text) == since("8:00")
    assert read("at 7 this evening") == between("19:00", "20:00")
    assert read("at 9 o'clock tonight") == between("21:00", "22:00")
    assert read("after 9:00 this afternoon").words == ('"this afternoon"',)


def test_an_hour_that_is_still_to_come_is_yesterdays() -> None:
    assert read("after 14:00", time(13, 59)) == since("14:00", YESTERDAY)
    assert read("after 14:00", time(14)) == since("14:00")
    assert read("between 22 and 6", time(1)) == between("22:00", "6:00", YESTERDAY, TODAY)
    assert read("between 22 and 6", time(23)) == between("22:00", "6:00", TODAY, NEXT)


def test_hours_among_other_words() -> None:
    found = read("حصار حلب بعد الساعة ٢ ظهرا")
    assert (found.stretch, found.signals, places(found)) == (
        *(since("14:00").stretch, ("siege",), ["SY-HL"]),
    )
    assert places(read("after 14:00 in Aleppo")) == ["SY-HL"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("after 25:00", '"after 25:00"'),
        ("بعد الساعة ٢٥", '"بعد الساعة 25"'),
        ("après 10h75", '"après 10h75"'),
        ("last 3 days after 14:00", '"after 14:00"'),
        ("since Monday between 10 and 14", '"between 10 and 14"'),
    ],
)
def test_hours_that_cannot_be_are_words_that_nothing_has(text: str, shown: str) -> None:
    found = read(text)
    assert found.words == (shown,)
    assert found.without_words is None


@pytest.mark.parametrize(
    "text",
    [
        "3h",
        "depuis 24 h",
        "since 3 hours",
        "منذ ١٠ ساعات",
        "آخر ساعة",
        "1h30",
        "between 2 and 3 days",
        "past 24h",
        "après 48 h",
    ],
)
def test_a_length_of_time_is_no_hour(text: str) -> None:
    found = read(text).stretch
    assert found is not None
    assert not found.of_hours


@pytest.mark.parametrize(
    "text",
    [
        "between 1 and 5 November",
        "after 14 killed",
        "from 3 places",
        "5",
        "للمرة الثانية",
        "فجر نفسه",
        "moins de 5",
    ],
)
def test_what_is_no_hour(text: str) -> None:
    found = read(text).stretch
    assert found is None or not found.of_hours


def test_the_hours_of_the_readers_clock_are_looked_through() -> None:
    zone, now = ZoneInfo("Asia/Damascus"), datetime(2026, 3, 4, 12, tzinfo=UTC)
    stretch = between("10:00", "14:00").stretch
    assert stretch is not None
    begin = datetime(2026, 3, 4, 7, tzinfo=UTC)
    assert stretch.bounds(now, zone) == (begin, begin + 4 * HOUR)


@pytest.mark.parametrize(
    ("question", "ar", "en", "fr"),
    [
        (
            since("14:00"),
            "منذ 4 آذار/مارس 2026 الساعة 14:00",
            "since 4 March 2026, 14:00",
            "depuis le 4 mars 2026 à 14:00",
        ),
        (
            between("10:00", "14:00"),
            "4 آذار/مارس 2026 من 10:00 إلى 14:00",
            "4 March 2026, 10:00 to 14:00",
            "4 mars 2026 de 10:00 à 14:00",
        ),
        (
            between("18:00", "6:00", TODAY, NEXT),
            "من 4 آذار/مارس 2026 الساعة 18:00 إلى 5 آذار/مارس 2026 الساعة 06:00",
            "4 March 2026, 18:00 to 5 March 2026, 06:00",
            "du 4 mars 2026 à 18:00 au 5 mars 2026 à 06:00",
        ),
    ],
)
def test_how_hours_were_understood(question: Question, ar: str, en: str, fr: str) -> None:
    assert question.stretch is not None
    for language, said in (("ar", ar), ("en", en), ("fr", fr)):
        assert stretch_text(question.stretch, texts(language)) == said


_WORDS = (
    "since after before between from at to and منذ بعد قبل بين من إلى و الساعة العاشرة ونصف صباحا "
    "ظهرا 10 14 99 10:00 25:00 9h30 h am pm noon tonight this morning الليلة ce matin أمس ² ٣ -"
).split()


@given(
    st.lists(st.sampled_from(_WORDS), max_size=16), st.datetimes(datetime.combine(TODAY, time()))
)
def test_any_heap_of_words_is_hours_in_order_or_none(words: list[str], now: datetime) -> None:
    found = read_hours(words)
    if found is None:
        return
    assert 0 < found.words <= len(words)
    if found.hours is None or now.year > 9000:
        return
    stretch = on_days(found.hours, None, now)
    assert stretch is not None
    begin, end = stretch.bounds(now.replace(tzinfo=UTC), UTC)
    assert end is None or begin < end
    assert 0 <= stretch.begin < WHOLE_DAY
    question = Question(stretch)
    assert Question.from_json(question.as_json()) == question
