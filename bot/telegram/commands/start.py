"""/start, /help and /language."""

from __future__ import annotations

from telegram import Update

from bot.locales import LANGUAGES, Texts, texts
from bot.messages.cards import text_card
from bot.telegram.desk import Context, Desk, desk_of, may_change, notify, redraw, reply, say, speaks
from bot.telegram.keyboards import language_keyboard
from storage import chats
from storage.chats import Chat

COMMANDS = ("start", "subscribe", "unsubscribe", "recent", "alert", "language", "help")
OPERATOR_COMMANDS = (*COMMANDS, "status")
_OTHER_NAMES = {
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


async def start(update: Update, context: Context) -> None:
    """Register the chat, or say hello again. A deep link's payload is accepted and unused."""
    desk = desk_of(context)
    known = await desk.chat(update)
    if known is not None and known.title and known.signals and known.state == "active":
        await say(update, context, texts(known.language), texts(known.language)("start.again"))
        return
    chat = await _registered(desk, known, update)
    speech = texts(chat.language)
    parts = [speech("start.welcome"), speech("start.choose")]
    if known is not None and known.state == "paused":
        chat = await desk.resume(chat)
        parts = [speech("start.resumed"), speech("start.again")]
    await say(update, context, speech, "\n\n".join(parts))


async def _registered(desk: Desk, known: Chat | None, update: Update) -> Chat:
    chat = await desk.register(update)
    if known is None or known.title:
        return chat
    # An operator's chat is stored before its first word, in the default language.
    language = speaks(None, update).language
    await desk.database.write(lambda db: chats.set_language(db, chat.id, language))
    return await desk.chat(update) or chat


async def show_help(update: Update, context: Context) -> None:
    desk = desk_of(context)
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    operator = chat is not None and desk.is_operator(chat, update.effective_user)
    names = OPERATOR_COMMANDS if operator else COMMANDS
    lines = [_command(speech, name) for name in names]
    levels = speech(
        "help.levels",
        **{level: speech(f"level.{level}") for level in ("critical", "alert", "watch")},
    )
    text = "\n\n".join(["\n".join(lines), levels, speech("help.trust")])
    await reply(update, context, text_card(text, speech.language, title=speech("help.title")))


def _command(speech: Texts, name: str) -> str:
    return f"/{name} – {speech(f'commands.{name}')}"


async def language(update: Update, context: Context) -> None:
    """``/language fr`` sets it; without a language, buttons to choose."""
    desk = desk_of(context)
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    if chat is None:
        await say(update, context, speech, speech("refuse.unknown_chat"))
    elif not await may_change(update, context):
        await say(update, context, speech, speech("refuse.admins_only"))
    elif not context.args:
        card = text_card(speech("language.choose"), speech.language)
        await reply(update, context, card, language_keyboard())
    elif (wanted := _language(context.args[0])) is None:
        card = text_card(speech("language.unknown"), speech.language)
        await reply(update, context, card, language_keyboard())
    else:
        await desk.database.write(lambda db: chats.set_language(db, chat.id, wanted))
        await say(update, context, texts(wanted), texts(wanted)("language.set"))


async def language_pressed(update: Update, context: Context) -> None:
    desk, query = desk_of(context), update.callback_query
    if query is None:
        return
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    wanted = _language((query.data or "").removeprefix("l:"))
    if chat is None:
        await notify(query, speech("refuse.unknown_chat"))
    elif not await may_change(update, context):
        await notify(query, speech("refuse.admins_only"))
    elif wanted:
        await desk.database.write(lambda db: chats.set_language(db, chat.id, wanted))
        await notify(query)
        await redraw(query, text_card(texts(wanted)("language.set"), wanted), None)


def _language(word: str) -> str | None:
    word = word.strip().lower()
    return word if word in LANGUAGES else _OTHER_NAMES.get(word)
