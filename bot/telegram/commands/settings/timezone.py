"""/timezone: by whose clock a chat reads times, and keeps its hours."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from telegram import InlineKeyboardMarkup

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.clock import time_there
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.keyboards import zones_keyboard
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.time_zones import USUAL, find_zones, is_zone, zone_title
from bot.text import clean, shorten
from bot.wall_time import zone_of
from storage.readers import chat_clocks

LONGEST = 60


@command("timezone", order=36, who=Who.ADMINISTRATORS)
async def timezone(request: Request) -> None:
    """``/timezone دمشق``, ``/timezone Asia/Damascus``, ``/timezone Soudan``; alone: how it is
    set."""
    services, speech = request.services, request.speech
    said = clean(" ".join(request.arguments))[:LONGEST].strip()
    if not said:
        await request.reply(_as_set(request, request.chat.timezone), _choice(USUAL, speech))
        return
    gazetteer = await asyncio.to_thread(services.gazetteer)
    found = await asyncio.to_thread(find_zones, said, gazetteer)
    name = isolated(shorten(said, LONGEST))
    match found.zones:
        case ():
            text = speech("timezone.unknown", name=name, example=isolated("Asia/Damascus"))
            await request.reply(text_card(text, speech.language), _choice(USUAL, speech))
        case (zone,) if not found.meant:
            await request.reply(await _set(request, zone))
        case (zone, *others):
            if found.meant:
                known = found.meant if others else zone_title(zone, speech.language)
                text = speech("timezone.perhaps", name=name, known=isolated(known))
            else:
                text = speech("timezone.several", name=name)
            await request.reply(text_card(text, speech.language), _choice(found.zones, speech))


@button(keyboards.ZONE, who=Who.ADMINISTRATORS)
async def zone_pressed(request: Request) -> None:
    """One of the zones that were offered."""
    zone = request.pressed.removeprefix("z:")
    await request.note()
    if is_zone(zone):
        await request.redraw(await _set(request, zone), None)


async def _set(request: Request, zone: str) -> Card:
    change = partial(chat_clocks.set_timezone, chat_id=request.chat.id, timezone=zone)
    await request.services.database.write(change)
    return _as_set(request, zone)


def _as_set(request: Request, zone: str | None) -> Card:
    services, speech = request.services, request.speech
    there = time_there(zone_of(zone, services.timezone), speech, services.clock())
    lines = [speech("timezone.set", time=there)]
    if zone is None:
        lines.append(speech("timezone.usual"))
    lines.append(speech("timezone.how", example=speech("timezone.example")))
    return text_card("\n\n".join(lines), speech.language)


def _choice(zones: Sequence[str], speech: Texts) -> InlineKeyboardMarkup:
    return zones_keyboard([(zone, zone_title(zone, speech.language)) for zone in zones])
