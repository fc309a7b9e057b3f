"""A place: what state it is in, how much happens there, and what happened last."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.alerts.summaries.place_status import (
    Known,
    NotKnown,
    PlaceState,
    PlaceStatus,
    known_place,
    look_up,
    read_status,
)
from bot.charts.trend import since, trend_of
from bot.locales.bidi import isolated_parts
from bot.messages.answers.place_status import state_lines
from bot.messages.blocks import Line
from bot.messages.cards.display import Display
from bot.text import clean
from bot.web.drawing import bars
from bot.web.filters import Filters
from bot.web.items import item_of
from bot.web.pages.downloads import downloads
from bot.web.pages.now import busiest
from bot.web.render import render
from bot.web.site import Visitor, site_of
from storage import finding
from storage.finding import AlertsMade, PlaceCount, Wanted

if TYPE_CHECKING:
    from storage.connection import Connection

DAYS = 30
LONGEST = 80
MOST, MOST_BUSIEST = 40, 20
"""States and places that are shown."""


async def places(request: Request, visitor: Visitor) -> Response:
    """Look a place up by its name; one that is known leads to its page. Without a name: those where
    most happens."""
    site = site_of(request)
    begins = site.clock() - timedelta(days=DAYS)
    wanted = Wanted(since=begins, for_operators=visitor.is_operator)
    asked = clean(request.query_params.get("name", ""))[:LONGEST].strip()
    nearest: list[str] = []
    counts: list[PlaceCount] = []
    if asked:
        gazetteer = await site.places()
        found = await asyncio.to_thread(look_up, gazetteer, asked)
        if isinstance(found, Known):
            return RedirectResponse(f"/place/{found.place.id}", 303)
        nearest = _names(found, visitor.language)
    else:
        counts = await site.database.read(lambda db: finding.by_place(db, wanted, MOST_BUSIEST))
    context = {
        "asked": asked,
        "nearest": nearest,
        "busiest": busiest(counts, visitor, lambda place: f"/place/{quote(place)}"),
        "days": DAYS,
        "title": visitor.speech("web.places.title"),
    }
    return render(request, "places.html", context, visitor=visitor, here="places")


def _names(found: NotKnown, language: str) -> list[str]:
    return list(dict.fromkeys(clean(names[language]) for names in found.nearest))


async def place(request: Request, visitor: Visitor) -> Response:
    site, wanted_id = site_of(request), request.path_params["id"]
    gazetteer = await site.places()
    found = gazetteer.places.get(wanted_id)
    if found is None:
        raise HTTPException(404)
    known = await asyncio.to_thread(known_place, gazetteer, found)
    kinds, now, display = site.rules().states, site.clock(), visitor.display(site)
    today = now.astimezone(visitor.zone).date()
    wanted = Wanted(
        since=since(DAYS, today, visitor.zone),
        places=sorted(known.ids),
        for_operators=visitor.is_operator,
    )

    def read(db: Connection) -> tuple[PlaceStatus, list[AlertsMade]]:
        status = read_status(db, known, kinds, now, for_operators=visitor.is_operator)
        return status, finding.made(db, wanted)

    status, told = await site.database.read(read)
    trend = trend_of([(each.at, each.alerts) for each in told], DAYS, today, visitor.zone)
    days = [f"{day.day}/{day.month}" for day in trend.days]
    name = clean(known.names[visitor.language])
    context = {
        "name": isolated_parts(name, visitor.language),
        "place_id": known.place.id,
        "here_states": _states(status.here, display),
        "around": _states(status.around, display, named=True),
        "inside": _states(status.inside, display, named=True),
        "items": [item_of(each, display) for each in status.alerts],
        "bars": bars(days, trend.counts, trend.usual),
        "trend": trend,
        "days": DAYS,
        "downloads": downloads(visitor, Filters(days=DAYS, place=known.place.id)),
        "title": name,
    }
    return render(request, "place.html", context, visitor=visitor, here="places")


def _states(
    found: tuple[PlaceState, ...], display: Display, *, named: bool = False
) -> list[tuple[str, tuple[Line, ...]]]:
    """Of each state how it stands (bad, good, doubtful, unknown), and its lines."""
    return [(_kind(each), state_lines(each, display, named=named)) for each in found[:MOST]]


def _kind(each: PlaceState) -> str:
    if each.standing.expired:
        return "unknown"
    if each.standing.denial:
        return "doubtful"
    return "bad" if each.bad else "good"
