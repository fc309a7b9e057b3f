"""What pictures show is reckoned right, and they are drawn by a process of its own."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.said.facts import labels
from bot.charts.draw import outlines
from bot.charts.drawing import NotDrawn, draw
from bot.charts.places import bubbles
from bot.charts.trend import days_of, since, trend_of
from bot.locales import LANGUAGES
from bot.messages.answers.charts import (
    CAPTION,
    map_caption,
    map_picture,
    trend_caption,
    trend_picture,
)
from bot.messages.cards.display import Display
from bot.rules_in_force import shipped_places
from bot.text import length
from storage.finding import PlaceCount

NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Damascus")
TODAY = NOW.date()
DAY = timedelta(days=1)


def count(place_id: str, alerts: int, level: str = "alert") -> PlaceCount:
    place = shipped_places().places[place_id]
    names = json.dumps(labels(shipped_places(), place))
    return PlaceCount(place_id, place.country, place.adm1, place.kind, alerts, level, names)


def test_days_are_the_readers_and_usual_is_the_mean_of_the_four_weeks_before() -> None:
    late = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)  # 1 in the morning of the third in Damascus
    told = [(late, 2), (NOW - DAY, 1)]
    told += [(NOW - (7 + 7 * week) * DAY, 4) for week in range(4)]
    trend = trend_of(told, 7, TODAY, ZONE)
    assert trend.days[0] == date(2026, 2, 25) and trend.days[-1] == date(2026, 3, 3)
    assert trend.counts == (0, 0, 0, 0, 0, 1, 2)
    assert trend.usual == (0, 0, 0, 0, 0, 0, 4)
    assert (trend.total, trend.usual_total, trend.most) == (3, 4, (date(2026, 3, 3), 2))
    assert since(7, TODAY, ZONE) == datetime(2026, 1, 28, tzinfo=ZONE)


@pytest.mark.parametrize(("length_", "days"), [(DAY, 7), (14 * DAY, 14), (366 * DAY, 92)])
def test_a_picture_shows_a_week_to_three_months(length_: timedelta, days: int) -> None:
    assert days_of(length_) == days


def test_a_governorate_stands_at_its_main_town_and_joins_it() -> None:
    points, nowhere = bubbles(
        [count("SY-HL", 2, "critical"), count("g170063", 5), count("SD", 1)], shipped_places()
    )
    aleppo, sudan = points
    assert (aleppo.alerts, aleppo.level) == (7, "critical")
    assert (round(aleppo.lat), round(aleppo.lon)) == (36, 37)
    assert (round(sudan.lat), round(sudan.lon)) == (16, 33), "Khartoum"
    assert nowhere == 0


def test_a_place_that_is_known_no_more_is_counted_and_not_shown() -> None:
    gone = PlaceCount("x-gone", "SY", None, "town", 3, "alert", "{}")
    assert bubbles([gone], shipped_places()) == ([], 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_fit_and_say_what_the_picture_shows(language: str) -> None:
    display = Display(language, {}, NOW, ZONE)
    trend = trend_of([(NOW - n * DAY, n + 1) for n in range(90)], 92, TODAY, ZONE)
    told = trend_caption(trend, "حلب " * 40, display)
    assert length(told) <= CAPTION and display.say.number(trend.total) in told
    towns = [p.id for p in shipped_places().places.values() if p.kind == "town"][:300]
    points, nowhere = bubbles([count(each, 2) for each in towns], shipped_places())
    shown = map_caption(points, nowhere, "حلب", display)
    assert length(shown) <= CAPTION
    assert len(map_picture(points, "حلب", display)["points"]) == 40


async def test_a_picture_is_drawn_and_a_broken_one_is_an_error(tmp_path: Path) -> None:
    display = Display("ar", {}, NOW, ZONE)
    trend = trend_of([(NOW, 2)], 7, TODAY, ZONE)
    png = await draw(trend_picture(trend, "حلب", display), tmp_path, within=500.0)
    assert png.startswith(b"\x89PNG")
    with pytest.raises(NotDrawn, match="exit 1"):
        await draw({}, tmp_path, within=500.0)
    with pytest.raises(NotDrawn, match="within"):
        await draw({"kind": "trend"}, tmp_path, within=0.0)


def test_outlines_are_rings_on_the_globe() -> None:
    rings = outlines()
    assert len(rings) > 200
    assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in rings)
    assert all(-180 <= x <= 180 and -90 <= y <= 90 for ring in rings for x, y in ring)
