"""The first questions after /start: language, places, signals, level, delivery.

Nothing of them is remembered: each answer is stored in the topic's first subscription at once, and
each button says which question it answers. Who leaves off on the way keeps what was answered.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from telegram import InlineKeyboardMarkup

from bot.locales import LANGUAGES, Texts, texts
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.subscription import described
from bot.telegram.buttons import subscription_keyboards as keyboards
from bot.telegram.buttons.choices import changed
from bot.telegram.registry import Who, button
from bot.telegram.request import Request
from bot.telegram.typed.place_names import offered_places, places_asked
from storage.connection import Connection
from storage.readers import chats, subscriptions
from storage.readers.subscriptions import Subscription

# A name of a place that is written later than this after /start is a question.
ANSWERED_WITHIN = timedelta(minutes=30)
STEPS = ("language", "places", "signals", "level", "delivery", "done")
PLACES_ASKED = "g:places:"
"""How the data of the buttons under the question for places begins."""


def first_question(speech: Texts) -> tuple[str, InlineKeyboardMarkup]:
    """The words and the buttons of the first question."""
    return speech("guide.language"), keyboards.ask_language()


@button(keyboards.GUIDE, who=Who.ADMINISTRATORS)
async def pressed(request: Request) -> None:
    """An answer by a button, and the next question in its place."""
    step, value = [*request.pressed[2:].split(":", 1), ""][:2]
    after = await _answer(request, step, value)
    await request.note()
    speech = request.speech
    if step == "language" and value in LANGUAGES:
        speech = texts(value)
    following = _following(step, value)
    await request.redraw(*await _question(request, after, following, speech))


async def typed_places(request: Request, said: str) -> bool:
    """Names of places, written while they were asked for; False when there is none in it."""
    asked = await places_asked(request.services, said, request.speech)
    if not asked.any:
        return False
    chat_id, thread_id, now = request.chat.id, request.thread_id, request.services.clock()

    def write(db: Connection) -> Subscription:
        mine = replace(subscriptions.first_of(db, chat_id, thread_id, now), places=asked.chosen)
        subscriptions.save(db, mine)
        return mine

    mine = await request.services.database.write(write)
    if asked.unknown:
        await request.reply(text_card(asked.unknown, request.speech.language))
    await request.reply(*await _question(request, mine, "signals", request.speech))
    return True


def is_open(request: Request) -> bool:
    """Whether the first questions of this topic were asked lately and are not answered yet."""
    lately = request.services.clock() - request.chat.created_at < ANSWERED_WITHIN
    return lately and not any(each.chosen for each in request.chat.topic(request.thread_id))


def _following(step: str, value: str) -> str:
    if step in ("on", "off") or (step == "signals" and value == "choose"):
        return "which"
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)] if step in STEPS else "language"


async def _answer(request: Request, step: str, value: str) -> Subscription:
    services, chat_id, thread_id = request.services, request.chat.id, request.thread_id
    now = services.clock()
    levels = {name: signal.level for name, signal in services.menu.items()}
    places = await offered_places(services, value) if step == "places" else {}
    action = step
    if step == "places":
        action = "everywhere" if value == "*" else "in"
    elif step == "signals":
        action = {"everything": "all", "usual": "usual"}.get(value, "")

    def write(db: Connection) -> Subscription:
        if step == "language" and value in LANGUAGES:
            chats.set_language(db, chat_id, value)
        stored = subscriptions.first_of(db, chat_id, thread_id, now)
        if action == "in":  # one country: the last that was pressed
            stored = replace(stored, places={})
        after = changed(stored, action, value, levels, places)
        subscriptions.save(db, after)
        return after

    return await services.database.write(write)


async def _question(
    request: Request, mine: Subscription, step: str, speech: Texts
) -> tuple[Card, InlineKeyboardMarkup | None]:
    services = request.services
    keyboard: InlineKeyboardMarkup | None = None
    match step:
        case "places":
            keyboard = keyboards.ask_places(await offered_places(services), speech)
        case "signals":
            keyboard = keyboards.ask_signals(speech)
        case "which":
            keyboard = keyboards.ask_which(mine, services.menu, speech)
        case "level":
            keyboard = keyboards.ask_level(speech)
        case "delivery":
            keyboard = keyboards.ask_delivery(speech)
        case "done":
            key = "guide.nothing" if not mine.chosen else f"guide.comes.{mine.delivery}"
            lines = described(mine, services.menu, speech)
            text = "\n\n".join([speech(key), "\n".join(lines), speech("guide.change")])
            return text_card(text, speech.language), None
        case _:
            words, keyboard = first_question(speech)
            return text_card(words, speech.language), keyboard
    words = speech("guide.which_level") if step == "level" else speech(f"guide.{step}")
    return text_card(words, speech.language), keyboard
