"""/start, /help and /language."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import replace

from telegram.constants import ChatType

from bot.locales import LANGUAGES, Texts, texts
from bot.messages.cards.card import text_card
from bot.messages.cards.lines import levels_text
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.keyboards import language_keyboard
from bot.telegram.commands.settings.guide import first_question
from bot.telegram.registry import (
    About,
    Command,
    Who,
    button,
    command,
    usable,
)
from bot.telegram.request import Request
from bot.telegram.services import chat_of, texts_for
from bot.telegram.typed.changes import is_all
from bot.telegram.typed.command_names import command_called
from storage.readers import chats, people
from storage.readers.chats import Chat
from storage.readers.people import Person

log = logging.getLogger(__name__)

# As people write them, folded by `_folded`.
OTHER_NAMES = {
    "عربي": "ar",
    "عربيه": "ar",
    "arabic": "ar",
    "arabe": "ar",
    "english": "en",
    "eng": "en",
    "انكليزي": "en",
    "انكليزيه": "en",
    "انجليزي": "en",
    "انجليزيه": "en",
    "anglais": "en",
    "french": "fr",
    "francais": "fr",
    "fra": "fr",
    "فرنسي": "fr",
    "فرنسيه": "fr",
    "فرنساوي": "fr",
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
    await _here(request)
    asked = known is not None and any(each.chosen for each in known.topic(request.thread_id))
    if known is not None and known.title and asked and known.state == "active":
        await request.say("start.again")
        return
    chat = await _registered(request)
    speech = texts(chat.language)
    question, keyboard = first_question(speech)
    parts = [speech("start.welcome"), question]
    if known is not None and known.state == "paused":
        chat = await request.services.resume(chat)
        parts = [speech("start.resumed"), speech("start.again") if asked else question]
    await request.reply(text_card("\n\n".join(parts), speech.language), None if asked else keyboard)


async def _here(request: Request) -> None:
    """In a forum, what no subscription asks for goes to the topic that says /start."""
    chat, thread_id = request.known, request.thread_id
    if chat is not None and chat.thread_id != thread_id:
        await request.services.database.write(lambda db: chats.set_thread(db, chat.id, thread_id))


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
    asked = {command_called(each.lstrip("/")) for each in request.arguments}
    if one := [each for each in mine if each.name in asked]:  # "/help mute"
        text = "\n".join(_described(speech, each) for each in one)
        await request.reply(text_card(text, speech.language))
        return
    if not one and not is_all(request.behind):
        await request.say_unused(request.behind)
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
    elif (wanted := language_named(request.arguments[0])) is None:
        await request.say("language.unknown", keyboard=language_keyboard())
    else:
        await _set_language(request, wanted)
        await request.say("language.set", speech=texts(wanted))
        if others := request.arguments[1:]:
            await request.say_unused(" ".join(others), texts(wanted))


@button(keyboards.LANGUAGE, who=Who.ADMINISTRATORS)
async def language_pressed(request: Request) -> None:
    wanted = language_named(request.pressed.removeprefix("l:"))
    if wanted:
        await _set_language(request, wanted)
    await request.note()
    if wanted:
        await request.redraw(text_card(texts(wanted)("language.set"), wanted), None)


async def _set_language(request: Request, wanted: str) -> None:
    chat = request.chat
    await request.services.database.write(lambda db: chats.set_language(db, chat.id, wanted))


def language_named(word: str) -> str | None:
    """The language that somebody names in a word of any of the three."""
    folded = _folded(word)
    return folded if folded in LANGUAGES else OTHER_NAMES.get(folded)


def _folded(word: str) -> str:
    """Without case, accents, the Arabic article, and what keyboards write differently."""
    plain = unicodedata.normalize("NFKD", word.strip(" .،,!«»\"'").casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    plain = plain.translate(str.maketrans("أإآىة", "ااايه"))
    return plain.removeprefix("ال")
