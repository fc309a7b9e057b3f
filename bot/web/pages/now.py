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
from bot.asking.question import Question
from bot.asking.reader import read_question
from bot.asking.vocabulary import vocabulary_of
from bot.messages.answers.asked import left_out, short_name, understood
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
class Asked:
    """What somebody wants, as it was understood and as it stands in storage. `without`: the same
    without words that say nothing to anybody, for when no alert has them; `left_out`: it is that,
    as is to be said."""

    filters: Filters
    question: Question
    wanted: Wanted
    understood: str
    without: Asked | None = None
    left_out: str = ""

    def answered(self, db: Connection) -> Asked:
        """This, or what is asked for without the words, where alerts are found by that alone."""
        if self.without is None or finding.count(db, self.wanted, 1):
            return self
        return self.without if finding.count(db, self.without.wanted, 1) else self


async def asked_of(request: Request, visitor: Visitor) -> Asked:
    """The filters of an address."""
    site, filters = site_of(request), Filters.of(request.query_params)
    rules, now = site.rules(), site.clock()

    def read() -> Asked:
        gazetteer = site.gazetteer()
        titles = {name: signal.title for name, signal in rules.signals.items()}
        words = Question()
        if filters.words:
            words = read_question(
                filters.words, vocabulary_of(titles), gazetteer, now.astimezone(visitor.zone)
            )

        def asked(question: Question) -> Asked:
            wanted = wanted_of(question, now, visitor.zone, others=site.others)
            names = names_of(question, gazetteer)
            return Asked(
                filters,
                question,
                replace(wanted, for_operators=visitor.is_operator),
                understood(question, rules.signals, visitor.speech, names),
            )

        question = filters.narrowed(words, now, visitor.zone)
        bare = question.without_words
        if bare is None:
            return asked(question)
        said = left_out(question.words, visitor.speech)
        return replace(asked(question), without=replace(asked(bare), left_out=said))

    return await asyncio.to_thread(read)


async def now(request: Request, visitor: Visitor) -> Response:
    site, asked = site_of(request), await asked_of(request, visitor)
    filters = asked.filters

    def read(db: Connection) -> tuple[Asked, list[Alert], dict[str, int], list[PlaceCount]]:
        answered = asked.answered(db)
        wanted = answered.wanted
        found = finding.find(db, wanted, ON_A_PAGE + 1, after=filters.cursor)
        if filters.cursor:
            return answered, found, {}, []
        return answered, found, page.by_level(db, wanted), finding.by_place(db, wanted, MOST_PLACES)

    asked, found, levels, places = await site.database.read(read)
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
        # What is counted and what leaves as a file has the words in it.
        "newer": "" if asked.left_out else _newer(shown, filters),
        "choices": choices(site, visitor),
        "downloads": {} if asked.left_out else downloads(visitor, filters, stories=True),
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
