"""What is going on: happenings, the newest first, with how many there are by level and place."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.asking.answer import names_of, wanted_of
from bot.asking.asked import Reading, settled
from bot.asking.question import Question
from bot.messages.answers.asked import left_out, meant, no_times, short_name, understood, unknown
from bot.messages.cards.display import in_order, signal_title
from bot.messages.cards.lines import LEVEL_MARKS
from bot.web.cursors import packed
from bot.web.filters import DAYS, Filters
from bot.web.items import item_of
from bot.web.pages.downloads import downloads
from bot.web.render import render
from bot.web.site import Site, Visitor, site_of
from storage import finding, page

if TYPE_CHECKING:
    from storage.alerts import Alert
    from storage.connection import Connection
    from storage.finding import PlaceCount, Wanted

ON_A_PAGE, MOST_PLACES = 20, 12
MANY = 50
"""More new ones are not counted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody wants, as it is answered and as it was understood. To be said: `left_out`, the
    words that no alert has; `unknown` and `meant`, names for a word, each with the words to ask."""

    filters: Filters
    question: Question
    wanted: Wanted
    understood: str
    left_out: str
    unknown: str
    meant: list[tuple[str, str]]


async def asked_of(request: Request, visitor: Visitor) -> Shown:
    """The filters of an address, answered as the bot answers a question."""
    site, filters = site_of(request), Filters.of(request.query_params)
    reading, now = Reading(site.rules().signals, site.gazetteer), site.clock()

    def wanted(question: Question) -> Wanted:
        found = wanted_of(question, now, visitor.zone, others=site.others)
        return replace(found, for_operators=visitor.is_operator)

    def read() -> Question:
        if not filters.words:
            return Question()
        return reading.question(filters.words, now.astimezone(visitor.zone))

    words = await asyncio.to_thread(read)
    question = filters.narrowed(words, now, visitor.zone)
    asked = await settled(question, wanted, reading, site.database)
    gazetteer, say = await site.places(), visitor.speech
    known = (site.rules().signals, say, names_of(asked.question, gazetteer))
    offered = [
        (say("asked.meant", name=name), filters.words.replace(said, name, 1))
        for said, name in meant(asked.question, *known)
    ]
    return Shown(
        *(filters, asked.question, asked.wanted),
        understood=understood(asked.question, *known),
        left_out=left_out(asked.left_out, say) or " ".join(no_times(asked.question, say)),
        unknown=unknown(asked.question, say) if offered else "",
        meant=offered,
    )


async def now(request: Request, visitor: Visitor) -> Response:
    site, asked = site_of(request), await asked_of(request, visitor)
    filters = asked.filters

    def read(db: Connection) -> tuple[list[Alert], dict[str, int], list[PlaceCount]]:
        wanted = asked.wanted
        found = finding.find(db, wanted, ON_A_PAGE + 1, after=filters.cursor)
        if filters.cursor:
            return found, {}, []
        return found, page.by_level(db, wanted), finding.by_place(db, wanted, MOST_PLACES)

    found, levels, places = await site.database.read(read)
    shown = found[:ON_A_PAGE]
    display, say = visitor.display(site), visitor.speech
    more = len(found) > ON_A_PAGE
    context = {
        "items": [item_of(each.seen_by(asked.wanted.signals), display) for each in shown],
        "filters": filters,
        "asked": asked,
        "levels": [(level, levels[level]) for level in LEVEL_MARKS if levels.get(level)],
        "places": busiest(places, visitor, lambda place: filters.address(place=place)),
        "older": filters.address(after=_behind(shown[-1])) if more else "",
        "newer": _newer(shown, filters),
        "choices": choices(site, visitor),
        "downloads": downloads(visitor, filters, stories=True),
        "title": say("web.now.title"),
    }
    return render(request, "now.html", context, visitor=visitor, here="now")


async def newer(request: Request, visitor: Visitor) -> Response:
    """How many happenings came since the page was made, for a script that asks each minute."""
    asked = await asked_of(request, visitor)
    since = asked.filters.cursor
    if since is None:
        return HTMLResponse(status_code=204)
    wanted = replace(asked.wanted, since=since.at + timedelta(microseconds=1))
    count = await site_of(request).database.read(lambda db: finding.count(db, wanted, MANY))
    context = {"count": count, "address": asked.filters.address()}
    return render(request, "newer.html", context, visitor=visitor)


def choices(site: Site, visitor: Visitor) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen: each value with what it is called."""
    say, signals = visitor.speech, site.rules().signals
    return {
        "days": [(str(days), say.plural("asked.days", days)) for days in DAYS],
        "level": [(level, say(f"web.level.{level}")) for level in LEVEL_MARKS if level != "info"],
        "signal": [
            (name, signal_title(signals, name, say.language))
            for name in in_order(signals, say.language)
        ],
    }


def _newer(shown: list[Alert], filters: Filters) -> str:
    """Where the script asks; nowhere on a page that is not the first."""
    if filters.after or not shown:
        return ""
    return filters.address("/newer", after=_behind(shown[0]))


def _behind(alert: Alert) -> str:
    return packed(finding.Cursor(alert.updated_at, alert.id))


def busiest(
    counts: list[PlaceCount], visitor: Visitor, address: Callable[[str], str]
) -> list[tuple[str, str, str, int, int]]:
    """Of each place its address, name, gravest level, how many alerts, and that in tenths of the
    most."""
    most = max((each.alerts for each in counts), default=1)
    return [
        (
            address(each.place_id),
            short_name(json.loads(each.names_json), visitor.speech),
            each.level,
            each.alerts,
            max(1, round(10 * each.alerts / most)),
        )
        for each in counts
    ]
