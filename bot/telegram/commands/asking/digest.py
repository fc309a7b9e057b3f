"""/digest: when a chat hears of what was not sent at once."""

from __future__ import annotations

from functools import partial

from bot.asking.durations import plain_words
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.clock import digest_lines, time_there
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.keyboards import digest_keyboard
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.clock_words import ON, is_now, is_off, read_time, read_weekly
from storage.connection import Connection
from storage.readers import chat_clocks
from storage.readers.chat_clocks import USUAL_DIGEST, ChatClock
from storage.sending import digest_turns

MONDAY = 0


@command("digest", order=37, who=Who.ADMINISTRATORS)
async def digest(request: Request) -> None:
    """``/digest 08:00``, ``/digest off``, ``/digest now``, ``/digest weekly friday``; alone: how it
    is set."""
    speech, said = request.speech, " ".join(request.arguments)
    weekly, minute = read_weekly(said), read_time(said)
    if not said:
        pass
    elif is_now(said):
        await request.reply(await _now(request))
        return
    elif is_off(said):
        await _set_daily(request, None)
    elif plain_words(said) in ON:
        await _set_daily(request, USUAL_DIGEST)
    elif weekly is not None:
        await _set_weekly(request, weekly.day)
    elif minute is not None:
        await _set_daily(request, minute)
    else:
        await request.reply(text_card(_usage(request), speech.language), digest_keyboard(speech))
        return
    await request.reply(await _as_set(request), digest_keyboard(speech))


@button(keyboards.DIGEST, who=Who.ADMINISTRATORS)
async def digest_pressed(request: Request) -> None:
    """A usual hour, none, now, or the weekly summary on and off."""
    what = request.pressed.removeprefix("d:")
    if what == keyboards.NOW:
        await request.note()
        await request.reply(await _now(request))
        return
    if what == keyboards.OFF:
        await _set_daily(request, None)
    elif what == keyboards.WEEKLY:
        await _turn_weekly(request)
    elif what in map(str, keyboards.DIGEST_MINUTES):
        await _set_daily(request, int(what))
    await request.note()
    await request.redraw(await _as_set(request), digest_keyboard(request.speech))


async def _set_daily(request: Request, minute: int | None) -> None:
    change = partial(chat_clocks.set_digest, chat_id=request.chat.id, minute=minute)
    await request.services.database.write(change)


async def _set_weekly(request: Request, day: int | None) -> None:
    chat_id, now = request.chat.id, request.services.clock()
    change = partial(chat_clocks.set_weekly, chat_id=chat_id, day=day, now=now)
    await request.services.database.write(change)


async def _turn_weekly(request: Request) -> None:
    """On, on Mondays, where it was off."""
    chat_id, now = request.chat.id, request.services.clock()

    def write(db: Connection) -> None:
        off = chat_clocks.get(db, chat_id).weekly_day is None
        chat_clocks.set_weekly(db, chat_id, MONDAY if off else None, now)

    await request.services.database.write(write)


async def _now(request: Request) -> Card:
    """Make the next digest due; it comes as the digest does, so it is told once."""
    chat, speech, now = request.chat, request.speech, request.services.clock()
    hasten = partial(digest_turns.hasten, chat_id=chat.id, stream="daily", now=now)
    if not chat.chosen:
        key = "digest.no_signals"
    elif not await request.services.database.write(hasten):
        key = "digest.is_off"
    else:
        key = "digest.held" if chat.is_held(now) else "digest.comes"
    return text_card(speech(key), speech.language)


async def _as_set(request: Request) -> Card:
    services, speech, chat = request.services, request.speech, request.chat
    clock: ChatClock = await services.database.read(lambda db: chat_clocks.get(db, chat.id))
    there = time_there(services.zone(chat), speech, services.clock())
    parts = [
        "\n".join(digest_lines(clock, speech)),
        speech("digest.clock", time=there),
        speech("digest.what", level=speech("level.watch")),
        _usage(request),
    ]
    return text_card("\n\n".join(parts), speech.language)


def _usage(request: Request) -> str:
    speech = request.speech
    weekly = isolated(f"/digest {speech('digest.example_weekly')}")
    return speech(
        "digest.usage",
        hour=isolated("/digest 08:00"),
        now=isolated("/digest now"),
        off=isolated("/digest off"),
        weekly=weekly,
    )
