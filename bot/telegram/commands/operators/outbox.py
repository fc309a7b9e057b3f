"""/outbox: what could not be sent and what waits, to be tried again or given up."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.telegram.buttons import two_taps
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.text import clean, shorten
from storage import alerts
from storage.connection import Connection
from storage.readers import chats
from storage.sending import holding, outbox
from storage.sending.outbox import Delivery

SHOWN = 8
GIVEN_UP = "given up by an operator"


@command("outbox", order=120, who=Who.OPERATORS_IN_PERSON, private=True, bare=True)
async def show_outbox(request: Request) -> None:
    await request.reply(*await _overview(request))


@button(r"^ob$", who=Who.OPERATORS_IN_PERSON, private=True)
async def back_to_outbox(request: Request) -> None:
    await request.note()
    await request.redraw(*await _overview(request))


async def _overview(request: Request) -> tuple[Card, InlineKeyboardMarkup | None]:
    speech = request.speech

    def read(db: Connection) -> tuple[dict[str, int], list[tuple[Delivery, str]]]:
        rows = [*holding.unsent(db, SHOWN), *holding.held(db, SHOWN)][:SHOWN]
        return outbox.counts(db), [(row, _named(db, row, speech)) for row in rows]

    counts, rows = await request.services.database.read(read)
    lines = [
        speech("sending.pair", state=speech(f"outbox.{state}"), what=speech.number(n))
        for state, n in counts.items()
        if n
    ]
    text = "\n".join(lines) or speech("status.outbox_empty")
    text += f"\n\n{speech('sending.open' if rows else 'sending.nothing_to_do')}"
    buttons = [
        InlineKeyboardButton(
            speech("sending.pair", state=speech(f"outbox.{row.state}"), what=shorten(name, 45)),
            callback_data=f"ob:{row.id}",
        )
        for row, name in rows
    ]
    card = text_card(text, speech.language, title=speech("sending.title"))
    return card, two_taps.rows(*buttons) if buttons else None


def _named(db: Connection, row: Delivery, say: Texts) -> str:
    """The message and the chat: ``A12 → Relief desk``."""
    chat = chats.get(db, row.chat_id)
    alert = alerts.get(db, row.alert_id) if row.alert_id is not None else None
    title = (clean(chat.title) if chat else "") or str(row.chat_id)
    what = alert.short_id if alert else say.find(f"sending.kind.{row.kind}") or row.kind
    return f"{what} · {isolated(title)}"


@button(r"^ob:\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def row_opened(request: Request) -> None:
    await request.note()
    await request.redraw(*await _one(request, int(request.pressed[3:])))


async def _one(request: Request, row_id: int) -> tuple[Card, InlineKeyboardMarkup]:
    services, speech = request.services, request.speech

    def read(db: Connection) -> tuple[Delivery | None, str]:
        row = outbox.get(db, row_id)
        return row, _named(db, row, speech) if row else ""

    row, name = await services.database.read(read)
    back = InlineKeyboardButton(speech("people.back"), callback_data="ob")
    if row is None:
        return text_card(speech("sending.gone"), speech.language), two_taps.rows(back)
    when = speech.moment(row.updated_at, request.zone, services.clock())
    text = speech(
        "sending.one",
        name=name,
        state=speech(f"outbox.{row.state}"),
        when=when,
        attempts=speech.number(row.attempts),
        error=isolated(shorten(clean(row.error or "–"), 300)),
    )
    choices = []
    if row.state in ("failed", "paused"):
        choices.append(two_taps.asking("or", str(row.id), speech("sending.retry")))
    if row.state in ("pending", "failed", "paused", "unknown"):
        choices.append(two_taps.asking("od", str(row.id), speech("sending.drop")))
    return text_card(text, speech.language), two_taps.rows(*choices, back)


@button(r"^o[rd][?]\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def row_asked(request: Request) -> None:
    """The first tap: what would happen."""
    speech, retry = request.speech, request.pressed[1] == "r"
    label = speech("sending.retry" if retry else "sending.drop")
    text = speech("sending.sure_retry" if retry else "sending.sure_drop")
    await request.note()
    keyboard = two_taps.sure(request.pressed[:2], request.pressed[3:], label, speech)
    await request.redraw(text_card(text, speech.language), keyboard)


@button(r"^o[rd]!\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def row_changed(request: Request) -> None:
    """The second tap."""
    services, speech = request.services, request.speech
    retry, row_id = request.pressed[1] == "r", int(request.pressed[3:])
    now = services.clock()

    def write(db: Connection) -> bool:
        row = outbox.get(db, row_id)
        if row is None:
            return False
        done = (
            holding.try_again(db, row_id, now) if retry else holding.drop(db, row_id, GIVEN_UP, now)
        )
        if done:
            request.note_act(
                db, "outbox-retry" if retry else "outbox-drop", _named(db, row, request.speech)
            )
        return done

    done = await services.database.write(write)
    await request.note(speech("two_taps.done" if done else "sending.not_now"), stays=not done)
    await request.redraw(*await _overview(request))


@button(r"^o[rd]-\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def row_left(request: Request) -> None:
    await request.note()
    await request.redraw(*await _one(request, int(request.pressed[3:])))
