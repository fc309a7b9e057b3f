"""The words of pictures: what stands in them, and the same figures in the caption. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from bot.charts.places import LEVELS, Bubble
from bot.charts.trend import Trend
from bot.locales.bidi import RTL_LANGUAGES, isolated_parts
from bot.messages.answers.asked import short_name
from bot.messages.cards.card import text_card
from bot.messages.cards.display import Display
from bot.text import length

CAPTION = 1_000
"""UTF-16 units; Telegram takes 1,024."""
MOST_NAMED = 12
MOST_BUBBLES = 40
_LOCALES = {"ar": "ar", "en": "en_GB", "fr": "fr"}


def trend_picture(trend: Trend, title: str, display: Display) -> dict[str, Any]:
    """What `bot.charts.draw` draws of it."""
    say = display.say
    return {
        "kind": "trend",
        "rtl": say.language in RTL_LANGUAGES,
        "title": title,
        "subtitle": _total(trend, display),
        "days": [f"{day.day}/{day.month}" for day in trend.days],
        "counts": trend.counts,
        "usual": trend.usual,
        "bars": say("trend.bars"),
        "line": say("trend.line"),
        "source": say("trend.source"),
    }


def trend_caption(trend: Trend, title: str, display: Display, *, hours: bool = False) -> str:
    """The figures in words; `hours` were asked for, which no bar shows."""
    say = display.say
    lines = [f"📊 {title}", _total(trend, display)]
    if hours:
        lines.append(say("trend.whole_days"))
    if trend.total:
        day, count = trend.most
        lines.append(say.plural("trend.most", count, day=_day(day, say.language)))
        last = list(zip(trend.days, trend.counts, strict=True))[-7:]
        told = [
            say("trend.day", day=_day(day, say.language), n=say.number(n)) for day, n in last if n
        ]
        if told:
            lines.append(say("trend.last", days=say("card.comma").join(told)))
    lines.append(say("trend.how"))
    return caption(lines, say.language)


def _total(trend: Trend, display: Display) -> str:
    say = display.say
    usual = say.number(trend.usual_total)
    return say.plural("trend.total", trend.total, usual=usual)


def _day(day: date, language: str) -> str:
    return format_date(day, "EEEE d/M", locale=_LOCALES[language])


def map_picture(bubbles: Sequence[Bubble], title: str, display: Display) -> dict[str, Any]:
    say = display.say
    shown = bubbles[:MOST_BUBBLES]
    return {
        "kind": "map",
        "rtl": say.language in RTL_LANGUAGES,
        "title": title,
        "subtitle": _mapped(bubbles, display),
        "points": [
            {
                "lat": each.lat,
                "lon": each.lon,
                "n": each.alerts,
                "level": each.level,
                "name": short_name(each.names, say),
                "count": say.number(each.alerts),
            }
            for each in shown
        ],
        "levels": {
            level: say(f"level.{level}")
            for level in LEVELS
            if any(each.level == level for each in shown)
        },
        "source": say("map.source"),
    }


def map_caption(bubbles: Sequence[Bubble], nowhere: int, title: str, display: Display) -> str:
    """Places with their figures, as many as there is room for."""
    say = display.say
    lines = [f"🗺 {title}", _mapped(bubbles, display)]
    for each in bubbles[:MOST_NAMED]:
        named = each.names.get(say.language) or short_name(each.names, say)
        name = isolated_parts(named, say.language)
        level = say(f"level.{each.level}")
        lines.append(say("map.place", place=name, n=say.number(each.alerts), level=level))
    rest = len(bubbles) - MOST_NAMED
    if rest > 0:
        lines.append(say.plural("map.more", rest))
    if nowhere:
        lines.append(say.plural("map.nowhere", nowhere))
    return caption(lines, say.language)


def _mapped(bubbles: Sequence[Bubble], display: Display) -> str:
    say = display.say
    alerts = say.plural("map.alerts", sum(each.alerts for each in bubbles))
    return say("map.total", alerts=alerts, places=say.plural("map.places", len(bubbles)))


def caption(lines: Sequence[str], language: str) -> str:
    """Whole lines, as many as a caption takes, laid out in the language's direction."""
    kept = list(lines)
    while length(text := text_card("\n".join(kept), language).plain) > CAPTION and len(kept) > 1:
        kept.pop()
    return text
