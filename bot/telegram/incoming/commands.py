"""Messages that begin with a slash: one command or several, also misspelt or in other words."""

from __future__ import annotations

import asyncio

from telegram import Update
from telegram.constants import ChatType

from bot.locales import isolate_commands
from bot.locales.bidi import RTL_LANGUAGES
from bot.telegram.registry import Who, all_commands, handler_of, usable
from bot.telegram.request import Request
from bot.telegram.services import Context
from bot.telegram.typed.command_names import MOST, Typed, meant, read_commands


async def commands(update: Update, context: Context) -> None:
    """Answer each command of the message in turn.

    In groups only those that are written as commands are, or that name this bot: others are for
    other bots. A forwarded message is an example, and no more than one command of it is meant.
    """
    message = update.effective_message
    if message is None or not message.text:
        return
    known = {each.name: each for each in all_commands()}
    private, own = message.chat.type == ChatType.PRIVATE, context.bot.username.lower()
    said = read_commands(message.text, tuple(known)) or [Typed("", "", "", exact=False)]
    found = [
        each
        for each in said
        if (each.to.lower() == own if each.to else private or (each.exact and each.name))
    ]
    if message.forward_origin is not None:
        found = found[:1]
    for each in found[:MOST]:
        if each.name:
            one = known[each.name]
            await handler_of(one.answer, one.who, private=one.private)(update, context, each.rest)
        else:
            await handler_of(unknown_command, Who.STRANGERS)(update, context, each.said)
    if len(found) > MOST:
        await handler_of(_too_many, Who.ANYONE)(update, context)


async def unknown_command(request: Request) -> None:
    """With the commands that were perhaps meant, of those that the person may use."""
    speech, like = request.speech, list[str]()
    if request.admitted and request.behind:
        names = [each.name for each in await usable(request)]
        like = await asyncio.to_thread(meant, request.behind[:40], names)
    if not like:
        await request.say("refuse.unknown_command")
        return
    listed = speech("typed.or").join(f"/{each}" for each in like)
    if speech.language in RTL_LANGUAGES:
        listed = isolate_commands(listed)
    await request.say("typed.perhaps", commands=listed)


async def _too_many(request: Request) -> None:
    await request.say("typed.too_many", most=request.speech.number(MOST))
