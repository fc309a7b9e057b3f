"""/mine: a topic's subscriptions, and buttons that change them.

What was asked in words is known by the message that is answered: its mark and the number of the
subscription stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import ForceReply, InlineKeyboardMarkup

from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.clock import clock_lines
from bot.messages.subscription import described
from bot.telegram.buttons import subscription_keyboards as keyboards
from bot.telegram.buttons.choices import changed, is_new
from bot.telegram.commands.settings.mute import muted_line
from bot.telegram.commands.settings.words import store_words
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.place_names import offered_places, places_asked
from storage.connection import Connection
from storage.readers import chat_clocks, subscriptions
from storage.readers.subscriptions import Subscription

MOST = 10
"""Subscriptions of one topic."""
# The last line of a question: "✍ №12".
_ASKED = re.compile(r"([✍📍])\ufe0f? №(\d{1,15})\s*\Z")
_SCREENS = {
    **dict.fromkeys(("signals", "on", "off", "all", "usual", "none"), "signals"),
    **dict.fromkeys(("places", "in", "out", "everywhere"), "places"),
    **dict.fromkeys(("levels", "level"), "levels"),
    **dict.fromkeys(("deliveries", "delivery"), "deliveries"),
    **dict.fromkeys(("words", "no_words"), "words"),
    "remove": "remove",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a message of the bot asked for in words, and of which subscription."""

    about: str
    subscription: int


def question_in(text: str) -> Question | None:
    """The question that a message of the bot is."""
    found = _ASKED.search(text)
    if found is None:
        return None
    return Question("words" if found[1] == "✍" else "places", int(found[2]))


@command("mine", order=22, who=Who.ADMINISTRATORS, bare=True)
async def mine(request: Request) -> None:
    services = request.services
    chat = await services.register(request.update)
    if chat.state == "paused":
        await services.resume(chat)
    await request.reply(*await _list(request))


@button(keyboards.EDIT, who=Who.ADMINISTRATORS)
async def pressed(request: Request) -> None:
    """A button of the list, or of one subscription."""
    said, action, value = [*request.pressed[2:].split(":", 2), "", ""][:3]
    number = int(said) if said.isdecimal() and len(said) < 16 else 0
    if action == "list":
        await request.note()
        await request.redraw(*await _list(request))
        return
    if action == "add":
        await request.note()
        await request.redraw(*await _opened(request, await _added(request), "signals"))
        return
    if action in ("ask_words", "ask_places"):
        await _ask(request, number, action)
        return
    if action == "removed":
        await _remove(request, number)
        return
    after = await _change(request, number, action, value)
    if after is None:
        await request.note(request.speech("mine.gone"))
        await request.redraw(*await _list(request))
        return
    await request.note()
    await request.redraw(*await _opened(request, after, _SCREENS.get(action, "")))


async def answered(request: Request, question: Question, said: str) -> None:
    """What somebody wrote in answer to a question."""
    speech, services = request.speech, request.services
    stored = await _mine(request, question.subscription)
    if stored is None:
        await request.say("mine.gone")
    elif question.about == "words":
        await store_words(request, stored, said)
    else:
        asked = await places_asked(services, said, speech)
        if not asked.any:
            await request.reply(text_card(asked.unknown or speech("places.usage"), speech.language))
            return
        after = replace(stored, places=asked.chosen)
        await services.database.write(lambda db: subscriptions.save(db, after))
        card, keyboard = await _opened(request, after, "")
        if asked.unknown:
            await request.reply(text_card(asked.unknown, speech.language))
        await request.reply(card, keyboard)


async def _mine(request: Request, number: int) -> Subscription | None:
    """The chat's own subscription of that number."""
    stored = await request.services.database.read(lambda db: subscriptions.get(db, number))
    return stored if stored is not None and stored.chat_id == request.chat.id else None


async def _change(request: Request, number: int, action: str, value: str) -> Subscription | None:
    services, chat_id = request.services, request.chat.id
    places = await offered_places(services, value) if action == "in" else {}
    levels = {name: signal.level for name, signal in services.menu.items()}

    def write(db: Connection) -> Subscription | None:
        # Read and changed in one transaction: two administrators may press at once.
        stored = subscriptions.get(db, number)
        if stored is None or stored.chat_id != chat_id:
            return None
        after = changed(stored, action, value, levels, places)
        if after != stored:
            subscriptions.save(db, after)
        return after

    return await services.database.write(write)


async def _added(request: Request) -> Subscription:
    """A new subscription; the one that is still empty, if there is one: a press may come twice."""
    chat_id, thread_id, now = request.chat.id, request.thread_id, request.services.clock()

    def write(db: Connection) -> Subscription:
        known = subscriptions.of_topic(db, chat_id, thread_id)
        empty = [each for each in known if is_new(each)]
        if empty or len(known) >= MOST:
            return (empty or known)[-1]
        return subscriptions.add(db, Subscription(chat_id, thread_id), now)

    return await request.services.database.write(write)


async def _remove(request: Request, number: int) -> None:
    if await _mine(request, number) is not None:
        await request.services.database.write(lambda db: subscriptions.remove(db, number))
    await request.note(request.speech("mine.removed"))
    await request.redraw(*await _list(request))


async def _ask(request: Request, number: int, action: str) -> None:
    """A question that is answered by a reply to it."""
    speech = request.speech
    if await _mine(request, number) is None:
        await request.note(speech("mine.gone"))
        await request.redraw(*await _list(request))
        return
    await request.note()
    mark = "✍" if action == "ask_words" else "📍"
    text = f"{speech(f'mine.{action}')}\n\n{mark} №{number}"
    placeholder = speech(f"mine.{action}_example")
    await request.reply(
        text_card(text, speech.language), ForceReply(input_field_placeholder=placeholder)
    )


async def _list(request: Request) -> tuple[Card, InlineKeyboardMarkup]:
    """The topic's subscriptions, as they are now."""
    services, speech, chat = request.services, request.speech, request.chat
    found, clock = await services.database.read(
        lambda db: (
            subscriptions.of_topic(db, chat.id, request.thread_id),
            chat_clocks.get(db, chat.id),
        )
    )
    zone, now = services.zone(chat), services.clock()
    signals = services.menu
    parts = []
    for number, each in enumerate(found, 1):
        lines = described(each, signals, speech)
        parts.append("\n".join([speech("mine.number", n=speech.number(number)), *lines]))
    parts = parts or [speech("mine.none")]
    parts += muted_line(chat, speech, zone, now)
    parts.append("\n".join(clock_lines(clock, zone, speech, now)))
    title = speech("mine.title_topic" if request.in_topic else "mine.title")
    card = text_card("\n\n".join(parts), speech.language, title=title)
    return card, keyboards.list_keyboard(found, signals, speech, more=len(found) < MOST)


async def _opened(
    request: Request, one: Subscription, screen: str
) -> tuple[Card, InlineKeyboardMarkup]:
    """One subscription with the buttons of a screen; "" shows what can be changed."""
    services, speech = request.services, request.speech
    signals = services.menu
    keyboard = keyboards.subscription_keyboard(one, speech)
    lines: Sequence[str] = described(one, signals, speech)
    match screen:
        case "signals":
            keyboard = keyboards.chosen_signals_keyboard(one, signals, speech)
            lines = [speech("mine.signals_how"), speech("mine.usual_how")]
        case "places":
            offered = await offered_places(services)
            keyboard = keyboards.chosen_places_keyboard(one, offered, speech)
            lines = [speech("mine.places_how")]
        case "levels":
            keyboard = keyboards.levels_keyboard(one, speech)
            lines = [speech("mine.levels_how"), *_meanings(request)]
        case "deliveries":
            keyboard = keyboards.deliveries_keyboard(one, speech)
            lines = [speech("mine.deliveries_how")]
        case "words":
            writes = (speech("mine.button.ask_words"), "ask_words")
            more = [(speech("mine.button.no_words"), "no_words")]
            keyboard = keyboards.back_keyboard(
                one, speech, writes, *(more if one.include or one.exclude else [])
            )
            lines = [*lines, "", speech("mine.words_how")]
        case "remove":
            sure = (speech("mine.button.sure"), "removed")
            keyboard = keyboards.back_keyboard(one, speech, sure)
            lines = [*lines, "", speech("mine.remove_sure")]
    return text_card("\n".join(lines), speech.language), keyboard


def _meanings(request: Request) -> list[str]:
    """What each level means."""
    return [f"• {request.speech(f'mine.means.{each}')}" for each in keyboards.LEVELS]
