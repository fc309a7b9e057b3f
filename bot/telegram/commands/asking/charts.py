"""/trend and /map: alerts by day and by place, as pictures with the same figures in words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram.constants import ChatAction

from bot.asking.answer import names_of, wanted_of
from bot.asking.question import Question, Stretch
from bot.charts.drawing import NotDrawn, can_draw, draw
from bot.charts.places import bubbles
from bot.charts.trend import days_of, since, trend_of
from bot.messages.answers.asked import understood
from bot.messages.answers.charts import map_caption, map_picture, trend_caption, trend_picture
from bot.messages.cards.card import text_card
from bot.telegram.commands.asking.ask import read
from bot.telegram.files import beside, send_picture
from bot.telegram.registry import command
from bot.telegram.request import Request
from storage import finding

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
LONGEST = timedelta(days=92)
"""Of a map: all its alerts are counted."""
MOST_PLACES = 400
CACHE = "charts-cache"


@command("trend", order=46)
async def trend(request: Request) -> None:
    """``/trend siege Aleppo 30d``: bars by day, against the weeks before."""
    question = await read(request, " ".join(request.arguments))
    services, speech = request.services, request.speech
    now, zone = services.clock(), request.zone
    hours = question.stretch is not None and question.stretch.of_hours
    days = days_of(question.stretch.age(now, zone) if question.stretch else None)
    question = replace(question, stretch=Stretch(timedelta(days=days)), perhaps=())
    wanted = await asyncio.to_thread(
        wanted_of, question, now, zone, chat=request.chat, others=services.others
    )
    wanted = replace(wanted, since=since(days, now, zone), until=None)
    told = await services.database.read(lambda db: finding.made(db, wanted))
    figures = trend_of([(each.at, each.alerts) for each in told], days, now, zone)
    display = services.display(speech.language)
    title = await _title(request, question)
    caption = trend_caption(figures, title, display, hours=hours)
    if not figures.total and not figures.usual_total:
        await request.reply(text_card(caption, speech.language))  # nothing to draw
        return
    await _send(request, trend_picture(figures, title, display), caption)


@command("map", order=47)
async def map_of(request: Request) -> None:
    """``/map 7d siege``: a bubble for each place."""
    question = await read(request, " ".join(request.arguments))
    services, speech = request.services, request.speech
    now, zone = services.clock(), request.zone
    stretch = question.stretch or Stretch(WEEK)
    if stretch.age(now, zone) > LONGEST:
        stretch = Stretch(LONGEST)
    question = replace(question, stretch=stretch, perhaps=())
    wanted = await asyncio.to_thread(
        wanted_of, question, now, zone, chat=request.chat, others=services.others
    )
    counted = await services.database.read(lambda db: finding.by_place(db, wanted, MOST_PLACES))
    gazetteer = await asyncio.to_thread(services.gazetteer)
    points, nowhere = await asyncio.to_thread(bubbles, counted, gazetteer)
    display = services.display(speech.language)
    title = await _title(request, question)
    if not points:
        text = f"{title}\n{speech('asked.nothing')}"
        await request.reply(text_card(text, speech.language))
        return
    caption = map_caption(points, nowhere, title, display)
    await _send(request, map_picture(points, title, display), caption)


async def _title(request: Request, question: Question) -> str:
    services, chat = request.services, request.chat
    gazetteer = await asyncio.to_thread(services.gazetteer)
    own = not question.names_something and bool(chat.signals or chat.places)
    names = names_of(question, gazetteer)
    return understood(question, services.rules().signals, request.speech, names, own=own)


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
