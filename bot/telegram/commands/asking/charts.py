"""/trend and /map: alerts by day and by place, as pictures with the same figures in words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from telegram.constants import ChatAction

from bot.asking.answer import names_of, wanted_of
from bot.asking.asked import Asked
from bot.asking.question import Question, Stretch
from bot.charts.drawing import NotDrawn, can_draw, draw
from bot.charts.places import bubbles
from bot.charts.trend import DAY, days_of, last_day_of, since, trend_of
from bot.messages.answers.asked import left_out, no_times, nothing, understood
from bot.messages.answers.charts import map_caption, map_picture, trend_caption, trend_picture
from bot.messages.cards.card import text_card
from bot.telegram.commands.asking.ask import read, settled_for
from bot.telegram.files import beside, send_picture
from bot.telegram.registry import command
from bot.telegram.request import Request
from storage import finding
from storage.finding import Wanted

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
LONGEST = timedelta(days=92)
"""Of a map: all its alerts are counted."""
MOST_PLACES = 400
CACHE = "charts-cache"


@command("trend", order=46)
async def trend(request: Request) -> None:
    """``/trend siege Aleppo 30d``: bars by day, against the weeks before; of a time that is over,
    up to its end."""
    question = await read(request, " ".join(request.arguments))
    services, speech = request.services, request.speech
    now, zone = services.clock(), request.zone
    hours = question.stretch is not None and question.stretch.of_hours
    shown, days, last = _days_of(question.stretch or Stretch(), now, zone)
    until = shown.bounds(now, zone)[1]
    question = replace(question, stretch=shown, perhaps=())

    def wanted(question: Question) -> Wanted:
        found = wanted_of(question, now, zone, chat=request.chat, others=services.others)
        return replace(found, since=since(days, last, zone), until=until)

    asked = await settled_for(request, question, wanted)
    told = await services.database.read(lambda db: finding.made(db, asked.wanted))
    figures = trend_of([(each.at, each.alerts) for each in told], days, last, zone)
    display = services.display(speech.language)
    title = await _title(request, asked)
    caption = trend_caption(figures, title, display, hours=hours)
    if not figures.total and not figures.usual_total:  # nothing to draw
        wrong = no_times(asked.question, speech)
        said = "\n".join([f"📊 {title}", *wrong]) if wrong else caption
        await request.reply(text_card(said, speech.language))
        return
    await _send(request, trend_picture(figures, title, display), caption)


def _days_of(asked: Stretch, now: datetime, zone: tzinfo) -> tuple[Stretch, int, date]:
    """The whole days of a picture: as a stretch, how many, and the last. A time that is over ends
    with its last day, any other today."""
    begins, ends = asked.bounds(now, zone)
    last = last_day_of(ends, now, zone)
    over = last < now.astimezone(zone).date()
    if asked.first is None and not over:
        days = days_of(now - begins)
        return Stretch(DAY * days), days, last
    days = days_of(DAY * ((last - begins.astimezone(zone).date()).days + 1))
    return Stretch(first=last - DAY * (days - 1), last=last if over else None), days, last


@command("map", order=47)
async def map_of(request: Request) -> None:
    """``/map 7d siege``: a bubble for each place."""
    question = await read(request, " ".join(request.arguments))
    services, speech = request.services, request.speech
    now, zone = services.clock(), request.zone
    stretch = (question.stretch or Stretch(WEEK)).at_most(LONGEST, now, zone)
    asked = await settled_for(request, replace(question, stretch=stretch, perhaps=()))
    counted = await services.database.read(
        lambda db: finding.by_place(db, asked.wanted, MOST_PLACES)
    )
    gazetteer = await asyncio.to_thread(services.gazetteer)
    points, nowhere = await asyncio.to_thread(bubbles, counted, gazetteer)
    display = services.display(speech.language)
    title = await _title(request, asked)
    if not points:
        names = names_of(asked.question, gazetteer)
        empty = nothing(asked.question, services.rules().signals, speech, names)
        text = "\n".join([title, *empty])
        await request.reply(text_card(text, speech.language))
        return
    caption = map_caption(points, nowhere, title, display)
    await _send(request, map_picture(points, title, display), caption)


async def _title(request: Request, asked: Asked) -> str:
    """How the question was understood, and what was left out of it."""
    services, chat, question = request.services, request.chat, asked.question
    gazetteer = await asyncio.to_thread(services.gazetteer)
    own = not question.names_something and bool(chat.signals or chat.places)
    names = names_of(question, gazetteer)
    head = understood(question, services.rules().signals, request.speech, names, own=own)
    said = left_out(asked.left_out, request.speech)
    return f"{head}\n{said}" if said else head


async def _send(request: Request, picture: Mapping[str, Any], caption: str) -> None:
    """The picture, or its figures in words where it cannot be drawn."""
    if not can_draw():
        missing = [caption]
        if request.by_operator:
            missing.append(request.speech("trend.not_installed"))
        await request.reply(text_card("\n\n".join(missing), request.speech.language))
        return
    cache = request.services.database.path.parent / CACHE

    async def make() -> None:
        try:
            png = await draw(picture, cache)
        except NotDrawn as error:
            log.error("a picture could not be drawn: %s", error)
            await request.reply(text_card(caption, request.speech.language))
        else:
            await send_picture(request, png, caption)

    await beside(request, make, ChatAction.UPLOAD_PHOTO)
