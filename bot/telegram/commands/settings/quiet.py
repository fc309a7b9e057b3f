"""/quiet: the hours in which only what is critical comes."""

from __future__ import annotations

from functools import partial

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.clock import quiet_line, time_there
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.keyboards import quiet_keyboard
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.clock_words import is_off, read_quiet
from bot.telegram.typed.time_zones import weekend_of
from storage.readers import chat_clocks
from storage.readers.chat_clocks import QuietHours


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
    elif hours := read_quiet(said, weekend_of(request.zone)):
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
