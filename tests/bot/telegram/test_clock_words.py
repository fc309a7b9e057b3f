"""Hours, days and time zones as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.locales import texts
from bot.rules_in_force import shipped_places
from bot.telegram.typed.clock_words import (
    UntilAsked,
    is_off,
    read_days,
    read_quiet,
    read_time,
    read_until,
)
from bot.telegram.typed.time_zones import USUAL, find_zones, is_zone, zone_title
from storage.readers.chat_clocks import EVERY_DAY, QuietHours

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEKEND, WORK = frozenset({4, 5}), frozenset({6, 0, 1, 2, 3})


@pytest.mark.parametrize(
    ("text", "begin", "until", "days"),
    [
        ("22:00-07:00", 1320, 420, EVERY_DAY),
        ("22-7", 1320, 420, EVERY_DAY),
        ("٢٢-٧", 1320, 420, EVERY_DAY),
        ("٢٢:٣٠ – ٠٧:٠٠", 1350, 420, EVERY_DAY),
        ("22-7 fri,sat", 1320, 420, WEEKEND),
        ("from 22 to 7 on Friday and Saturday", 1320, 420, WEEKEND),
        ("10 pm - 6am", 1320, 360, EVERY_DAY),
        ("من ٢٢ إلى ٧ الجمعة والسبت", 1320, 420, WEEKEND),
        ("من الساعة ١٠ مساءً حتى الساعة ٧ صباحًا", 1320, 420, EVERY_DAY),
        ("22-7 من الأحد إلى الخميس", 1320, 420, WORK),
        ("de 22h à 7h, vendredi et samedi", 1320, 420, WEEKEND),
        ("22h30-6h dim-jeu", 1350, 360, WORK),
        ("20-0", 1200, 1440, EVERY_DAY),
        ("0-24 fri", 0, 1440, frozenset({4})),
        ("13-15", 780, 900, EVERY_DAY),
        ("22-7 on Fridays", 1320, 420, frozenset({4})),
        ("at night", 1320, 420, EVERY_DAY),
        ("ليلًا", 1320, 420, EVERY_DAY),
        ("la nuit, vendredi et samedi", 1320, 420, WEEKEND),
    ],
)
def test_quiet_hours(text: str, begin: int, until: int, days: frozenset[int]) -> None:
    assert read_quiet(text) == QuietHours(begin, until, days)


@pytest.mark.parametrize(
    "text",
    [
        *("", "22", "22-22", "0-24", "25-3", "22:75-3", "13pm-5", "22-7 foo", "fri-sat", "-22-7"),
        *("٢٢", "Friday", "no night", "every day"),
    ],
)
def test_what_is_no_quiet_hours(text: str) -> None:
    assert read_quiet(text) is None


@given(st.text(max_size=90))
def test_whatever_is_written_raises_nothing(text: str) -> None:
    for found in (read_quiet(text), read_quiet(f"22-7 {text}")):
        assert found is None or (0 <= found.begin <= 1439 and 1 <= found.until <= 1440)
    minute = read_time(text)
    assert minute is None or 0 <= minute <= 1439
    read_days(text)
    is_off(text)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("8", 480),
        ("08:00", 480),
        ("8 am", 480),
        ("18h30", 1110),
        ("٨ مساءً", 1200),
        ("الساعة ٩", 540),
        ("à 7h", 420),
        ("every day at 8", 480),
        ("كل يوم الساعة ٨ مساءً", 1200),
        ("tous les jours à 8h", 480),
        ("daily", None),
        ("every Monday 8:00", None),
        ("24", 0),
        ("25", None),
        ("8:60", None),
        ("8-9", None),
        ("soon", None),
    ],
)
def test_an_hour(text: str, minute: int | None) -> None:
    assert read_time(text) == minute


@pytest.mark.parametrize("text", ["off", "OFF", "إيقاف", "إلغاء", "arrêter", "non"])
def test_off(text: str) -> None:
    assert is_off(text)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Asia/Damascus", "Asia/Damascus"),
        ("asia/damascus", "Asia/Damascus"),
        ("دمشق", "Asia/Damascus"),
        ("Damas", "Asia/Damascus"),
        ("حلب", "Asia/Damascus"),
        ("السودان", "Africa/Khartoum"),
        ("Soudan", "Africa/Khartoum"),
        ("بيروت", "Asia/Beirut"),
        ("New York", "America/New_York"),
        ("غازي عنتاب", "Europe/Istanbul"),
        ("UTC", "UTC"),
        ("غرينتش", "UTC"),
        ("UTC+3", "Etc/GMT-3"),
        ("gmt 3", "Etc/GMT-3"),
        ("−٥", "Etc/GMT+5"),
        ("+05:30", "Asia/Kolkata"),
        ("GMT+0", "UTC"),
    ],
)
def test_a_zone_by_its_name_a_city_or_a_country(name: str, zone: str) -> None:
    found = find_zones(name, shipped_places())
    assert found.zones == (zone,)
    assert found.meant == ""


def test_an_offset_is_called_as_people_write_it() -> None:
    for number in ("Etc/GMT-3", "Etc/GMT+11"):
        sign = "+" if "-" in number else "-"
        for language in ("ar", "en", "fr"):
            name = f"UTC{sign}{number[8:]}"
            assert zone_title(number, language) == name
            assert name in texts(language).moment(NOW, ZoneInfo(number), NOW, "card.time")
    assert find_zones("UTC+99", shipped_places()).zones == ()


def test_a_country_with_several_zones_offers_them() -> None:
    assert find_zones("فلسطين", shipped_places()).zones == ("Asia/Gaza", "Asia/Hebron")


def test_a_slip_is_proposed_and_not_taken() -> None:
    found = find_zones("Khartum", shipped_places())
    assert (found.zones, found.meant) == (("Africa/Khartoum",), "khartoum")
    assert find_zones("qwertyzx", shipped_places()).zones == ()
    assert find_zones("؟", shipped_places()).zones == ()


def test_the_usual_zones_exist_and_have_names() -> None:
    for zone in USUAL:
        assert is_zone(zone)
        for language in ("ar", "en", "fr"):
            assert zone_title(zone, language)
        assert len(f"z:{zone}".encode()) <= 64


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("until 7", UntilAsked(420)),
        ("until 7pm", UntilAsked(1140)),
        ("حتى ٦ صباحا", UntilAsked(360)),
        ("حتى الساعة الثامنة مساء", UntilAsked(1200)),
        ("حتى صباح الغد", UntilAsked(420, tomorrow=True)),
        ("till tomorrow 8:30", UntilAsked(510, tomorrow=True)),
        ("jusqu'à lundi", UntilAsked(420, day=0)),
        ("حتى يوم الأحد", UntilAsked(420, day=6)),
        ("until midnight", UntilAsked(0)),
        ("tomorrow", UntilAsked(420, tomorrow=True)),
        ("Fridays", UntilAsked(420, day=4)),
        ("mars", None),
        ("الاثنين ٩ صباحا", UntilAsked(540, day=0)),
        *((each, None) for each in ("until", "until the war ends", "حتى إشعار آخر", "until 25:00")),
        *((each, None) for each in ("2h", "8", "", "until " + "7" * 300)),
    ],
)
def test_until_when(text: str, until: UntilAsked | None) -> None:
    assert read_until(text) == until
