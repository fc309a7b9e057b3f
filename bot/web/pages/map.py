"""Where it happens: a bubble for each place, and the same as a table."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from bot.charts.places import bubbles
from bot.messages.answers.asked import short_name
from bot.messages.cards.lines import LEVEL_MARKS
from bot.web.drawing import HEIGHT, WIDTH, Ground, ground
from bot.web.pages.now import asked_of, choices
from bot.web.render import render
from bot.web.site import Visitor, site_of
from storage import finding

if TYPE_CHECKING:
    from bot.charts.places import Bubble

MOST_PLACES = 400


async def map_of(request: Request, visitor: Visitor) -> Response:
    site, asked = site_of(request), await asked_of(request, visitor)
    counts = await site.database.read(lambda db: finding.by_place(db, asked.wanted, MOST_PLACES))
    gazetteer = await site.places()

    def draw() -> tuple[list[Bubble], list[str], int, Ground | None]:
        found, nowhere = bubbles(counts, gazetteer)
        names = [short_name(each.names, visitor.speech) for each in found]
        return found, names, nowhere, ground(found, names) if found else None

    found, names, nowhere, drawn = await asyncio.to_thread(draw)
    context = {
        "asked": asked,
        "filters": asked.filters,
        "choices": choices(site, visitor),
        "ground": drawn,
        "width": WIDTH,
        "height": HEIGHT,
        "rows": [
            (each.place_id, name, each.level, each.alerts)
            for each, name in zip(found, names, strict=True)
        ],
        "nowhere": nowhere,
        "levels": [level for level in LEVEL_MARKS if any(b.level == level for b in found)],
        "total": sum(each.alerts for each in found),
        "title": visitor.speech("web.map.title"),
    }
    return render(request, "map.html", context, visitor=visitor, here="map")
