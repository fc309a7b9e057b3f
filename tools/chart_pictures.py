"""The pictures of /map and /trend for the docs: the demo on a map, an invented month by day."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from bot.asking.question import AskedPlace, Question, Stretch
from bot.charts.draw import picture
from bot.charts.places import bubbles
from bot.charts.trend import trend_of
from bot.messages.answers.asked import understood
from bot.messages.answers.charts import map_picture, trend_picture
from bot.messages.cards.display import Display
from rules import Gazetteer, RuleSet
from storage import finding
from storage.connection import Connection
from storage.finding import Wanted

CHARTS = ("ar-trend", "ar-map")
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


def draw_charts(
    db: Connection,
    folder: Path,
    rules: RuleSet,
    gazetteer: Gazetteer,
    now: datetime,
    zone: tzinfo,
) -> list[Path]:
    """Draw both; returns the files."""
    display = Display("ar", rules.signals, now, zone)
    asked = Question(Stretch(MONTH), (AskedPlace("SY-HL", ("SY-HL",)),), ("siege",))
    names = {"SY-HL": {"ar": "حلب"}}
    invented = [
        (now - timedelta(days=day), round(2 + 2 * math.sin(day / 3) + (9 - day) * (day < 9)))
        for day in range(60)
    ]
    title = understood(asked, rules.signals, display.say, names)
    month = trend_picture(
        trend_of(invented, MONTH.days, now.astimezone(zone).date(), zone), title, display
    )
    counted = finding.by_place(db, Wanted(since=now - WEEK), 400)
    points, _ = bubbles(counted, gazetteer)
    title = understood(Question(Stretch(WEEK)), rules.signals, display.say, {})
    drawn = []
    for name, wanted in zip(CHARTS, (month, map_picture(points, title, display)), strict=True):
        path = folder / f"{name}.png"
        path.write_bytes(picture(wanted))
        drawn.append(path)
    return drawn
