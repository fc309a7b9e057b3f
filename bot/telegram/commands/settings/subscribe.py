"""/subscribe and /unsubscribe: signals by buttons that switch them on and off."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import cast

from telegram import InlineKeyboardMarkup

from bot.alerts.decide import PUSHED
from bot.alerts.said.facts import labels
from bot.asking.question import Question
from bot.locales import Texts, texts
from bot.locales.bidi import isolated
from bot.messages.answers.asked import quoted_word, stretch_text, which_country
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.cards.display import Signals, signal_title
from bot.messages.subscription import place_name
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.keyboards import ALL, NONE, Menu, signals_keyboard
from bot.telegram.commands.asking.ask import read
from bot.telegram.commands.settings.mute import muted_line
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.changes import is_all, shuts_out_later, without_not
from bot.text import clean, shorten
from storage.connection import Connection
from storage.readers import subscriptions
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription

LONGEST = 40


@dataclass(frozen=True, slots=True)
class Switched:
    """A chat's signals after a press, and the note to show; `signal` is the one switched."""

    signals: frozenset[str]
    note: str
    signal: str | None = None


def switch(pressed: str, chosen: Set[str], offered: Set[str]) -> Switched:
    """What a press does: ":siege" chooses it, "!siege" leaves it, ALL or NONE. Notes are keys of
    the locale.

    Signals that are chosen but not offered any more stay as they are, but for NONE. A press that
    comes twice does nothing more.
    """
    if pressed == ALL:
        return Switched(frozenset(chosen | offered), "subscribe.on_all")
    if pressed == NONE:
        return Switched(frozenset(), "subscribe.off_all")
    signal = pressed[1:]
    if pressed.startswith("!"):
        return Switched(frozenset(chosen - {signal}), "subscribe.off", signal)
    if signal in offered:
        return Switched(frozenset(chosen | {signal}), "subscribe.on", signal)
    return Switched(frozenset(chosen), "subscribe.changed")


@command("subscribe", order=20, who=Who.ADMINISTRATORS)
async def subscribe(request: Request) -> None:
    """``/subscribe``: the buttons; ``/subscribe حصار، كوليرا``, ``/subscribe all``: these too;
    ``/subscribe siege in Aleppo``: of that place, where nothing was chosen before."""
    await _open(request, "s")


@command("unsubscribe", order=30, who=Who.ADMINISTRATORS)
async def unsubscribe(request: Request) -> None:
    """``/unsubscribe``: the buttons; ``/unsubscribe cholera``, ``/unsubscribe all``: not these."""
    await _open(request, "u")


async def _open(request: Request, menu: Menu) -> None:
    services = request.services
    chat = await services.register(request.update)
    if chat.state == "paused":
        chat = await services.resume(chat)
    known = chat.topic(request.thread_id)[:1]
    mine = known[0] if known else Subscription(chat.id, request.thread_id)
    if menu == "u" and not mine.chosen:
        await request.say("subscribe.nothing_to_stop")
    elif not services.menu:
        await request.say("subscribe.no_rules")
    else:
        speech, in_topic = texts(chat.language), request.in_topic
        zone, now = services.zone(chat), services.clock()
        said = ""
        if request.arguments:
            mine, said = await _named(request, mine, menu, speech)
        await request.reply(
            *menu_of(
                *(chat, mine, menu, services.menu, speech, zone, now), in_topic=in_topic, said=said
            )
        )


async def _named(
    request: Request, mine: Subscription, menu: Menu, speech: Texts
) -> tuple[Subscription, str]:
    """Choose or leave the signals that stand behind the command: the subscription then, and what
    to say."""
    text, signals, now = (
        " ".join(request.arguments),
        request.services.menu,
        request.services.clock(),
    )
    unwanted, later = without_not(text), shuts_out_later(text)
    every_but = later[1] if unwanted is None and later and is_all(later[0]) else None
    leaves = menu == "u" or unwanted is not None
    question = await read(request, every_but or unwanted or text)
    named = [each for each in question.signals if each in signals]
    if named and every_but:
        named = [each for each in signals if each not in named]
    gazetteer = await asyncio.to_thread(request.services.gazetteer)
    known = [each for each in question.places if each.id in gazetteer.places and not leaves]
    places = {each.id: labels(gazetteer, gazetteer.places[each.id]) for each in known}
    sign = "!" if leaves else ":"
    pressed = [f"{sign}{each}" for each in named]
    if is_all(text):
        named, pressed = [], [NONE if leaves else ALL]
    elif every_but and not leaves:
        pressed += [f"!{each}" for each in signals if each not in named]
    if not pressed:
        words = quoted_word(speech, shorten(clean(text), LONGEST))
        return mine, speech("subscribe.unknown", words=words)

    def write(db: Connection) -> Subscription:
        stored = subscriptions.first_of(db, mine.chat_id, request.thread_id, now)
        chosen = stored.signals | (signals.keys() if stored.everything else frozenset())
        for each in pressed:
            chosen = switch(each, chosen, signals.keys()).signals
        after = replace(stored, signals=frozenset(chosen), everything=False)
        if not stored.chosen and not stored.places:
            after = replace(after, places=places)
        subscriptions.save(db, after)
        return after

    after = await request.services.database.write(write)
    comma = speech("card.comma")
    if named:
        titles = [signal_title(signals, each, speech.language) for each in named]
        said = speech(f"subscribe.{'off' if leaves else 'on'}", signal=comma.join(titles))
    else:
        said = speech(f"subscribe.{'off_all' if leaves else 'on_all'}")
    if left := _left_out(question, speech):
        said = f"{said}\n{speech('subscribe.left_out', words=comma.join(left))}"
    said = "\n".join([said, *which_country(question, speech)])
    if not places:
        return after, said
    names = comma.join(isolated(place_name(each, speech)) for each in places.values())
    of_places = "subscribe.of" if places.keys() <= after.places.keys() else "subscribe.not_of"
    return after, f"{said}\n{speech(of_places, places=names)}"


def _left_out(question: Question, speech: Texts) -> list[str]:
    """What was asked for with the signals, and is no part of the choice of signals."""
    return [
        *(quoted_word(speech, each.lstrip("-")) for each in question.words),
        *(speech(f"level.{each}") for each in question.levels),
        *(speech(f"direction.{each}") for each in question.directions),
        *([stretch_text(question.stretch, speech)] if question.stretch else []),
    ]


def menu_of(
    chat: Chat,
    mine: Subscription,
    menu: Menu,
    signals: Signals,
    speech: Texts,
    zone: tzinfo,
    now: datetime,
    *,
    in_topic: bool = False,
    said: str = "",
) -> tuple[Card, InlineKeyboardMarkup]:
    """The message with the buttons, as things stand; `said` is what was changed before."""
    chosen = {each for each in signals if each in mine.chosen}
    parts = [
        *([said] if said else []),
        speech("subscribe.title" if menu == "s" else "subscribe.title_off"),
        speech.plural("subscribe.count", len(chosen)),
    ]
    if in_topic:
        parts.append(speech("subscribe.topic"))
    if mine.paused:
        parts.append(speech("mine.paused"))
    parts += muted_line(chat, speech, zone, now)
    card = text_card("\n\n".join(parts), speech.language)
    return card, signals_keyboard(signals, chosen, menu, speech)


@button(keyboards.SWITCH, who=Who.ADMINISTRATORS)
async def pressed(request: Request) -> None:
    """A button of the menu."""
    services, speech, chat = request.services, request.speech, request.chat
    menu, what = cast(Menu, request.pressed[0]), request.pressed[1:]
    signals, now = services.menu, services.clock()

    def write(db: Connection) -> tuple[Subscription, Switched]:
        # Read and changed in one transaction: two administrators may press at once.
        stored = subscriptions.first_of(db, chat.id, request.thread_id, now)
        chosen = stored.signals | (signals.keys() if stored.everything else frozenset())
        switched = switch(what, chosen, signals.keys())
        after = replace(stored, signals=switched.signals, everything=False)
        subscriptions.save(db, after)
        return after, switched

    after, switched = await services.database.write(write)
    title = signal_title(signals, switched.signal or "", speech.language)
    chosen = signals.get(switched.signal or "")
    note = switched.note
    if note == "subscribe.on" and chosen is not None and chosen.level not in PUSHED:
        note = "subscribe.on_digest"
    await request.note(speech(note, signal=title))
    zone, in_topic = services.zone(chat), request.in_topic
    await request.redraw(*menu_of(chat, after, menu, signals, speech, zone, now, in_topic=in_topic))
