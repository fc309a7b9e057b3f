"""/start, /help and /language."""

from __future__ import annotations

import logging
from dataclasses import replace

from telegram.constants import ChatType

from bot.locales import LANGUAGES, Texts, texts
from bot.messages.cards import text_card
from bot.messages.lines import levels_text
from bot.telegram import keyboards
from bot.telegram.keyboards import language_keyboard
from bot.telegram.registry import (
    About,
    Command,
    Who,
    button,
    command,
    usable,
)
from bot.telegram.request import Request, chat_of, texts_for
from storage import chats, people
from storage.chats import Chat
from storage.people import Person

log = logging.getLogger(__name__)

OTHER_NAMES = {
    "عربي": "ar",
    "عربية": "ar",
    "العربية": "ar",
    "arabic": "ar",
    "arabe": "ar",
    "english": "en",
    "انكليزي": "en",
    "إنكليزي": "en",
    "إنجليزي": "en",
    "anglais": "en",
    "french": "fr",
    "français": "fr",
    "francais": "fr",
    "فرنسي": "fr",
}


@command("start", order=10, who=Who.STRANGERS)
async def start(request: Request) -> None:
    """Register the chat, or say hello again. A deep link's payload may be an invitation."""
    private = chat_of(request.update).type == ChatType.PRIVATE
    payload = request.arguments[0] if request.arguments else ""
    if private and payload.startswith(people.PREFIX):
        person = await _invited(request, payload)
        request = replace(request, person=person or request.person)
        if person is None and not request.admitted:
            await _refuse(request, "refuse.invitation_void")
            return
    if not private and request.known is not None and not await request.may_change():
        await request.say("start.again")
        return
    if not private and request.known is None and not await request.may_admit():
        stranger = request.services.access == "invited" and request.person is None
        await _refuse(request, "refuse.group_not_admitted" if stranger else "refuse.admins_only")
        return
    if private and not request.admitted:
        await _refuse(request, "refuse.invitation_needed")
        return
    known = request.known
    if known is not None and known.title and known.signals and known.state == "active":
        await request.say("start.again")
        return
    chat = await _registered(request)
    speech = texts(chat.language)
    parts = [speech("start.welcome"), speech("start.choose")]
    if known is not None and known.state == "paused":
        chat = await request.services.resume(chat)
        parts = [speech("start.resumed"), speech("start.again")]
    await request.reply(text_card("\n\n".join(parts), speech.language))


async def _invited(request: Request, payload: str) -> Person | None:
    """Who holds an invitation is let in by it."""
    services, user = request.services, request.update.effective_user
    if user is None:
        return None
    now, name = services.clock(), user.full_name
    person = await services.database.write(
        lambda db: people.accept(db, payload, user.id, name, now)
    )
    if person is not None:
        log.info("person %s is let in as %s", person.id, person.role)
    return person


async def _refuse(request: Request, key: str) -> None:
    user = request.update.effective_user
    chat_id = chat_of(request.update).id
    log.info("refused (%s): person %s in chat %s, start", key, user.id if user else "?", chat_id)
    await request.refuse(key)


async def _registered(request: Request) -> Chat:
    services, update, known = request.services, request.update, request.known
    chat = await services.register(update)
    if known is None or known.title:
        return chat
    # An operator's chat is stored before it first writes, in the default language.
    language = texts_for(None, update).language
    await services.database.write(lambda db: chats.set_language(db, chat.id, language))
    return (await services.asking(update))[0] or chat


@command("help", order=70, who=Who.ANYONE)
async def show_help(request: Request) -> None:
    """What the person may do here, by what it is for."""
    speech = request.speech
    groups, mine = [], await usable(request)
    for about in About:
        lines = [_described(speech, each) for each in mine if each.about is about]
        if lines:
            groups.append("\n".join([speech(f"about.{about.value}"), *lines]))
    text = "\n\n".join([*groups, levels_text(speech), speech("help.trust")])
    await request.reply(text_card(text, speech.language, title=speech("help.title")))


def _described(speech: Texts, each: Command) -> str:
    return f"/{each.name} – {speech(f'commands.{each.name}')}"


@command("language", order=60, who=Who.ADMINISTRATORS)
async def language(request: Request) -> None:
    """``/language fr`` sets it; without a language, buttons to choose."""
    if not request.arguments:
        await request.say("language.choose", keyboard=language_keyboard())
    elif (wanted := _language(request.arguments[0])) is None:
        await request.say("language.unknown", keyboard=language_keyboard())
    else:
        await _set_language(request, wanted)
        await request.say("language.set", speech=texts(wanted))


@button(keyboards.LANGUAGE, who=Who.ADMINISTRATORS)
async def language_pressed(request: Request) -> None:
    wanted = _language(request.pressed.removeprefix("l:"))
    if wanted:
        await _set_language(request, wanted)
        await request.note()
        await request.redraw(text_card(texts(wanted)("language.set"), wanted), None)


async def _set_language(request: Request, wanted: str) -> None:
    chat = request.chat
    await request.services.database.write(lambda db: chats.set_language(db, chat.id, wanted))


def _language(word: str) -> str | None:
    word = word.strip().lower()
    return word if word in LANGUAGES else OTHER_NAMES.get(word)
