"""/unmute: the mute of the chat, and what is muted in the topic, and their end."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import isolate_commands
from bot.locales.bidi import RTL_LANGUAGES, isolated, isolated_parts
from bot.messages.answers.asked import quoted_word
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.cards.display import Display, signal_title
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.card_buttons import until_words
from bot.telegram.commands.asking.ask import read
from bot.telegram.commands.settings.mute import ended
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.alert_ids import ids_of
from bot.telegram.typed.changes import is_all
from bot.text import clean, shorten
from storage.connection import Connection
from storage.readers import chats, mutes
from storage.readers.mutes import Mute

MOST = 12
_NAME = 60


@command("unmute", order=34, who=Who.ADMINISTRATORS)
async def unmute(request: Request) -> None:
    """Ends the chat's mute, and lists what else is muted with a button to end each; ``/unmute
    siege``: what is muted of that."""
    if not is_all(request.behind):
        await _unmute_part(request)
        return
    chat_id, topic, now = request.chat.id, request.thread_id, request.services.clock()
    if not await request.services.database.read(lambda db: mutes.of_topic(db, chat_id, topic, now)):
        await request.reply(await ended(request))
        return

    def write(db: Connection) -> tuple[bool, list[Mute]]:
        return chats.unmute(db, chat_id, now), mutes.of_topic(db, chat_id, topic, now)

    over, left = await request.services.database.write(write)
    await request.reply(*_listed(request, left, first="mute.off" if over else "mute.none"))


async def _unmute_part(request: Request) -> None:
    """Who names a siege does not mean the mute of the chat, which stays."""
    chat_id, topic, now = request.chat.id, request.thread_id, request.services.clock()
    asked = await read(request, request.behind)
    ids, _ = ids_of(request.arguments)
    places = {place for each in asked.places for place in each.ids}

    def is_meant(mute: Mute) -> bool:
        if mute.target.alert_id is not None:
            return mute.short_id.upper() in {f"A{each.removeprefix('A')}" for each in ids}
        if not (asked.signals or places) or (asked.signals and not mute.target.signal):
            return False
        of_signal = not asked.signals or mute.target.signal in asked.signals
        return of_signal and (not places or mute.target.place_id in places)

    def write(db: Connection) -> tuple[int, list[Mute]]:
        ending = [each.id for each in mutes.of_topic(db, chat_id, topic, now) if is_meant(each)]
        over = sum(mutes.end(db, chat_id, each, now) is not None for each in ending)
        return over, mutes.of_topic(db, chat_id, topic, now)

    over, left = await request.services.database.write(write)
    if over:
        await request.reply(*_listed(request, left, first="mute.part_off"))
        return
    await request.say("mute.no_such", words=quoted_word(request.speech, request.behind))
    if left:
        await request.reply(*_listed(request, left, first="mute.none"))


@button(keyboards.UNMUTE, who=Who.ADMINISTRATORS)
async def end_pressed(request: Request) -> None:
    """Ends one of the listed mutes, or all."""
    which, chat_id = request.pressed.removeprefix("x:"), request.chat.id
    topic, now = request.thread_id, request.services.clock()

    def write(db: Connection) -> tuple[int, list[Mute]]:
        standing = mutes.of_topic(db, chat_id, topic, now)
        ending = [each.id for each in standing if which in ("*", str(each.id))]
        over = sum(mutes.end(db, chat_id, mute_id, now) is not None for mute_id in ending)
        return over, mutes.of_topic(db, chat_id, topic, now)

    over, left = await request.services.database.write(write)
    key = "mute.part_off" if over else "mute.part_none"
    await request.note(request.speech(key))
    await request.redraw(*_listed(request, left, first=key))


def _listed(
    request: Request, left: Sequence[Mute], *, first: str
) -> tuple[Card, InlineKeyboardMarkup | None]:
    """What stands, and the buttons that end it; `first` is what just happened."""
    speech = request.speech
    display = request.services.display(speech.language, request.chat)
    if not left:
        return text_card(speech(first), speech.language), None
    lines = [] if first == "mute.none" else [speech(first), ""]
    lines.append(speech("mute.part_title"))
    rows = []
    for each in left[:MOST]:
        what, until = mute_words(each, display), until_words(display, each.until)
        lines.append(speech("mute.part_line", what=what, until=until))
        rows.append([InlineKeyboardButton(f"↩ {what}", callback_data=f"x:{each.id}")])
    if len(left) > MOST:
        lines.append(speech("mute.part_more", n=speech.number(len(left) - MOST)))
    if len(left) > 1:
        rows.append([InlineKeyboardButton(speech("mute.part_end_all"), callback_data="x:*")])
    return text_card("\n".join(lines), speech.language), InlineKeyboardMarkup(rows)


def mute_words(mute: Mute, display: Display, *, short_id: str = "") -> str:
    """What is muted, in words: "the story of /A12", "Siege in Aleppo", "all of Aleppo"."""
    say, target = display.say, mute.target
    if target.alert_id is not None:
        told = say("mute.of_story", id=f"/{short_id or mute.short_id}")
        return isolate_commands(told) if say.language in RTL_LANGUAGES else told
    names = target.names
    named = clean(names.get(say.language) or names.get("en") or target.place_id)
    place = isolated_parts(shorten(named, _NAME), say.language)
    if not target.signal:
        return say("mute.of_place", place=place)
    signal = isolated(signal_title(display.signals, target.signal, say.language, _NAME))
    return say("mute.of_signal", signal=signal, place=place)
