"""The buttons under a card: mute its story, its signal there or its place; useful, false alarm.

All that a press needs is in its data and the database: a restart between two presses, a card that
was edited meanwhile, a second press of the same button change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from telegram import InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.alerts.routing.mutes import concerning, finest
from bot.delivery.showing import as_seen, reactions_of
from bot.messages.cards.evidence import evidence_for
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.card_buttons import (
    CardButtons,
    Row,
    Scope,
    card_buttons,
    read_scope,
    refuses_links,
    scope_of,
    until_words,
    without_links,
)
from bot.telegram.commands.settings.mute_part import mute_words
from bot.telegram.registry import Who, button
from bot.telegram.request import Request
from bot.telegram.services import thread_of
from bot.text import clean, shorten
from storage import alerts
from storage.alerts import Alert, AlertSignal
from storage.connection import Connection
from storage.readers import feedback, mutes
from storage.readers.mutes import Mute, Target
from storage.sending import acknowledgements, outbox

_NAME = 40


@dataclass(frozen=True, slots=True)
class Pressed:
    """The card of the asking chat: its alert as the chat sees it, what of it is muted, and its
    buttons as they stand."""

    alert: Alert
    muted: tuple[Mute, ...]
    buttons: CardButtons


async def pressed_card(request: Request, wanted: str) -> Pressed | None:
    """None for an alert that is not there, or is not for this chat."""
    display = request.services.display(request.speech.language, request.chat)
    topic = thread_of(request.update)
    chat, query = request.chat, request.update.callback_query
    message_id = query.message.message_id if query and query.message else None

    def read(db: Connection) -> Pressed | None:
        alert = alerts.get_by_short_id(db, clean(wanted)[:20])
        if alert is None or (alert.audience == "operators" and chat.role != "operator"):
            return None
        rows = outbox.for_chat(db, chat.id, alert.id)
        level = next((row.level for row in rows if row.message_id == message_id), "")
        seen = as_seen(db, alert, chat, topic)
        buttons = card_buttons(
            *(seen, chat, display, reactions_of(db, alert, chat, topic, display.now)),
            acknowledgements.get(db, alert.id, chat.id),
            critical=message_id is not None and level == "critical",
        )
        muted = concerning(mutes.of_topic(db, chat.id, topic, display.now), seen)
        return Pressed(seen, tuple(muted), buttons)

    return await request.services.database.read(read)


async def redraw_buttons(request: Request, keyboard: InlineKeyboardMarkup) -> None:
    """The buttons under the pressed card, without those that Telegram refuses."""
    try:
        await request.redraw_keyboard(keyboard)
    except BadRequest as error:
        if not refuses_links(error.message):
            raise
        await request.redraw_keyboard(without_links(keyboard))


@button(keyboards.MUTE_PART, who=Who.ADMINISTRATORS)
async def mute_pressed(request: Request) -> None:
    """Opens what can be muted, then for how long, then mutes; or ends it."""
    _, wanted, *chosen = request.pressed.split(":")
    card = await pressed_card(request, wanted)
    if card is None:
        await request.note(request.speech("alert.unknown", id=clean(wanted)[:20] or "?"))
        return
    scope = read_scope(chosen[0]) if chosen else None
    if scope is None or (scope != "s" and not card.alert.places):
        row: Row | None = None
        if not chosen and card.muted:
            row = card.buttons.ends(card.muted)
        elif not chosen:
            row = card.buttons.scopes() if card.alert.places else card.buttons.lengths("s")
        await request.note()
        await redraw_buttons(request, card.buttons.keyboard(row))
    elif len(chosen) == 1:
        await request.note()
        await redraw_buttons(request, card.buttons.keyboard(card.buttons.lengths(scope)))
    elif chosen[1] == "0":
        await _end(request, card, scope)
    elif chosen[1] in map(str, keyboards.PART_MINUTES):
        await _mute(request, card, scope, timedelta(minutes=int(chosen[1])))
    else:
        await request.note()


async def _mute(request: Request, card: Pressed, scope: Scope, length: timedelta) -> None:
    services, speech, chat_id = request.services, request.speech, request.chat.id
    user, now = request.update.effective_user, services.clock()
    until, target = now + length, target_of(card.alert, scope)
    by = user.id if user else None
    topic = request.thread_id
    mute = await services.database.write(
        lambda db: mutes.put(db, chat_id, target, by, until, now, thread_id=topic)
    )
    display = services.display(speech.language, request.chat)
    what = mute_words(mute, display, short_id=card.alert.short_id)
    told = speech("mute.part_on", what=what, until=until_words(display, until))
    await request.note(told)
    after = await pressed_card(request, card.alert.short_id)
    if after is not None:
        await redraw_buttons(request, after.buttons.keyboard(after.buttons.ends(after.muted)))


async def _end(request: Request, card: Pressed, scope: Scope) -> None:
    services, speech, chat_id = request.services, request.speech, request.chat.id
    ending, now = [each.id for each in card.muted if scope_of(each) == scope], services.clock()

    def write(db: Connection) -> int:
        return sum(mutes.end(db, chat_id, mute_id, now) is not None for mute_id in ending)

    ended = await services.database.write(write)
    await request.note(speech("mute.part_off" if ended else "mute.part_none"))
    after = await pressed_card(request, card.alert.short_id)
    if after is not None:
        await redraw_buttons(request, after.buttons.keyboard())


def target_of(alert: Alert, scope: Scope) -> Target:
    """What a mute of this scope is about: the story, or the alert's first place, there its gravest
    signal or everything."""
    if scope == "s":
        return Target(alert.level, alert_id=alert.id)
    place = finest(alert.places)[0]
    signal = alert.gravest.signal if scope == "g" else ""
    return Target(alert.level, signal=signal, place_id=place.place_id, names=place.names)


@button(keyboards.MARK)
async def marked(request: Request) -> None:
    """Useful, or a false alarm: one mark of a person, which another press changes."""
    services, speech, chat = request.services, request.speech, request.chat
    _, wanted, *chosen = request.pressed.split(":")
    mark = {"u": feedback.USEFUL, "f": feedback.FALSE}.get(chosen[0] if chosen else "")
    user, card = request.update.effective_user, await pressed_card(request, wanted)
    if user is None or mark is None or card is None:
        await request.note(speech("alert.unknown", id=clean(wanted)[:20] or "?"))
        return
    given = feedback.Mark(
        alert_id=card.alert.id,
        person_id=user.id,
        name=shorten(clean(user.full_name), _NAME) or str(user.id),
        role=request.role or ("operator" if request.by_operator else feedback.READER),
        chat_id=chat.id,
        mark=mark,
        at=services.clock(),
        signals=seen_in(card.alert.signals),
    )
    before = await services.database.write(lambda db: feedback.mark(db, given))
    key = "feedback.same" if before == mark else f"feedback.{mark}"
    await request.note(speech(key))
    after = await pressed_card(request, wanted)
    if after is not None:
        await redraw_buttons(request, after.buttons.keyboard())


def seen_in(signals: Sequence[AlertSignal]) -> tuple[feedback.SeenSignal, ...]:
    """What an alert tells of these signals now, and the clauses that found them."""
    return tuple(
        feedback.SeenSignal(
            *(each.signal, each.direction, each.level, each.entry_id),
            clauses=tuple(dict.fromkeys(found.clause for found in evidence_for(each))),
        )
        for each in signals
    )
