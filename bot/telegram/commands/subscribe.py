"""/subscribe and /unsubscribe: signals by buttons that switch them on and off."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import cast

from telegram import InlineKeyboardMarkup, Update

from bot.locales import Texts, texts
from bot.messages.blocks import Card
from bot.messages.cards import Signals, signal_title, text_card
from bot.telegram.desk import (
    Context,
    desk_of,
    may_change,
    notify,
    redraw,
    reply,
    say,
    speaks,
    thread_of,
)
from bot.telegram.keyboards import ALL, NONE, Menu, signals_keyboard
from storage import chats
from storage.chats import Chat
from storage.database import Connection


@dataclass(frozen=True, slots=True)
class Switched:
    """A chat's signals after a press, and the note to show; `signal` is the one switched."""

    signals: frozenset[str]
    note: str
    signal: str | None = None


def switch(pressed: str, chosen: Set[str], offered: Set[str]) -> Switched:
    """What a press does: a signal's id, ALL or NONE. Notes are keys of the locale.

    Signals that are chosen but not offered any more stay as they are, but for NONE.
    """
    if pressed == ALL:
        return Switched(frozenset(chosen | offered), "subscribe.on_all")
    if pressed == NONE:
        return Switched(frozenset(), "subscribe.off_all")
    if pressed in chosen:
        return Switched(frozenset(chosen - {pressed}), "subscribe.off", pressed)
    if pressed in offered:
        return Switched(frozenset(chosen | {pressed}), "subscribe.on", pressed)
    return Switched(frozenset(chosen), "subscribe.changed")


async def subscribe(update: Update, context: Context) -> None:
    await _open(update, context, "s")


async def unsubscribe(update: Update, context: Context) -> None:
    await _open(update, context, "u")


async def _open(update: Update, context: Context, menu: Menu) -> None:
    desk = desk_of(context)
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    if chat is None:
        await say(update, context, speech, speech("refuse.unknown_chat"))
        return
    if not await may_change(update, context):
        await say(update, context, speech, speech("refuse.admins_only"))
        return
    # Alerts go to the topic in which an administrator last asked for them.
    chat = await desk.register(update)
    if chat.state == "paused":
        chat = await desk.resume(chat)
    if menu == "u" and not chat.signals:
        await say(update, context, speech, speech("subscribe.nothing_to_stop"))
    elif not desk.menu:
        await say(update, context, speech, speech("subscribe.no_rules"))
    else:
        in_topic = thread_of(update) is not None
        card, keyboard = menu_of(chat, menu, desk.menu, texts(chat.language), in_topic=in_topic)
        await reply(update, context, card, keyboard)


def menu_of(
    chat: Chat, menu: Menu, signals: Signals, speech: Texts, *, in_topic: bool = False
) -> tuple[Card, InlineKeyboardMarkup]:
    """The message with the buttons, as things stand."""
    chosen = len(chat.signals & signals.keys())
    parts = [
        speech("subscribe.title" if menu == "s" else "subscribe.title_off"),
        speech.plural("subscribe.count", chosen),
    ]
    if in_topic:
        parts.append(speech("subscribe.topic"))
    card = text_card("\n\n".join(parts), speech.language)
    return card, signals_keyboard(signals, chat.signals, menu, speech)


async def pressed(update: Update, context: Context) -> None:
    """A button of the menu."""
    desk, query = desk_of(context), update.callback_query
    if query is None or not query.data:
        return
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    if chat is None:
        await notify(query, speech("refuse.unknown_chat"))
        return
    if not await may_change(update, context):
        await notify(query, speech("refuse.admins_only"))
        return
    menu, what = cast(Menu, query.data[0]), query.data[1:].removeprefix(":")
    signals, now, chat_id = desk.menu, desk.clock(), chat.id

    def write(db: Connection) -> tuple[Chat | None, Switched]:
        # Read and changed in one transaction: two administrators may press at once.
        stored = chats.get(db, chat_id)
        switched = switch(what, stored.signals if stored else frozenset(), signals.keys())
        if stored:
            chats.set_signals(db, chat_id, switched.signals, now)
        return chats.get(db, chat_id), switched

    after, switched = await desk.database.write(write)
    title = signal_title(signals, switched.signal or "", speech.language)
    await notify(query, speech(switched.note, signal=title))
    if after is not None:
        in_topic = thread_of(update) is not None
        await redraw(query, *menu_of(after, menu, signals, speech, in_topic=in_topic))
