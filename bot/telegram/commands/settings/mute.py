"""/mute: the whole chat is quiet for a while, except what is critical."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from bot.asking.durations import read_duration
from bot.locales import Texts
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.keyboards import mute_keyboard
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.clock_words import is_off, read_until
from bot.wall_time import moment_of, next_time
from storage.connection import Connection
from storage.readers import chats
from storage.readers.chats import Chat

USUAL = timedelta(hours=8)
_MOMENT = timedelta(microseconds=1)
LEAST, MOST = timedelta(minutes=15), timedelta(days=7)


@command("mute", order=32, who=Who.ADMINISTRATORS)
async def mute(request: Request) -> None:
    """``/mute 2h``: for so long; ``/mute until 7``: until then; without either for eight hours;
    ``/mute off``."""
    speech, said = request.speech, " ".join(request.arguments)
    if is_off(said):
        await request.say("mute.off" if await _end(request) else "mute.none")
        return
    least, length = LEAST, read_duration(said) if said else USUAL
    if length is None:
        # Who says until when may have it in a minute.
        least, length = timedelta(0), _until(request, said)
    if length is None or not least <= length <= MOST:
        await request.reply(text_card(_usage(speech), speech.language), mute_keyboard(speech))
        return
    await request.reply(await _muted(request, length), mute_keyboard(speech))


def says_how_long(said: str) -> bool:
    """Whether it is a length of time, or an end."""
    return read_duration(said) is not None or read_until(said) is not None


def _until(request: Request, said: str) -> timedelta | None:
    """How long it is until then by the chat's clock."""
    until = read_until(said)
    if until is None:
        return None
    now, zone = request.services.clock(), request.zone
    after = now
    if until.tomorrow:
        after = moment_of(zone, now.astimezone(zone).date() + timedelta(days=1), 0) - _MOMENT
    return next_time(until.minute, zone, after, until.day) - now


@button(keyboards.MUTE, who=Who.ADMINISTRATORS)
async def mute_pressed(request: Request) -> None:
    """A length of time, or the end."""
    speech, minutes = request.speech, request.pressed.removeprefix("m:")
    if minutes == "0":
        card = await ended(request)
    elif minutes in map(str, keyboards.MUTE_MINUTES):
        card = await _muted(request, timedelta(minutes=int(minutes)))
    else:
        await request.note()
        return
    await request.note()
    await request.redraw(card, mute_keyboard(speech))


def muted_line(chat: Chat, speech: Texts, zone: tzinfo, now: datetime) -> list[str]:
    """Until when the chat is muted; [] when it is not."""
    if chat.muted_until is None or not chat.is_muted(now):
        return []
    return [speech("mute.line", until=_when(chat.muted_until, speech, zone, now))]


async def _muted(request: Request, length: timedelta) -> Card:
    services, speech, chat_id = request.services, request.speech, request.chat.id
    now = services.clock()
    until = now + length
    await services.database.write(lambda db: chats.mute(db, chat_id, until, now))
    when = _when(until, speech, services.zone(request.chat), now)
    return text_card(speech("mute.on", until=when), speech.language)


async def ended(request: Request) -> Card:
    services, speech, quiet_until = request.services, request.speech, request.chat.quiet_until
    now = services.clock()
    if not await _end(request):
        return text_card(speech("mute.none"), speech.language)
    if quiet_until is not None and quiet_until > now:
        until = _when(quiet_until, speech, services.zone(request.chat), now)
        return text_card(speech("mute.off_quiet", until=until), speech.language)
    return text_card(speech("mute.off"), speech.language)


async def _end(request: Request) -> bool:
    chat_id, now = request.chat.id, request.services.clock()

    def write(db: Connection) -> bool:
        return chats.unmute(db, chat_id, now)

    return await request.services.database.write(write)


def _when(until: datetime, speech: Texts, zone: tzinfo, now: datetime) -> str:
    """The hour, with its day when that is not today."""
    today = until.astimezone(zone).date() == now.astimezone(zone).date()
    return speech.moment(until, zone, now, "card.today" if today else "card.time")


def _usage(speech: Texts) -> str:
    return speech(
        "mute.usage",
        example=speech("mute.example"),
        least=speech.duration(LEAST),
        most=speech.duration(MOST),
        usual=speech.duration(USUAL),
    )
