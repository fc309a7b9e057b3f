"""/quiet: the hours in which only what is critical comes."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import partial

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards import text_card
from bot.messages.clock import quiet_in_words, time_there
from bot.telegram import keyboards
from bot.telegram.clock_words import is_off, read_quiet
from bot.telegram.keyboards import quiet_keyboard
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.wall_time import last_quiet
from storage import chat_clocks
from storage.chat_clocks import QuietHours


@command("quiet", order=35, who=Who.ADMINISTRATORS)
async def quiet(request: Request) -> None:
    """``/quiet 22:00-07:00``, ``/quiet 22-7 fri,sat``, ``/quiet off``; alone: how it is set."""
    speech, said = request.speech, " ".join(request.arguments)
    if not said:
        chat_id = request.chat.id
        clock = await request.services.database.read(lambda db: chat_clocks.get(db, chat_id))
        card = _as_set(request, clock.quiet)
    elif is_off(said):
        card = await _set(request, None)
    elif hours := read_quiet(said):
        card = await _set(request, hours)
    else:
        card = text_card(_usage(speech, "quiet.usage"), speech.language)
    await request.reply(card, quiet_keyboard(speech))


@button(keyboards.QUIET, who=Who.ADMINISTRATORS)
async def quiet_pressed(request: Request) -> None:
    """Usual hours, or none."""
    hours = keyboards.QUIET_HOURS.get(request.pressed.removeprefix("q:"))
    off = request.pressed == f"q:{keyboards.OFF}"
    await request.note()
    if hours or off:
        card = await _set(request, QuietHours(*hours) if hours else None)
        await request.redraw(card, quiet_keyboard(request.speech))


def quiet_line(hours: QuietHours | None, speech: Texts, zone: tzinfo, now: datetime) -> str:
    """How the quiet hours are set, and until when they last if they have begun."""
    if hours is None:
        return speech("quiet.none")
    line = speech("quiet.set", hours=quiet_in_words(hours, speech))
    found = last_quiet(hours, zone, now)
    if found and now < found.until:
        until = speech.moment(found.until, zone, now, "card.short_time")
        line = f"{line} {speech('quiet.now', until=until)}"
    return line


async def _set(request: Request, hours: QuietHours | None) -> Card:
    chat_id, speech = request.chat.id, request.speech
    change = partial(chat_clocks.set_quiet, chat_id=chat_id, quiet=hours)
    await request.services.database.write(change)
    return (
        text_card(speech("quiet.off"), speech.language)
        if hours is None
        else _as_set(request, hours)
    )


def _as_set(request: Request, hours: QuietHours | None) -> Card:
    services, speech = request.services, request.speech
    zone, now = services.zone(request.chat), services.clock()
    if hours is None:
        return text_card(_usage(speech, "quiet.none_yet"), speech.language)
    there = speech("quiet.clock", time=time_there(zone, speech, now))
    lines = [quiet_line(hours, speech, zone, now), there, speech("quiet.what")]
    return text_card("\n\n".join(lines), speech.language)


def _usage(speech: Texts, key: str) -> str:
    return speech(
        key,
        example=isolated("/quiet 22:00-07:00"),
        days=isolated(f"/quiet 22-7 {speech('quiet.example_days')}"),
        off=isolated("/quiet off"),
    )
